"""Forms as columns: the table every estimate starts from, and its counts per unit, item and level."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from scoring.arrays import BoolArray, CodeArray, CountArray, FloatArray, MarkArray
from scoring.defaults import SATISFIED_FROM

LEVELS = 5
BLANK = 0
NO_OPINION = 9


@dataclass(frozen=True, slots=True)
class FormTable:
    """The forms of a survey, sorted by stratum and stored column by column.

    ``columns``     uint8 (n_items, n_forms), C order: 1..5 counted, 0 blank, 9 no opinion.
    ``offsets``     intp (n_strata + 1,): stratum h holds the forms ``offsets[h]:offsets[h + 1]``.
    ``population``  float (n_strata,): transactions N of the stratum, NaN where unknown.
    ``weights``     float (n_forms,) or None when every form of a stratum weighs the same.
    ``order``       intp (n_forms,): the caller's row of each stored form.

    Build it with :func:`arrange`, which sorts; the estimators trust the order.
    """

    columns: MarkArray
    offsets: CodeArray
    population: FloatArray
    weights: FloatArray | None
    order: CodeArray

    @property
    def forms(self) -> FloatArray:
        """Sample size n of every stratum, blank forms included, as float (n_strata,)."""
        return np.diff(self.offsets).astype(np.float64)

    @property
    def marks(self) -> MarkArray:
        """The marks as (n_forms, n_items), a view in stored order."""
        return self.columns.T

    @property
    def stratum(self) -> CodeArray:
        """The stratum code of every stored form, intp (n_forms,)."""
        return np.repeat(np.arange(self.population.size), np.diff(self.offsets))

    def strata(self) -> Iterator[tuple[int, int, int]]:
        """Yield ``(stratum, start, stop)`` for every stratum that holds forms."""
        for code, (start, stop) in enumerate(zip(self.offsets[:-1], self.offsets[1:], strict=True)):
            if stop > start:
                yield code, int(start), int(stop)


def arrange(
    marks: ArrayLike,
    stratum: ArrayLike,
    population: Sequence[float | None],
    weights: ArrayLike | None = None,
) -> FormTable:
    """Sort forms by stratum and store them column by column.

    ``marks`` uint8 (n_forms, n_items); ``stratum`` codes 0..H-1 (n_forms,); ``population`` H values of N,
    None or NaN where unknown; ``weights`` (n_forms,) or None. The sort is stable and is skipped when the
    forms already stand in order, so that a stored table costs no copy.
    """
    rows = np.asarray(marks, dtype=np.uint8)
    codes = np.asarray(stratum, dtype=np.intp)
    sizes = np.array([np.nan if n is None else n for n in population], dtype=np.float64)
    _require_matching(rows, codes, sizes)
    given = None if weights is None else np.asarray(weights, dtype=np.float64)
    order = np.arange(codes.size, dtype=np.intp)
    if codes.size and bool(np.any(codes[1:] < codes[:-1])):
        order = np.argsort(codes, kind="stable").astype(np.intp)
        rows, codes = rows[order], codes[order]
        given = None if given is None else given[order]
    offsets = np.searchsorted(codes, np.arange(sizes.size + 1)).astype(np.intp)
    return FormTable(np.ascontiguousarray(rows.T), offsets, sizes, given, order)


def _require_matching(rows: MarkArray, codes: CodeArray, sizes: FloatArray) -> None:
    if rows.ndim != 2 or codes.shape != rows.shape[:1]:
        raise ValueError("marks must be (n_forms, n_items) with one stratum code a form")
    if codes.size and not 0 <= codes.min() <= codes.max() < sizes.size:
        raise ValueError("a stratum code has no population entry")


@dataclass(frozen=True, slots=True)
class Counts:
    """How often each mark was given, per stratum and item.

    ``levels`` int64 (n_strata, n_items, 5) for the levels 1..5; ``blank`` and ``no_opinion`` int64
    (n_strata, n_items). They sum to the forms of the stratum.
    """

    levels: CountArray
    blank: CountArray
    no_opinion: CountArray

    @property
    def answered(self) -> CountArray:
        """Counted answers (levels 1..5) per stratum and item."""
        total: CountArray = self.levels.sum(axis=2)
        return total

    def satisfied(self, satisfied_from: int = SATISFIED_FROM) -> CountArray:
        """Answers at or above ``satisfied_from`` per stratum and item."""
        total: CountArray = self.levels[:, :, satisfied_from - 1 :].sum(axis=2)
        return total

    def points(self) -> CountArray:
        """Sum of the levels over the counted answers per stratum and item."""
        total: CountArray = self.levels @ np.arange(1, LEVELS + 1)
        return total


def count(table: FormTable) -> Counts:
    """Count every mark per stratum and item in one pass over the stored columns.

    Exact integers. Cost: one read of the columns, then units x items x levels. Counting "at least k"
    for k = 1..6 and taking differences needs no intermediate wider than one byte a mark.
    """
    shape = (table.population.size, table.columns.shape[0])
    at_least = np.zeros((*shape, LEVELS + 2), dtype=np.int64)
    for code, start, stop in table.strata():
        at_least[code, :, 0] = stop - start
        for item, column in enumerate(table.columns[:, start:stop]):
            for level in range(1, LEVELS + 2):
                at_least[code, item, level] = np.count_nonzero(column >= level)
    exactly = at_least[:, :, :-1] - at_least[:, :, 1:]
    return Counts(exactly[:, :, 1:], exactly[:, :, 0], at_least[:, :, LEVELS + 1])


def counted(marks: MarkArray) -> BoolArray:
    """Say which marks are levels 1..5, bool of the same shape; blank and no opinion are not."""
    return np.asarray((marks > BLANK) & (marks <= LEVELS), dtype=np.bool_)


def mean_levels(marks: MarkArray) -> FloatArray:
    """Return each form's mean level over its counted marks, float (n,); NaN for a form without any.

    ``marks`` uint8 (n, k). Worked value: marks 5, 4, 0, 9: 4.5.
    """
    levels = counted(marks)
    number = levels.sum(axis=1)
    total = np.where(levels, marks, 0).sum(axis=1)
    mean: FloatArray = np.where(number > 0, total / np.maximum(number, 1), np.nan)
    return mean


def forms_answering(table: FormTable, groups: Sequence[Sequence[int]]) -> CountArray:
    """Count the forms with at least one counted answer among the items of each group.

    ``groups`` are lists of columns. Returns int64 (n_strata, n_groups).
    """
    answering = np.zeros((table.population.size, len(groups)), dtype=np.int64)
    for code, start, stop in table.strata():
        for number, group in enumerate(groups):
            some = np.zeros(stop - start, dtype=np.bool_)
            for item in group:
                some |= (table.columns[item, start:stop] - np.uint8(1)) < LEVELS
            answering[code, number] = np.count_nonzero(some)
    return answering
