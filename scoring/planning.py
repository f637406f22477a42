"""Planning: what a number of forms can say, and how many forms a question needs.

Shares are on 0..1, margins in the same scale. ``population`` is the number of transactions N, or None where
it is not known (then the sample is treated as small beside it). All functions are about one share of one
unit, one answer a form; the margin of an index over many items follows from the spread between forms
(:func:`margin_mean`).
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from scipy.special import betainc, ndtr, ndtri

from scoring.arrays import FloatArray
from scoring.defaults import LEVEL, POWER
from scoring.exact import log_choose
from scoring.faults import DataFault, FaultyData
from scoring.intervals import effective_n, normal_quantile, wilson

LARGEST = 100_000
SHARES = (0.85, 0.90, 0.95)


@dataclass(frozen=True, slots=True)
class Precision:
    """What n forms give: per expected share the margin, and the least difference that shows.

    ``margins`` and ``differences`` are in the order of ``shares``. A difference is between two units of the
    same n and N, seen with probability ``power``.
    """

    forms: int
    population: int | None
    level: float
    power: float
    shares: tuple[float, ...]
    margins: tuple[float, ...]
    differences: tuple[float | None, ...]


def margin(forms: int, population: int | None, share: float, level: float) -> float:
    """Return half the width of Wilson's interval when ``forms`` find exactly ``share``.

    Estimator: Wilson at n_eff = n (N - 1) / (N - n). Edge cases: 0 for a census; at a share of 0 or 1 half
    the one-sided-looking interval, never 0. Reference: Wilson (1927),
    doi:10.1080/01621459.1927.10502953. Worked value: 80 forms, N unknown, share 0.9, 95 %: 0.0668.
    """
    _checked(forms=forms, population=population, share=share, level=level)
    size = _effective(forms, population)
    if math.isinf(size):
        return 0.0
    low, high = wilson(share * size, size, level)
    return (high - low) / 2


def margin_mean(forms: int, population: int | None, spread: float, level: float) -> float:
    """Return the margin z spread sqrt((1 - n / N) / n) of a mean over forms.

    ``spread`` is the standard deviation between forms of what is averaged (an index of a form, say), on any
    scale. Edge cases: 0 for a census or a spread of 0. Reference: Cochran (1977), Sampling Techniques,
    section 2.6. Worked value: 80 forms, N unknown, spread 0.12, 95 %: 0.0263.
    """
    _checked(forms=forms, population=population, level=level)
    left = 1.0 if population is None else 1 - forms / population
    return normal_quantile(level) * spread * math.sqrt(left / forms)


def forms_for_margin(wanted: float, population: int | None, share: float, level: float) -> int:
    """Return the least number of forms whose :func:`margin` at ``share`` is at most ``wanted``.

    Found by bisection, since the margin falls with n. Edge cases: at most N; the census where nothing less
    suffices. Plan with the share nearest to 0.5 that can happen, and add what will come back blank. Worked
    value: margin 0.05, N 2600, share 0.9, 95 %: 134.
    """
    _checked(margin=wanted, population=population, share=share, level=level)
    low, high = 0, population if population is not None else LARGEST
    if margin(high, population, share, level) > wanted:
        raise FaultyData([DataFault("planning_too_many_forms", "margin", {"limit": high})])
    while high - low > 1:
        middle = (low + high) // 2
        if margin(middle, population, share, level) <= wanted:
            high = middle
        else:
            low = middle
    return high


def power_target(forms: int, population: int | None, share: float, target: float, level: float) -> float:
    """Return the probability that the low end of Wilson's interval reaches ``target`` when ``share`` is true.

    Exact over all outcomes: hypergeometric with round(N share) satisfied, or binomial where N is unknown. The
    low end reaches the target where x / n >= target + z sqrt(target (1 - target) / n_eff). Edge cases: a
    census shows what is true; as in every exact test the power rises in saw teeth, not smoothly, with n.
    Reference: Brown, Cai and DasGupta (2001), doi:10.1214/ss/1009213286. Worked value: 80 forms, N unknown,
    truth 0.95, target 0.85, 95 %: 0.7892.
    """
    _checked(forms=forms, population=population, share=share, target=target, level=level)
    size = _effective(forms, population)
    slack = 0.0 if math.isinf(size) else normal_quantile(level) * math.sqrt(target * (1 - target) / size)
    least = math.ceil(forms * (target + slack) - 1e-9)
    if least > forms:
        return 0.0
    if population is None:
        return float(betainc(least, forms - least + 1, share))
    return float(_hypergeometric(forms, population, round(population * share))[least:].sum())


def forms_to_show_target(
    share: float, target: float, population: int | None, level: float, power: float = POWER
) -> int | None:
    """Return the least n from which on :func:`power_target` is at least ``power``, or None.

    None where no number of forms up to N (or 100,000) can show it, as when the truth does not exceed the
    target. The answer holds for the 60 sizes that follow too, so that a saw tooth does not promise too much.
    Worked value: truth 0.95, target 0.85, N unknown, 95 %, power 0.8: 83.
    """
    _checked(share=share, target=target, population=population, level=level, power=power)
    largest = population if population is not None else LARGEST
    if share <= target:
        return None
    start = _first_guess(share, target, level, power)
    high = min(start, largest)
    while high < largest and not _stays(
        range(high, min(high + 60, largest) + 1), population, share, target, level, power
    ):
        high = min(2 * high, largest)
    if power_target(high, population, share, target, level) < power:
        return None
    while high > 1 and power_target(high - 1, population, share, target, level) >= power:
        high -= 1
    return high


def _first_guess(share: float, target: float, level: float, power: float) -> int:
    """Return the normal approximation's number of forms, a little enlarged."""
    spread = normal_quantile(level) * math.sqrt(target * (1 - target)) + float(ndtri(power)) * math.sqrt(
        share * (1 - share)
    )
    return math.ceil(1.3 * (spread / (share - target)) ** 2) + 20


def _stays(
    sizes: Iterable[int], population: int | None, share: float, target: float, level: float, power: float
) -> bool:
    return all(power_target(size, population, share, target, level) >= power for size in sizes)


def power_difference(
    first: float,
    second: float,
    forms: tuple[int, int],
    populations: tuple[int | None, int | None],
    level: float,
) -> float:
    """Return the probability that a two-sided test at ``level`` tells two true shares apart.

    Estimator: Phi(d - z) + Phi(-d - z), d = |first - second| / se, se^2 the sum of p (1 - p) / n_eff. Edge
    cases: two equal shares give 1 - level; two censuses 1 where they differ. An approximation: below about
    five dissatisfied forms expected in a unit it is optimistic. Reference: Fleiss, Levin and Paik (2003),
    doi:10.1002/0471445428. Worked value: 0.95 and 0.85, 80 forms each, N unknown, 95 %: 0.5707.
    """
    _checked(first=first, second=second, level=level)
    variance = 0.0
    for share, size, population in zip((first, second), forms, populations, strict=True):
        _checked(forms=size, population=population)
        variance += share * (1 - share) / _effective(size, population)
    if variance == 0:
        return float(first != second)
    distance, quantile = abs(first - second) / math.sqrt(variance), normal_quantile(level)
    return float(ndtr(distance - quantile) + ndtr(-distance - quantile))


def difference_that_shows(
    forms: int, population: int | None, share: float, level: float, power: float = POWER
) -> float | None:
    """Return the least fall below ``share`` that a second unit of the same n and N shows with ``power``.

    By bisection on :func:`power_difference`, to four decimals. None where not even a fall to 0 would show.
    Worked value: 80 forms, N unknown, share 0.9, 95 %, power 0.8: 0.1675.
    """
    _checked(forms=forms, population=population, share=share, level=level, power=power)
    sizes, populations = (forms, forms), (population, population)

    def shows(steps: int) -> bool:
        fall = min(steps / 10_000, share)
        return power_difference(share, share - fall, sizes, populations, level) >= power

    low, high = 0, math.ceil(share * 10_000)
    if not shows(high):
        return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if shows(middle) else (middle, high)
    return high / 10_000


def precision(
    forms: int,
    population: int | None,
    level: float = LEVEL,
    power: float = POWER,
    shares: tuple[float, ...] = SHARES,
) -> Precision:
    """Return what a number of forms gives, for the report's table about the minimum quotas."""
    margins = tuple(margin(forms, population, share, level) for share in shares)
    differences = tuple(difference_that_shows(forms, population, share, level, power) for share in shares)
    return Precision(forms, population, level, power, shares, margins, differences)


def _effective(forms: int, population: int | None) -> float:
    """Return the effective n, infinite for a census."""
    if population is None:
        return float(forms)
    size = effective_n(forms, population)
    return math.inf if size is None else size


def _hypergeometric(n: int, population: int, satisfied: int) -> FloatArray:
    """Return P(X = 0..n) for n drawn from a population with so many satisfied."""
    x = np.arange(n + 1, dtype=np.float64)
    other = population - satisfied
    possible = (x <= satisfied) & (n - x <= other)
    chance = np.zeros(n + 1)
    x = x[possible]
    logs = log_choose(satisfied, x) + log_choose(other, n - x)
    chance[possible] = np.exp(logs - log_choose(population, np.array([n], dtype=np.float64)))
    return chance


def _checked(**values: float | None) -> None:
    """Refuse numbers outside their range, all of them at once."""
    faults = [
        DataFault("planning_out_of_range", name, {"value": value, "low": low, "high": high})
        for name, value in values.items()
        if value is not None
        for low, high, closed in [_RANGES[name]]
        if not (low <= value <= high if closed else low < value < high)
    ]
    forms, population = values.get("forms"), values.get("population")
    if forms is not None and population is not None and forms > population >= 1:
        faults.append(
            DataFault(
                "planning_more_forms_than_population", "forms", {"forms": forms, "population": population}
            )
        )
    if faults:
        raise FaultyData(faults)


_RANGES: dict[str, tuple[float, float, bool]] = {
    "forms": (1, LARGEST, True),
    "population": (1, 100_000_000, True),
    "share": (0, 1, True),
    "first": (0, 1, True),
    "second": (0, 1, True),
    "target": (0, 1, False),
    "margin": (0, 1, False),
    "level": (0, 1, False),
    "power": (0, 1, False),
}
