"""Shares of items from counts alone: what a live board needs, in one read of the stored columns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scoring.arrays import CountArray, FloatArray
from scoring.design import Lonely, factors
from scoring.tally import LEVELS, FormTable


@dataclass(frozen=True, slots=True)
class ShareCounts:
    """Counts that shares are made of: int64 (strata, items) answered and satisfied, per stratum and item."""

    answered: CountArray
    satisfied: CountArray


@dataclass(frozen=True, slots=True)
class Shares:
    """Shares of all items in one domain: ``value`` on 0..1 and ``se``, float (items,), NaN without answers."""

    value: FloatArray
    se: FloatArray


def count_shares(table: FormTable, satisfied_from: int = 4) -> ShareCounts:
    """Count answered and satisfied marks per stratum and item in one read of the columns; exact."""
    shape = (table.population.size, table.columns.shape[0])
    answered, satisfied = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.int64)
    for code, start, stop in table.strata():
        for item, column in enumerate(table.columns[:, start:stop]):
            # The block is read from memory once; the three comparisons find it in the cache.
            above = np.count_nonzero(column > LEVELS)
            answered[code, item] = np.count_nonzero(column) - above
            satisfied[code, item] = np.count_nonzero(column >= satisfied_from) - above
    return ShareCounts(answered, satisfied)


def shares(
    counts: ShareCounts,
    forms: FloatArray,
    population: FloatArray,
    weight: FloatArray,
    lonely: Lonely = "adjust",
) -> Shares:
    """Estimate the share of every item with its stratified standard error, from the counts.

    ``forms``, ``population`` (NaN where unknown) and ``weight`` of a form, float (strata,). Estimator:
    p = sum w x / sum w a; with z = w (s - p a) / A the sums a stratum needs are closed forms of its counts,
    sum z = w (x - p a) / A and sum z^2 = w^2 (x (1 - p)^2 + (a - x) p^2) / A^2. The same figures as
    :func:`scoring.index.estimate`, without the covariances. One item is one answer a form, so counts are
    enough; an index over several items needs the forms.

    Edge cases: 0 at a share of 0 or 1 and for a census; NaN without answers. Reference: Cochran (1977),
    Sampling Techniques, section 5A.12; Binder (1983), doi:10.2307/1402588. Worked value: 4 of 6 from N = 33:
    0.6667, SE 0.1907.
    """
    a, x, w = counts.answered.astype(np.float64), counts.satisfied.astype(np.float64), weight[:, None]
    size = (w * a).sum(axis=0)
    empty = size == 0
    p = np.where(empty, 0.0, (w * x).sum(axis=0) / np.where(empty, 1.0, size))
    scale = w / np.where(empty, 1.0, size)
    total, square = scale * (x - p * a), scale**2 * (x * (1 - p) ** 2 + (a - x) * p**2)
    n = forms[:, None]
    # A lonely stratum is centred on the grand mean of z, which is 0.
    spread = np.where(n > 1, square - total**2 / np.maximum(n, 1), square)
    variance = (factors(forms, population, forms, lonely)[:, None] * np.maximum(spread, 0.0)).sum(axis=0)
    return Shares(np.where(empty, np.nan, p), np.where(empty, np.nan, np.sqrt(variance)))
