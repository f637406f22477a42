"""No row stands out: whatever is written beside the answers is shared by ten rows, or by none."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from scoring.disclosure.row_suppression import UNSAID, suppress
from scoring.disclosure.suppression import THRESHOLD

FACTS = st.tuples(st.sampled_from("abc"), st.sampled_from(("x", "y", "")), st.sampled_from("pq"))


@given(st.lists(FACTS, max_size=90))
def test_whatever_somebody_knows_fits_ten_rows_or_is_not_written(rows: list[tuple[str, ...]]) -> None:
    shown = suppress(rows)
    assert len(shown) == len(rows)
    for own, written in zip(rows, shown, strict=True):
        assert all(said in {true, UNSAID} for true, said in zip(own, written, strict=True))
    if len(rows) >= THRESHOLD:
        assert all(count >= THRESHOLD for count in Counter(shown).values())
    else:
        assert not any(any(row) for row in shown)


def test_the_next_smallest_group_hides_a_small_one() -> None:
    shown = suppress([*[("a",)] * 12, *[("b",)] * 11, ("c",)])
    assert shown == [*[("a",)] * 12, *[("",)] * 12]


def test_a_fact_is_told_within_the_rows_that_agree_so_far() -> None:
    rows = [*[("a", "x")] * 20, *[("b", "x")] * 5, *[("b", "y")] * 15]
    assert suppress(rows) == [*[("a", "x")] * 20, *[("b", "")] * 20]


def test_what_was_never_said_hides_what_is_not_told() -> None:
    assert suppress([*[("",)] * 10, *[("a",)] * 10, ("b",)]) == [*[("",)] * 10, *[("a",)] * 10, ("",)]
    assert suppress([("",), *[("a",)] * 10]) == [("",)] * 11, "one who did not answer would be alone"
    assert suppress([*[("", "x")] * 10, *[("a", "x")] * 10]) == [*[("", "x")] * 10, *[("a", "x")] * 10]
