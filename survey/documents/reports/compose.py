"""Compose the reports: the consolidated one of the office and the one of a single unit."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import get_args

from scoring.analysis.analysis import Analysis
from scoring.disclosure.hidden_cells import CellKey
from scoring.results import DomainResult, SurveyResult
from survey.documents.reports.formats import NBSP, count, plain, roman, short_date
from survey.documents.reports.numbering import numbered
from survey.documents.reports.record import (
    Appendix,
    Block,
    CampaignFacts,
    Figure,
    Letterhead,
    Paragraph,
    ReportContent,
    ReportHeading,
    Section,
    Signature,
    Table,
    UnitFacts,
    Worksheet,
)
from survey.documents.reports.report_context import ReportContext, context_of
from survey.documents.reports.sections import (
    analysis_sections,
    keying_section,
    release_sentences,
    report_sentences,
    tables,
)
from survey.documents.reports.texts import ReportTexts

# The longest line of a letterhead or signature, and the longest number, symbol or half a place's name.
_LINE, _SHORT = 120, 30


def consolidated(
    result: SurveyResult,
    campaign: CampaignFacts,
    units: Sequence[UnitFacts],
    heading: ReportHeading,
    *,
    hidden: Collection[CellKey] | None = None,
    texts: ReportTexts | None = None,
    analysis: Analysis | None = None,
) -> ReportContent:
    """Compose the office's report over all units; ``units`` stand in the plan's order.

    With an ``analysis`` the report also compares the units, weighs targets and points, and reviews its data.
    """
    context = context_of(result, campaign, units, heading, hidden, texts)
    sections = _drop_empty(
        (
            *_general(
                context, context.text("general.scope", units=count(len(units)), **_scope(context, None)), None
            ),
            _collection(context, units),
            *_province(context),
            *(() if analysis is None else analysis_sections.of_province(context, analysis)),
            _remarks(context, context.result.province_pooled, context.result.units),
            *_reliability(context, analysis, units, whole=True),
            _limits(context, context.result.units),
            _proposals(context),
        )
    )
    appendices = (
        _appendix(context, 1, "section.appendix_units", tables.detail(context)),
        _appendix(
            context, 2, "section.appendix_items", tables.items(context, context.result.province_pooled)
        ),
        *_weak(context, 3, analysis, context.result.province_pooled),
    )
    return numbered(_report(context, sections, appendices, context.result.units), context.texts)


def for_unit(
    result: SurveyResult,
    unit: str,
    campaign: CampaignFacts,
    units: Sequence[UnitFacts],
    heading: ReportHeading,
    *,
    hidden: Collection[CellKey] | None = None,
    texts: ReportTexts | None = None,
    analysis: Analysis | None = None,
) -> ReportContent:
    """Compose the report of one unit; ``result`` is the whole campaign's, so that hidden cells stay hidden.

    Raises KeyError where the results or the facts do not know the unit.
    """
    context = context_of(result, campaign, units, heading, hidden, texts).about(unit)
    domain = {each.id: each for each in context.result.units}[unit]
    own = (context.units[unit],)
    sections = _drop_empty(
        (
            *_general(
                context,
                context.text("general.scope_unit", unit=context.unit_name(unit), **_scope(context, unit)),
                unit,
            ),
            _collection(context, own),
            *_unit_results(context, domain),
            *(() if analysis is None else analysis_sections.of_unit(context, analysis, unit)),
            _remarks(context, domain, (domain,)),
            *_reliability(context, analysis, own, whole=False),
            _limits(context, (domain,)),
            _proposals(context),
        )
    )
    appendices = (
        _appendix(context, 1, "section.appendix_items", tables.items(context, domain)),
        *_weak(context, 2, analysis, domain),
    )
    return numbered(_report(context, sections, appendices, (domain,)), context.texts)


def _scope(context: ReportContext, unit: str | None) -> dict[str, str]:
    campaign = context.campaign
    return {
        "first": short_date(campaign.first_day),
        "last": short_date(campaign.last_day),
        "items": count(len(campaign.items)),
        "criteria": count(len(campaign.criteria)),
        "as_of": short_date(release_sentences.as_of(context, unit)),
    }


def _general(context: ReportContext, scope: str, unit: str | None) -> tuple[Section, ...]:
    rules = " ".join(
        (
            context.text("general.method", level=context.level, official=context.official_name),
            context.text(f"general.criterion_{context.result.criterion_rule}"),
            context.text(f"general.overall_{context.result.overall_rule}"),
            context.text("general.overall_item"),
        )
    )
    return (
        Section(context.text("section.general"), 1, ()),
        Section(
            context.text("section.scope"), 2, paragraphs((scope, *release_sentences.dated(context, unit)))
        ),
        Section(context.text("section.method"), 2, (Paragraph(rules), tables.formulas(context))),
    )


def _collection(context: ReportContext, units: Sequence[UnitFacts]) -> Section:
    said = paragraphs(report_sentences.collection(context, units))
    quotas = () if context.campaign.period else (tables.quotas(context, units),)
    return Section(context.text("section.collection"), 1, (*said, *quotas))


def _province(context: ReportContext) -> tuple[Section, ...]:
    result = context.result
    overall = tables.overall(context, result.province_pooled, result.province_weighted)
    figure = _figure(context, context.text("figure.forest", official=context.official, level=context.level))
    return (
        Section(context.text("section.results"), 1, ()),
        Section(
            context.text("section.province"), 2, (*paragraphs(report_sentences.province(context)), overall)
        ),
        Section(
            context.text("section.criteria"),
            2,
            (tables.criteria(context, result.province_pooled, "summary"),),
        ),
        Section(context.text("section.units"), 2, (tables.units(context), figure, tables.matrix(context))),
    )


def _unit_results(context: ReportContext, domain: DomainResult) -> tuple[Section, ...]:
    name = context.unit_name(domain.id)
    caption = context.text("figure.forest_unit", official=context.official, unit=name, level=context.level)
    headline = paragraphs((report_sentences.unit_headline(context, domain),))
    return (
        Section(context.text("section.results"), 1, ()),
        Section(context.text("section.unit"), 2, (*headline, tables.overall(context, domain, None))),
        Section(
            context.text("section.criteria"),
            2,
            (tables.criteria(context, domain, "units"), _figure(context, caption)),
        ),
    )


def _figure(context: ReportContext, caption: str) -> Figure:
    return Figure("forest", caption, context.text("figure.forest_alt"))


def _remarks(context: ReportContext, domain: DomainResult, units: Sequence[DomainResult]) -> Section:
    return Section(
        context.text("section.remarks"),
        1,
        paragraphs(report_sentences.remarks(context, domain, units), listed=True),
    )


def _reliability(
    context: ReportContext, analysis: Analysis | None, units: Sequence[UnitFacts], *, whole: bool
) -> tuple[Section, ...]:
    """Say how sure the figures are, and how well paper was keyed in."""
    sections = [] if analysis is None else [*analysis_sections.reliability(context, analysis, whole=whole)]
    if table := keying_section.table(context, units):
        said = paragraphs(keying_section.sentences(context.texts, keying_section.total(units)))
        sections.append(Section(context.text("section.keying"), 2, (*said, table)))
    return (Section(context.text("section.reliability"), 1, ()), *sections) if sections else ()


def _limits(context: ReportContext, units: Sequence[DomainResult]) -> Section:
    return Section(
        context.text("section.limits"), 1, paragraphs(report_sentences.limits(context, units), listed=True)
    )


def _proposals(context: ReportContext) -> Section:
    proposals = tuple(plain(text, 4000) for text in context.campaign.proposals)
    return Section(context.text("section.proposals"), 1, paragraphs(proposals))


def paragraphs(sentences: Sequence[str], *, listed: bool = False) -> tuple[Block, ...]:
    """Return sentences as paragraphs of running text, or as the dashes of a list."""
    return tuple(Paragraph(sentence, listed) for sentence in sentences)


def _drop_empty(sections: Sequence[Section]) -> tuple[Section, ...]:
    """Leave out a section without content unless sections of the second level follow it."""
    following = (*sections[1:], None)
    return tuple(
        section
        for section, after in zip(sections, following, strict=True)
        if section.blocks or (after is not None and after.level > section.level)
    )


def _appendix(context: ReportContext, number: int, title: str, table: Table) -> Appendix:
    heading = context.heading
    reference = context.text(
        "head.appendix_reference",
        number=heading.number or NBSP * 8,
        symbol=heading.symbol,
        date=context.texts.long_date(heading.date),
        agency=heading.agency,
    )
    return Appendix(
        context.text("head.appendix", number=roman(number)), context.text(title).upper(), reference, (table,)
    )


def _weak(
    context: ReportContext, number: int, analysis: Analysis | None, domain: DomainResult
) -> tuple[Appendix, ...]:
    table = None if analysis is None else analysis_sections.weak(context, analysis, domain)
    return () if table is None else (_appendix(context, number, "section.appendix_weak", table),)


def _report(
    context: ReportContext,
    sections: tuple[Section, ...],
    appendices: tuple[Appendix, ...],
    domains: Sequence[DomainResult],
) -> ReportContent:
    heading, campaign, text = context.heading, context.campaign, context.text
    name = _lowered(plain(campaign.name))
    summary = text("head.summary", name=name)
    if domains is not context.result.units:
        summary = text("head.summary_unit", name=name, unit=context.unit_name(domains[0].id))
    closing = text("general.closing", name=name, agency=heading.agency)
    return ReportContent(
        letterhead=_letterhead(context),
        title=text("head.title"),
        summary=plain(campaign.summary) or summary,
        addressees_label=text("head.addressees"),
        addressees=tuple(plain(line) for line in heading.addressees),
        bases=(
            *(_basis(context, plain(basis, 1000)) for basis in heading.legal_bases),
            text(
                f"general.opening{'_by_bases' if heading.legal_bases else ''}",
                name=name,
                agency=heading.agency,
            ),
        ),
        sections=sections,
        closing=f"{closing.rstrip(' ./')}./.",
        signature=_signature(context),
        appendices=appendices,
        caveats=(*report_sentences.limits(context, domains), text("worksheet.rounding")),
        banner=text("head.rehearsal") if campaign.rehearsal else "",
        watermark=text("head.watermark") if campaign.rehearsal else "",
        date=heading.date or campaign.as_of,
        worksheets={name: text(f"worksheet.{name}") for name in worksheets_of(sections, appendices)},
    )


def worksheets_of(sections: Sequence[Section], appendices: Sequence[Appendix]) -> tuple[Worksheet, ...]:
    """Return the worksheets that have a table, in their order, and always the one for the notes."""
    parts: tuple[Section | Appendix, ...] = (*sections, *appendices)
    blocks = (block for part in parts for block in part.blocks)
    used = {block.worksheet for block in blocks if isinstance(block, Table)}
    known: tuple[Worksheet, ...] = get_args(Worksheet)
    return tuple(name for name in known if name in used or name == "notes")


def _basis(context: ReportContext, basis: str) -> str:
    """Return a legal basis as the decree words it; one that is worded already stays."""
    if basis.casefold().startswith(tuple(context.text("general.basis_openings").split(","))):
        return basis
    return context.text("general.basis", basis=basis.rstrip(" ;."))


def _letterhead(context: ReportContext) -> Letterhead:
    heading, text = context.heading, context.text
    number = plain(heading.number, _SHORT) or NBSP * 8
    return Letterhead(
        governing_body=plain(heading.governing_body, _LINE).upper(),
        agency=plain(heading.agency, _LINE).upper(),
        state=text("head.state"),
        motto=text("head.motto"),
        number=text("head.number", number=number, symbol=plain(heading.symbol, _SHORT)),
        place_and_date=text(
            "head.place_and_date",
            place=plain(heading.place, 2 * _SHORT),
            date=context.texts.long_date(heading.date),
        ),
    )


def _signature(context: ReportContext) -> Signature:
    heading = context.heading
    named = [plain(line, _LINE).strip(" -;.") for line in heading.recipients]
    lines = (*(line for line in named if line), context.text("head.archive"))
    return Signature(
        recipients_label=context.text("head.recipients"),
        recipients=(*(f"- {line};" for line in lines[:-1]), f"- {lines[-1]}."),
        authority=tuple(plain(line, _LINE).upper() for line in heading.authority),
        signer=plain(heading.signer, _LINE),
    )


def _lowered(name: str) -> str:
    """Lower the first letter of a campaign's name so that it stands inside a sentence."""
    return name if name[:2].isupper() else name[:1].lower() + name[1:]
