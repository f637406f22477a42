"""From an index and its form-level error to a published estimate: which interval, and what must be said."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from scoring.arrays import FloatArray
from scoring.exact import guaranteed
from scoring.intervals import Interval, form_bound, wilson, wilson_svy, xlogit
from scoring.results import Estimate

# An index on 0..1 becomes a published one by (offset, width): F1 runs from 20 to 100, F2 and F3 from 0 to 100.
Scale = tuple[float, float]
F1_SCALE: Scale = (20.0, 80.0)
PERCENT: Scale = (0.0, 100.0)


@dataclass(frozen=True, slots=True)
class Sample:
    """What stands behind one index of one domain.

    ``forms`` with an answer; ``df`` degrees of freedom; ``census`` when every stratum has n = N;
    ``population_known`` when N is known for all of them; ``effective``: see :func:`effective_forms`.
    """

    forms: int
    df: float
    census: bool
    population_known: bool
    effective: float

    @property
    def note(self) -> str | None:
        """``population_unknown`` where some N is unknown, so that no finite population correction is made."""
        return None if self.population_known else "population_unknown"


def guaranteed_share(x: int, n: int, population: int | None) -> Method:
    """Return the method that never covers less than the level, for x satisfied of n forms of one unit.

    Blaker's interval, or Clopper-Pearson's where N is unknown: see :func:`scoring.exact.guaranteed`. It uses
    the counts and not the standard error, so it has width at a share of 0 or 1 too.
    """
    name = "clopper_pearson" if population is None else "blaker"

    def exact(_value: float, _se: float, _df: float, level: float) -> Interval:
        return guaranteed(x, n, population, level)

    return name, exact


def effective_forms(answering: FloatArray, population: FloatArray, weight: FloatArray) -> FloatArray:
    """Return the equally weighted independent forms that would have the same variance at equal spread.

    ``answering`` float (strata, k) forms; ``population`` and ``weight`` float (strata,), N NaN where unknown.
    1 / sum of W^2 / n_eff, W the stratum's share of the weighted forms, n_eff = n (N - 1) / (N - n), or n
    where N is unknown. Infinite for a census, 0 without forms. Worked value: 6 of 33: 7.1111.
    """
    mass = answering * weight[:, None]
    share = mass / np.maximum(mass.sum(axis=0), np.finfo(float).tiny)
    size = np.where(np.isnan(population), np.inf, population)[:, None]
    rest = np.where(
        np.isinf(size), 1.0, (size - answering) / np.maximum(np.where(np.isinf(size), 2, size) - 1, 1)
    )
    inverse = (share**2 * rest / np.maximum(answering, 1)).sum(axis=0)
    with np.errstate(divide="ignore"):
        effective: FloatArray = np.where(mass.sum(axis=0) > 0, 1 / inverse, 0.0)
    return effective


IntervalMethod = Callable[[float, float, float, float], Interval | None]
Method = tuple[str, IntervalMethod]
ITEM_SHARE: Method = ("wilson_svy", wilson_svy)
INDEX: Method = ("xlogit", xlogit)


def scaled_estimates(
    value: float,
    se: float,
    sample: Sample,
    level: float,
    method: Method,
    scales: tuple[Scale, ...],
) -> tuple[Estimate, ...]:
    """Return the estimate on each scale with its interval, or with the reason why there is none.

    ``value`` and ``se`` on 0..1. In this order: no answers, nothing; a census, the point; no degrees of
    freedom (one form only), no interval; ``method``; and where that has none or no width, because every form
    is alike, :func:`scoring.intervals.form_bound` on the number of forms. The interval of F1 is the image of
    the one of F3, since F1 = 20 + 0.8 F3, and so respects the range 20..100.
    """
    unscaled = _unscaled(value, se, sample, level, method)
    return tuple(_on_scale(unscaled, scale) for scale in scales)


def _unscaled(value: float, se: float, sample: Sample, level: float, method: Method) -> Estimate:
    """Return the estimate on 0..1."""
    if math.isnan(value):
        return Estimate(None, None, None, None, None, "none", "no_answers")
    if sample.census:
        return Estimate(value, se, sample.df, value, value, "census", "census")
    if sample.df <= 0:
        return Estimate(value, None, sample.df, None, None, "none", "single_form")
    name, interval = method[0], method[1](value, se, sample.df, level)
    if interval is None or interval.low == interval.high:
        certain = wilson(sample.effective, sample.effective, level).low
        name, interval = "form_bound", form_bound(value, certain)
    return Estimate(value, se, sample.df, interval.low, interval.high, name, sample.note)


def _on_scale(estimate: Estimate, scale: Scale) -> Estimate:
    offset, width = scale

    def placed(point: float | None) -> float | None:
        return None if point is None else offset + width * point

    return replace(
        estimate,
        value=placed(estimate.value),
        se=None if estimate.se is None else width * estimate.se,
        low=placed(estimate.low),
        high=placed(estimate.high),
    )
