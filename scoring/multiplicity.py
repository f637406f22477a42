"""Adjusting p-values for the number of questions that are asked at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from scoring.arrays import FloatArray


def holm(p: ArrayLike) -> FloatArray:
    """Return Holm's step-down adjusted p-values, in the order of the given ones.

    Estimator: with p sorted ascending, adjusted p_(i) = max over j <= i of min(1, (m - j + 1) p_(j)). Controls
    the probability of any false rejection under every dependence. ``p`` float (m,), the result float (m,).

    Edge cases: m = 0 gives an empty array, m = 1 the p-value itself; NaN is not allowed, drop it before and
    count only what was tested. Reference: Holm (1979), Scandinavian Journal of Statistics 6, 65-70,
    https://www.jstor.org/stable/4615733. Worked value: (0.01, 0.04, 0.03) -> (0.03, 0.06, 0.06).
    """
    raw = np.asarray(p, dtype=np.float64)
    order = np.argsort(raw, kind="stable")
    stepped = np.minimum(1.0, raw[order] * np.arange(raw.size, 0, -1))
    adjusted = np.empty_like(raw)
    adjusted[order] = np.maximum.accumulate(stepped)
    return adjusted
