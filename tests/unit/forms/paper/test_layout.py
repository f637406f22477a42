"""Everything on the form has its place: readable, apart from each other, and away from stamps and edges."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations

import pytest

from forms.answers import parse as parse_answers
from forms.answers import to_fields
from forms.faults import FaultyInstrument
from forms.layout import (
    CODE,
    CODE_QUIET,
    EDGE_ZONE,
    EDITIONS,
    LARGE,
    MARGIN,
    MARK,
    PAGE_HEIGHT,
    PAGE_WIDTH,
    PITCH,
    STAMP_ZONE,
    STANDARD,
    FormLayout,
    code_positions,
    lay_out,
)
from forms.questionnaire import (
    bundled_questionnaires,
    load_questionnaire,
    questionnaire_from_json,
    questionnaire_json,
)

Rectangle = tuple[float, float, float, float]
LAYOUTS = [
    lay_out(load_questionnaire(ref), edition)
    for ref in bundled_questionnaires()
    for edition in EDITIONS.values()
]
EVERY = pytest.mark.parametrize(
    "layout", LAYOUTS, ids=lambda each: f"{each.questionnaire}-{each.edition.name}"
)


def _apart(one: Rectangle, other: Rectangle) -> bool:
    (x, y, w, h), (x2, y2, w2, h2) = one, other
    return x + w <= x2 or x2 + w2 <= x or y + h <= y2 or y2 + h2 <= y


def _machine_read(layout: FormLayout, page: int) -> Iterator[Rectangle]:
    quiet = CODE + 2 * CODE_QUIET
    yield from ((box.x, box.y, box.side, box.side) for box in layout.on(page))
    yield from ((x, y, MARK, MARK) for x, y in layout.marks(page).values())
    yield from ((x - CODE_QUIET, y - CODE_QUIET, quiet, quiet) for x, y in code_positions(page))


@EVERY
def test_what_a_machine_reads_lies_apart_and_away_from_the_edges(layout: FormLayout) -> None:
    for page in range(1, layout.pages + 1):
        places = list(_machine_read(layout, page))
        assert all(_apart(one, other) for one, other in combinations(places, 2))
        for x, y, w, h in places:
            assert x >= MARGIN - CODE_QUIET
            assert y >= MARGIN - CODE_QUIET
            assert x + w <= PAGE_WIDTH - MARGIN + CODE_QUIET
            assert y + h <= PAGE_HEIGHT - MARGIN + CODE_QUIET


@EVERY
def test_stamps_cover_nothing_that_a_machine_reads(layout: FormLayout) -> None:
    for page in range(1, layout.pages + 1):
        assert all(_apart(EDGE_ZONE, place) for place in _machine_read(layout, page))
    assert all(_apart(STAMP_ZONE, place) for place in _machine_read(layout, 1))


@EVERY
def test_boxes_are_large_and_far_enough_for_an_old_hand(layout: FormLayout) -> None:
    assert min(box.side for box in layout.boxes) >= 5.0
    for box, following in zip(layout.boxes, layout.boxes[1:], strict=False):
        if (box.q, box.page, box.y) == (following.q, following.page, following.y):
            assert following.x - box.x >= PITCH - 1e-9


@EVERY
def test_every_answer_has_exactly_one_box(layout: FormLayout) -> None:
    q = load_questionnaire(layout.questionnaire)
    ids = [box.id for box in layout.boxes]
    rated = {f"{item.field}.{value}" for item in (*q.items, q.overall) for value in "123450"}
    told = {
        f"{each.field}.{value}" for each in q.profile for value in [*(o.value for o in each.options), "."]
    }
    assert len(ids) == len(set(ids))
    assert set(ids) == rated | told


@EVERY
def test_rows_fill_the_pages_in_order_without_touching(layout: FormLayout) -> None:
    for row, following in zip(layout.rows, layout.rows[1:], strict=False):
        assert following.page > row.page or following.y >= row.y + row.height - 1e-6
    assert all(row.height > 0 for row in layout.rows)
    assert layout.rows[-1].kind == "comment"


def test_marks_differ_by_corner_page_and_edition() -> None:
    numbers = [
        number
        for edition in EDITIONS.values()
        for page in range(1, edition.most_pages + 1)
        for number in FormLayout("", edition, edition.most_pages, (), ()).marks(page)
    ]
    assert len(numbers) == len(set(numbers))
    assert max(numbers) < 48


def test_the_first_survey_is_one_sheet_even_with_the_sensitive_question() -> None:
    q = load_questionnaire("bhxh-2024@1")
    assert lay_out(q).pages == 2
    assert lay_out(q.opt_in("ethnic")).pages == 2
    assert lay_out(q, LARGE).pages <= 4


def test_the_boxes_name_answers_that_the_form_takes() -> None:
    q = load_questionnaire("bhxh-2024@1")
    chosen = {box.q: [box.opt] for box in lay_out(q).boxes}
    assert to_fields(q, parse_answers(q, chosen)) == chosen


def test_a_questionnaire_that_needs_too_many_pages_is_refused() -> None:
    with pytest.raises(FaultyInstrument) as caught:
        lay_out(load_questionnaire("bhxh-2024@1"), replace(STANDARD, most_pages=1))
    assert [fault.code for fault in caught.value.faults] == ["paper_too_long"]


def test_the_fingerprint_changes_with_the_places() -> None:
    q = load_questionnaire("bhxh-2024@1")
    prints = {layout.fingerprint for layout in LAYOUTS} | {lay_out(q.opt_in("ethnic")).fingerprint}
    assert len(prints) == len(LAYOUTS) + 1
    assert lay_out(q).fingerprint == lay_out(questionnaire_from_json(questionnaire_json(q))).fingerprint
