"""Reliability of a scale: whether the items of a criterion measure one thing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scoring.arrays import FloatArray, MarkArray

MINIMUM_FORMS = 20
LOWEST_UNIQUENESS = 0.005
_TOLERANCE = 1e-12
_STEPS = 20_000


@dataclass(frozen=True, slots=True)
class Reliability:
    """Reliability of k items on the n forms that answered all of them.

    ``alpha`` Cronbach's alpha, ``alpha_std`` the same on the correlation matrix, ``item_rest`` the correlation
    of each item with the sum of the others, ``omega`` McDonald's omega of a one-factor model or None where
    the model does not fit in its bounds (fewer than three items, a communality of nearly 1).
    """

    n: int
    k: int
    alpha: float
    alpha_std: float
    item_rest: tuple[float, ...]
    omega: float | None


def reliability(marks: MarkArray, minimum: int = MINIMUM_FORMS) -> Reliability | None:
    """Estimate the reliability of a scale from the forms that answered every item.

    ``marks`` uint8 (n_forms, k): levels 1..5, everything else not counted. Estimators, with S the covariance
    and R the correlation matrix of the complete forms: alpha = k/(k-1) (1 - tr S / sum S); standardised
    alpha the same with R; item-rest = cor(item, sum of the other items); omega: :func:`omega`.

    Edge cases: None with fewer than two items, fewer than ``minimum`` complete forms, or an item that every
    complete form answered alike (all 5, say): its correlations do not exist. Complete forms can be few where
    many items allow "no opinion", and then differ from the rest: print n. A high alpha is not proof of one
    dimension, and straight-lined forms raise it. Reference: Cronbach (1951), doi:10.1007/BF02310555; McDonald
    (1999), doi:10.4324/9781410601087. Worked value: two items with S = [[1, .5], [.5, 1]]: alpha 2/3.
    """
    rows = np.asarray(marks)
    complete = rows[((rows >= 1) & (rows <= 5)).all(axis=1)].astype(np.float64)
    n, k = complete.shape
    if k < 2 or n < minimum or (complete == complete[0]).all(axis=0).any():
        return None
    spread = np.atleast_2d(np.cov(complete, rowvar=False))
    scale = np.sqrt(np.diag(spread))
    correlation = spread / np.outer(scale, scale)
    return Reliability(n, k, _alpha(spread), _alpha(correlation), _item_rest(spread), omega(correlation))


def _alpha(matrix: FloatArray) -> float:
    k = matrix.shape[0]
    return float(k / (k - 1) * (1 - np.trace(matrix) / matrix.sum()))


def _item_rest(spread: FloatArray) -> tuple[float, ...]:
    """Return the correlations of each item with the sum of the others, from the covariance matrix."""
    variance = np.diag(spread)
    with_total = spread.sum(axis=0)
    rest = spread.sum() - 2 * with_total + variance
    return tuple(((with_total - variance) / np.sqrt(variance * rest)).tolist())


def omega(correlation: FloatArray) -> float | None:
    """Return McDonald's omega of the one-factor model fitted by maximum likelihood.

    Estimator: with loadings l and uniquenesses u of the correlation matrix (k, k), omega = (sum l)^2 /
    ((sum l)^2 + sum u). Fitted by the EM algorithm of Rubin and Thayer; uniquenesses are kept at or above
    0.005, as R's factanal does.

    Edge cases: None for fewer than three items (the model is not identified), where a uniqueness sits on
    its bound (a Heywood case: the estimate means nothing), or without convergence. Reference: McDonald
    (1999), doi:10.4324/9781410601087; Rubin and Thayer (1982), doi:10.1007/BF02293851. Worked value: three
    items, all correlations 0.5: 0.75.
    """
    k = correlation.shape[0]
    if k < 3:
        return None
    loadings, unique = np.sqrt(np.full(k, 0.5)), np.full(k, 0.5)
    for _ in range(_STEPS):
        before = loadings
        loadings, unique = _em_step(correlation, loadings, unique)
        if np.abs(loadings - before).max() < _TOLERANCE:
            break
    else:
        return None
    if unique.min() <= LOWEST_UNIQUENESS:
        return None
    common = float(loadings.sum()) ** 2
    return common / (common + float(unique.sum()))


def _em_step(
    correlation: FloatArray, loadings: FloatArray, unique: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Take one EM step of the one-factor model."""
    weighted = loadings / unique
    score = weighted / (1 + loadings @ weighted)
    with_factor = correlation @ score
    second = 1 - score @ loadings + score @ with_factor
    new = with_factor / second
    return new, np.maximum(np.diag(correlation) - new * with_factor, LOWEST_UNIQUENESS)
