"""Fields of a page become one packed sheet; whatever is wrong with them is said at once."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.answers import AnswerSheet, parse, tidy_comment, to_fields
from forms.faults import FaultyInstrument
from forms.questionnaire import load_questionnaire

Q = load_questionnaire("bhxh-2024@1")
ITEMS = [each.field for each in (*Q.items, Q.overall)]
ALL_FOUR = {name: ["4"] for name in ITEMS}


def faults_of(fields: dict[str, list[str]]) -> list[tuple[str, str]]:
    with pytest.raises(FaultyInstrument) as caught:
        parse(Q, fields)
    return [(fault.code, fault.location) for fault in caught.value.faults]


def test_answers_are_packed_in_the_order_of_the_form() -> None:
    fields = {"c1_1": ["5"], "c6_4": ["0"], "overall": ["1"], "p_who": ["b"], "p_age": ["."], "key": ["abc"]}
    sheet = parse(Q, {**fields, "comment": ["Tốt"]})
    assert sheet == AnswerSheet("5" + "-" * 24 + "0" + "1", "b----.", "Tốt")
    assert len(sheet.marks) == 27


@pytest.mark.parametrize("fields", [{}, {"p_sex": ["a"]}, {"comment": [" \r\n\t\x00 "]}, {"c1_1": [""]}])
def test_an_empty_form_is_not_a_response(fields: dict[str, list[str]]) -> None:
    assert faults_of(fields) == [("answers_empty", "c1_1")]


@pytest.mark.parametrize("fields", [{"c3_2": ["0"]}, {"overall": ["3"]}, {"comment": ["Cảm ơn"]}])
def test_one_mark_or_a_comment_alone_is_a_response(fields: dict[str, list[str]]) -> None:
    assert to_fields(Q, parse(Q, fields)) == fields


def test_every_fault_is_named_at_its_field_in_the_order_of_the_form() -> None:
    fields = {
        "comment": ["x" * 1001],
        "c1_1": ["6"],
        "c1_2": ["1", "2"],
        "overall": ["-"],
        "p_who": ["c"],
        "c2_1": ["4"],
    }
    assert faults_of(fields) == [
        ("answer_unknown_value", "c1_1"),
        ("answer_repeated", "c1_2"),
        ("answer_unknown_value", "overall"),
        ("answer_unknown_value", "p_who"),
        ("comment_too_long", "comment"),
    ]


def test_a_comment_of_exactly_the_limit_counts_after_tidying() -> None:
    assert len(parse(Q, {"comment": [" " + "x" * 1000 + "\r\n"]}).comment) == 1000
    assert faults_of({**ALL_FOUR, "comment": ["a", "b"]}) == [("answer_repeated", "comment")]


@pytest.mark.parametrize("digit", ["٣", "５", "1 ", "01", "1.0", "+1"])
def test_only_the_plain_digit_is_an_answer(digit: str) -> None:
    assert faults_of({"c1_1": [digit]}) == [("answer_unknown_value", "c1_1")]


def test_a_sensitive_answer_is_left_out_unless_the_campaign_asked() -> None:
    fields = {**ALL_FOUR, "p_ethnic": ["b"]}
    assert parse(Q, fields).profile == "------"
    assert parse(Q.opt_in("ethnic"), fields).profile == "------b"


def test_a_comment_keeps_its_words_and_loses_what_hides() -> None:
    raw = "  Dòng\u00a0một\r\nhai\tba\x07\u202e đảo\u2066 \ud800\ue000Ha\u0300i\x7f 👩‍👧  "
    assert tidy_comment(raw) == "Dòng\u00a0một\nhai ba đảo Hài 👩‍👧"


@pytest.mark.parametrize("sheet", [AnswerSheet("4", "------", ""), AnswerSheet("4" * 27, "a", "")])
def test_a_sheet_of_another_questionnaire_is_refused(sheet: AnswerSheet) -> None:
    with pytest.raises(ValueError, match=r"shorter|longer"):
        to_fields(Q, sheet)


_SHEETS = st.builds(
    AnswerSheet,
    st.text("012345-", min_size=27, max_size=27),
    st.tuples(*(st.sampled_from([*(o.value for o in each.options), ".", "-"]) for each in Q.profile)).map(
        "".join
    ),
    st.text(max_size=40).map(tidy_comment),
)


@given(_SHEETS.filter(lambda sheet: bool(sheet.comment) or set(sheet.marks) != {"-"}))
def test_a_sheet_survives_the_way_through_a_page(sheet: AnswerSheet) -> None:
    assert parse(Q, to_fields(Q, sheet)) == sheet


@given(st.text())
def test_tidying_twice_is_tidying_once(raw: str) -> None:
    tidy = tidy_comment(raw)
    assert tidy_comment(tidy) == tidy
    assert unicodedata.is_normalized("NFC", tidy)
    tidy.encode("utf-8")


_NAMES = st.sampled_from([*ITEMS, "p_who", "p_age", "comment", "key"]) | st.text(max_size=6)
_VALUES = st.sampled_from(["1", "5", "0", ".", "a", ""]) | st.text(max_size=6)


@given(st.dictionaries(_NAMES, st.lists(_VALUES, max_size=3), max_size=8))
def test_arbitrary_fields_are_read_or_refused_and_never_crash(fields: dict[str, list[str]]) -> None:
    try:
        sheet = parse(Q, fields)
    except FaultyInstrument:
        return
    assert (len(sheet.marks), len(sheet.profile)) == (27, 6)
    assert parse(Q, to_fields(Q, sheet)) == sheet
