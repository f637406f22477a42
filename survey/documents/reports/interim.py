"""Compose interim figures: what is out before the full tables are, as a document that nobody takes for the report.

It has no number, no place for a signature and no letterhead of the state, says on every page what it is not, and prints
whole points where the full tables are not out.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from scoring.disclosure.hidden_cells import CellKey
from scoring.results import SurveyResult
from survey.documents.reports.compose import paragraphs, worksheets_of
from survey.documents.reports.formats import plain
from survey.documents.reports.numbering import numbered
from survey.documents.reports.record import (
    Block,
    CampaignFacts,
    Letterhead,
    ReportContent,
    ReportHeading,
    Section,
    UnitFacts,
)
from survey.documents.reports.release_facts import ReleaseFacts
from survey.documents.reports.report_context import ReportContext, context_of
from survey.documents.reports.sections import release_sentences, release_tables


def of_province(
    result: SurveyResult,
    campaign: CampaignFacts,
    units: Sequence[UnitFacts],
    heading: ReportHeading,
    release: ReleaseFacts,
    *,
    hidden: Collection[CellKey],
) -> ReportContent:
    """Compose what is out of every unit and of the province while the province's full tables are not."""
    context = context_of(result, campaign, units, heading, hidden)
    whole = context.result.province_pooled
    blocks: tuple[Block, ...] = (release_tables.standing(context, release),)
    if release.units:
        criteria = release_tables.criteria(context, whole)
        blocks = (*blocks, criteria, release_tables.matrix(context))
    said = (
        release_sentences.headline(context, whole),
        *((context.text("release.province_sum"),) if release.units else ()),
        *release_sentences.dated(context, None),
    )
    return _document(context, release, None, (*paragraphs(said), *blocks))


def of_unit(
    result: SurveyResult,
    unit: str,
    campaign: CampaignFacts,
    units: Sequence[UnitFacts],
    heading: ReportHeading,
    release: ReleaseFacts,
    *,
    hidden: Collection[CellKey],
) -> ReportContent:
    """Compose what is out of a unit while its full tables are not; *result* is the whole campaign's."""
    context = context_of(result, campaign, units, heading, hidden).about(unit)
    domain = {each.id: each for each in context.result.units}[unit]
    said = (release_sentences.headline(context, domain), *release_sentences.dated(context, unit))
    tables = (release_tables.criteria(context, domain),) if unit in release.units else ()
    return _document(context, release, unit, (*paragraphs(said), *tables))


def _document(
    context: ReportContext, release: ReleaseFacts, unit: str | None, figures: tuple[Block, ...]
) -> ReportContent:
    text = context.text
    why = release_sentences.why(context, release)
    limits = (
        *release_sentences.limits(context, unit),
        text("limit.sample"),
        text("limit.interval", level=context.level),
    )
    sections = (
        Section(text("release.figures"), 1, figures),
        *((Section(text("release.about"), 1, paragraphs(why, listed=True)),) if why else ()),
        Section(text("section.limits"), 1, paragraphs(limits, listed=True)),
    )
    rehearsal = context.campaign.rehearsal
    content = ReportContent(
        letterhead=_letterhead(context),
        title=text("release.title"),
        summary=_summary(context, unit),
        addressees_label="",
        addressees=(),
        bases=(text("release.not_official"),),
        sections=sections,
        closing="",
        signature=None,
        appendices=(),
        caveats=(text("release.not_official"), *why, *limits),
        banner=text("head.rehearsal" if rehearsal else "release.banner"),
        watermark=text("head.watermark" if rehearsal else "release.mark"),
        date=context.campaign.as_of,
        worksheets={name: text(f"worksheet.{name}") for name in worksheets_of(sections, ())},
    )
    return numbered(content, context.texts)


def _summary(context: ReportContext, unit: str | None) -> str:
    name = plain(context.campaign.name)
    if unit is None:
        return context.text("release.summary", name=name)
    return context.text("release.summary_unit", name=name, unit=context.unit_name(unit))


def _letterhead(context: ReportContext) -> Letterhead:
    heading = context.heading
    body, agency = plain(heading.governing_body).upper(), plain(heading.agency).upper()
    return Letterhead(body, agency, state="", motto="", number="", place_and_date="")
