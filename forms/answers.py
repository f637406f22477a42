"""One filled form: from the fields of any page to a packed answer sheet, and back.

Packed marks hold one character per item and the overall item last: ``1`` to ``5`` a level, ``0`` no
opinion, ``-`` blank. The packed profile holds one character per asked question: a letter an option,
``.`` declined, ``-`` blank.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from forms.faults import FaultyInstrument, InstrumentFault
from forms.questionnaire import COMMENT, Question, Questionnaire

BLANK = "-"
NO_OPINION = "0"
DECLINED = "."
MARKS = frozenset("012345")
LONGEST_COMMENT = 1000

# Signs that reorder or hide what stands around them; a reader of comments must see what was written.
_BIDI_CONTROLS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")


@dataclass(frozen=True, slots=True)
class AnswerSheet:
    """The answers of one form: packed marks, packed profile, comment (empty if there is none)."""

    marks: str
    profile: str
    comment: str

    @property
    def says_nothing(self) -> bool:
        """Whether nothing was rated and no comment written; answers about the person alone say nothing."""
        return not self.comment and set(self.marks) == {BLANK}


def parse(q: Questionnaire, fields: Mapping[str, Sequence[str]]) -> AnswerSheet:
    """Read the fields of a form; raise FaultyInstrument with all faults, each placed at its field's name.

    As :func:`read_fields`, but where nothing was rated and no comment written, the fault is ``answers_empty`` at
    the first item.
    """
    sheet = read_fields(q, fields)
    if sheet.says_nothing:
        raise FaultyInstrument([InstrumentFault("answers_empty", q.items[0].field)])
    return sheet


def read_fields(q: Questionnaire, fields: Mapping[str, Sequence[str]]) -> AnswerSheet:
    """Read the fields of a form that may say nothing; raise FaultyInstrument with all faults, each at its field's name.

    A missing or empty field is a blank answer; fields that the questionnaire does not know are left
    alone. Codes: ``answer_repeated``, ``answer_unknown_value``, ``comment_too_long``.
    """
    faults: list[InstrumentFault] = []
    marks = "".join(_one(faults, fields, item.field, MARKS) or BLANK for item in (*q.items, q.overall))
    profile = "".join(_one(faults, fields, each.field, _choices(each)) or BLANK for each in q.profile)
    comment = _comment(faults, fields)
    if faults:
        raise FaultyInstrument(faults)
    return AnswerSheet(marks, profile, comment)


def to_fields(q: Questionnaire, sheet: AnswerSheet) -> dict[str, list[str]]:
    """Return the fields that ``parse`` reads as this sheet; blank answers have none.

    A sheet of another questionnaire's length is a ValueError.
    """
    items = [item.field for item in (*q.items, q.overall)]
    profile = [question.field for question in q.profile]
    pairs = [*zip(items, sheet.marks, strict=True), *zip(profile, sheet.profile, strict=True)]
    fields = {name: [value] for name, value in pairs if value != BLANK}
    return {**fields, COMMENT: [sheet.comment]} if sheet.comment else fields


def tidy_comment(raw: str) -> str:
    """Return a comment composed (NFC) and trimmed, without control, private and reordering signs."""
    lines = raw.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    return unicodedata.normalize("NFC", "".join(filter(_is_visible, lines))).strip()


def _is_visible(letter: str) -> bool:
    if letter in _BIDI_CONTROLS:
        return False
    return letter == "\n" or unicodedata.category(letter) not in {"Cc", "Cs", "Co"}


def _choices(question: Question) -> frozenset[str]:
    return frozenset({DECLINED, *(option.value for option in question.options)})


def _one(
    faults: list[InstrumentFault], fields: Mapping[str, Sequence[str]], name: str, allowed: frozenset[str]
) -> str:
    """Return a field's one value, or nothing where it is blank or faulty."""
    given = [value for value in fields.get(name, ()) if value]
    if len(given) > 1:
        faults.append(InstrumentFault("answer_repeated", name))
    elif given and given[0] not in allowed:
        faults.append(InstrumentFault("answer_unknown_value", name, {"value": given[0][:40]}))
    elif given:
        return given[0]
    return ""


def _comment(faults: list[InstrumentFault], fields: Mapping[str, Sequence[str]]) -> str:
    given = [tidy_comment(value) for value in fields.get(COMMENT, ())]
    if len(given) > 1:
        faults.append(InstrumentFault("answer_repeated", COMMENT))
        return ""
    comment = given[0] if given else ""
    if len(comment) > LONGEST_COMMENT:
        details = {"count": len(comment), "limit": LONGEST_COMMENT}
        faults.append(InstrumentFault("comment_too_long", COMMENT, details))
    return comment
