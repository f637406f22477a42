"""Suppression: hide small cells of a table, and enough others that no hidden one can be worked out.

A published table is a system of linear equations: cells sum to row totals and column totals. Hiding a small
cell is not enough where its row still shows everything else. So further cells are hidden until, by the
published equations and the knowledge that counts are whole and not negative, every small cell could still be
any of ``threshold`` numbers in a row: then nobody can even tell that it is small, nor publish by subtraction
a sum of hidden cells below the threshold. The proof is computed (:func:`ranges`, :func:`determined`).

Each cell stands in one row equation and one column equation, so the equations are those of a flow through a
network with a node per row and column, and the exact integer range of a cell is a largest flow (no solver of
linear programs is needed). The pattern protects every other additive figure of the same cells (satisfied
answers, points) from being determined, since that depends on which cells are hidden, not on their values.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from scoring.arrays import BoolArray, CountArray, FloatArray

THRESHOLD = 10

CellPosition = tuple[int, int]


@dataclass(frozen=True, slots=True)
class SafeTable:
    """A table that may be published; None stands for a figure that is hidden or was not asked for.

    ``cells`` R x C; ``row_totals`` R, ``column_totals`` C and ``total``. ``primary`` are the cells below the
    threshold, ``complementary`` those hidden to protect them; the total of row i is the cell (i, C), of
    column j (R, j), the grand total (R, C).
    """

    threshold: int
    cells: tuple[tuple[int | None, ...], ...]
    row_totals: tuple[int | None, ...]
    column_totals: tuple[int | None, ...]
    total: int | None
    primary: frozenset[CellPosition]
    complementary: frozenset[CellPosition]

    def hidden(self, row: int, column: int) -> bool:
        """Say whether a cell or margin must not be shown, nor any figure computed from it."""
        return (row, column) in self.primary or (row, column) in self.complementary


@dataclass(frozen=True, slots=True)
class _CountTable:
    """Counts with their margins, (R + 1, C + 1); ``present`` says which of them are to be published."""

    counts: CountArray
    present: BoolArray
    rows: bool
    columns: bool

    def arc(self, cell: CellPosition) -> tuple[int, int]:
        """Return the nodes that a cell flows from and to; rows come first, missing equations are one node."""
        last_row, last_column = self.counts.shape[0] - 1, self.counts.shape[1] - 1
        row = cell[0] if self.rows else last_row
        column = last_row + 1 + (cell[1] if self.columns else last_column)
        if not self.rows and not self.columns:
            return row, row
        if not self.rows or not self.columns:
            column, row = (column, -1) if self.columns else (-1, row)
        forward = (cell[0] == last_row) == (cell[1] == last_column)
        return (row, column) if forward else (column, row)

    def lines(self, cell: CellPosition) -> Iterator[list[CellPosition]]:
        """Yield the published equations that a cell stands in, each as its cells."""
        if self.rows:
            yield [(cell[0], column) for column in range(self.counts.shape[1])]
        if self.columns:
            yield [(row, cell[1]) for row in range(self.counts.shape[0])]


def protect(
    counts: ArrayLike, *, row_totals: bool = True, column_totals: bool = True, threshold: int = THRESHOLD
) -> SafeTable:
    """Return a table of counts (R, C) that is safe to publish together with the named margins.

    Hidden are: every cell or margin from 1 to ``threshold`` - 1; then, until every one of them can take at
    least ``threshold`` further values, the cheapest other cells of its equations (inner cells before margins,
    small before large, zeros last); in the end any of these is shown again that the proof can do without.

    For a list of units and their total take shape (1, C) with ``column_totals=False``; for cells that are no
    parts of a whole both False. Edge cases: 0 is shown (it describes nobody); a table that is small altogether
    is hidden altogether. Tables with common margins are to be protected as one table, or their hidden margins
    united: this function sees one. Reference: Hundepool et al. (2012), Statistical Disclosure Control,
    doi:10.1002/9781118348239, chapter 4; Gusfield (1988), doi:10.1137/0217033 (two-way tables as flows).
    Worked value: [[5, 20], [30, 40]] with all margins hides all four inner cells.
    """
    table = _table(counts, rows=row_totals, columns=column_totals)
    primary = table.present & (table.counts > 0) & (table.counts < threshold)
    hidden = primary.copy()
    small = _cells(primary)
    while (exposed := _exposed(table, hidden, small, threshold)) is not None:
        hidden[_cheapest(table, hidden, exposed)] = True
    for cell in sorted(_cells(hidden & ~primary), key=lambda cell: _cost(table, cell), reverse=True):
        hidden[cell] = False
        hidden[cell] = _exposed(table, hidden, small, threshold) is not None
    return _safe_table(table, hidden, primary, threshold)


def ranges(
    counts: ArrayLike, hidden: ArrayLike, *, row_totals: bool = True, column_totals: bool = True
) -> dict[CellPosition, tuple[int, float]]:
    """Return the least and largest count that each hidden cell can have, given all that is shown.

    ``hidden`` bool (R + 1, C + 1), margins last. Exact for whole counts of 0 or more; a count without upper
    bound is infinite. Worked value: [[5, 20], [30, 40]], inner cells hidden: the 5 can be 0 to 25.
    """
    table = _table(counts, rows=row_totals, columns=column_totals)
    mask = np.asarray(hidden, dtype=np.bool_) & table.present
    return {cell: _range(table, mask, cell) for cell in _cells(mask)}


def determined(
    counts: ArrayLike, hidden: ArrayLike, *, row_totals: bool = True, column_totals: bool = True
) -> frozenset[CellPosition]:
    """Return the hidden cells whose value follows from the equations alone, whatever the counts are.

    With A the published equations restricted to the hidden cells, a cell is determined exactly where every
    solution of A x = 0 is 0 there: where its row in a basis of the null space is 0. ``hidden`` bool
    (R + 1, C + 1), margins last. Independent of :func:`ranges`, and weaker: it knows of no sign.
    """
    table = _table(counts, rows=row_totals, columns=column_totals)
    cells = _cells(np.asarray(hidden, dtype=np.bool_) & table.present)
    if not cells:
        return frozenset()
    _, values, basis = np.linalg.svd(_equations(table, cells))
    free = basis[int((values > 1e-9).sum()) :]
    loose = np.abs(free).max(axis=0, initial=0.0) >= 1e-9
    return frozenset(cell for cell, is_loose in zip(cells, loose, strict=True) if not is_loose)


def _equations(table: _CountTable, cells: Sequence[CellPosition]) -> FloatArray:
    """Return the matrix A of the published equations, restricted to these cells, one of them a column."""
    place = {cell: number for number, cell in enumerate(cells)}
    equations = {tuple(line) for cell in cells for line in table.lines(cell)}
    matrix = np.zeros((max(len(equations), 1), len(cells)))
    for number, line in enumerate(equations):
        for cell in line:
            if cell in place:
                matrix[number, place[cell]] = -1.0 if cell == line[-1] else 1.0
    return matrix


def _table(counts: ArrayLike, *, rows: bool, columns: bool) -> _CountTable:
    inner = np.asarray(counts, dtype=np.int64)
    if inner.ndim != 2 or (inner < 0).any():
        raise ValueError("a table to be protected has two dimensions and no negative count")
    full = np.vstack([inner, inner.sum(axis=0, keepdims=True)])
    full = np.hstack([full, full.sum(axis=1, keepdims=True)])
    present = np.ones(full.shape, dtype=np.bool_)
    present[:, -1] &= rows
    present[-1, :] &= columns
    return _CountTable(full, present, rows, columns)


def _cells(mask: BoolArray) -> list[CellPosition]:
    return [(int(row), int(column)) for row, column in np.argwhere(mask)]


def _exposed(
    table: _CountTable, hidden: BoolArray, cells: list[CellPosition], width: int
) -> CellPosition | None:
    """Return a cell that cannot take ``width`` further values, or None."""
    for cell in cells:
        up = _flow(table, hidden, cell, width, up=True)
        if up < width and up + _flow(table, hidden, cell, width, up=False) < width:
            return cell
    return None


def _range(table: _CountTable, hidden: BoolArray, cell: CellPosition) -> tuple[int, float]:
    count = int(table.counts[cell])
    return count - int(_flow(table, hidden, cell, count, up=False)), count + _flow(
        table, hidden, cell, math.inf, up=True
    )


def _flow(table: _CountTable, hidden: BoolArray, cell: CellPosition, most: float, *, up: bool) -> float:
    """Return by how much a hidden cell can grow (or shrink) at the cost of the other hidden cells.

    To grow, a cell's flow must come back from its end to its start: along other cells, which grow without
    limit, or against them, which shrink down to 0. Stops at ``most``.
    """
    start, end = table.arc(cell)
    limit = most if up else min(most, int(table.counts[cell]))
    if start == end:
        return limit
    others = hidden.copy()
    others[cell] = False
    room = _room(table, _cells(others))
    source, sink = (end, start) if up else (start, end)
    flow = 0.0
    while flow < limit and (path := _path(room, source, sink)):
        step = min(limit - flow, *(room[tail][head] for tail, head in path))
        if math.isinf(step):
            return math.inf
        for tail, head in path:
            room[tail][head] -= step
            room[head][tail] = room[head].get(tail, 0) + step
        flow += step
    return flow


def _room(table: _CountTable, cells: Iterable[CellPosition]) -> dict[int, dict[int, float]]:
    """Return how much can flow from node to node: along a cell without limit, against it down to 0."""
    room: dict[int, dict[int, float]] = {}
    for cell in cells:
        tail, head = table.arc(cell)
        along, against = room.setdefault(tail, {}), room.setdefault(head, {})
        along[head] = math.inf
        against[tail] = against.get(tail, 0) + int(table.counts[cell])
    return room


def _path(room: dict[int, dict[int, float]], source: int, sink: int) -> list[tuple[int, int]]:
    """Return a shortest way with room from source to sink as its steps; empty where there is none."""
    came: dict[int, int] = {source: source}
    queue = deque([source])
    while queue and sink not in came:
        node = queue.popleft()
        for head, left in room.get(node, {}).items():
            if left > 0 and head not in came:
                came[head] = node
                queue.append(head)
    path = []
    while sink in came and sink != source:
        path.append((came[sink], sink))
        sink = came[sink]
    return path[::-1]


def _cheapest(table: _CountTable, hidden: BoolArray, exposed: CellPosition) -> CellPosition:
    """Return the visible cell to hide next: in the exposed cell's equation that hides least, the cheapest."""
    lines = [line for line in table.lines(exposed) if any(not hidden[cell] for cell in line)]
    lines.sort(
        key=lambda line: (
            sum(bool(hidden[cell]) for cell in line),
            sum(int(table.counts[cell]) for cell in line),
        )
    )
    visible = lines[0] if lines else _cells(table.present)
    return min((cell for cell in visible if not hidden[cell]), key=lambda cell: _cost(table, cell))


def _cost(table: _CountTable, cell: CellPosition) -> tuple[bool, int, int, CellPosition]:
    """Order cells by what is lost when they are hidden; a hidden zero protects least."""
    margins = (cell[0] == table.counts.shape[0] - 1) + (cell[1] == table.counts.shape[1] - 1)
    count = int(table.counts[cell])
    return count == 0, margins, count, cell


def _safe_table(table: _CountTable, hidden: BoolArray, primary: BoolArray, threshold: int) -> SafeTable:
    shown = [
        [int(count) if there and not gone else None for count, there, gone in zip(*line, strict=True)]
        for line in zip(table.counts, table.present, hidden, strict=True)
    ]
    return SafeTable(
        threshold,
        tuple(tuple(line[:-1]) for line in shown[:-1]),
        tuple(line[-1] for line in shown[:-1]),
        tuple(shown[-1][:-1]),
        shown[-1][-1],
        frozenset(_cells(primary)),
        frozenset(_cells(hidden & ~primary)),
    )
