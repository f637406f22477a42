"""Which sets of forms may follow which: what two published tables leave of one person between them."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.disclosure.release_rule import FormSet, may_follow_coarsely, may_follow_fully
from scoring.disclosure.suppression import THRESHOLD


def forms(numbers: Iterable[int]) -> FormSet:
    return frozenset(number.to_bytes(4, "big") for number in numbers)


SETS = st.frozensets(st.integers(0, 120), max_size=120).map(forms)


@pytest.mark.parametrize(("number", "may"), [(0, False), (29, False), (30, True), (31, True)])
def test_the_first_coarse_figures_need_thirty_forms(number: int, may: bool) -> None:
    assert may_follow_coarsely(forms(range(number)), []) is may


@pytest.mark.parametrize(
    ("before", "now", "may"),
    [(30, 39, False), (30, 40, True), (60, 79, False), (60, 80, True), (80, 60, True), (80, 61, False)],
)
def test_the_next_need_ten_others_and_a_quarter_of_the_larger_set(before: int, now: int, may: bool) -> None:
    assert may_follow_coarsely(forms(range(now)), [forms(range(before))]) is may


def test_excluded_and_corrected_forms_count_as_new_ones_do() -> None:
    before = forms(range(40))
    assert not may_follow_coarsely(forms([*range(5, 40), *range(50, 54)]), [before])  # 5 out, 4 in
    assert may_follow_coarsely(forms([*range(5, 40), *range(50, 55)]), [before])  # 5 out, 5 in


def test_an_earlier_set_counts_as_much_as_the_last_one() -> None:
    """Forms that are excluded and put back lead to a set whose neighbour was published long ago."""
    first, second = forms(range(40)), forms(range(60))
    assert not may_follow_coarsely(forms(range(41)), [first, second])


@given(SETS, st.lists(SETS, max_size=4))
def test_what_follows_coarsely_differs_from_everything_that_was_shown(
    now: FormSet, earlier: list[FormSet]
) -> None:
    if may_follow_coarsely(now, earlier):
        assert len(now) >= 30
        for other in earlier:
            assert len(now ^ other) >= THRESHOLD
            assert 4 * len(now ^ other) >= max(len(now), len(other))


@given(SETS, st.lists(SETS, max_size=4))
def test_full_tables_are_the_same_or_differ_by_ten(now: FormSet, earlier: list[FormSet]) -> None:
    distances = [len(now ^ other) for other in earlier]
    assert may_follow_fully(now, earlier) is not any(0 < distance < THRESHOLD for distance in distances)
    assert may_follow_fully(now, [*earlier, now]) is may_follow_fully(now, earlier)
