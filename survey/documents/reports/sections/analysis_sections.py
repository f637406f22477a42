"""The parts of a report that compare, weigh and doubt, as sections between its results and its limits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from scoring.analysis.analysis import Insight
from scoring.points.target_probabilities import TargetProbabilities
from scoring.results import DomainResult
from survey.documents.reports.record import Block, Paragraph, Section, Table
from survey.documents.reports.report_context import ReportContext
from survey.documents.reports.sections import (
    channel_table,
    driver_section,
    points_table,
    precision_table,
    quality_review,
    ranking,
    target_section,
    weak_criteria,
)


def of_province(context: ReportContext, insight: Insight) -> tuple[Section, ...]:
    """Compare the units, and say how sure targets, points and drivers are."""
    text = context.text
    return (
        Section(text("section.league"), 2, _league(context, insight)),
        Section(text("section.chances"), 2, _chances(context, insight, insight.chances[1:])),
        Section(text("section.points"), 2, _points(context, insight)),
        Section(text("section.drivers"), 2, _drivers(context, insight)),
    )


def of_unit(context: ReportContext, insight: Insight, unit: str) -> tuple[Section, ...]:
    """Say how likely one unit reaches the targets, and what its criteria allow to be said."""
    own = [found for found in insight.chances if found.domain == unit]
    said = [
        line
        for found in insight.remarks
        if found.unit == unit
        for line in driver_section.advice(context, found)
    ]
    return (
        Section(context.text("section.chances"), 2, _chances(context, insight, own)),
        Section(context.text("section.advice_unit"), 2, _paragraphs(said, listed=True)),
    )


def reliability(context: ReportContext, insight: Insight, *, whole: bool) -> tuple[Section, ...]:
    """Say what the quotas give; for the whole province also what the review of the forms found. No heading."""
    sections = []
    if insight.precision:
        title = context.text("section.precision", quotas=precision_table.quotas(insight.precision))
        sections.append(Section(title, 2, precision(context, insight)))
    if whole:
        sections.append(Section(context.text("section.quality"), 2, _quality(context, insight)))
    return tuple(sections)


def precision(context: ReportContext, insight: Insight) -> tuple[Block, ...]:
    """Say what the quotas give; nothing where the plan has none."""
    found = insight.precision
    if not found:
        return ()
    said = _paragraphs(precision_table.sentences(context, found))
    return (*said, precision_table.table(context, found))


def weak(context: ReportContext, insight: Insight, domain: DomainResult) -> Table | None:
    """Return the appendix table about a domain's weak criteria."""
    scored = next((one for one in insight.points if one.domain == domain.id), None)
    return weak_criteria.table(context, domain, scored)


def _league(context: ReportContext, insight: Insight) -> tuple[Block, ...]:
    said = _paragraphs(ranking.sentences(context, insight.ranking))
    if len(insight.ranking.units) < 2:
        return said
    return (*said, ranking.table(context, insight.ranking, insight.seed), ranking.figure(context))


def _chances(
    context: ReportContext, insight: Insight, units: Sequence[TargetProbabilities]
) -> tuple[Block, ...]:
    said = _paragraphs(target_section.sentences(context))
    return (
        *said,
        target_section.table(context, units, insight.chances[0], insight.weighted, insight.targets),
    )


def _points(context: ReportContext, insight: Insight) -> tuple[Block, ...]:
    return tuple(_points_blocks(context, insight))


def _points_blocks(context: ReportContext, insight: Insight) -> Iterator[Block]:
    if not insight.points or not insight.points[0].criteria:
        return
    yield from _paragraphs(points_table.sentences(context, insight.points[0]))
    yield points_table.table(context, insight.points[0])
    for example in insight.examples:
        yield from _paragraphs(points_table.example_sentences(context, example))
        yield points_table.table(context, example)


def _drivers(context: ReportContext, insight: Insight) -> tuple[Block, ...]:
    found = insight.drivers
    said = _paragraphs(driver_section.sentences(context, found))
    advice = (
        Paragraph(context.text("advice.intro")),
        driver_section.advice_table(context, insight.remarks),
    )
    if found is None:
        return (*said, *advice)
    return (*said, driver_section.table(context, found), driver_section.figure(context), *advice)


def _quality(context: ReportContext, insight: Insight) -> tuple[Block, ...]:
    found = insight.review
    blocks: list[Block] = list(_paragraphs(quality_review.sentences(context, insight)))
    if found.flags or found.bursts:
        blocks.append(quality_review.counts(context, found))
    if insight.without is not None:
        blocks.append(quality_review.without(context, insight.without))
    if found.channels:
        blocks.append(channel_table.table(context, found.channels))
    return tuple(blocks)


def _paragraphs(sentences: Sequence[str], *, listed: bool = False) -> tuple[Block, ...]:
    return tuple(Paragraph(sentence, listed) for sentence in sentences)
