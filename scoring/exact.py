"""Exact intervals for the number satisfied in a finite population, by inverting hypergeometric tests.

The population has N transactions, K of them satisfied; n were drawn without replacement and x of those are
satisfied. Both functions return the interval for K / N. They hold for one item of one unit, where a form is
one draw.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from scipy.special import gammaln

from scoring.arrays import FloatArray
from scoring.intervals import Interval, clopper_pearson

# Two tail probabilities closer than this, relatively, are the same number with different rounding.
TIE = 1e-11
REACH = 12


def log_choose(n: int, k: FloatArray) -> FloatArray:
    """Return the logarithms of the binomial coefficients n over k, for whole k of 0..n. Worked value: 5, 2: log 10."""
    return np.asarray(gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1), dtype=np.float64)


def probabilities(satisfied: int, n: int, population: int, near: int) -> tuple[int, FloatArray]:
    """Return the hypergeometric probabilities of x, and the x of the first one.

    Left out are values more than REACH standard deviations from the mean, whose probability is below 1e-30;
    ``near`` is always among the values.
    """
    first, last = max(0, n - (population - satisfied)), min(n, satisfied)
    share = satisfied / population
    reach = math.ceil(REACH * (1 + math.sqrt(n * share * (1 - share))))
    first, last = max(first, min(near, int(n * share) - reach)), min(last, max(near, int(n * share) + reach))
    k = np.arange(first, last, dtype=np.float64)
    step = np.log((satisfied - k) * (n - k)) - np.log((k + 1) * (population - satisfied - n + k + 1))
    logs = np.concatenate(([0.0], np.cumsum(step)))
    weights = np.exp(logs - logs.max())
    return first, weights / weights.sum()


def _tails(x: int, satisfied: int, n: int, population: int) -> tuple[float, float]:
    """Return P(X <= x) and P(X >= x) when K = satisfied."""
    first, mass = probabilities(satisfied, n, population, x)
    return float(mass[: x - first + 1].sum()), float(mass[x - first :].sum())


def hypergeometric(x: int, n: int, population: int, level: float) -> Interval:
    """Exact interval for K / N by tail inversion, alpha/2 on each side.

    Estimator: all K with P(X >= x; K) > alpha/2 and P(X <= x; K) > alpha/2. Never covers less than the
    level. At x = 0 the low end is 0, at x = n the high end is 1, at n = N both are the share.
    Reference: Buonaccorsi (1987), doi:10.1080/00031305.1987.10475484. Worked value: 6 of 6 from 33, 95 %:
    [20/33, 1].
    """
    tail = (1 - level) / 2
    low = _smallest(x, population - n + x, lambda k: _tails(x, k, n, population)[1] > tail)
    # The mirror image: K satisfied and x of n become N - K and n - x.
    other = _smallest(n - x, population - x, lambda k: _tails(n - x, k, n, population)[1] > tail)
    return Interval(low / population, (population - other) / population)


def _smallest(first: int, last: int, accept: Callable[[int], bool]) -> int:
    """Return the smallest K in first..last that is accepted; acceptance rises with K and holds at last."""
    while first < last:
        middle = (first + last) // 2
        first, last = (first, middle) if accept(middle) else (middle + 1, last)
    return first


def acceptability(x: int, satisfied: int, n: int, population: int) -> float:
    """Return Blaker's acceptability of K = satisfied.

    It is the smaller tail of x plus the largest opposite tail that does not exceed it.
    """
    first, mass = probabilities(satisfied, n, population, x)
    below, above = np.cumsum(mass), np.cumsum(mass[::-1])[::-1]
    lower, upper = below[x - first], above[x - first]
    opposite = above if lower < upper else below
    small = min(lower, upper)
    fitting = opposite[opposite <= small * (1 + TIE)]
    return float(min(1.0, small + (fitting.max() if fitting.size else 0.0)))


def blaker(x: int, n: int, population: int, level: float) -> Interval:
    """Blaker's exact interval for K / N: the "guaranteed" method.

    Estimator: the hull of all K whose :func:`acceptability` exceeds alpha. Never covers less than the
    level and always lies inside :func:`hypergeometric`. Same edge cases. The acceptability is not monotone
    in K, so the ends are found by walking inwards from the tail-inversion interval.
    Reference: Blaker (2000), doi:10.2307/3315916. Worked value: 6 of 6 from 33, 95 %: [20/33, 1].
    """
    alpha, outer = 1 - level, hypergeometric(x, n, population, level)
    low, high = round(outer.low * population), round(outer.high * population)
    while acceptability(x, low, n, population) <= alpha:
        low += 1
    while acceptability(x, high, n, population) <= alpha:
        high -= 1
    return Interval(low / population, high / population)


def guaranteed(x: int, n: int, population: int | None, level: float) -> Interval:
    """Return an interval that never covers less than the level: Blaker's, or Clopper-Pearson's if N is unknown."""
    return clopper_pearson(x, n, level) if population is None else blaker(x, n, population, level)
