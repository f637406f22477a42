"""What the desk's page of analysis shows: the report's own sentences and tables, and the signs with their names.

Everything that the report shows too is made by the functions that make the report, so both agree.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from scoring.analysis.analysis import Analysis
from scoring.analysis.unit_profile import FindingsOfUnit
from scoring.disclosure.hidden_cells import CellKey
from scoring.results import SurveyResult
from survey.documents.reports.record import Block, CampaignFacts, Paragraph, ReportHeading, Section, UnitFacts
from survey.documents.reports.report_context import ReportContext, context_of
from survey.documents.reports.sections import (
    analysis_sections,
    channel_table,
    driver_section,
    quality_detail,
    quality_review,
)


@dataclass(frozen=True, slots=True)
class AnalysisPage:
    """The page part by part; sections are the report's own. ``quality`` names officers: for the desk only."""

    ranking: Section
    targets: Section
    points: Section
    drivers: Section
    precision: tuple[Block, ...]
    caution: str
    quality: tuple[Block, ...]


def of_province(
    result: SurveyResult,
    facts: CampaignFacts,
    units: Sequence[UnitFacts],
    heading: ReportHeading,
    analysis: Analysis,
    officers: Sequence[str],
    hidden: Collection[CellKey] | None = None,
) -> AnalysisPage:
    """Return the page; ``officers`` are the names behind the codes of the analysis."""
    context = context_of(result, facts, units, heading, hidden)
    ranking, targets, points, drivers = analysis_sections.of_province(context, analysis)
    return AnalysisPage(
        ranking=ranking,
        targets=targets,
        points=points,
        drivers=drivers,
        precision=analysis_sections.precision(context, analysis),
        caution=context.text("quality.caution"),
        quality=tuple(_quality(context, analysis, officers)),
    )


def advice(
    result: SurveyResult,
    facts: CampaignFacts,
    units: Sequence[UnitFacts],
    heading: ReportHeading,
    findings: FindingsOfUnit,
    hidden: Collection[CellKey] | None = None,
) -> tuple[str, ...]:
    """Return the remarks on one unit as sentences."""
    return driver_section.advice(context_of(result, facts, units, heading, hidden), findings)


def _quality(context: ReportContext, analysis: Analysis, officers: Sequence[str]) -> Iterator[Block]:
    review, without = analysis.review, analysis.excluding_flagged
    yield from (Paragraph(sentence) for sentence in quality_review.scope(context, review))
    if review.flags or review.bursts:
        yield quality_detail.signs(context, review, officers)
    yield from (Paragraph(sentence) for sentence in quality_review.changes(context, analysis))
    if without is not None:
        yield quality_review.without(context, without)
        yield quality_detail.without_units(context, analysis, without)
    yield from (Paragraph(sentence) for sentence in quality_detail.effect(context, review.officer_effect))
    if review.channels:
        yield channel_table.table(context, review)
