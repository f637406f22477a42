"""Confidence intervals for a share or a bounded mean: one function per method, named after it.

Two families. *Design* intervals take an estimate with its form-level standard error and degrees of freedom.
*Count* intervals take x satisfied of n forms for one item of one unit, where a form is one independent draw;
x and n may be fractional, so that every one of them also works on an effective n. All work on proportions in
0..1 and return None where nothing can be said.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

from scipy.special import betainccinv, betaincinv, expit, logit, ndtri, stdtrit


class Interval(NamedTuple):
    """The two ends of an interval, on the scale of the estimate."""

    low: float
    high: float


CountMethod = Callable[[float, float, float], Interval]


@lru_cache(maxsize=4096)
def t_quantile(df: float, level: float) -> float | None:
    """Return the t quantile of a two-sided interval; None without degrees of freedom.

    Worked value: df 79, 95 %: 1.990450; infinite df: 1.959964.
    """
    return float(stdtrit(df, (1 + level) / 2)) if df > 0 else None


@lru_cache(maxsize=64)
def normal_quantile(level: float) -> float:
    """Return the normal quantile of a two-sided interval. Worked value: 95 %: 1.959964."""
    return float(ndtri((1 + level) / 2))


def _clip(low: float, high: float) -> Interval:
    return Interval(max(0.0, low), min(1.0, high))


def mean_t(estimate: float, se: float, df: float, level: float) -> Interval | None:
    """Wald interval with a t quantile: estimate -/+ t(df) se.

    Any scale; the ends are not clipped, since the function does not know the range. None without degrees
    of freedom. Zero width at se = 0, so not for a share of 0 or 1 unless n = N. Not recommended for shares
    near 0 or 1 at n = 50 to 80: it leaves the range and covers too little.
    Reference: Lumley (2010), doi:10.1002/9780470580066. Worked value: 0.9125, se 0.0309318, df 79, 95 %:
    [0.8509, 0.9741].
    """
    quantile = t_quantile(df, level)
    if quantile is None:
        return None
    return Interval(estimate - quantile * se, estimate + quantile * se)


def xlogit(estimate: float, se: float, df: float, level: float) -> Interval | None:
    """Interval on the logit scale, brought back: expit(logit p -/+ t se / (p (1 - p))).

    Stays inside 0..1. None at p = 0 or 1 and without degrees of freedom; the point at se = 0.
    Reference: Korn and Graubard (1999), doi:10.1002/9781118032619, section 2.6; R survey's svyciprop xlogit.
    Worked value: 0.9125, se 0.0309318, df 79, 95 %: [0.8283, 0.9575].
    """
    quantile = t_quantile(df, level)
    if quantile is None or not 0 < estimate < 1:
        return None
    centre, half = float(logit(estimate)), quantile * se / (estimate * (1 - estimate))
    return Interval(float(expit(centre - half)), float(expit(centre + half)))


def _score(share: float, n: float, quantile: float) -> Interval:
    square = quantile**2
    centre = (share + square / (2 * n)) / (1 + square / n)
    half = quantile / (1 + square / n) * math.sqrt(share * (1 - share) / n + square / (4 * n**2))
    return _clip(centre - half, centre + half)


def wilson_svy(estimate: float, se: float, df: float, level: float) -> Interval | None:
    """Wilson's score interval with the design's effective n = p (1 - p) / se^2 and a t quantile.

    The default for the share of one item. None at se = 0 (so at 0, at 1 and for a census: take
    :func:`wilson` on the counts, or the point) and without degrees of freedom.
    Reference: Wilson (1927), doi:10.1080/01621459.1927.10502953; Kott and Carr (1997); Franco, Little,
    Louis and Slud (2019), doi:10.1093/jssam/smy019. Worked value: 0.9125, se 0.0309318, df 79, 95 %:
    [0.8308, 0.9568].
    """
    quantile = t_quantile(df, level)
    if quantile is None or se == 0 or not 0 < estimate < 1:
        return None
    return _score(estimate, estimate * (1 - estimate) / se**2, quantile)


def wilson(x: float, n: float, level: float) -> Interval:
    """Wilson's score interval on counts, z quantile.

    At x = 0 the low end is exactly 0 and at x = n the high end exactly 1; never zero width.
    Reference: Wilson (1927), doi:10.1080/01621459.1927.10502953. Worked value: 6 of 6, 95 %: [0.6097, 1].
    """
    low, high = _score(x / n, n, normal_quantile(level))
    return Interval(0.0 if x == 0 else low, 1.0 if x == n else high)


def clopper_pearson(x: float, n: float, level: float) -> Interval:
    """Clopper-Pearson's exact binomial interval: alpha/2 in each tail.

    Never covers less than the level, usually more. At x = 0 the low end is 0, at x = n the high end is 1.
    Reference: Clopper and Pearson (1934), doi:10.1093/biomet/26.4.404. Worked value: 6 of 6, 95 %:
    [0.5407, 1].
    """
    tail = (1 - level) / 2
    low = 0.0 if x == 0 else float(betaincinv(x, n - x + 1, tail))
    return Interval(low, 1.0 if x == n else float(betainccinv(x + 1, n - x, tail)))


def jeffreys(x: float, n: float, level: float) -> Interval:
    """Jeffreys' equal-tailed interval of the Beta(x + 1/2, n - x + 1/2) distribution.

    The low end is 0 at x = 0 and the high end 1 at x = n.
    Reference: Brown, Cai and DasGupta (2001), doi:10.1214/ss/1009213286. Worked value: 6 of 6, 95 %:
    [0.6696, 1].
    """
    tail = (1 - level) / 2
    low = 0.0 if x == 0 else float(betaincinv(x + 0.5, n - x + 0.5, tail))
    return Interval(low, 1.0 if x == n else float(betainccinv(x + 0.5, n - x + 0.5, tail)))


def agresti_coull(x: float, n: float, level: float) -> Interval:
    """Agresti-Coull's interval: Wald on x + z^2/2 of n + z^2, clipped to 0..1.

    Wider than Wilson's; not the narrowest choice, kept because published tables use it.
    Reference: Agresti and Coull (1998), doi:10.1080/00031305.1998.10480550. Worked value: 6 of 6, 95 %:
    [0.5572, 1].
    """
    quantile = normal_quantile(level)
    size = n + quantile**2
    share = (x + quantile**2 / 2) / size
    half = quantile * math.sqrt(share * (1 - share) / size)
    return _clip(share - half, share + half)


def effective_n(n: float, population: float) -> float | None:
    """Return n (N - 1) / (N - n): the sample with replacement as informative as n of N without.

    None for a census (n = N), where it is infinite. Reference: Kish (1965), Survey Sampling, section 2.2.
    Worked value: 6 of 33: 7.1111.
    """
    return n * (population - 1) / (population - n) if population > n else None


def with_fpc(method: CountMethod, x: float, n: float, population: float, level: float) -> Interval:
    """Apply a count interval to the share x / n at the effective n; the point for a census.

    Worked value: Wilson, 6 of 6 from 33, 95 %: [0.6493, 1].
    """
    effective = effective_n(n, population)
    if effective is None:
        return Interval(x / n, x / n)
    return method(effective if x == n else x / n * effective, effective, level)


def interval_error(interval: Interval, quantile: float) -> float:
    """Return the standard error that a symmetric interval of this width would have: half of it over the quantile.

    For comparisons of units whose forms are all alike: their estimated standard error of 0 is not certainty,
    the width of their interval is honest. On the scale of the interval. Worked value: 95.4 to 100, 1.959964:
    1.1735.
    """
    return (interval.high - interval.low) / 2 / quantile


def form_bound(value: float, share_low: float) -> Interval:
    """Bound a mean on 0..1 when every one of the n forms has the same value and so shows no spread.

    ``share_low`` is the low end of an interval for the share of forms that have this value, n of n (for
    example :func:`wilson` on the number of forms). The other forms may lie anywhere in 0..1, hence
    [value share_low, value share_low + 1 - share_low]: at value 1 the high end is 1, at value 0 the low
    end is 0, and the width is never zero unless share_low is 1. Conservative; it is the plain mixture
    bound for bounded variables (Manski 2003, Partial Identification, doi:10.1007/b97478).
    Worked value: value 1, 6 forms of 33, Wilson: [0.6493, 1].
    """
    rest = 1 - share_low
    return Interval(value * share_low, value * share_low + rest)
