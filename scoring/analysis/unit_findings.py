"""What may be said about one unit in plain words: codes and criteria; the sentences live with the pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from scoring.arrays import CodeArray, FloatArray
from scoring.defaults import LEVEL
from scoring.intervals import normal_quantile

FEWEST_FORMS = 30

FindingCode = Literal[
    "no_answers",
    "too_few_forms",
    "criteria_alike",
    "strongest",
    "strongest_among",
    "weakest",
    "weakest_among",
    "work_on",
    "work_on_perhaps",
]


@dataclass(frozen=True, slots=True)
class UnitFinding:
    """A code with the places of the criteria that it is about, the most extreme first."""

    code: FindingCode
    criteria: tuple[int, ...]


def unit_findings(
    value: ArrayLike,
    covariance: ArrayLike,
    forms: int,
    importance: ArrayLike | None = None,
    level: float = LEVEL,
    fewest: int = FEWEST_FORMS,
) -> tuple[UnitFinding, ...]:
    """Say which criteria of a unit are strongest and weakest, what to work on, and whether n allows it.

    ``value`` (k,) criterion indices on any scale (NaN: not answered), ``covariance`` (k, k) at the level of
    forms, ``importance`` (k,) shares from :mod:`scoring.analysis.drivers`, usually of the whole province.

    * ``no_answers``, ``too_few_forms`` (fewer than ``fewest`` forms): nothing else is said.
    * ``criteria_alike``: the data do not separate the strongest from the weakest.
    * ``strongest`` / ``weakest``: one criterion, better or worse than every other: its two-sided z test
      against the nearest is significant at ``level`` (rank verification, valid although the winner was
      chosen by the same data). ``strongest_among`` / ``weakest_among``: it and those not separated from it.
    * ``work_on``: the clearly weakest criterion, or with ``importance`` the one of the weakest group with
      the largest importance; ``work_on_perhaps`` where the group has more than one.

    Edge cases: with fewer than two answered criteria nothing is compared; a difference without variance is
    separated where it is not 0. Reference: Hung and Fithian (2019), doi:10.1214/18-AOS1740. Worked value:
    values (0.9, 0.8), independent, se 0.03: z = 2.36, ``strongest`` 0 and ``weakest`` 1.
    """
    values, matrix = np.asarray(value, dtype=np.float64), np.asarray(covariance, dtype=np.float64)
    answered = np.flatnonzero(np.isfinite(values))
    if forms == 0 or answered.size == 0:
        return (UnitFinding("no_answers", ()),)
    if forms < fewest:
        return (UnitFinding("too_few_forms", ()),)
    order = answered[np.argsort(-values[answered], kind="stable")]
    if order.size < 2 or not _separated(values, matrix, order[0], order[-1], level):
        return (UnitFinding("criteria_alike", tuple(order.tolist())),)
    best, worst = (_group(values, matrix, ranked, level) for ranked in (order, order[::-1]))
    return (
        UnitFinding("strongest" if len(best) == 1 else "strongest_among", best),
        UnitFinding("weakest" if len(worst) == 1 else "weakest_among", worst),
        _work(worst, None if importance is None else np.asarray(importance, dtype=np.float64)),
    )


def _separated(values: FloatArray, matrix: FloatArray, first: int, second: int, level: float) -> bool:
    variance = matrix[first, first] + matrix[second, second] - 2 * matrix[first, second]
    distance = abs(values[first] - values[second])
    return bool(distance > normal_quantile(level) * np.sqrt(max(variance, 0.0)))


def _group(values: FloatArray, matrix: FloatArray, order: CodeArray, level: float) -> tuple[int, ...]:
    """Return the first criterion of an order and those not separated from it."""
    rest = [int(one) for one in order[1:] if not _separated(values, matrix, int(order[0]), int(one), level)]
    return (int(order[0]), *rest)


def _work(worst: tuple[int, ...], importance: FloatArray | None) -> UnitFinding:
    """Choose what to work on among the weakest."""
    first = worst[0] if importance is None else max(worst, key=lambda one: importance[one])
    return UnitFinding("work_on" if len(worst) == 1 else "work_on_perhaps", (first,))
