"""Pages become forms by their serial; what appears twice is held, what is missing is named."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations
from typing import Any

from forms.questionnaire import load_questionnaire
from forms.scan.merge import merge_forms, stop_duplicates
from forms.scan.records import PageSource, ReadAnswer, ReadComment, ReadForm, ReadPage

Q = load_questionnaire("bhxh-2024@1")


def _page(serial: str | None, number: int, index: int = 0, file: str = "a.pdf", **differing: Any) -> ReadPage:
    answer = ReadAnswer(f"c{number}_1", ("4",), 1.0, "doubt_unsure" if number == 2 else None)
    page = ReadPage(
        source=PageSource(file, index), serial=serial, unit="tuy-phuoc", page=number, edition="standard",
        status="read", reason=None, answers=(answer,), comment=ReadComment(written=True) if number == 2 else None,
    )  # fmt: skip
    return replace(page, **differing)


def _forms(*pages: ReadPage) -> tuple[ReadForm, ...]:
    return merge_forms(stop_duplicates(pages), Q)


def test_fronts_and_backs_meet_in_any_order() -> None:
    for pages in permutations([_page("000001", 1, 0), _page("000001", 2, 1), _page("000002", 1, 2)]):
        first, second = _forms(*pages)
        assert (first.serial, first.status, first.needs_human) == ("000001", "complete", 1)
        assert [answer.q for answer in first.answers] == ["c1_1", "c2_1"]
        assert first.comment == ReadComment(written=True)
        assert (second.status, second.missing_pages) == ("incomplete", (2,))


def test_a_duplicate_stops_the_whole_form_and_tells_where() -> None:
    pages = [_page("000001", 1, 0), _page("000001", 2, 1), _page("000001", 1, 5, file="b.pdf")]
    held = stop_duplicates(pages)
    (form,) = merge_forms(held, Q)
    assert [page.status for page in held] == ["duplicate", "read", "duplicate"]
    assert held[0].others == (PageSource("b.pdf", 5),)
    assert (form.status, form.answers, form.needs_human) == ("duplicate", (), 0)


def test_the_same_serial_of_two_units_is_two_forms() -> None:
    forms = _forms(_page("000001", 1), _page("000001", 1, 1, unit="phu-cat"))
    assert [(form.unit, form.status) for form in forms] == [
        ("phu-cat", "incomplete"),
        ("tuy-phuoc", "incomplete"),
    ]


def test_a_large_form_waits_for_all_its_pages() -> None:
    (form,) = _forms(*[_page("000001", number, edition="large") for number in (1, 2, 4)])
    assert (form.status, form.missing_pages) == ("incomplete", (3,))


def test_pages_that_were_not_read_belong_to_no_form() -> None:
    unread = _page("000001", 2, 1, status="unreadable", answers=())
    (form,) = _forms(_page("000001", 1), unread, _page(None, 1, 2, status="foreign"))
    assert (form.status, form.missing_pages) == ("incomplete", (2,))
