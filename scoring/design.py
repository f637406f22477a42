"""The survey design: form-level moments per stratum, and the linearised covariance they give.

Everything is taken at the level of the form. The answers of one form belong together, so a form enters as
one row of features and every variance comes from the spread of those rows inside their stratum. No function
here, or anywhere in this package, treats single answers as a sample.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from scoring.arrays import BoolArray, FloatArray, MarkArray
from scoring.defaults import SATISFIED_FROM
from scoring.tally import LEVELS, FormTable

Lonely = Literal["adjust", "average", "certainty", "remove"]

CHUNK = 1 << 13
# A variance below this multiple of the size of its own terms is rounding error of an exact zero.
ROUNDING = 64 * np.finfo(np.float64).eps


@dataclass(frozen=True, slots=True)
class Moments:
    """First and second moments of the forms' features, per stratum: all that any index needs.

    With q features and H strata:
    ``forms``       float (H,): sample size n of the stratum, all forms, also those outside the domain.
    ``population``  float (H,): N, NaN where unknown.
    ``inside``      float (H,): how many of the forms lie in the domain.
    ``total``       float (H, q): weighted sum over the domain's forms.
    ``scatter``     float (H, q, q): sum of (y - ybar)(y - ybar)' over all n rows y = w x, where a form
                    outside the domain is a row of zeros; for a stratum with n = 1 the raw y y'.
    ``size``        float (H, q): sum of y squared, the scale against which rounding is judged.
    """

    forms: FloatArray
    population: FloatArray
    inside: FloatArray
    total: FloatArray
    scatter: FloatArray
    size: FloatArray


def features(columns: MarkArray, satisfied_from: int, out: FloatArray | None = None) -> FloatArray:
    """Return the features of forms as (3 x items, forms): answered, satisfied, points.

    ``columns`` uint8 (items, forms). A mark outside 1..5 counts as not answered and gives three zeros.
    """
    items = columns.shape[0]
    rows: FloatArray = np.empty((3 * items, columns.shape[1])) if out is None else out
    answered = (columns - np.uint8(1)) < LEVELS
    rows[:items] = answered
    np.logical_and(answered, columns >= satisfied_from, out=answered, casting="unsafe")
    rows[items : 2 * items] = answered
    np.multiply(columns, columns <= LEVELS, out=rows[2 * items :], casting="unsafe")
    return rows


def moments(
    table: FormTable, satisfied_from: int = SATISFIED_FROM, domain: BoolArray | None = None
) -> Moments:
    """Reduce the forms to their moments per stratum.

    ``domain`` bool (n_forms,) in stored order restricts the estimate while every form stays in its
    stratum's n. The features are those of :func:`features`, times the weight where the table has weights.
    Unweighted sums are whole numbers and exact; the work runs in blocks, so that memory does not grow with
    the number of forms.
    """
    strata, width = table.population.size, 3 * table.columns.shape[0]
    total, raw = np.zeros((strata, width)), np.zeros((strata, width, width))
    inside = np.zeros(strata)
    # Sums of products of small whole numbers are exact in single precision within one block.
    block = np.empty((width, CHUNK), dtype=np.float32 if table.weights is None else np.float64)
    for code, first, last in table.strata():
        for start in range(first, last, CHUNK):
            stop = min(start + CHUNK, last)
            rows = features(table.columns[:, start:stop], satisfied_from, block[:, : stop - start])
            if domain is not None:
                rows *= domain[start:stop]
            inside[code] += stop - start if domain is None else np.count_nonzero(domain[start:stop])
            if table.weights is not None:
                rows *= table.weights[start:stop]
            total[code] += rows.sum(axis=1)
            raw[code] += rows @ rows.T
    return _centred(table.forms, table.population, inside, total, raw)


def row_moments(table: FormTable, rows: FloatArray, residual: FloatArray) -> Moments:
    """Return moments whose totals come from ``rows`` and whose scatter comes from ``residual``.

    Both float (q, n_forms) in stored order: the weighted features, and what is left of them after a
    calibration. Every stratum counts as part of the domain, because residuals reach outside it.
    """
    strata, width = table.population.size, rows.shape[0]
    total, left = np.zeros((strata, width)), np.zeros((strata, width))
    raw = np.zeros((strata, width, width))
    for code, start, stop in table.strata():
        part = residual[:, start:stop]
        total[code], left[code] = rows[:, start:stop].sum(axis=1), part.sum(axis=1)
        raw[code] = part @ part.T
    return replace(_centred(table.forms, table.population, table.forms, left, raw), total=total)


def _centred(
    forms: FloatArray, population: FloatArray, inside: FloatArray, total: FloatArray, raw: FloatArray
) -> Moments:
    size = np.einsum("hii->hi", raw).copy()
    many = forms > 1
    # Multiplying by n first keeps whole numbers whole: identical forms then give exactly zero.
    for code in np.flatnonzero(many):
        products = np.outer(total[code], total[code])
        raw[code] = (forms[code] * raw[code] - products) / forms[code]
    return Moments(forms, population, inside, total, raw, size)


def expand(moments_: Moments, weight: FloatArray) -> Moments:
    """Give every form of stratum h the weight ``weight[h]``, float (H,)."""
    return replace(
        moments_,
        total=moments_.total * weight[:, None],
        scatter=moments_.scatter * (weight**2)[:, None, None],
        size=moments_.size * (weight**2)[:, None],
    )


def expansion(moments_: Moments) -> FloatArray:
    """Return the design weight N / n of every stratum; 0 where there are no forms, NaN where N is unknown."""
    forms = moments_.forms
    return np.where(forms > 0, moments_.population / np.maximum(forms, 1), 0.0)


def select(moments_: Moments, strata: BoolArray | slice) -> Moments:
    """Keep some strata, for a domain that is made of whole strata."""
    return Moments(
        moments_.forms[strata],
        moments_.population[strata],
        moments_.inside[strata],
        moments_.total[strata],
        moments_.scatter[strata],
        moments_.size[strata],
    )


def factors(
    forms: FloatArray, population: FloatArray, inside: FloatArray, lonely: Lonely = "adjust"
) -> FloatArray:
    """Return the factor (1 - f) n / (n - 1) by which each stratum's scatter enters the variance.

    All float (H,): n, N (NaN where unknown) and how many forms lie in the domain; 0 for a stratum outside it.
    f = n / N, or 0 where N is unknown; a census stratum (n = N) counts nothing. A lonely stratum, n = 1 < N:

    * ``adjust``: its row is centred on the grand mean, which is 0 for linearised rows, with factor 1 - f.
    * ``certainty`` and ``remove``: 0.
    * ``average``: 0, and every other factor is raised by strata / (strata that are not lonely), so that the
      lonely one contributes the mean of the others; NaN where all are lonely.

    Reference: Lumley (2010), Complex Surveys, doi:10.1002/9780470580066, section 2.2. Worked value: n = 6,
    N = 33 gives (27/33) x 6/5 = 0.9818.
    """
    present, finite = inside > 0, population > 0
    rest = np.where(finite, 1.0 - forms / np.where(finite, population, 1.0), 1.0)
    factor = np.where(forms > 1, rest * forms / np.maximum(forms - 1, 1), rest) * present
    is_lonely = present & (forms == 1) & (rest > 0)
    if lonely == "adjust" or not is_lonely.any():
        return factor
    factor[is_lonely] = 0.0
    if lonely != "average":
        return factor
    known = int(present.sum() - is_lonely.sum())
    return factor * (present.sum() / known) if known else np.full_like(factor, np.nan)


def stratum_factors(moments_: Moments, lonely: Lonely = "adjust") -> FloatArray:
    """Return :func:`factors` of the strata of these moments."""
    return factors(moments_.forms, moments_.population, moments_.inside, lonely)


def covariance(moments_: Moments, gradient: FloatArray, lonely: Lonely = "adjust") -> FloatArray:
    """Return the linearised covariance of statistics with ``gradient`` float (k, q) in the totals: (k, k).

    Estimator: sum over strata of (1 - f) n / (n - 1) sum (z - zbar)(z - zbar)' with z = gradient y, the
    Taylor linearisation of a function of totals (Binder 1983, doi:10.2307/1402588). Units: the square of
    the statistic's. Edge cases: 0 for a census or for identical forms, exactly, because a variance below
    the rounding error of its own terms is set to 0. A NaN gradient row gives NaN.

    Worked value: 6 forms of 33, 4 of which are satisfied: p = 2/3 and
    V = (27/33) x (6/5) x 6 x (2/9) / 36 = 0.03636, SE 0.1907.
    """
    factor = stratum_factors(moments_, lonely)
    spread = np.einsum("h,hij->ij", factor, moments_.scatter)
    result: FloatArray = gradient @ spread @ gradient.T
    scale = (np.abs(gradient) @ np.sqrt(factor @ moments_.size)) ** 2
    zero = np.diag(result) <= ROUNDING * scale
    result[zero, :] = 0.0
    result[:, zero] = 0.0
    return result
