"""What an estimate means for targets and points: how likely a target is reached, what a criterion earns."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from scoring.estimates import F1_SCALE, PERCENT, Scale
from scoring.index import WeightedCriterion
from scoring.points.awards import (
    Award,
    BandProbability,
    NextStep,
    PointsTotal,
    PointTable,
    award,
    bands,
    next_step,
    total,
)
from scoring.points.posterior import Posterior, from_estimate
from scoring.results import DomainResult, Estimate, Formula, IndexResult, SurveyResult

SCALES: dict[Formula, Scale] = {"f1": F1_SCALE, "f2": PERCENT, "f3": PERCENT}


@dataclass(frozen=True, slots=True)
class TargetProbabilities:
    """Probabilities that a domain's true overall index reaches each target, in the order of the targets.

    ``official`` is about the campaign's official formula, ``satisfied`` about F2, the share of satisfied
    answers. Both None where the domain has too few forms or is hidden.
    """

    domain: str
    forms: int
    official: tuple[float, ...] | None
    satisfied: tuple[float, ...] | None


@dataclass(frozen=True, slots=True)
class EarnedPoints:
    """What one criterion earns: its award, the awards at both ends of its interval, the chance of each band.

    ``step`` says what would change the points, in answers: for F2 ``changed`` answers satisfied instead, for F1
    and F3 answers raised by one level; ``added`` further answers, satisfied (F2) or at level 5 (F1, F3).
    """

    award: Award
    low: Award | None
    high: Award | None
    bands: tuple[BandProbability, ...]
    step: NextStep | None


@dataclass(frozen=True, slots=True)
class DomainPoints:
    """The points of a domain's criteria under one table. A criterion that must stay hidden has no ``EarnedPoints``."""

    domain: str
    table: PointTable
    criteria: tuple[EarnedPoints, ...]
    total: PointsTotal


def index_posterior(estimate: Estimate, formula: Formula, forms: int) -> Posterior | None:
    """Return what the data say about a published index, with limits on its own scale over 100.

    See :func:`scoring.points.posterior.from_estimate`; F1 is a share of the range from 20 to 100. None where there is no
    estimate or no standard error. Worked value: F1 of 92 with se 2.4 is the share 0.9 with se 0.03:
    P(F1 >= 88) = P(share >= 0.85) = 0.9251.
    """
    if estimate.value is None or estimate.se is None:
        return None
    if estimate.note == "census":
        return from_estimate(estimate.value / 100, 0.0, forms, census=True)
    offset, width = SCALES[formula]
    known = from_estimate((estimate.value - offset) / width, estimate.se / width, forms)
    return replace(known, offset=offset / 100, width=width / 100)


def target_probabilities(
    domain: DomainResult,
    formula: Formula,
    targets: Sequence[float],
    *,
    fewest: int,
    hidden: Collection[str] = (),
) -> TargetProbabilities:
    """Return the probabilities that a domain's overall index is at least each target (per cent)."""
    if domain.forms < fewest or domain.id in hidden:
        return TargetProbabilities(domain.id, domain.forms, None, None)
    index = domain.overall
    reached = []
    for one in (formula, "f2"):
        known = index_posterior(index.by(one), one, index.forms)
        reached.append(None if known is None else tuple(known.at_least(target / 100) for target in targets))
    return TargetProbabilities(domain.id, domain.forms, *reached)


def domain_points(
    table: PointTable,
    result: SurveyResult,
    domain: DomainResult,
    criteria: Sequence[WeightedCriterion],
    *,
    hidden: Collection[tuple[str, str]] = (),
) -> DomainPoints:
    """Return the points of every criterion that a domain answers and may show, by the official formula.

    ``criteria`` give the maximum points; see :mod:`scoring.points.awards`. The total is unknown where a criterion is
    hidden, unanswered or of unknown worth. What would change the points is only said where a criterion is pooled
    over its answers, since a mean of items has no single count of answers.
    """
    maximum = {criterion.id: criterion.weight for criterion in criteria}
    shown = [index for index in domain.criteria if (domain.id, index.id) not in hidden]
    rows = [_worth(table, result, index, maximum[index.id]) for index in shown]
    earned = tuple(row for row in rows if row is not None)
    whole = total([row.award for row in earned])
    if len(earned) < len(domain.criteria):
        whole = PointsTotal(None, whole.maximum)
    return DomainPoints(domain.id, table, earned, whole)


def _worth(
    table: PointTable, result: SurveyResult, index: IndexResult, maximum: float
) -> EarnedPoints | None:
    estimate = index.by(result.official)
    if estimate.value is None:
        return None
    known = index_posterior(estimate, result.official, index.forms)
    ends = [
        None if end is None else award(table, index.id, end, maximum) for end in (estimate.low, estimate.high)
    ]
    return EarnedPoints(
        award=award(table, index.id, estimate.value, maximum),
        low=ends[0],
        high=ends[1],
        bands=() if known is None else bands(table, index.id, known, maximum),
        step=_step(table, result, index, maximum),
    )


def _step(table: PointTable, result: SurveyResult, index: IndexResult, maximum: float) -> NextStep | None:
    """Return the least change of answers; the counts behind an index depend on its formula."""
    if result.criterion_rule != "pooled":
        return None
    levels, answers = index.levels, index.answers
    points = sum(level * number for level, number in enumerate(levels, start=1))
    reached, possible = {
        "f1": (points, 5),
        "f2": (levels[3] + levels[4], 1),
        "f3": (points - answers, 4),
    }[result.official]
    step = next_step(table, index.id, reached, possible * answers, maximum)
    if step is None or step.added is None:
        return step
    return replace(step, added=math.ceil(step.added / possible))
