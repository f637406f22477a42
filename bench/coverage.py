"""How often intervals, rank sets and flags are right: ``python -m bench.coverage [--surveys 1000]``.

Shares are enumerated exactly (every possible count of the hypergeometric distribution), so that part has no
simulation error. Indices, rank sets, targets and flags come from surveys drawn again and again from made-up
populations of citizens, each with a level of contentment of its own, so that the 26 answers of a form belong
together as they do in reality. The tables are Markdown, ready for the documentation.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from scoring.exact import blaker, hypergeometric
from scoring.index import Criterion
from scoring.intervals import (
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
from scoring.quality import Collected, flag_officers
from scoring.ranks import (
    RankSets,
    kww_bonferroni,
    kww_independent,
    mrsw_marginal,
    mrsw_simultaneous,
    pairwise_bonferroni,
)
from scoring.record import DomainResult, Estimate, SurveyResult
from scoring.summary import Questions, Rules, summarise
from scoring.targets import from_estimate

LEVEL = 0.95
SURVEYS = 200
QUOTAS = ((50, 4100), (80, 1500))
TRUTHS = tuple(round(0.70 + 0.005 * step, 3) for step in range(59))
CUTS = (0, 4, 9, 13, 17, 22, 26)
WEIGHTS = (2.0, 1.5, 1.5, 3.0, 3.0, 2.0)
POPULATIONS = (4100, *[1500] * 10)
FORMS = (50, *[80] * 10)
MARKS_ABOVE = np.array([-2.0, -1.2, -0.3, 1.0])


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print a Markdown table."""
    print("| " + " | ".join(head) + " |")
    print("|" + " --- |" * len(head))
    for row in rows:
        print("| " + " | ".join(row) + " |")
    print()


def share_methods(n: int, size: int) -> dict[str, Callable[[int], Interval | None]]:
    """Return every interval for x of n forms out of N transactions."""

    def design(
        method: Callable[[float, float, float, float], Interval | None],
    ) -> Callable[[int], Interval | None]:
        def interval(x: int) -> Interval | None:
            p = x / n
            se = math.sqrt((1 - n / size) * p * (1 - p) / (n - 1))
            # The product takes Wilson on the counts where the design has no variance.
            return method(p, se, n - 1, LEVEL) if 0 < x < n else with_fpc(wilson, x, n, size, LEVEL)

        return interval

    methods: dict[str, Callable[[int], Interval | None]] = {
        "Wilson, effective n (default)": design(wilson_svy),
        "xlogit": design(xlogit),
        "Wald t": design(mean_t),
        "Blaker hypergeometric (guaranteed)": lambda x: blaker(x, n, size, LEVEL),
        "hypergeometric, tails": lambda x: hypergeometric(x, n, size, LEVEL),
    }
    for name, count in {
        "Wilson": wilson,
        "Jeffreys": jeffreys,
        "Agresti-Coull": agresti_coull,
        "Clopper-Pearson": clopper_pearson,
    }.items():
        methods[f"{name}, counts"] = lambda x, count=count: count(x, n, LEVEL)  # type: ignore[misc]
        methods[f"{name}, n with fpc"] = lambda x, count=count: with_fpc(count, x, n, size, LEVEL)  # type: ignore[misc]
    return methods


def chances(n: int, size: int, satisfied: int) -> NDArray[np.float64]:
    """Return P(X = 0..n) of the hypergeometric distribution."""
    logs = [
        math.log(math.comb(satisfied, x)) + math.log(math.comb(size - satisfied, n - x))
        if x <= satisfied and n - x <= size - satisfied
        else -math.inf
        for x in range(n + 1)
    ]
    return np.exp(np.array(logs) - math.log(math.comb(size, n)))


def shares() -> None:
    """Enumerate coverage and width of the intervals for one share."""
    for n, size in QUOTAS:
        print(f"One item, n = {n} of N = {size}, true share 0.70 to 0.99 in steps of 0.005, enumerated\n")
        weight = np.array([chances(n, size, round(size * truth)) for truth in TRUTHS])
        real = np.array([round(size * truth) / size for truth in TRUTHS])
        rows = []
        for name, method in share_methods(n, size).items():
            found = [method(x) or Interval(0.0, 1.0) for x in range(n + 1)]
            low, high = np.array([one.low for one in found]), np.array([one.high for one in found])
            inside = (low[None, :] <= real[:, None] + 1e-12) & (high[None, :] >= real[:, None] - 1e-12)
            covered = (weight * inside).sum(axis=1)
            width = (weight @ (high - low)).mean()
            rows.append((name, f"{covered.mean():.3f}", f"{covered.min():.3f}", f"{width:.4f}"))
        table(("interval", "mean coverage", "least coverage", "mean width"), rows)


def citizens(
    rng: np.random.Generator, sizes: Sequence[int], spread: float = 0.25
) -> tuple[NDArray[np.uint8], NDArray[np.intp]]:
    """Return the marks (people, 26) of whole populations, 6 per cent all 5 and 4 per cent blanks, and their units."""
    unit = np.repeat(np.arange(len(sizes)), sizes)
    person = rng.normal(0, 0.8, unit.size) + rng.normal(1.0, spread, len(sizes))[unit]
    wish = person[:, None] + rng.normal(0, 0.3, CUTS[-1]) + rng.normal(0, 0.8, (unit.size, CUTS[-1]))
    marks = (1 + np.searchsorted(MARKS_ABOVE, wish)).astype(np.uint8)
    marks[rng.random(unit.size) < 0.06] = 5
    marks[rng.random(marks.shape) < 0.04] = 0
    return marks, unit


def summary(marks: NDArray[np.uint8], unit: NDArray[np.intp], sizes: Sequence[int]) -> SurveyResult:
    """Score forms as the product does."""
    criteria = tuple(
        Criterion(f"C{number + 1}", weight, tuple(range(CUTS[number], CUTS[number + 1])))
        for number, weight in enumerate(WEIGHTS)
    )
    questions = Questions(tuple(f"q{item + 1}" for item in range(CUTS[-1])), criteria)
    names = [f"U{number:02d}" for number in range(len(sizes))]
    return summarise(
        marks, unit, names, sizes, questions, Rules(official="f2", overall="weighted", level=LEVEL)
    )


def estimates(domain: DomainResult) -> dict[str, Estimate]:
    """Return the estimates of a domain that are followed."""
    found = {"item, F2": domain.items[0].f2, "criterion pooled, F2": domain.criteria[0].f2}
    for formula in ("f1", "f2", "f3"):
        found[f"overall weighted, {formula.upper()}"] = getattr(domain.overall_weighted, formula)
    return found | {"overall pooled, F2": domain.overall_pooled.f2}


def rank_methods(seed: int) -> dict[str, Callable[[list[float], list[float]], RankSets]]:
    """Return the rank sets by name."""
    return {
        "MRSW simultaneous": lambda e, s: mrsw_simultaneous(e, s, LEVEL, seed=seed, draws=2000),
        "MRSW marginal": lambda e, s: mrsw_marginal(e, s, LEVEL, seed=seed, draws=2000),
        "all pairs, Bonferroni": lambda e, s: pairwise_bonferroni(e, s, LEVEL),
        "KWW, independent": lambda e, s: kww_independent(e, s, LEVEL),
        "KWW, Bonferroni": lambda e, s: kww_bonferroni(e, s, LEVEL),
    }


def surveys(number: int) -> None:
    """Draw surveys of 11 units again and again and count how often each statement is true."""
    rng = np.random.default_rng(20240805)
    marks, unit = citizens(rng, POPULATIONS)
    truth = summary(marks, unit, POPULATIONS)
    places = [np.flatnonzero(unit == code) for code in range(len(POPULATIONS))]
    hits: dict[str, list[float]] = {}
    widths: dict[str, list[float]] = {}
    ranks: dict[str, list[tuple[float, float, float]]] = {}
    claims: list[tuple[bool, float]] = []
    for survey in range(number):
        drawn = np.concatenate(
            [rng.choice(place, n, replace=False) for place, n in zip(places, FORMS, strict=True)]
        )
        found = summary(marks[drawn], unit[drawn], POPULATIONS)
        pairs = [("unit: ", one, real) for one, real in zip(found.units, truth.units, strict=True)]
        if found.province_weighted is not None and truth.province_weighted is not None:
            pairs.append(("province: ", found.province_weighted, truth.province_weighted))
        for prefix, one, real in pairs:
            for name, estimate in estimates(one).items():
                value = estimates(real)[name].value
                inside = (estimate.low or 0) - 1e-9 <= (value or 0) <= (estimate.high or 100) + 1e-9
                hits.setdefault(prefix + name, []).append(inside)
                widths.setdefault(prefix + name, []).append((estimate.high or 100) - (estimate.low or 0))
        claims += list(_claims(found, truth))
        for name, rank in _ranked(found, truth, survey).items():
            ranks.setdefault(name, []).append(rank)
    print(f"Indices of 11 units (50 and 80 forms), {number} surveys, nominal {LEVEL}\n")
    rows = [(name, f"{np.mean(hit):.3f}", f"{np.mean(widths[name]):.2f}") for name, hit in hits.items()]
    table(("index", "coverage", "mean width (points of 100)"), rows)
    print(f"Rank sets of 11 units, {number} surveys\n")
    rank_rows = [(name, *(f"{value:.3f}" for value in np.mean(rank, axis=0))) for name, rank in ranks.items()]
    table(("method", "all true ranks inside", "one true rank inside", "mean size of a set"), rank_rows)
    wrong = [chance for real, chance in claims if not real]
    sure = sum(chance >= 0.95 for chance in wrong)
    print(f"P(overall F2 >= 85 %) was 0.95 or more for {sure} of {len(wrong)} units below 85 %.\n")


def _claims(found: SurveyResult, truth: SurveyResult) -> Iterable[tuple[bool, float]]:
    """Yield for each unit whether it truly reaches 85 per cent, and the stated probability."""
    for one, real in zip(found.units, truth.units, strict=True):
        estimate = one.overall.f2
        belief = from_estimate((estimate.value or 0) / 100, (estimate.se or 0) / 100, one.overall.forms)
        yield (real.overall.f2.value or 0) >= 85, belief.at_least(0.85)


def _ranked(found: SurveyResult, truth: SurveyResult, seed: int) -> dict[str, tuple[float, float, float]]:
    """Return for each method: all true ranks inside, share of true ranks inside, mean size of a set."""
    real = np.array([unit.overall.f2.value for unit in truth.units])
    place = np.array([1 + int((real > value).sum()) for value in real])
    values = [unit.overall.f2.value or 0.0 for unit in found.units]
    errors = [unit.overall.f2.se or 0.0 for unit in found.units]
    result = {}
    for name, method in rank_methods(seed).items():
        sets = method(values, errors)
        low, high = np.array(sets.low), np.array(sets.high)
        inside = (low <= place) & (place <= high)
        result[name] = float(inside.all()), float(inside.mean()), float((high - low + 1).mean())
    return result


def flags(number: int) -> None:
    """Count flagged officers in honest surveys of 30 officers, and found ones among planted."""
    rng = np.random.default_rng(7)
    plants: dict[str, Callable[[Collected, NDArray[np.intp]], None]] = {
        "honest": _leave,
        "two thirds of the forms all 4": lambda collected, own: _fill(collected, own[: 2 * own.size // 3], 4),
        "two thirds of the forms all 5": lambda collected, own: _fill(collected, own[: 2 * own.size // 3], 5),
        "six copies of one form": lambda collected, own: _copy(collected, own[:7]),
        "all forms invented (4 or 5 at random)": lambda collected, own: _invent(collected, own, rng),
        "half of the forms invented": lambda collected, own: _invent(collected, own[: own.size // 2], rng),
    }
    rows = []
    for name, plant in plants.items():
        caught = others = most = 0
        for survey in range(number):
            collected = _collection(rng)
            plant(collected, np.flatnonzero(collected.officer == 0))
            flagged = {flag.officer for flag in flag_officers(collected, survey)}
            caught += 0 in flagged
            others += len(flagged - {0})
            most = max(most, len(flagged - {0}))
        found = f"{(caught / number):.3f}" if name != "honest" else "-"
        rows.append((name, found, f"{others / number:.3f}", str(most)))
    print(f"Flags: 10 units x 3 officers x about 16 forms, {number} surveys each\n")
    table(("officer 0 of 30", "found", "honest officers flagged a survey", "most in a survey"), rows)


def _collection(rng: np.random.Generator) -> Collected:
    marks, unit = citizens(rng, [48] * 10)
    unknown = np.full(unit.size, np.nan)
    officer = (unit * 3 + rng.integers(0, 3, unit.size)).astype(np.intp)
    return Collected(marks, unit, officer, np.zeros(unit.size, dtype=np.intp), unknown, unknown)


def _leave(collected: Collected, own: NDArray[np.intp]) -> None:
    """Plant nothing."""


def _fill(collected: Collected, own: NDArray[np.intp], level: int) -> None:
    collected.marks[own] = level


def _copy(collected: Collected, own: NDArray[np.intp]) -> None:
    varied = next(place for place in own if np.unique(collected.marks[place]).size > 2)
    collected.marks[own] = collected.marks[varied]
    collected.marks[own, np.arange(own.size)] = 4


def _invent(collected: Collected, own: NDArray[np.intp], rng: np.random.Generator) -> None:
    collected.marks[own] = rng.integers(4, 6, (own.size, CUTS[-1]))


def main(number: int = SURVEYS) -> None:
    """Print all tables."""
    shares()
    surveys(number)
    flags(max(number // 4, 1))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--surveys", type=int, default=SURVEYS, help="simulated surveys (default %(default)s)"
    )
    main(parser.parse_args().surveys)
