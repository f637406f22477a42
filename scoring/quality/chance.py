"""Permutation p-values: how often chance alone would make an officer's forms look like this.

Under the null hypothesis the forms of a unit came to its officers by chance, so an officer's forms are a
random subset of the unit's. Subsets are drawn until enough of them look as suspicious as the real one
(Besag and Clifford 1991, doi:10.1093/biomet/78.2.301), so that honest officers cost little and p-values of
guilty ones are fine enough to survive Holm's adjustment.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.special import gammaln

from scoring.arrays import BoolArray, FloatArray

BATCH = 500
ENOUGH = 20
# A subset statistic takes membership (draws, pool) as 0 and 1 and returns a number per draw.
Statistic = Callable[[FloatArray], FloatArray]


def least_draws(tests: int, alpha: float) -> int:
    """Return how many draws let one clear case pass Holm's adjustment over so many tests."""
    return max(9_999, int(np.ceil(20 * tests / alpha)))


def permutation_p(
    statistic: Statistic, chosen: BoolArray, draws: int, rng: np.random.Generator
) -> tuple[float, float]:
    """Return (observed, p): the statistic of the chosen subset, and how often a random one reaches it.

    ``chosen`` bool (pool,). p = (1 + reached) / (1 + drawn), never 0. Ties count as reached (up to a
    relative 1e-9, since sums in another order differ in their last digits).
    """
    pool, size = chosen.size, int(chosen.sum())
    observed = float(statistic(chosen[None, :].astype(np.float64))[0])
    edge = observed - 1e-9 * max(abs(observed), 1e-300)
    reached = drawn = 0
    while drawn < draws and reached < ENOUGH:
        keys = rng.random((BATCH, pool))
        member = np.zeros((BATCH, pool))
        np.put_along_axis(member, np.argpartition(keys, size - 1, axis=1)[:, :size], 1.0, axis=1)
        reached += int(np.count_nonzero(statistic(member) >= edge))
        drawn += BATCH
    return observed, (1 + reached) / (1 + drawn)


def hypergeometric_p(x: int, size: int, marked: int, pool: int) -> float:
    """Return the exact permutation p-value P(X >= x) of the marked forms in a random subset.

    X ~ Hypergeometric: ``size`` forms out of ``pool`` with ``marked`` ones. Worked value: 3 of 3 drawn from
    10 with 3 marked: 1 / 120.
    """
    values = np.arange(max(x, 0, size - (pool - marked)), min(size, marked) + 1, dtype=np.float64)
    logs = (
        _choose(marked, values)
        + _choose(pool - marked, size - values)
        - _choose(pool, np.array([float(size)]))
    )
    return float(min(1.0, np.exp(logs).sum()))


def _choose(n: int, k: FloatArray) -> FloatArray:
    return np.asarray(gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1), dtype=np.float64)
