"""The parts of a report that compare, weigh and doubt, as sections between its results and its limits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from scoring.analysis.analysis import Analysis
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


def of_province(context: ReportContext, analysis: Analysis) -> tuple[Section, ...]:
    """Compare the units, and say how sure targets, points and drivers are."""
    text = context.text
    return (
        Section(text("section.ranking"), 2, _ranking(context, analysis)),
        Section(text("section.targets"), 2, _targets(context, analysis, analysis.target_probabilities[1:])),
        Section(text("section.points"), 2, _points(context, analysis)),
        Section(text("section.drivers"), 2, _drivers(context, analysis)),
    )


def of_unit(context: ReportContext, analysis: Analysis, unit: str) -> tuple[Section, ...]:
    """Say how likely one unit reaches the targets, and what its criteria allow to be said."""
    own = [each for each in analysis.target_probabilities if each.domain == unit]
    advice = [
        line
        for each in analysis.findings
        if each.unit == unit
        for line in driver_section.advice(context, each)
    ]
    return (
        Section(context.text("section.targets"), 2, _targets(context, analysis, own)),
        Section(context.text("section.advice_unit"), 2, _paragraphs(advice, listed=True)),
    )


def reliability(context: ReportContext, analysis: Analysis, *, whole: bool) -> tuple[Section, ...]:
    """Say what the quotas give; for the whole province also what the review of the forms found. No heading."""
    sections = []
    if analysis.precision:
        title = context.text("section.precision", quotas=precision_table.quotas(analysis.precision))
        sections.append(Section(title, 2, precision(context, analysis)))
    if whole:
        sections.append(Section(context.text("section.quality"), 2, _quality(context, analysis)))
    return tuple(sections)


def precision(context: ReportContext, analysis: Analysis) -> tuple[Block, ...]:
    """Say what the quotas give; nothing where the plan has none."""
    quotas = analysis.precision
    if not quotas:
        return ()
    paragraphs = _paragraphs(precision_table.sentences(context, quotas))
    return (*paragraphs, precision_table.table(context, quotas))


def weak(context: ReportContext, analysis: Analysis, domain: DomainResult) -> Table | None:
    """Return the appendix table about a domain's weak criteria."""
    scored = next((one for one in analysis.points if one.domain == domain.id), None)
    return weak_criteria.table(context, domain, scored)


def _ranking(context: ReportContext, analysis: Analysis) -> tuple[Block, ...]:
    paragraphs = _paragraphs(ranking.sentences(context, analysis.ranking))
    if len(analysis.ranking.units) < 2:
        return paragraphs
    return (*paragraphs, ranking.table(context, analysis.ranking, analysis.seed), ranking.figure(context))


def _targets(
    context: ReportContext, analysis: Analysis, units: Sequence[TargetProbabilities]
) -> tuple[Block, ...]:
    paragraphs = _paragraphs(target_section.sentences(context))
    return (
        *paragraphs,
        target_section.table(
            context, units, analysis.target_probabilities[0], analysis.weighted, analysis.targets
        ),
    )


def _points(context: ReportContext, analysis: Analysis) -> tuple[Block, ...]:
    return tuple(_points_blocks(context, analysis))


def _points_blocks(context: ReportContext, analysis: Analysis) -> Iterator[Block]:
    if not analysis.points or not analysis.points[0].criteria:
        return
    yield from _paragraphs(points_table.sentences(context, analysis.points[0]))
    yield points_table.table(context, analysis.points[0])
    for example in analysis.examples:
        yield from _paragraphs(points_table.example_sentences(context, example))
        yield points_table.table(context, example)


def _drivers(context: ReportContext, analysis: Analysis) -> tuple[Block, ...]:
    drivers = analysis.drivers
    paragraphs = _paragraphs(driver_section.sentences(context, drivers))
    advice = (
        Paragraph(context.text("advice.intro")),
        driver_section.advice_table(context, analysis.findings),
    )
    if drivers is None:
        return (*paragraphs, *advice)
    return (*paragraphs, driver_section.table(context, drivers), driver_section.figure(context), *advice)


def _quality(context: ReportContext, analysis: Analysis) -> tuple[Block, ...]:
    review = analysis.review
    blocks: list[Block] = list(_paragraphs(quality_review.sentences(context, analysis)))
    if review.flags or review.bursts:
        blocks.append(quality_review.counts(context, review))
    if analysis.excluding_flagged is not None:
        blocks.append(quality_review.without(context, analysis.excluding_flagged))
    if review.channels:
        blocks.append(channel_table.table(context, review))
    return tuple(blocks)


def _paragraphs(sentences: Sequence[str], *, listed: bool = False) -> tuple[Block, ...]:
    return tuple(Paragraph(sentence, listed) for sentence in sentences)
