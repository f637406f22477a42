"""What the minimum quotas of a plan really give: margins, differences that show, targets that can be shown."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median_low

import numpy as np

from scoring.analysis.unit_profile import form_scores
from scoring.arrays import CodeArray, MarkArray
from scoring.defaults import SATISFIED_FROM, TARGETS
from scoring.planning import Precision, margin_mean, power_target, precision
from scoring.points.target_probabilities import SCALES
from scoring.results import Formula

MOST_QUOTAS = 4
HOPED = 0.95  # the true share for which it is said how probably the first target is shown


@dataclass(frozen=True, slots=True)
class QuotaPrecision:
    """What one quota gives for a share of one question, and for the overall index of this campaign.

    ``precision`` is about shares. ``index_margin`` is half the width of the interval of the official overall
    index in percentage points at this campaign's spread between forms, None where that is not known.
    ``shows_target`` is the probability to show that 85 % is reached when 95 % are satisfied.
    """

    precision: Precision
    index_margin: float | None
    shows_target: float


def quota_precisions(
    quotas: Sequence[tuple[int, int | None]], spread: float | None, level: float
) -> tuple[QuotaPrecision, ...]:
    """Return the precision of each distinct quota without N, and at the middle N of its units where known.

    ``quotas`` are pairs of minimum forms and N of every unit; ``spread`` is :func:`form_spread`. Edge cases: quotas
    of 0 are left out; of more than four, the two smallest and two largest stand; a middle N below the quota is not
    used. Formulas: :mod:`scoring.planning`.
    """
    sizes = sorted({forms for forms, _ in quotas if forms > 0})
    if len(sizes) > MOST_QUOTAS:
        sizes = [*sizes[: MOST_QUOTAS // 2], *sizes[-MOST_QUOTAS // 2 :]]
    precisions = []
    for forms in sizes:
        known = [number for quota, number in quotas if quota == forms and number is not None]
        precisions.append(_precision(forms, None, spread, level))
        if known and median_low(known) >= forms:
            precisions.append(_precision(forms, median_low(known), spread, level))
    return tuple(precisions)


def _precision(forms: int, population: int | None, spread: float | None, level: float) -> QuotaPrecision:
    return QuotaPrecision(
        precision(forms, population, level),
        None if spread is None else margin_mean(forms, population, spread, level),
        power_target(forms, population, HOPED, TARGETS[0], level),
    )


def form_spread(
    marks: MarkArray,
    unit: CodeArray,
    columns: Sequence[int],
    formula: Formula,
    satisfied_from: int = SATISFIED_FROM,
) -> float | None:
    """Return the standard deviation between forms, inside units, of each form's own overall index.

    Estimator: pooled within-unit variance, sum of squares over (forms - units). In percentage points of the formula.
    None where no unit has two forms. Worked value: two forms of one unit, all at 5 and all at 4: F1 of 100 and 80,
    spread 14.142.
    """
    score = form_scores(marks[:, list(columns)], formula, satisfied_from)
    known = np.isfinite(score)
    _, group = np.unique(unit[known], return_inverse=True)
    value = score[known]
    count = np.bincount(group)
    left = value.size - count.size
    if left <= 0:
        return None
    mean = np.bincount(group, value) / count
    return math.sqrt(float(((value - mean[group]) ** 2).sum()) / left) * SCALES[formula][1]
