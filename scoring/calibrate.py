"""Weights made to agree with known counts: post-stratification and raking, with their residual rows.

Calibration lowers the variance only through what is left of the forms after the margins are taken out, so a
calibrated estimate needs the residual of every form's features, not only new weights.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from scoring.arrays import BoolArray, CodeArray, FloatArray
from scoring.defaults import SATISFIED_FROM
from scoring.design import Moments, features, row_moments
from scoring.tally import FormTable

SWEEPS = 10  # passes over the margins when residuals are taken for raking


@dataclass(frozen=True, slots=True)
class CalibrationMargin:
    """One classification of all forms: ``cell`` codes (n_forms,) in stored order, ``target`` counts (cells,)."""

    cell: CodeArray
    target: FloatArray

    def sums(self, values: FloatArray) -> FloatArray:
        """Sum values float (n_forms,) per cell."""
        sums: FloatArray = np.bincount(self.cell, values, self.target.size).astype(np.float64)
        return sums


@dataclass(frozen=True, slots=True)
class Calibration:
    """Calibrated ``weights`` (n_forms,), the ``base`` weights they came from, and the margins in order."""

    weights: FloatArray
    base: FloatArray
    margins: tuple[CalibrationMargin, ...]


def post_stratify(base: FloatArray, margin: CalibrationMargin) -> Calibration:
    """Scale the weights of every cell to its known count: w_i = base_i x target / sum of base in the cell.

    A cell without forms cannot be represented and raises ValueError when its target is above 0.
    Reference: Holt and Smith (1979), doi:10.2307/2344652. Worked value: base weights 10, 10 in a cell of
    30: 15, 15.
    """
    return Calibration(base * _ratio(margin, base)[margin.cell], base, (margin,))


def _ratio(margin: CalibrationMargin, weights: FloatArray) -> FloatArray:
    sums = margin.sums(weights)
    if bool(np.any((sums <= 0) & (margin.target > 0))):
        raise ValueError("a cell with a known count has no forms")
    return margin.target / np.where(sums > 0, sums, 1.0)


def rake(
    base: FloatArray, margins: Sequence[CalibrationMargin], tolerance: float = 1e-10, sweeps: int = 500
) -> Calibration:
    """Fit all margins by iterative proportional fitting until every one is met within ``tolerance``.

    The tolerance is relative to the largest target. Raises ValueError where a cell is empty or the margins
    contradict each other, so that the sweeps do not converge.
    Reference: Deming and Stephan (1940), doi:10.1214/aoms/1177731829; Deville, Sarndal and Sautory (1993),
    doi:10.1080/01621459.1993.10476369. Worked value: in the tests, against R's rake.
    """
    weights, scale = base.copy(), max(float(margin.target.max()) for margin in margins)
    for _ in range(sweeps):
        for margin in margins:
            weights *= _ratio(margin, weights)[margin.cell]
        off = max(float(np.abs(margin.sums(weights) - margin.target).max()) for margin in margins)
        if off <= tolerance * scale:
            return Calibration(weights, base, tuple(margins))
    raise ValueError("the margins cannot be met together")


def calibrated_moments(
    table: FormTable, calibration: Calibration, domain: BoolArray, satisfied_from: int = SATISFIED_FROM
) -> Moments:
    """Return the moments of a domain under calibrated weights.

    Totals use the calibrated weights; the scatter uses rows from which the weighted mean of their cell has
    been taken: once for post-stratification (means by base weight), and by repeated sweeps over the
    margins for raking. Rows outside ``domain`` (bool, stored order) are zero before that and need not be
    after it, so strata outside the domain can add to the variance. Reference: Valliant (1993), doi:10.2307/2290701; R survey's svyrecvar.
    """
    weights = calibration.weights
    rows = features(table.columns, satisfied_from) * (weights * domain)
    residual = rows.copy()
    single = len(calibration.margins) == 1
    inner = calibration.base if single else np.ones_like(weights)
    for _ in range(1 if single else SWEEPS):
        for margin in calibration.margins:
            size = margin.sums(inner)
            for number, row in enumerate(residual):
                mean = margin.sums(row / weights * inner) / np.where(size > 0, size, 1.0)
                residual[number] = row - mean[margin.cell] * weights
    return row_moments(table, rows, residual)
