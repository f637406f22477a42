"""What the machine accepts alone: one clear mark, of the page's usual size, on a page that did not lose its ink."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from forms.layout import Box
from forms.scan.classify import EMPTY, MARKED
from forms.scan.decide import MarkDecision, decisions
from forms.scan.packing import answer_json
from tests.paper.forms_office import layout

CLEAR_EMPTY, CLEAR_MARK = (0.99, 0.005, 0.005), (0.01, 0.98, 0.01)
BOXES = layout().on(1)
QUESTIONS = list(dict.fromkeys(box.q for box in BOXES))


def decided(
    special: Mapping[str, tuple[float, float, float]],
    ink: Mapping[str, float],
    *,
    red: str = "",
    lost: str = "",
) -> dict[str, MarkDecision]:
    """Everybody answered 4 with the same pen, but for what is said of single boxes by their ids."""

    def of(box: Box) -> tuple[float, float, float]:
        return special.get(box.id, CLEAR_MARK if box.opt == "4" else CLEAR_EMPTY)

    shown = np.array([of(box) for box in BOXES], np.float32)
    amounts = np.array([ink.get(box.id, 0.1 * (box.opt == "4")) for box in BOXES], np.float32)
    found = decisions(
        BOXES,
        shown,
        amounts,
        np.array([box.id != lost for box in BOXES]),
        np.array([box.id == red for box in BOXES]),
    )
    return {each.q: each for each in found}


def test_clear_marks_are_accepted() -> None:
    found = decided({}, {})
    assert list(found) == QUESTIONS
    assert {(tuple(each.value or ()), each.reason) for each in found.values()} == {(("4",), None)}
    assert answer_json(found["c1_1"].answer) == {
        "q": "c1_1", "value": ["4"], "confidence": 0.98, "needs_human": False, "reason": None,
    }  # fmt: skip


def test_what_is_not_clear_goes_to_a_person_with_its_reason() -> None:
    found = decided(
        {
            "c1_1.4": CLEAR_EMPTY,  # nothing
            "c1_2.2": CLEAR_MARK,  # two
            "c1_3.2": (0.7, 0.2, 0.1),  # one, and perhaps another
            "c1_4.4": (0.3, 0.6, 0.1),  # perhaps one
            "c2_1.4": (0.01, 0.3, 0.69),  # crossed out
        },
        {},
        red="c2_2.1",
        lost="c2_3.0",
    )
    assert {q: each.reason for q, each in found.items() if each.reason} == {
        "c1_1": "doubt_blank",
        "c1_2": "doubt_several_marks",
        "c1_3": "doubt_unsure",
        "c1_4": "doubt_unsure",
        "c2_1": "doubt_unsure",
        "c2_2": "doubt_red_ink",
        "c2_3": "doubt_box_not_found",
    }
    assert found["c1_1"].value == ()


def test_a_fleck_is_no_mark_of_somebody_who_ticks() -> None:
    found = decided({}, {"c1_1.4": 0.03, "c1_2.4": 0.04})
    assert (found["c1_1"].reason, found["c1_2"].reason) == ("doubt_small_mark", None)


def test_dots_are_marks_of_somebody_who_dots() -> None:
    small = {box.id: 0.01 for box in BOXES if box.opt == "4"}
    assert {each.reason for each in decided({}, small).values()} == {None}


def test_a_page_that_lost_its_ink_is_accepted_nowhere() -> None:
    lost = {f"{q}.4": CLEAR_EMPTY for q in QUESTIONS[: len(QUESTIONS) // 2]}
    reasons = [each.reason for each in decided(lost, {}).values()]
    assert set(reasons) == {"doubt_blank", "doubt_faint_page"}
    one = {f"{QUESTIONS[0]}.4": CLEAR_EMPTY}
    assert [each.reason for each in decided(one, {}).values()].count(None) == len(QUESTIONS) - 1


@given(st.lists(st.tuples(*[st.floats(0.001, 1)] * 3), min_size=len(BOXES), max_size=len(BOXES)), st.data())
def test_whatever_the_network_says_only_one_mark_among_empty_boxes_is_accepted(
    scores: list[tuple[float, float, float]], data: st.DataObject
) -> None:
    shown = np.array(scores, np.float32)
    shown /= shown.sum(axis=1, keepdims=True)
    ink = np.array(data.draw(st.lists(st.floats(0, 1), min_size=len(BOXES), max_size=len(BOXES))), np.float32)
    sure = np.ones(len(BOXES), np.bool_)
    for each in decisions(BOXES, shown, ink, sure, ~sure):
        if each.reason is None:
            mine = [row for row, box in zip(shown, BOXES, strict=True) if box.q == each.q]
            opts = [box.opt for box in BOXES if box.q == each.q]
            assert each.value is not None
            (chosen,) = each.value
            assert mine[opts.index(chosen)][MARKED] > 0.7
            assert all(row[EMPTY] > 0.9 for opt, row in zip(opts, mine, strict=True) if opt != chosen)
