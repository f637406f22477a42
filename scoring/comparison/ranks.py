"""Confidence sets for ranks: which places of a ranking the data have not ruled out.

Rank 1 is the highest estimate. Every function takes estimates and standard errors of K independent units and
returns for each unit the lowest and the highest rank that the data allow. A unit whose standard error is NaN
or infinite is separated from no other; two units with standard error 0 (both asked completely) are compared
exactly. A share of 0 or 1 that was not a census must not come with a standard error of 0: take half the
width of its interval over the normal quantile instead.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr, ndtri

from scoring.arrays import BoolArray, CodeArray, FloatArray
from scoring.multiplicity import holm

DRAWS = 10_000
_CHUNK = 500  # draws held in memory at a time: 40 units have 1,560 ordered pairs


@dataclass(frozen=True, slots=True)
class RankSets:
    """Ranks (1 = highest estimate) of K units and their confidence sets, ``low`` to ``high`` inclusive.

    ``method`` names how the sets were made; ``seed`` is None where no random numbers were used. Units with
    equal estimates share the better rank.
    """

    method: str
    level: float
    rank: tuple[int, ...]
    low: tuple[int, ...]
    high: tuple[int, ...]
    seed: int | None = None


@dataclass(frozen=True, slots=True)
class PairTests:
    """All pairs of units, first with second, second with third and so on: two-sided z tests.

    ``difference`` is first minus second, on the scale of the estimates.
    """

    pairs: tuple[tuple[int, int], ...]
    difference: tuple[float, ...]
    se: tuple[float, ...]
    p: tuple[float, ...]
    p_holm: tuple[float, ...]


def ranks(estimate: ArrayLike) -> tuple[int, ...]:
    """Return competition ranks, 1 for the highest; equal estimates share the better rank.

    Worked value: (0.9, 0.8, 0.9) -> (1, 3, 1).
    """
    values = np.asarray(estimate, dtype=np.float64)
    return tuple(int(1 + np.count_nonzero(values > value)) for value in values)


def kww_bonferroni(estimate: ArrayLike, se: ArrayLike, level: float) -> RankSets:
    """Joint rank sets from simultaneous intervals with Bonferroni's quantile z = Phi^-1(1 - alpha / 2K).

    Estimator: with intervals estimate -/+ z se, a unit's lowest rank is 1 + the number of units whose
    interval lies wholly above its own, its highest K - the number wholly below. All K sets hold together
    with probability at least ``level``, under any dependence. ``estimate``, ``se`` float (K,), same unit.

    Edge cases: K = 1 gives the rank 1; touching intervals are not separated; at estimates of 0 or 1 see the
    module. Never narrower than :func:`mrsw_simultaneous` in practice; take it where a result without random
    numbers is wanted. Reference: Klein, Wright and Wieczorek (2020), doi:10.1111/rssa.12576. Worked value:
    estimates 0.9, 0.8, 0.5, all se 0.02, 95 %: sets 1-1, 2-2, 3-3.
    """
    count = np.size(estimate)
    return _klein("kww_bonferroni", estimate, se, level, float(ndtri(1 - (1 - level) / (2 * max(count, 1)))))


def kww_independent(estimate: ArrayLike, se: ArrayLike, level: float) -> RankSets:
    """Joint rank sets from simultaneous intervals of independent units, z = Phi^-1((1 + level^(1/K)) / 2).

    As :func:`kww_bonferroni`, a little narrower, and valid only where units were sampled independently.
    Edge cases: K = 1 gives the rank 1. Reference: Klein, Wright and Wieczorek (2020),
    doi:10.1111/rssa.12576. Worked value: K = 6, 95 %: z = 2.6310, Bonferroni's is 2.6383.
    """
    count = max(np.size(estimate), 1)
    return _klein("kww_independent", estimate, se, level, float(ndtri((1 + level ** (1 / count)) / 2)))


def _klein(method: str, estimate: ArrayLike, se: ArrayLike, level: float, quantile: float) -> RankSets:
    values, errors = _arrays(estimate, se)
    half = np.where(np.isfinite(errors), quantile * np.where(np.isfinite(errors), errors, 0.0), np.inf)
    above = (values - half)[:, None] > (values + half)[None, :]
    return _sets(method, level, values, above)


def pairwise_bonferroni(estimate: ArrayLike, se: ArrayLike, level: float) -> RankSets:
    """Joint rank sets from all K (K - 1) / 2 differences with Bonferroni's quantile.

    Estimator: unit j is above unit k where (estimate_j - estimate_k) / sqrt(se_j^2 + se_k^2) exceeds
    Phi^-1(1 - alpha / (K (K - 1))); ranks are counted as in :func:`kww_bonferroni`. Edge cases: K = 1 gives
    the rank 1. Reference: the single-step case of Mogstad, Romano, Shaikh and Wilhelm (2023),
    doi:10.1093/restud/rdad006. Worked value: K = 6, 95 %: quantile 2.9352.
    """
    values, errors = _arrays(estimate, se)
    pairs = max(values.size * (values.size - 1) // 2, 1)
    above = _statistics(values, errors) > ndtri(1 - (1 - level) / (2 * pairs))
    return _sets("pairwise_bonferroni", level, values, above)


def mrsw_marginal(
    estimate: ArrayLike, se: ArrayLike, level: float, *, seed: int, draws: int = DRAWS
) -> RankSets:
    """Rank set of each unit for itself: it holds the true rank with probability about ``level``.

    Estimator: for unit i the 2 (K - 1) one-sided hypotheses "i is not above k" and "k is not above i" are
    tested together by the stepdown of Romano and Wolf: reject where the studentised difference exceeds the
    ``level`` quantile of the largest one under N(0, diag(se^2)), found by ``draws`` simulated vectors; drop
    the rejected hypotheses and repeat until none falls. The rank lies between 1 + the units found above
    and K - the units found below. ``estimate``, ``se`` float (K,).

    The same seed gives the same sets; so do 10,000 draws of other seeds, but for cases on the very border.
    Edge cases: K = 1 gives the rank 1; at estimates of 0 or 1 see the module. Do not read K marginal sets
    as one statement: that is :func:`mrsw_simultaneous`. Below about 30 forms a unit the normal
    approximation is weak. Reference: Mogstad, Romano, Shaikh and Wilhelm (2023), doi:10.1093/restud/rdad006
    (R package csranks). Worked value: estimates 0.95, 0.90, 0.60 with se 0.02: sets 1-2, 1-2, 3-3.
    """
    values, errors = _arrays(estimate, se)
    noise = _noise(values.size, seed, draws)
    above = np.zeros((values.size, values.size), dtype=np.bool_)
    low, high = [], []
    for unit in range(values.size):
        family = np.zeros_like(above)
        family[unit, :] = family[:, unit] = True
        above = _stepdown(values, errors, family, level, noise)
        low.append(1 + int(above[:, unit].sum()))
        high.append(values.size - int(above[unit, :].sum()))
    return RankSets("mrsw_marginal", level, ranks(values), tuple(low), tuple(high), seed)


def mrsw_simultaneous(
    estimate: ArrayLike, se: ArrayLike, level: float, *, seed: int, draws: int = DRAWS
) -> RankSets:
    """Rank sets that hold for all K units together with probability about ``level``.

    As :func:`mrsw_marginal`, with the K (K - 1) hypotheses about all ordered pairs in one stepdown. This is
    what a printed ranking needs. Reference: Mogstad, Romano, Shaikh and Wilhelm (2023),
    doi:10.1093/restud/rdad006. Worked value: estimates 0.95, 0.90, 0.60 with se 0.02: sets 1-2, 1-2, 3-3.
    """
    values, errors = _arrays(estimate, se)
    family = np.ones((values.size, values.size), dtype=np.bool_)
    above = _stepdown(values, errors, family, level, _noise(values.size, seed, draws))
    return _sets("mrsw_simultaneous", level, values, above, seed)


def pairwise_units_holm(estimate: ArrayLike, se: ArrayLike) -> PairTests:
    """Test every pair of units for a difference, two-sided z, adjusted by Holm over all pairs.

    Estimator: z = (estimate_j - estimate_k) / sqrt(se_j^2 + se_k^2), p = 2 Phi(-|z|). Edge cases: fewer than
    two units give no pair; two units with standard error 0 give p = 0 where they differ and 1 where they are
    equal; an unknown standard error gives p = 1. Reference: Holm (1979),
    https://www.jstor.org/stable/4615733. Worked value: 0.9 and 0.8 with se 0.03 and 0.04: z = 2, p = 0.0455.
    """
    values, errors = _arrays(estimate, se)
    first, second = np.triu_indices(values.size, 1)
    statistics = _statistics(values, errors)[first, second]
    known = np.isfinite(_spread(errors))[first, second]
    p = 2 * ndtr(-np.abs(np.where(known, statistics, 0.0)))
    return PairTests(
        tuple(zip(first.tolist(), second.tolist(), strict=True)),
        tuple((values[first] - values[second]).tolist()),
        tuple(np.hypot(errors[first], errors[second]).tolist()),
        tuple(p.tolist()),
        tuple(holm(p).tolist()),
    )


def _arrays(estimate: ArrayLike, se: ArrayLike) -> tuple[FloatArray, FloatArray]:
    values, errors = np.asarray(estimate, dtype=np.float64), np.asarray(se, dtype=np.float64)
    if (
        values.ndim != 1
        or errors.shape != values.shape
        or not np.isfinite(values).all()
        or (errors < 0).any()
    ):
        raise ValueError("ranks need one finite estimate and one standard error, not negative, for each unit")
    return values, errors


def _spread(errors: FloatArray) -> FloatArray:
    """Return the standard error of every difference, (K, K)."""
    spread: FloatArray = np.hypot.outer(errors, errors)
    return spread


def _statistics(values: FloatArray, errors: FloatArray) -> FloatArray:
    """Return (K, K) studentised differences row minus column; -inf where a pair cannot be separated.

    A pair without error is +inf or -inf by its order, and 0 where equal.
    """
    difference = np.subtract.outer(values, values)
    spread = _spread(errors)
    known = np.isfinite(spread)
    with np.errstate(divide="ignore", invalid="ignore"):
        statistics = np.where(known, difference / spread, -np.inf)
    statistics[known & (spread == 0) & (difference == 0)] = 0.0
    return np.asarray(statistics, dtype=np.float64)


def _noise(count: int, seed: int, draws: int) -> FloatArray:
    """Return standard normal (draws, K): the same for every step, so that quantiles only fall."""
    return np.random.default_rng(seed).standard_normal((draws, count))


def _stepdown(
    values: FloatArray, errors: FloatArray, family: BoolArray, level: float, noise: FloatArray
) -> BoolArray:
    """Return which "row is above column" are accepted among the hypotheses of ``family`` (K, K)."""
    statistics = _statistics(values, errors)
    spread = _spread(errors)
    open_pairs = family & np.isfinite(spread) & (spread > 0)
    above: BoolArray = family & (spread == 0) & (statistics > 0)
    while open_pairs.any():
        rows, columns = np.nonzero(open_pairs)
        largest = _largest(noise * np.where(np.isfinite(errors), errors, 0.0), rows, columns, spread)
        rejected = open_pairs & (statistics > np.quantile(largest, level))
        if not rejected.any():
            break
        above |= rejected
        open_pairs &= ~rejected
    return above


def _largest(noise: FloatArray, rows: CodeArray, columns: CodeArray, spread: FloatArray) -> FloatArray:
    """Return the largest studentised difference of every simulated vector, over the given pairs."""
    scale = spread[rows, columns]
    chunks = [noise[start : start + _CHUNK] for start in range(0, noise.shape[0], _CHUNK)]
    largest = [((chunk[:, rows] - chunk[:, columns]) / scale).max(axis=1) for chunk in chunks]
    return np.concatenate(largest)


def _sets(
    method: str, level: float, values: FloatArray, above: BoolArray, seed: int | None = None
) -> RankSets:
    low = tuple((1 + above.sum(axis=0)).tolist())
    high = tuple((values.size - above.sum(axis=1)).tolist())
    return RankSets(method, level, ranks(values), low, high, seed)
