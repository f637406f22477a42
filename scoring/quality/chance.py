"""Permutation p-values: how often chance alone would make an officer's forms look like this.

Under the null hypothesis the forms of a unit came to its officers by chance, so an officer's forms are a
random subset of the unit's. Subsets are drawn until enough of them look as suspicious as the real one
(Besag and Clifford 1991, doi:10.1093/biomet/78.2.301), so that honest officers cost little and p-values of
guilty ones are fine enough to survive Holm's adjustment.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from scoring.arrays import BoolArray, FloatArray
from scoring.exact import log_choose

BATCH = 500
ENOUGH = 20
DRAWS = 9_999  # of a permutation test, unless many tests ask for finer p-values
# A subset statistic takes membership (draws, pool) as 0 and 1 and returns a number per draw.
Statistic = Callable[[FloatArray], FloatArray]


def least_draws(tests: int, alpha: float) -> int:
    """Return how many draws let one clear case pass Holm's adjustment over so many tests."""
    return max(DRAWS, int(np.ceil(20 * tests / alpha)))


def sequential_p(reaching: Callable[[int], int], draws: int, batch: int = BATCH) -> float:
    """Return the p-value of a permutation test that stops early where the answer is plain.

    ``reaching`` makes so many random draws and says how many reach the observed statistic. Drawn is in batches
    until :data:`ENOUGH` draws reached it or ``draws`` were made. p = (1 + reached) / (1 + drawn), never 0.
    Reference: Besag and Clifford (1991), doi:10.1093/biomet/78.2.301. Worked value: 20 of the first 500:
    21 / 501.
    """
    reached = drawn = 0
    while drawn < draws and reached < ENOUGH:
        reached += reaching(batch)
        drawn += batch
    return (1 + reached) / (1 + drawn)


def permutation_p(
    statistic: Statistic, chosen: BoolArray, draws: int, rng: np.random.Generator
) -> tuple[float, float]:
    """Return (observed, p): the statistic of the chosen subset, and how often a random one reaches it.

    ``chosen`` bool (pool,). p: see :func:`sequential_p`. Ties count as reached (up to a
    relative 1e-9, since sums in another order differ in their last digits).
    """
    pool, size = chosen.size, int(chosen.sum())
    observed = float(statistic(chosen[None, :].astype(np.float64))[0])
    edge = observed - 1e-9 * max(abs(observed), 1e-300)

    def reaching(batch: int) -> int:
        keys = rng.random((batch, pool))
        member = np.zeros((batch, pool))
        np.put_along_axis(member, np.argpartition(keys, size - 1, axis=1)[:, :size], 1.0, axis=1)
        return int(np.count_nonzero(statistic(member) >= edge))

    return observed, sequential_p(reaching, draws)


def hypergeometric_p(x: int, size: int, marked: int, pool: int) -> float:
    """Return the exact permutation p-value P(X >= x) of the marked forms in a random subset.

    X ~ Hypergeometric: ``size`` forms out of ``pool`` with ``marked`` ones. Worked value: 3 of 3 drawn from
    10 with 3 marked: 1 / 120.
    """
    values = np.arange(max(x, 0, size - (pool - marked)), min(size, marked) + 1, dtype=np.float64)
    logs = (
        log_choose(marked, values)
        + log_choose(pool - marked, size - values)
        - log_choose(pool, np.array([float(size)]))
    )
    return float(min(1.0, np.exp(logs).sum()))
