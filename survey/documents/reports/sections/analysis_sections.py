"""The parts of a report that compare, weigh and doubt, as sections between its results and its limits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from scoring.analysis.analysis import Insight
from scoring.points.target_probabilities import Chances
from scoring.results import DomainResult
from survey.documents.reports.record import Block, Paragraph, Section, Table
from survey.documents.reports.report_context import Brief
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


def of_province(brief: Brief, insight: Insight) -> tuple[Section, ...]:
    """Compare the units, and say how sure targets, points and drivers are."""
    say = brief.say
    return (
        Section(say("section.league"), 2, _league(brief, insight)),
        Section(say("section.chances"), 2, _chances(brief, insight, insight.chances[1:])),
        Section(say("section.points"), 2, _points(brief, insight)),
        Section(say("section.drivers"), 2, _drivers(brief, insight)),
    )


def of_unit(brief: Brief, insight: Insight, unit: str) -> tuple[Section, ...]:
    """Say how likely one unit reaches the targets, and what its criteria allow to be said."""
    own = [found for found in insight.chances if found.domain == unit]
    said = [
        line
        for found in insight.remarks
        if found.unit == unit
        for line in driver_section.advice(brief, found)
    ]
    return (
        Section(brief.say("section.chances"), 2, _chances(brief, insight, own)),
        Section(brief.say("section.advice_unit"), 2, _paragraphs(said, listed=True)),
    )


def reliability(brief: Brief, insight: Insight, *, whole: bool) -> tuple[Section, ...]:
    """Say what the quotas give; for the whole province also what the review of the forms found. No heading."""
    sections = []
    if insight.precision:
        title = brief.say("section.precision", quotas=precision_table.quotas(insight.precision))
        sections.append(Section(title, 2, precision(brief, insight)))
    if whole:
        sections.append(Section(brief.say("section.quality"), 2, _quality(brief, insight)))
    return tuple(sections)


def precision(brief: Brief, insight: Insight) -> tuple[Block, ...]:
    """Say what the quotas give; nothing where the plan has none."""
    found = insight.precision
    if not found:
        return ()
    said = _paragraphs(precision_table.sentences(brief, found))
    return (*said, precision_table.table(brief, found))


def weak(brief: Brief, insight: Insight, domain: DomainResult) -> Table | None:
    """Return the appendix table about a domain's weak criteria."""
    scored = next((one for one in insight.points if one.domain == domain.id), None)
    return weak_criteria.table(brief, domain, scored)


def _league(brief: Brief, insight: Insight) -> tuple[Block, ...]:
    said = _paragraphs(ranking.sentences(brief, insight.league))
    if len(insight.league.units) < 2:
        return said
    return (*said, ranking.table(brief, insight.league, insight.seed), ranking.figure(brief))


def _chances(brief: Brief, insight: Insight, units: Sequence[Chances]) -> tuple[Block, ...]:
    said = _paragraphs(target_section.sentences(brief))
    return (*said, target_section.table(brief, units, insight.chances[0], insight.weighted, insight.targets))


def _points(brief: Brief, insight: Insight) -> tuple[Block, ...]:
    return tuple(_points_blocks(brief, insight))


def _points_blocks(brief: Brief, insight: Insight) -> Iterator[Block]:
    if not insight.points or not insight.points[0].criteria:
        return
    yield from _paragraphs(points_table.sentences(brief, insight.points[0]))
    yield points_table.table(brief, insight.points[0])
    for example in insight.examples:
        yield from _paragraphs(points_table.example_sentences(brief, example))
        yield points_table.table(brief, example)


def _drivers(brief: Brief, insight: Insight) -> tuple[Block, ...]:
    found = insight.drivers
    said = _paragraphs(driver_section.sentences(brief, found))
    advice = (
        Paragraph(brief.say("advice.intro")),
        driver_section.advice_table(brief, insight.remarks),
    )
    if found is None:
        return (*said, *advice)
    return (*said, driver_section.table(brief, found), driver_section.figure(brief), *advice)


def _quality(brief: Brief, insight: Insight) -> tuple[Block, ...]:
    found = insight.review
    blocks: list[Block] = list(_paragraphs(quality_review.sentences(brief, insight)))
    if found.flags or found.bursts:
        blocks.append(quality_review.counts(brief, found))
    if insight.without is not None:
        blocks.append(quality_review.without(brief, insight.without))
    if found.channels:
        blocks.append(channel_table.table(brief, found.channels))
    return tuple(blocks)


def _paragraphs(sentences: Sequence[str], *, listed: bool = False) -> tuple[Block, ...]:
    return tuple(Paragraph(sentence, listed) for sentence in sentences)
