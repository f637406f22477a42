"""Indices as ratios of totals: items, criteria and overall, for shares and for mean levels.

Every index is a ratio of two sums over forms, or a weighted mean of such ratios, so one matrix of numerators,
one of denominators and one of mixing weights describe them all, and their joint covariance follows from the
moments of :mod:`scoring.design`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from scoring.arrays import FloatArray
from scoring.design import ROUNDING, Lonely, Moments, covariance


@dataclass(frozen=True, slots=True)
class WeightedCriterion:
    """A criterion: its id, its weight in the overall index, and the columns of its items."""

    id: str
    weight: float
    columns: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Estimates:
    """Values of k indices with their full form-level covariance.

    ``value`` float (k,), NaN where there is no answer; ``covariance`` float (k, k).
    """

    value: FloatArray
    covariance: FloatArray

    @property
    def se(self) -> FloatArray:
        """Standard errors, float (k,)."""
        root: FloatArray = np.sqrt(np.diag(self.covariance))
        return root


@dataclass(frozen=True, slots=True)
class Scheme:
    """Which indices are formed from which columns, in a fixed order.

    The order within each scale is: every item; every criterion pooled; every criterion as the mean of its
    items; overall pooled over the criteria's items; overall weighted from pooled criteria; overall
    weighted from criterion means. ``base`` and ``mix`` are float matrices: ratio r has the items
    ``base[r]`` in its numerator and denominator, and index i is ``mix[i] @ ratios``.
    """

    items: int
    criteria: tuple[WeightedCriterion, ...]
    base: FloatArray
    mix: FloatArray

    @property
    def size(self) -> int:
        """Number of indices on one scale."""
        return int(self.mix.shape[0])

    @property
    def pooled(self) -> int:
        """Position of the first pooled criterion."""
        return self.items

    @property
    def means(self) -> int:
        """Position of the first criterion taken as the mean of its items."""
        return self.items + len(self.criteria)

    @property
    def overall_pooled(self) -> int:
        """Position of the overall index pooled over all items."""
        return self.items + 2 * len(self.criteria)

    @property
    def overall_weighted(self) -> int:
        """Position of the weighted overall index from pooled criteria; the next one is from item means."""
        return self.overall_pooled + 1


def build_scheme(items: int, criteria: Sequence[WeightedCriterion]) -> Scheme:
    """Build the scheme of ``items`` columns; columns in no criterion get an item index only."""
    k = len(criteria)
    member, mean = np.zeros((k, items)), np.zeros((k, items))
    for row, criterion in enumerate(criteria):
        member[row, list(criterion.columns)] = 1.0
        mean[row, list(criterion.columns)] = 1.0 / len(criterion.columns)
    base = np.vstack([np.eye(items), member, member.sum(axis=0, keepdims=True)])
    weights = np.array([criterion.weight for criterion in criteria])
    share = (weights / weights.sum())[None, :]
    mix = np.zeros((items + 2 * k + 3, base.shape[0]))
    mix[: items + k, : items + k] = np.eye(items + k)
    mix[items + k : items + 2 * k, :items] = mean
    mix[items + 2 * k, -1] = 1.0
    mix[items + 2 * k + 1, items : items + k] = share
    mix[items + 2 * k + 2, :items] = share @ mean
    return Scheme(items, tuple(criteria), base, mix)


def estimate(scheme: Scheme, moments: Moments, lonely: Lonely = "adjust") -> Estimates:
    """Estimate every index of the scheme on both scales: first all shares (F2/100), then all means (F3/100).

    Estimators, with a, s, t the weighted totals of answered items, satisfied items and points: share
    s / a; rescaled mean (t - a) / (4 a), from which F1 = 20 + 0.8 F3 exactly. Mixtures are weighted sums of
    those ratios. Gradient of a ratio u / v: (du - ratio dv) / v; covariance: :func:`covariance`, at the
    level of the form. Length of ``value``: 2 x scheme.size.

    Edge cases: an index with an unanswered part is NaN, never 0; at a share of 0 or 1 the standard error
    is 0 and the interval must come from the counts. Reference: Woodruff (1971),
    doi:10.1080/01621459.1971.10482279. Worked value: one item, 1597 answers, 1 at level 1, 28 at 3, 326 at
    4, 1242 at 5: 7599 of 7985 points, so F1 = 95.17, F2 = 98.18, F3 = 93.96.
    """
    total = moments.total.sum(axis=0)
    answered, satisfied, points = total.reshape(3, scheme.items)
    below = scheme.base @ answered
    zero = np.zeros_like(scheme.base)
    shares = _ratios(scheme.base @ satisfied, below, np.hstack([zero, scheme.base, zero]), scheme)
    quarter = scheme.base / 4
    rescaled = _ratios(
        (scheme.base @ (points - answered)) / 4, below, np.hstack([-quarter, zero, quarter]), scheme
    )
    value = np.concatenate([shares[0], rescaled[0]])
    gradient = np.vstack([shares[1], rescaled[1]])
    return Estimates(value, covariance(moments, gradient, lonely))


def _ratios(
    above: FloatArray, below: FloatArray, above_gradient: FloatArray, scheme: Scheme
) -> tuple[FloatArray, FloatArray]:
    """Return the mixed ratios and their gradients; NaN where a needed denominator is 0."""
    empty = below <= 0
    safe = np.where(empty, 1.0, below)
    ratio = np.where(empty, 0.0, above / safe)
    gradient = above_gradient / safe[:, None]
    gradient[:, : scheme.items] -= (ratio / safe)[:, None] * scheme.base
    missing = (scheme.mix[:, empty] != 0).any(axis=1)
    value, slope = scheme.mix @ ratio, scheme.mix @ gradient
    # A weighted mean of ones must be one, or a full index would not be seen as full.
    whole = np.round(value)
    value = np.where(np.abs(value - whole) < ROUNDING, whole, value)
    value[missing], slope[missing] = np.nan, np.nan
    return value, slope
