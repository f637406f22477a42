"""What a child process sends is unpacked as it was packed, and nothing else passes."""

from __future__ import annotations

import json
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.scan.packing import (
    MalformedRecordError,
    answer_from_json,
    answer_json,
    comment_from_json,
    comment_json,
    pack_count,
    pack_page,
    unpack_count,
    unpack_page,
)
from forms.scan.records import ClaimedPage, ClaimedStatus, FileCount, ReadAnswer, ReadComment

TEXTS = st.text(max_size=12)
MAYBE = st.none() | TEXTS
ANSWERS = st.builds(
    ReadAnswer,
    q=TEXTS,
    value=st.none() | st.lists(TEXTS, max_size=3).map(tuple),
    confidence=st.floats(0, 1),
    reason=MAYBE,
    crop=MAYBE,
)
COMMENTS = st.builds(ReadComment, written=st.booleans(), crop=MAYBE)
PAGES = st.builds(
    ClaimedPage,
    status=st.sampled_from(get_args(ClaimedStatus)),
    reason=MAYBE,
    answers=st.lists(ANSWERS, max_size=4).map(tuple),
    codes=st.lists(TEXTS, max_size=3).map(tuple),
    edition=MAYBE,
    page=st.none() | st.integers(),
    comment=st.none() | COMMENTS,
)
ANSWER = {"q": "c1_1", "value": ["4"], "confidence": 0.98, "needs_human": False, "reason": None}
PAGE: dict[str, object] = {
    "status": "read", "reason": None, "answers": [ANSWER], "codes": ["A.B"], "edition": "standard",
    "page": 1, "comment": {"written": True},
}  # fmt: skip


DIFFERING: tuple[dict[str, object], ...] = (
    {"status": "duplicate"},
    {"status": 1},
    {"reason": 1},
    {"page": True},
    {"page": 1.0},
    {"page": "1"},
    {"codes": "A.B"},
    {"codes": [1]},
    {"edition": ["standard"]},
    {"serial": "000001"},
    {"answers": {}},
    {"answers": ["c1_1"]},
    {"answers": [{**ANSWER, "needs_human": True}]},
    {"answers": [{**ANSWER, "confidence": 1}]},
    {"answers": [{**ANSWER, "confidence": float("nan")}]},
    {"answers": [{**ANSWER, "value": "4"}]},
    {"answers": [{**ANSWER, "crop": 5}]},
    {"answers": [{**ANSWER, "further": None}]},
    {"answers": [{"q": "c1_1"}]},
    {"comment": True},
    {"comment": {"written": 1}},
    {"comment": {}},
)


@given(PAGES)
def test_a_page_comes_out_as_it_went_in(page: ClaimedPage) -> None:
    line = pack_page(page)
    assert "\n" not in line
    assert unpack_page(line) == page


@given(st.builds(FileCount, pages=st.integers(0), reason=MAYBE))
def test_a_count_comes_out_as_it_went_in(count: FileCount) -> None:
    assert unpack_count(pack_count(count)) == count


@given(ANSWERS, st.none() | COMMENTS)
def test_what_is_kept_comes_out_as_it_went_in(answer: ReadAnswer, comment: ReadComment | None) -> None:
    assert answer_from_json(json.loads(json.dumps(answer_json(answer)))) == answer
    assert comment_from_json(json.loads(json.dumps(comment_json(comment)))) == comment


def test_a_row_that_was_kept_before_these_records_is_read() -> None:
    answer = answer_from_json({**ANSWER, "needs_human": True, "reason": "doubt_blank", "crop": "QUJD"})
    assert answer == ReadAnswer("c1_1", ("4",), 0.98, "doubt_blank", "QUJD")
    assert comment_from_json({"written": False}) == ReadComment(written=False)


@pytest.mark.parametrize(
    "line",
    [
        *("", "no JSON", "[" * 100_000, "null", "[]", "{}"),
        *(json.dumps({**PAGE, **differing}) for differing in DIFFERING),
        *(json.dumps({key: value for key, value in PAGE.items() if key != missing}) for missing in PAGE),
    ],
)
def test_a_malformed_line_is_refused(line: str) -> None:
    assert unpack_page(json.dumps(PAGE)).page == 1
    with pytest.raises(MalformedRecordError):
        unpack_page(line)


@pytest.mark.parametrize(
    "line", ["", "5", '{"pages": 1}', '{"pages": -1, "reason": null}', '{"pages": "1", "reason": null}']
)
def test_a_malformed_count_is_refused(line: str) -> None:
    with pytest.raises(MalformedRecordError):
        unpack_count(line)
