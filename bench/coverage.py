"""How often intervals and rank sets hold the truth at 50 and 80 forms: ``python -m bench.coverage``.

Items: no simulation but enumeration, every possible sample weighed by its hypergeometric probability, for true
shares from 50 to 99.5 %. Indices and rank sets: forms drawn without replacement from made-up populations
whose answers hang together within a form as they do in practice. Prints Markdown tables; about a minute.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from scoring import exact
from scoring.arrays import FloatArray, MarkArray
from scoring.comparison.ranks import (
    RankSets,
    kww_bonferroni,
    kww_independent,
    mrsw_marginal,
    mrsw_simultaneous,
)
from scoring.design import expand, expansion, moments, select
from scoring.estimates import F1_SCALE, INDEX, PERCENT, Sample, effective_forms, scaled_estimates
from scoring.index import WeightedCriterion, build_scheme, estimate
from scoring.intervals import (
    CountMethod,
    Interval,
    agresti_coull,
    clopper_pearson,
    jeffreys,
    mean_t,
    wilson,
    wilson_svy,
    with_fpc,
    xlogit,
)
from scoring.tally import arrange

LEVEL = 0.95
SIZES = ((50, 2000), (80, 2000), (80, 300))
CRITERIA = tuple(
    WeightedCriterion(f"C{n}", w, tuple(range(4 * n, 4 * n + 4)))
    for n, w in enumerate((2, 1.5, 1.5, 3, 3, 2))
)
SCHEME = build_scheme(24, CRITERIA)
SAMPLES = 4000
TABLES = 400
Exact = Callable[[int, int, int], Interval]


def _design(method: Callable[[float, float, float, float], Interval | None]) -> Exact:
    """Use a design interval on one item of one unit, with the bound of the product where it has none."""

    def interval(x: int, n: int, population: int) -> Interval:
        share = x / n
        se = math.sqrt((1 - n / population) * share * (1 - share) / (n - 1))
        found = method(share, se, n - 1, LEVEL)
        return with_fpc(wilson, x, n, population, LEVEL) if found is None or se == 0 else found

    return interval


def _counts(method: CountMethod) -> Exact:
    return lambda x, n, _: method(x, n, LEVEL)


def _finite(method: CountMethod) -> Exact:
    return lambda x, n, population: with_fpc(method, x, n, population, LEVEL)


ITEM_METHODS: dict[str, Exact] = {
    "wald t": _design(mean_t),
    "xlogit": _design(xlogit),
    "wilson_svy (default)": _design(wilson_svy),
    "wilson": _counts(wilson),
    "wilson, finite": _finite(wilson),
    "jeffreys, finite": _finite(jeffreys),
    "agresti_coull, finite": _finite(agresti_coull),
    "clopper_pearson": _counts(clopper_pearson),
    "hypergeometric": lambda x, n, population: exact.hypergeometric(x, n, population, LEVEL),
    "blaker (guaranteed)": lambda x, n, population: exact.blaker(x, n, population, LEVEL),
}


def items() -> None:
    """Print mean and least coverage and mean width of every interval of an item, by enumeration."""
    print("\n| interval | " + " | ".join(f"n = {n}, N = {size}" for n, size in SIZES) + " |")
    print("|---|" + "---|" * len(SIZES))
    for name, method in ITEM_METHODS.items():
        cells = []
        for n, population in SIZES:
            ends = np.array([method(x, n, population) for x in range(n + 1)])
            satisfied = np.arange(population // 2, round(population * 0.995) + 1)
            mass = np.array([_mass(k, n, population) for k in satisfied.tolist()])
            true = (satisfied / population)[:, None]
            covered = (mass * ((ends[:, 0] <= true + 1e-12) & (true <= ends[:, 1] + 1e-12))).sum(axis=1)
            width = (mass @ (ends[:, 1] - ends[:, 0])).mean()
            cells.append(f"{covered.mean():.3f} / {covered.min():.3f} / {100 * width:.1f}")
        print(f"| {name} | " + " | ".join(cells) + " |", flush=True)


def _mass(satisfied: int, n: int, population: int) -> FloatArray:
    first, mass = exact.probabilities(satisfied, n, population, n * satisfied // population)
    whole = np.zeros(n + 1)
    whole[first : first + mass.size] = mass
    return whole


def population(size: int, centre: float, rng: np.random.Generator) -> MarkArray:
    """Return the forms of a whole population: a mood per form, an ease per item, 5 % blanks."""
    mood, ease = rng.normal(size=(size, 1)), rng.normal(scale=0.3, size=24)
    level = np.clip(np.rint(centre + ease + 0.5 * mood + 0.6 * rng.normal(size=(size, 24))), 1, 5)
    level[rng.random(level.shape) < 0.05] = 0
    return level.astype(np.uint8)


def indices(rng: np.random.Generator) -> None:
    """Print coverage of the published intervals of criteria and overall indices."""
    chosen = {
        "criterion": SCHEME.pooled,
        "overall pooled": SCHEME.overall_pooled,
        "overall weighted": SCHEME.overall_weighted,
    }
    print(
        "\n| index | formula | mean level | " + " | ".join(f"n = {n}, N = {size}" for n, size in SIZES) + " |"
    )
    print("|---|---|---|" + "---|" * len(SIZES))
    for centre in (4.0, 4.5):
        hits: dict[tuple[str, str], list[str]] = {}
        for n, size in SIZES:
            people = population(size, centre, rng)
            truth = estimate(SCHEME, moments(arrange(people, np.zeros(size), [size]))).value
            rows = np.concatenate([rng.permutation(size)[:n] for _ in range(SAMPLES)])
            # Every sample is a stratum of its own, so that all of them are reduced in one go.
            found = moments(arrange(people[rows], np.repeat(np.arange(SAMPLES), n), [size] * SAMPLES))
            effective = float(effective_forms(np.array([[n]]), np.array([size]), np.ones(1))[0])
            sample = Sample(n, n - 1, census=False, population_known=True, effective=effective)
            covered = np.zeros((len(chosen), 2))
            for draw in range(SAMPLES):
                one = estimate(SCHEME, select(found, slice(draw, draw + 1)))
                se = one.se
                for row, place in enumerate(chosen.values()):
                    for column, at in enumerate((place, SCHEME.size + place)):
                        scale = (F1_SCALE, PERCENT)[1 - column]
                        (e,) = scaled_estimates(one.value[at], se[at], sample, LEVEL, INDEX, (scale,))
                        true = scale[0] + scale[1] * truth[at]
                        covered[row, column] += (e.low or 0) <= true <= (e.high or 100)
            for row, name in enumerate(chosen):
                for column, formula in enumerate(("F2", "F1, F3")):
                    hits.setdefault((name, formula), []).append(f"{covered[row, column] / SAMPLES:.3f}")
        for (name, formula), cells in hits.items():
            print(f"| {name} | {formula} | {centre} | " + " | ".join(cells) + " |", flush=True)


def rank_sets(rng: np.random.Generator) -> None:
    """Print how often rank sets of 11 units with 80 forms hold the true ranks, and how wide they are."""
    methods: dict[str, Callable[[FloatArray, FloatArray, int], RankSets]] = {
        "mrsw_marginal": lambda v, s, seed: mrsw_marginal(v, s, LEVEL, seed=seed, draws=2000),
        "mrsw_simultaneous": lambda v, s, seed: mrsw_simultaneous(v, s, LEVEL, seed=seed, draws=2000),
        "kww_bonferroni": lambda v, s, _: kww_bonferroni(v, s, LEVEL),
        "kww_independent": lambda v, s, _: kww_independent(v, s, LEVEL),
    }
    people = [population(2000, centre, rng) for centre in np.linspace(4.0, 4.5, 11)]
    place = SCHEME.overall_pooled
    whole = moments(arrange(np.vstack(people), np.repeat(np.arange(11), 2000), [2000] * 11))
    truth = [estimate(SCHEME, select(whole, slice(u, u + 1))).value[place] for u in range(11)]
    true = 1 + np.array([sum(other > mine for other in truth) for mine in truth])
    each, all_, width = (dict.fromkeys(methods, 0.0) for _ in range(3))
    for draw in range(TABLES):
        marks = np.vstack([unit[rng.permutation(2000)[:80]] for unit in people])
        found = moments(arrange(marks, np.repeat(np.arange(11), 80), [2000] * 11))
        weighted = expand(found, expansion(found))
        units = [estimate(SCHEME, select(weighted, slice(u, u + 1))) for u in range(11)]
        value = np.array([unit.value[place] for unit in units])
        se = np.array([unit.se[place] for unit in units])
        for name, method in methods.items():
            sets = method(value, se, draw)
            inside = (np.array(sets.low) <= true) & (true <= np.array(sets.high))
            each[name] += inside.mean() / TABLES
            all_[name] += inside.all() / TABLES
            width[name] += float(np.mean(np.array(sets.high) - np.array(sets.low) + 1)) / TABLES
    print(
        "\n| rank sets | a unit's true rank inside | all 11 inside | mean number of ranks in a set |\n|---|---|---|---|"
    )
    for name in methods:
        print(f"| {name} | {each[name]:.3f} | {all_[name]:.3f} | {width[name]:.1f} |")


def main() -> None:
    """Print all three tables."""
    rng = np.random.default_rng(2024)
    print("Mean coverage / least coverage / mean width in percentage points; level 95 %.")
    items()
    indices(rng)
    rank_sets(rng)


if __name__ == "__main__":
    main()
