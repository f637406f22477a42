"""Records of reading as JSON: as lines between parent and child, as a row that is kept, as the output of the command.

What is unpacked comes from a process that read untrusted files: only records of exactly this shape pass.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NoReturn, get_args

from forms.scan.records import (
    ClaimedPage,
    ClaimedStatus,
    FileCount,
    PageSource,
    ReadAnswer,
    ReadComment,
    ReadFile,
    ReadForm,
    ReadPage,
    ScanReading,
)

Plain = dict[str, Any]
_STATUSES: Mapping[str, ClaimedStatus] = {each: each for each in get_args(ClaimedStatus)}


class MalformedRecordError(ValueError):
    """Raised for JSON that no record was packed as."""


def pack_page(page: ClaimedPage) -> str:
    """Return a child's claim as one line of JSON, without its end."""
    record = {
        "status": page.status,
        "reason": page.reason,
        "answers": [answer_json(answer) for answer in page.answers],
        "codes": list(page.codes),
        "edition": page.edition,
        "page": page.page,
        "comment": comment_json(page.comment),
    }
    return json.dumps(record, separators=(",", ":"))


def unpack_page(line: str) -> ClaimedPage:
    """Return the claim that a line holds, or raise MalformedRecordError."""
    record = _table(_parsed(line), {"status", "reason", "answers", "codes", "edition", "page", "comment"})
    status = _STATUSES.get(_typed(record["status"], str))
    if status is None:
        raise MalformedRecordError("status")
    return ClaimedPage(
        status=status,
        reason=_typed(record["reason"], str, type(None)),
        answers=tuple(answer_from_json(each) for each in _typed(record["answers"], list)),
        codes=_texts(record["codes"]),
        edition=_typed(record["edition"], str, type(None)),
        page=_typed(record["page"], int, type(None)),
        comment=comment_from_json(record["comment"]),
    )


def pack_count(count: FileCount) -> str:
    """Return the pages of a file as one line of JSON, without its end."""
    return json.dumps({"pages": count.pages, "reason": count.reason}, separators=(",", ":"))


def unpack_count(line: str) -> FileCount:
    """Return the pages that a line holds, or raise MalformedRecordError."""
    record = _table(_parsed(line), {"pages", "reason"})
    pages = _typed(record["pages"], int)
    if pages < 0:
        raise MalformedRecordError("pages")
    return FileCount(pages, _typed(record["reason"], str, type(None)))


def answer_json(answer: ReadAnswer) -> Plain:
    """Return an answer as it is sent, kept and shown."""
    record = {
        "q": answer.q,
        "value": None if answer.value is None else list(answer.value),
        "confidence": answer.confidence,
        "needs_human": answer.needs_human,
        "reason": answer.reason,
    }
    return {**record, **_crop(answer.crop)}


def answer_from_json(record: object) -> ReadAnswer:
    """Return the answer that was sent or kept, or raise MalformedRecordError."""
    known = _table(record, {"q", "value", "confidence", "needs_human", "reason"}, "crop")
    answer = ReadAnswer(
        q=_typed(known["q"], str),
        value=None if known["value"] is None else _texts(known["value"]),
        confidence=_typed(known["confidence"], float),
        reason=_typed(known["reason"], str, type(None)),
        crop=_typed(known.get("crop"), str, type(None)),
    )
    if _typed(known["needs_human"], bool) != answer.needs_human:
        raise MalformedRecordError("needs_human")
    return answer


def comment_json(comment: ReadComment | None) -> Plain | None:
    """Return the box for free writing as it is sent, kept and shown."""
    return None if comment is None else {"written": comment.written, **_crop(comment.crop)}


def comment_from_json(record: object) -> ReadComment | None:
    """Return what was sent or kept of the box for free writing, or raise MalformedRecordError."""
    if record is None:
        return None
    known = _table(record, {"written"}, "crop")
    return ReadComment(_typed(known["written"], bool), _typed(known.get("crop"), str, type(None)))


def reading_json(reading: ScanReading) -> Plain:
    """Return all that was read as ``./hailong forms read`` writes it."""
    return {
        "files": [_file_json(file) for file in reading.files],
        "pages": [_page_json(page) for page in reading.pages],
        "forms": [_form_json(form) for form in reading.forms],
    }


def _file_json(file: ReadFile) -> Plain:
    record = {"file": file.file, "sha256": file.sha256, "pages": file.pages, "reason": file.reason}
    return record if file.same_as is None else {**record, "same_as": file.same_as}


def _page_json(page: ReadPage) -> Plain:
    """Return a page; whatever was never recognised has no edition and no comment."""
    answers = {"answers": [answer_json(answer) for answer in page.answers]}
    edition = {"edition": page.edition} if page.edition is not None else {}
    was_read = edition and page.status != "unreadable"
    shown = (
        {**edition, **answers, "comment": comment_json(page.comment)} if was_read else {**answers, **edition}
    )
    further = {"campaign": page.campaign, "claimed_serial": page.claimed_serial}
    return {
        **_source_json(page.source),
        "serial": page.serial,
        "unit": page.unit,
        "page": page.page,
        "status": page.status,
        "reason": page.reason,
        **shown,
        **{key: value for key, value in further.items() if value is not None},
        **({"others": [_source_json(other) for other in page.others]} if page.others else {}),
    }


def _source_json(source: PageSource) -> Plain:
    return {"file": source.file, "page_index": source.page_index}


def _form_json(form: ReadForm) -> Plain:
    return {
        "serial": form.serial,
        "unit": form.unit,
        "edition": form.edition,
        "status": form.status,
        "missing_pages": list(form.missing_pages),
        "pages": [{**_source_json(page.source), "page": page.page} for page in form.pages],
        "answers": [answer_json(answer) for answer in form.answers],
        "needs_human": form.needs_human,
        "comment": comment_json(form.comment),
    }


def _crop(crop: str | None) -> Plain:
    return {} if crop is None else {"crop": crop}


def _parsed(line: str) -> object:
    try:
        return json.loads(line, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise MalformedRecordError("no JSON") from error


def _refuse(constant: str) -> NoReturn:
    raise MalformedRecordError(constant)


def _table(record: object, required: set[str], *optional: str) -> Plain:
    """Return a JSON object that has these keys and no others."""
    if not isinstance(record, dict) or not required <= record.keys() <= required | set(optional):
        raise MalformedRecordError("keys")
    return record


def _texts(value: object) -> tuple[str, ...]:
    return tuple(_typed(each, str) for each in _typed(value, list))


def _typed(value: object, *kinds: type) -> Any:
    """Return a value of exactly one of these types: True is no number here."""
    if type(value) not in kinds:
        raise MalformedRecordError(type(value).__name__)
    return value
