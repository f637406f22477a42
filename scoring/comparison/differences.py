"""Differences: between years, between units, and between indices of the same forms."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr, stdtr

from scoring.index import Estimates
from scoring.intervals import mean_t
from scoring.multiplicity import holm


@dataclass(frozen=True, slots=True)
class TestedDifference:
    """A difference with its two-sided test and interval, on the scale of the estimates.

    ``t`` and what follows are None where there are no degrees of freedom or no standard error, and ``note``
    is then ``no_interval``; with the note ``series_break`` there is not even an estimate, because the two
    figures may not be subtracted.
    """

    estimate: float | None
    se: float | None
    df: float | None
    t: float | None
    p: float | None
    low: float | None
    high: float | None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class YearPoint:
    """One unit's index in one year, on any one scale.

    ``df`` = forms - strata of that year. ``breaks`` is True where the unit, its boundaries or the questions
    changed after the year before, so that the series starts anew.
    """

    year: int
    value: float
    se: float
    df: float
    breaks: bool = False


@dataclass(frozen=True, slots=True)
class PairDifference:
    """The difference first - second of two units: simultaneous interval, plain and Holm-adjusted p."""

    first: int
    second: int
    estimate: float
    se: float
    low: float
    high: float
    p: float
    p_holm: float


def bonferroni_level(level: float, count: int) -> float:
    """Return the level at which each of ``count`` intervals must be taken for all to hold together.

    1 - (1 - level) / count, under any dependence. Reference: Dunn (1961),
    doi:10.1080/01621459.1961.10482090. Worked value: 95 %, 11 units: 0.995455.
    """
    return 1 - (1 - level) / count


def sidak_level(level: float, count: int) -> float:
    """Return level^(1 / count): as :func:`bonferroni_level` for independent estimates, such as units.

    Reference: Sidak (1967), doi:10.1080/01621459.1967.10482935. Worked value: 95 %, 11 units: 0.995348.
    """
    return float(level ** (1 / count))


def difference(estimate: float, se: float, df: float, level: float) -> TestedDifference:
    """Test one difference against 0: t = estimate / se with df degrees of freedom, interval -/+ t(df) se.

    Edge cases: df <= 0 or an unknown estimate gives no test; se = 0 happens for two censuses, then the
    difference is certain, and for forms that are all alike, then there is no test either: nothing is ever
    called significant because of a standard error of 0. Reference: Lumley (2010),
    doi:10.1002/9780470580066. Worked value: 0.0361167, se 0.0166624, df 138: t = 2.16755, p = 0.03191,
    [0.00317, 0.06907].
    """
    if math.isnan(estimate):
        return TestedDifference(None, None, None, None, None, None, None, "no_interval")
    interval = mean_t(estimate, se, df, level)
    if interval is None or se == 0:
        return TestedDifference(estimate, se, df, None, None, None, None, "no_interval")
    t = estimate / se
    return TestedDifference(estimate, se, df, t, 2 * float(stdtr(df, -abs(t))), interval.low, interval.high)


def year_differences(points: Sequence[YearPoint], level: float) -> list[TestedDifference]:
    """Return each year minus the one before it; the samples of two years are independent.

    se = sqrt(se1^2 + se2^2), df = df1 + df2. Across a series break there is no difference, only the note
    ``series_break``. ``points`` in the order of the years. Worked value: see :func:`difference`.
    """
    result = []
    for earlier, later in pairwise(points):
        if later.breaks:
            result.append(TestedDifference(None, None, None, None, None, None, None, "series_break"))
            continue
        se, df = math.hypot(earlier.se, later.se), earlier.df + later.df
        result.append(difference(later.value - earlier.value, se, df, level))
    return result


def contrast(estimates: Estimates, weights: ArrayLike, df: float, level: float) -> TestedDifference:
    """Test a contrast of indices of the same forms, with their covariance.

    ``weights`` float (k,), for example +1 and -1 for two criteria of one unit. Their answers stand on the
    same forms, so the covariance is part of the error: se^2 = w' V w. Worked value: equal indices with
    correlation 1 differ by 0 with se 0, and no test is made.
    """
    vector = np.asarray(weights, dtype=np.float64)
    used = vector != 0
    variance = float(vector[used] @ estimates.covariance[np.ix_(used, used)] @ vector[used])
    return difference(float(vector[used] @ estimates.value[used]), math.sqrt(max(variance, 0.0)), df, level)


def unit_differences(value: ArrayLike, se: ArrayLike, level: float) -> list[PairDifference]:
    """Compare all pairs of K independent units: z tests with Holm, intervals that hold all together.

    Interval: difference -/+ z sqrt(se1^2 + se2^2) at Bonferroni's level for K (K - 1) / 2 pairs. A pair with
    se = 0 has p = 0 where it differs and 1 where it is equal, and a point for an interval: give the units
    whose forms are all alike a standard error from their interval first (see :mod:`scoring.comparison.ranks`).
    References: Holm (1979), Dunn (1961), doi:10.1080/01621459.1961.10482090. Worked value: 0.9 and 0.8
    with se 0.03 and 0.04: z = 2, p = 0.0455, [0.0020, 0.1980] for the only pair.
    """
    values, errors = np.asarray(value, dtype=np.float64), np.asarray(se, dtype=np.float64)
    pairs = list(combinations(range(values.size), 2))
    each = bonferroni_level(level, max(len(pairs), 1))
    rows = []
    for first, second in pairs:
        gap, spread = float(values[first] - values[second]), math.hypot(errors[first], errors[second])
        z = gap / spread if spread > 0 else math.copysign(math.inf, gap) if gap else 0.0
        low, high = mean_t(gap, spread, math.inf, each) or (gap, gap)
        rows.append((first, second, gap, spread, low, high, 2 * float(ndtr(-abs(z)))))
    adjusted = holm([row[-1] for row in rows]).tolist()
    return [PairDifference(*row, together) for row, together in zip(rows, adjusted, strict=True)]
