"""Compose the reports: the consolidated one of the office and the one of a single unit."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import get_args

from scoring.analysis.analysis import Insight
from scoring.results import DomainResult, SurveyResult
from survey.documents.reports.disclosure import CellKey, hidden_cells, published
from survey.documents.reports.formats import NBSP, count, long_date, plain, roman, short_date
from survey.documents.reports.numbering import numbered
from survey.documents.reports.record import (
    Appendix,
    Block,
    CampaignFacts,
    Figure,
    Heading,
    Letterhead,
    Paragraph,
    ReportContent,
    Section,
    Sheet,
    Signature,
    Table,
    UnitFacts,
)
from survey.documents.reports.report_context import Brief
from survey.documents.reports.sections import analysis_sections, keying_section, report_sentences, tables
from survey.documents.reports.texts import Wording, bundled

# The longest line of a letterhead or signature, and the longest number, symbol or half a place's name.
_LINE, _SHORT = 120, 30


def consolidated(
    result: SurveyResult,
    campaign: CampaignFacts,
    units: Sequence[UnitFacts],
    heading: Heading,
    *,
    hidden: Collection[CellKey] | None = None,
    wording: Wording | None = None,
    insight: Insight | None = None,
) -> ReportContent:
    """Compose the office's report over all units; ``units`` stand in the plan's order.

    With an ``insight`` the report also compares the units, weighs targets and points, and reviews its data.
    """
    brief = _brief(result, campaign, units, heading, hidden, wording)
    sections = _drop_empty(
        (
            *_general(brief, brief.say("general.scope", units=count(len(units)), **_scope(brief))),
            _collection(brief, units),
            *_province(brief),
            *(() if insight is None else analysis_sections.of_province(brief, insight)),
            _remarks(brief, brief.result.province_pooled, brief.result.units),
            *_reliability(brief, insight, units, whole=True),
            _limits(brief, brief.result.units),
            _proposals(brief),
        )
    )
    appendices = (
        _appendix(brief, 1, "section.appendix_units", tables.detail(brief)),
        _appendix(brief, 2, "section.appendix_items", tables.items(brief, brief.result.province_pooled)),
        *_weak(brief, 3, insight, brief.result.province_pooled),
    )
    return numbered(_report(brief, sections, appendices, brief.result.units), brief.wording)


def for_unit(
    result: SurveyResult,
    unit: str,
    campaign: CampaignFacts,
    units: Sequence[UnitFacts],
    heading: Heading,
    *,
    hidden: Collection[CellKey] | None = None,
    wording: Wording | None = None,
    insight: Insight | None = None,
) -> ReportContent:
    """Compose the report of one unit; ``result`` is the whole campaign's, so that hidden cells stay hidden.

    Raises KeyError where the results or the facts do not know the unit.
    """
    brief = _brief(result, campaign, units, heading, hidden, wording)
    domain = {found.id: found for found in brief.result.units}[unit]
    own = (brief.units[unit],)
    sections = _drop_empty(
        (
            *_general(brief, brief.say("general.scope_unit", unit=brief.unit_name(unit), **_scope(brief))),
            _collection(brief, own),
            *_unit_results(brief, domain),
            *(() if insight is None else analysis_sections.of_unit(brief, insight, unit)),
            _remarks(brief, domain, (domain,)),
            *_reliability(brief, insight, own, whole=False),
            _limits(brief, (domain,)),
            _proposals(brief),
        )
    )
    appendices = (
        _appendix(brief, 1, "section.appendix_items", tables.items(brief, domain)),
        *_weak(brief, 2, insight, domain),
    )
    return numbered(_report(brief, sections, appendices, (domain,)), brief.wording)


def _brief(
    result: SurveyResult,
    campaign: CampaignFacts,
    units: Sequence[UnitFacts],
    heading: Heading,
    hidden: Collection[CellKey] | None,
    wording: Wording | None,
) -> Brief:
    cells = frozenset(hidden_cells(result) if hidden is None else hidden)
    return Brief(
        result=published(result, cells),
        campaign=campaign,
        units={unit.id: unit for unit in units},
        heading=heading,
        wording=wording or bundled(),
        hidden=cells,
    )


def _scope(brief: Brief) -> dict[str, str]:
    campaign = brief.campaign
    return {
        "first": short_date(campaign.first_day),
        "last": short_date(campaign.last_day),
        "items": count(len(campaign.items)),
        "criteria": count(len(campaign.criteria)),
        "as_of": short_date(campaign.as_of),
    }


def _general(brief: Brief, scope: str) -> tuple[Section, ...]:
    rules = " ".join(
        (
            brief.say("general.method", level=brief.level, official=brief.official_name),
            brief.say(f"general.criterion_{brief.result.criterion_rule}"),
            brief.say(f"general.overall_{brief.result.overall_rule}"),
            brief.say("general.overall_item"),
        )
    )
    return (
        Section(brief.say("section.general"), 1, ()),
        Section(brief.say("section.scope"), 2, (Paragraph(scope),)),
        Section(brief.say("section.method"), 2, (Paragraph(rules), tables.formulas(brief))),
    )


def _collection(brief: Brief, units: Sequence[UnitFacts]) -> Section:
    said = _paragraphs(report_sentences.collection(brief, units))
    return Section(brief.say("section.collection"), 1, (*said, tables.quotas(brief, units)))


def _province(brief: Brief) -> tuple[Section, ...]:
    result = brief.result
    overall = tables.overall(brief, result.province_pooled, result.province_weighted)
    figure = _figure(brief, brief.say("figure.forest", official=brief.official, level=brief.level))
    return (
        Section(brief.say("section.results"), 1, ()),
        Section(brief.say("section.province"), 2, (*_paragraphs(report_sentences.province(brief)), overall)),
        Section(
            brief.say("section.criteria"), 2, (tables.criteria(brief, result.province_pooled, "summary"),)
        ),
        Section(brief.say("section.units"), 2, (tables.units(brief), figure, tables.matrix(brief))),
    )


def _unit_results(brief: Brief, domain: DomainResult) -> tuple[Section, ...]:
    name = brief.unit_name(domain.id)
    caption = brief.say("figure.forest_unit", official=brief.official, unit=name, level=brief.level)
    headline = _paragraphs((report_sentences.unit_headline(brief, domain),))
    return (
        Section(brief.say("section.results"), 1, ()),
        Section(brief.say("section.unit"), 2, (*headline, tables.overall(brief, domain, None))),
        Section(
            brief.say("section.criteria"),
            2,
            (tables.criteria(brief, domain, "units"), _figure(brief, caption)),
        ),
    )


def _figure(brief: Brief, caption: str) -> Figure:
    return Figure("forest", caption, brief.say("figure.forest_alt"))


def _remarks(brief: Brief, domain: DomainResult, units: Sequence[DomainResult]) -> Section:
    return Section(
        brief.say("section.remarks"),
        1,
        _paragraphs(report_sentences.remarks(brief, domain, units), listed=True),
    )


def _reliability(
    brief: Brief, insight: Insight | None, units: Sequence[UnitFacts], *, whole: bool
) -> tuple[Section, ...]:
    """Say how sure the figures are, and how well paper was keyed in."""
    sections = [] if insight is None else [*analysis_sections.reliability(brief, insight, whole=whole)]
    if table := keying_section.table(brief, units):
        said = _paragraphs(keying_section.sentences(brief.wording, keying_section.total(units)))
        sections.append(Section(brief.say("section.rekeying"), 2, (*said, table)))
    return (Section(brief.say("section.reliability"), 1, ()), *sections) if sections else ()


def _limits(brief: Brief, units: Sequence[DomainResult]) -> Section:
    return Section(
        brief.say("section.limits"), 1, _paragraphs(report_sentences.limits(brief, units), listed=True)
    )


def _proposals(brief: Brief) -> Section:
    said = tuple(plain(text, 4000) for text in brief.campaign.proposals)
    return Section(brief.say("section.proposals"), 1, _paragraphs(said))


def _paragraphs(sentences: Sequence[str], *, listed: bool = False) -> tuple[Block, ...]:
    return tuple(Paragraph(sentence, listed) for sentence in sentences)


def _drop_empty(sections: Sequence[Section]) -> tuple[Section, ...]:
    """Leave out a section without content unless sections of the second level follow it."""
    following = (*sections[1:], None)
    return tuple(
        section
        for section, after in zip(sections, following, strict=True)
        if section.blocks or (after is not None and after.level > section.level)
    )


def _appendix(brief: Brief, number: int, title: str, table: Table) -> Appendix:
    heading = brief.heading
    reference = brief.say(
        "head.appendix_reference",
        number=heading.number or NBSP * 8,
        symbol=heading.symbol,
        date=long_date(heading.date),
        agency=heading.agency,
    )
    return Appendix(
        brief.say("head.appendix", number=roman(number)), brief.say(title).upper(), reference, (table,)
    )


def _weak(brief: Brief, number: int, insight: Insight | None, domain: DomainResult) -> tuple[Appendix, ...]:
    table = None if insight is None else analysis_sections.weak(brief, insight, domain)
    return () if table is None else (_appendix(brief, number, "section.appendix_weak", table),)


def _report(
    brief: Brief,
    sections: tuple[Section, ...],
    appendices: tuple[Appendix, ...],
    domains: Sequence[DomainResult],
) -> ReportContent:
    heading, campaign, say = brief.heading, brief.campaign, brief.say
    name = _lowered(plain(campaign.name))
    made = say("head.summary", name=name)
    if domains is not brief.result.units:
        made = say("head.summary_unit", name=name, unit=brief.unit_name(domains[0].id))
    closing = say("general.closing", name=name, agency=heading.agency)
    return ReportContent(
        letterhead=_letterhead(brief),
        title=say("head.title"),
        summary=plain(campaign.summary) or made,
        addressees_label=say("head.addressees"),
        addressees=tuple(plain(line) for line in heading.addressees),
        bases=(
            *(_basis(brief, plain(basis, 1000)) for basis in heading.legal_bases),
            say(
                f"general.opening{'_by_bases' if heading.legal_bases else ''}",
                name=name,
                agency=heading.agency,
            ),
        ),
        sections=sections,
        closing=f"{closing.rstrip(' ./')}./.",
        signature=_signature(brief),
        appendices=appendices,
        caveats=(*report_sentences.limits(brief, domains), say("sheet.rounding")),
        rehearsal=say("head.rehearsal") if campaign.rehearsal else "",
        watermark=say("head.watermark") if campaign.rehearsal else "",
        date=heading.date or campaign.as_of,
        sheets={sheet: say(f"sheet.{sheet}") for sheet in _sheets(sections, appendices)},
    )


def _sheets(sections: Sequence[Section], appendices: Sequence[Appendix]) -> tuple[Sheet, ...]:
    """Return the sheets that have a table, in their order, and always the one for the notes."""
    parts: tuple[Section | Appendix, ...] = (*sections, *appendices)
    blocks = (block for part in parts for block in part.blocks)
    used = {block.sheet for block in blocks if isinstance(block, Table)}
    known: tuple[Sheet, ...] = get_args(Sheet)
    return tuple(sheet for sheet in known if sheet in used or sheet == "notes")


def _basis(brief: Brief, basis: str) -> str:
    """Return a legal basis as the decree words it; one that is worded already stays."""
    if basis.casefold().startswith(("căn cứ", "thực hiện", "theo ")):
        return basis
    return brief.say("general.basis", basis=basis.rstrip(" ;."))


def _letterhead(brief: Brief) -> Letterhead:
    heading, say = brief.heading, brief.say
    number = plain(heading.number, _SHORT) or NBSP * 8
    return Letterhead(
        governing_body=plain(heading.governing_body, _LINE).upper(),
        agency=plain(heading.agency, _LINE).upper(),
        state=say("head.state"),
        motto=say("head.motto"),
        number=say("head.number", number=number, symbol=plain(heading.symbol, _SHORT)),
        place_and_date=say(
            "head.place_and_date", place=plain(heading.place, 2 * _SHORT), date=long_date(heading.date)
        ),
    )


def _signature(brief: Brief) -> Signature:
    heading = brief.heading
    named = [plain(line, _LINE).strip(" -;.") for line in heading.recipients]
    lines = (*(line for line in named if line), brief.say("head.archive"))
    return Signature(
        recipients_label=brief.say("head.recipients"),
        recipients=(*(f"- {line};" for line in lines[:-1]), f"- {lines[-1]}."),
        authority=tuple(plain(line, _LINE).upper() for line in heading.authority),
        signer=plain(heading.signer, _LINE),
    )


def _lowered(name: str) -> str:
    """Lower the first letter of a campaign's name so that it stands inside a sentence."""
    return name if name[:2].isupper() else name[:1].lower() + name[1:]
