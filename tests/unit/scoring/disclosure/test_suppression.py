"""Suppression: nothing small is shown, and nothing hidden can be worked out, checked by other means."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from scoring.disclosure.suppression import SafeTable, determined, protect, ranges

BOTH = [(True, True), (True, False), (False, True), (False, False)]


def _mask(safe: SafeTable) -> np.ndarray:
    mask = np.zeros((len(safe.cells) + 1, len(safe.cells[0]) + 1), dtype=bool)
    for cell in safe.primary | safe.complementary:
        mask[cell] = True
    return mask


def _attack(
    counts: np.ndarray, mask: np.ndarray, rows: bool, columns: bool
) -> dict[tuple[int, int], tuple[float, float]]:
    """Find the range of every hidden cell by linear programming from the published figures only."""
    full = np.vstack([counts, counts.sum(axis=0)])
    full = np.hstack([full, full.sum(axis=1, keepdims=True)])
    present = np.ones(full.shape, dtype=bool)
    present[:, -1] &= rows
    present[-1, :] &= columns
    unknown = [cell for cell in np.ndindex(full.shape) if mask[cell] and present[cell]]
    place = {cell: number for number, cell in enumerate(unknown)}
    equations: list[list[tuple[int, int]]] = []
    if rows:
        equations += [[(i, j) for j in range(full.shape[1])] for i in range(full.shape[0]) if present[i, 0]]
    if columns:
        equations += [[(i, j) for i in range(full.shape[0])] for j in range(full.shape[1]) if present[0, j]]
    matrix, right = np.zeros((len(equations), len(unknown))), np.zeros(len(equations))
    for number, line in enumerate(equations):
        for cell in line:
            sign = -1.0 if cell == line[-1] else 1.0
            if cell in place:
                matrix[number, place[cell]] = sign
            else:
                right[number] -= sign * full[cell]
    found = {}
    for cell in unknown:
        ends = []
        for sign in (1.0, -1.0):
            aim = np.zeros(len(unknown))
            aim[place[cell]] = sign
            solved = linprog(
                aim, A_eq=matrix if len(equations) else None, b_eq=right if len(equations) else None
            )
            ends.append(np.inf if solved.status == 3 else sign * solved.fun)
        found[cell] = (ends[0], ends[1])
    return found


def test_worked_value() -> None:
    safe = protect([[5, 20], [30, 40]])
    assert safe.cells == ((None, None), (None, None))
    assert (safe.row_totals, safe.column_totals, safe.total) == ((25, 70), (35, 60), 95)
    assert safe.primary == {(0, 0)}
    assert len(safe.complementary) == 3
    assert ranges([[5, 20], [30, 40]], _mask(safe))[0, 0] == (0, 25)


def test_a_list_with_its_total() -> None:
    safe = protect([[50, 80, 7, 80]], column_totals=False)
    assert safe.cells == ((None, 80, None, 80),)
    assert safe.row_totals == (217,)
    assert safe.total is None
    assert safe.hidden(0, 2)
    assert safe.hidden(0, 0)
    assert not safe.hidden(0, 1)
    upright = protect([[50], [80], [7], [80]], row_totals=False)
    assert upright.cells == ((None,), (80,), (None,), (80,))
    assert upright.column_totals == (217,)


def test_cells_without_margins_need_no_further_hiding() -> None:
    safe = protect([[9, 20], [0, 10]], row_totals=False, column_totals=False)
    assert safe.cells == ((None, 20), (0, 10))
    assert safe.complementary == frozenset()
    assert ranges([[9, 20]], [[1, 0, 0], [0, 0, 0]], row_totals=False, column_totals=False)[0, 0] == (
        0,
        np.inf,
    )


def test_a_small_table_is_hidden_altogether_and_a_large_one_shown() -> None:
    tiny = protect([[1, 2], [3, 1]])
    assert tiny.total is None
    assert all(cell is None for row in tiny.cells for cell in row)
    large = protect([[10, 20], [30, 0]])
    assert large.cells == ((10, 20), (30, 0))
    assert not large.primary | large.complementary
    assert ranges([[10, 20]], np.zeros((2, 3))) == {}
    assert determined([[10, 20]], np.zeros((2, 3))) == frozenset()


def test_small_neighbours_do_not_reveal_their_small_sum() -> None:
    """3 and 4 hidden in one row would still publish 7 by subtraction."""
    safe = protect([[3, 4, 50, 60], [20, 30, 40, 50]])
    hidden = [column for column in range(4) if safe.hidden(0, column)]
    assert sum((3, 4, 50, 60)[column] for column in hidden) >= 10


def test_a_cell_that_follows_is_recognised() -> None:
    alone = [[1, 0, 0], [0, 0, 0], [0, 0, 0]]
    assert determined([[5, 20], [30, 40]], alone) == {(0, 0)}
    assert ranges([[5, 20], [30, 40]], alone)[0, 0] == (5, 5)
    square = [[1, 1, 0], [1, 1, 0], [0, 0, 0]]
    assert determined([[5, 20], [30, 40]], square) == frozenset()
    without_margins = determined([[5]], [[1, 0], [0, 0]], row_totals=False, column_totals=False)
    assert without_margins == frozenset()


@pytest.mark.parametrize("bad", [[1, 2, 3], [[-1, 2]]])
def test_what_is_no_table_is_refused(bad: list[int]) -> None:
    with pytest.raises(ValueError, match="two dimensions"):
        protect(bad)


@settings(max_examples=60, deadline=None)
@given(
    st.integers(1, 4).flatmap(
        lambda columns: st.lists(
            st.lists(st.integers(0, 60), min_size=columns, max_size=columns), min_size=1, max_size=4
        )
    ),
    st.sampled_from(BOTH),
)
def test_an_attacker_with_a_linear_program_learns_nothing(
    counts: list[list[int]], margins: tuple[bool, bool]
) -> None:
    rows, columns = margins
    table = np.array(counts)
    safe = protect(table, row_totals=rows, column_totals=columns)
    shown = [cell for row in safe.cells for cell in row]
    shown += [*safe.row_totals, *safe.column_totals, safe.total]
    assert not any(cell is not None and 0 < cell < 10 for cell in shown)
    mask = _mask(safe)
    attacked = _attack(table, mask, rows, columns)
    for cell, (low, high) in ranges(table, mask, row_totals=rows, column_totals=columns).items():
        assert attacked[cell] == pytest.approx((low, high))
    for cell in safe.primary:
        assert attacked[cell][1] - attacked[cell][0] >= 10 - 1e-6
    assert not determined(table, mask, row_totals=rows, column_totals=columns) & safe.primary


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(st.integers(0, 30), min_size=3, max_size=3), min_size=2, max_size=4))
def test_every_further_hidden_cell_is_needed(counts: list[list[int]]) -> None:
    safe = protect(counts)
    for cell in safe.complementary:
        mask = _mask(safe)
        mask[cell] = False
        found = ranges(counts, mask)
        assert any(found[small][1] - found[small][0] < 10 for small in safe.primary)
