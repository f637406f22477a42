"""From an index and its form-level error to a published estimate: which interval, and what must be said."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from scoring.intervals import Interval, effective_n, form_bound, wilson, wilson_svy, xlogit
from scoring.record import Estimate

# An index on 0..1 becomes a published one by (offset, width): F1 runs from 20 to 100, F2 and F3 from 0 to 100.
F1_SCALE = (20.0, 80.0)
PERCENT = (0.0, 100.0)


@dataclass(frozen=True, slots=True)
class Sample:
    """What stands behind one index of one domain.

    ``answering`` forms with an answer and ``population`` N (None where unknown) per stratum with answers;
    ``weight`` of a form in each; ``df`` degrees of freedom; ``census`` when every stratum has n = N.
    """

    answering: tuple[float, ...]
    population: tuple[float | None, ...]
    weight: tuple[float, ...]
    df: float
    census: bool

    @property
    def note(self) -> str | None:
        """``population_unknown`` where some N is unknown, so that no finite population correction is made."""
        return "population_unknown" if None in self.population else None

    def effective_forms(self) -> float:
        """Return the number of equally weighted independent forms with the same variance at equal spread.

        1 / sum of W^2 / n_eff over the strata, W the stratum's share of the weighted forms and n_eff
        Kish's effective n where N is known. Worked value: one stratum, 6 of 33: 7.1111.
        """
        mass = [n * w for n, w in zip(self.answering, self.weight, strict=True)]
        inverse = 0.0
        for part, n, population in zip(mass, self.answering, self.population, strict=True):
            effective = n if population is None else effective_n(n, population)
            inverse += 0.0 if effective is None else (part / sum(mass)) ** 2 / effective
        return 1 / inverse


IntervalMethod = Callable[[float, float, float, float], Interval | None]
ITEM_SHARE: tuple[str, IntervalMethod] = ("wilson_svy", wilson_svy)
INDEX: tuple[str, IntervalMethod] = ("xlogit", xlogit)


def publish(
    value: float,
    se: float,
    sample: Sample,
    level: float,
    method: tuple[str, IntervalMethod],
    scale: tuple[float, float],
) -> Estimate:
    """Return the estimate with its interval, in per cent, or with the reason why there is none.

    ``value`` and ``se`` on 0..1. In this order: no answers, nothing; a census, the point; no degrees of
    freedom (one form only), no interval; every form alike, :func:`scoring.intervals.form_bound` on the
    number of forms, so that the width is never zero; else ``method``. The interval of F1 is the image of
    the one of F3, since F1 = 20 + 0.8 F3, and so respects the range 20..100.
    """
    if math.isnan(value):
        return Estimate(None, None, None, None, None, "none", "no_answers")
    if sample.census:
        return _on_scale(value, 0.0, sample.df, Interval(value, value), "census", "census", scale)
    if sample.df <= 0:
        return Estimate(scale[0] + scale[1] * value, None, sample.df, None, None, "none", "single_form")
    interval = method[1](value, se, sample.df, level)
    name = method[0]
    if se == 0 or interval is None:
        forms = sample.effective_forms()
        interval, name = form_bound(value, wilson(forms, forms, level).low), "form_bound"
    return _on_scale(value, se, sample.df, interval, name, sample.note, scale)


def _on_scale(
    value: float, se: float, df: float, interval: Interval, method: str, note: str | None,
    scale: tuple[float, float],
) -> Estimate:
    offset, width = scale
    low, high = (offset + width * end for end in interval)
    return Estimate(offset + width * value, width * se, df, low, high, method, note)
