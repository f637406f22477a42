"""Flags on officers and forms, each with the chance of seeing as much among honest ones."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from scoring.arrays import BoolArray, CodeArray, FloatArray
from scoring.defaults import ALPHA
from scoring.multiplicity import holm
from scoring.quality.chance import Statistic, hypergeometric_p, least_draws, permutation_p
from scoring.quality.collected import FEWEST_FORMS, Collected, close_pairs, pools, straight_level
from scoring.quality.rhythm import too_fast
from scoring.tally import LEVELS, mean_levels

FlagKind = Literal["straight_line", "near_duplicate", "fabricated", "too_fast", "burst", "crowd", "copies"]

DISTANCE = 0.1  # of the items: forms that differ in no more are near-identical (2 of 26)


@dataclass(frozen=True, slots=True)
class Flag:
    """One sign: about an officer (``form`` is None), about one form (``officer`` may be None), or about a unit's ``channel``.

    ``observed`` and ``expected`` are the statistic and its mean under chance: straight-lined forms,
    near-identical pairs, or the spread of form scores (as part of the largest possible). ``p`` is the
    permutation p-value, ``p_holm`` adjusted over every test that was made; both None for a stated rule.
    ``forms`` are the places of the forms that the sign rests on.
    """

    kind: FlagKind
    unit: int
    officer: int | None
    form: int | None
    observed: float
    expected: float
    p: float | None
    p_holm: float | None
    forms: tuple[int, ...]
    channel: int | None = None


def flag_officers(collected: Collected, seed: int, alpha: float = ALPHA) -> tuple[Flag, ...]:
    """Return the flags on officers that the adjusted p-values support: straight lines, copies, inventions.

    Each officer with at least five forms, in a unit with at least two officers, is compared with random
    subsets of the unit's officer-handled forms in three ways:

    * ``straight_line``: number of forms with one level throughout, once without and once with level 5 (a
      content citizen's all-5 is honest, and there are as many of them with every officer); p = twice the
      smaller exact hypergeometric tail;
    * ``near_duplicate``: number of pairs that differ in at most a tenth of the items, straight lines aside;
    * ``fabricated``: spread of the form scores too small: variance / ((mean - 1) (5 - mean)), so that a
      well-liked officer near the top of the scale is not suspect for it. Straight lines and near-identical
      forms are left out, since they have their own flag.

    Holm's adjustment runs over all officers and all three kinds together. Chance means: citizens went to
    officers as they came. Where officers serve different people (another counter, another procedure), a flag
    can be honest. A unit with one officer cannot be tested. Reference: Besag and Clifford (1991),
    doi:10.1093/biomet/78.2.301; Blasius and Thiessen (2015), doi:10.1016/j.ssresearch.2015.03.006. Worked
    example: the labelled set of the tests: exactly the three planted officers among 33.
    """
    return tuple(flag for flag in officer_tests(collected, seed, alpha) if (flag.p_holm or 0.0) <= alpha)


def officer_tests(collected: Collected, seed: int, alpha: float = ALPHA) -> tuple[Flag, ...]:
    """Return every test that :func:`flag_officers` makes, flagged or not, ordered by unit and officer."""
    rng = np.random.default_rng(seed)
    groups = [
        (unit, places, officer)
        for unit, places in pools(collected)
        for officer in _officers(collected, places)
    ]
    draws = least_draws(3 * len(groups), alpha)
    tests: list[Flag] = []
    for unit, places in pools(collected):
        tests.extend(_tests(collected, unit, places, draws, rng))
    adjusted = holm([flag.p or 0.0 for flag in tests])
    return tuple(replace(flag, p_holm=float(p)) for flag, p in zip(tests, adjusted, strict=True))


def _officers(collected: Collected, places: CodeArray) -> list[int]:
    """Return the officers of a pool with enough forms to be tested."""
    codes, counts = np.unique(collected.officer[places], return_counts=True)
    return [int(code) for code, count in zip(codes, counts, strict=True) if count >= FEWEST_FORMS]


def _tests(
    collected: Collected, unit: int, places: CodeArray, draws: int, rng: np.random.Generator
) -> Iterator[Flag]:
    """Yield the three tests of every officer of one unit."""
    marks = collected.marks[places]
    level = straight_level(marks)
    close = close_pairs(marks, int(DISTANCE * marks.shape[1]))
    score = mean_levels(marks)
    single = (level == 0) & ~close.any(axis=1) & np.isfinite(score)
    for officer in _officers(collected, places):
        own = collected.officer[places] == officer
        yield _straight(unit, officer, places, own, level)
        yield _copied(unit, officer, places, own, close, draws, rng)
        yield _invented(unit, officer, places, own, single, score, draws, rng)


def _straight(unit: int, officer: int, places: CodeArray, own: BoolArray, level: CodeArray) -> Flag:
    """Compare the number of straight-lined forms, below the top level and altogether."""
    size, pool = int(own.sum()), own.size
    tails = []
    for marked in ((level > 0) & (level < LEVELS), level > 0):
        p = hypergeometric_p(int(marked[own].sum()), size, int(marked.sum()), pool)
        tails.append((p, size * int(marked.sum()) / pool, places[marked & own]))
    p, expected, forms = min(tails, key=lambda tail: tail[0])
    kept = tuple(forms.tolist())
    return Flag(
        "straight_line", unit, officer, None, float(forms.size), expected, min(1.0, 2 * p), None, kept
    )


def _copied(
    unit: int,
    officer: int,
    places: CodeArray,
    own: BoolArray,
    close: BoolArray,
    draws: int,
    rng: np.random.Generator,
) -> Flag:
    """Compare the number of near-identical pairs."""
    size, pool = int(own.sum()), own.size
    expected = close.sum() / 2 * size * (size - 1) / (pool * (pool - 1))
    if not close[np.ix_(own, own)].any():
        return Flag("near_duplicate", unit, officer, None, 0.0, float(expected), 1.0, None, ())
    observed, p = permutation_p(_pairs(close), own, draws, rng)
    forms = tuple(places[own & close[:, own].any(axis=1)].tolist())
    return Flag("near_duplicate", unit, officer, None, observed, float(expected), p, None, forms)


def _pairs(close: BoolArray) -> Statistic:
    matrix = close.astype(np.float64)

    def number(member: FloatArray) -> FloatArray:
        return np.asarray(((member @ matrix) * member).sum(axis=1) / 2, dtype=np.float64)

    return number


def _invented(
    unit: int,
    officer: int,
    places: CodeArray,
    own: BoolArray,
    single: BoolArray,
    score: FloatArray,
    draws: int,
    rng: np.random.Generator,
) -> Flag:
    """Compare the spread of form scores: invented forms are too regular."""
    chosen, values = own[single], score[single]
    everyone = float(_spread(values)(np.ones((1, values.size)))[0]) if values.size else 0.0
    if chosen.sum() < FEWEST_FORMS or chosen.all():
        return Flag("fabricated", unit, officer, None, -everyone, -everyone, 1.0, None, ())
    observed, p = permutation_p(_spread(values), chosen, draws, rng)
    forms = tuple(places[single][chosen].tolist())
    return Flag("fabricated", unit, officer, None, -observed, -everyone, p, None, forms)


def _spread(values: FloatArray) -> Statistic:
    """Return minus the variance of the scores of a subset, as part of the largest possible at its mean."""
    columns = np.stack([np.ones_like(values), values, values**2], axis=1)

    def regularity(member: FloatArray) -> FloatArray:
        number, total, square = (member @ columns).T
        mean = total / number
        largest = np.maximum((mean - 1) * (LEVELS - mean), 1e-12)
        return np.asarray(-np.maximum(square / number - mean**2, 0.0) / largest, dtype=np.float64)

    return regularity


def flag_forms(collected: Collected) -> tuple[Flag, ...]:
    """Return a flag for every form that was answered faster than anybody reads; see :func:`too_fast`."""
    return tuple(
        Flag(
            "too_fast",
            int(collected.unit[place]),
            None,
            int(place),
            float(collected.seconds[place]),
            float(collected.counted[place].sum()),
            None,
            None,
            (int(place),),
        )
        for place in np.flatnonzero(too_fast(collected))
    )


def flagged_forms(flags: Iterable[Flag], forms: int) -> BoolArray:
    """Return which forms any flag rests on, bool (forms,), to show results with and without them."""
    mask = np.zeros(forms, dtype=np.bool_)
    for flag in flags:
        mask[list(flag.forms)] = True
    return mask
