"""Responses in and out as CSV: one row a form, one column an item, the same columns both ways.

Columns: ``id`` (any text that is unique for its source; importing it again adds nothing), ``unit``,
``day`` (2024-08-05), ``half_day`` (am or pm), ``state`` and ``channel`` (written, not asked for; a row
that says it is not counted is not taken in), a column for every item by its id, ``overall``, a column
``p_...`` for every profile question, and ``comment``. What was exported may be imported again, into
another installation or into the same one, where it adds nothing. A row that came before is compared with
what it was until the order of coming is erased, and then only where it was exported from here.
"""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from forms.answers import AnswerSheet, parse
from forms.faults import FaultyInstrument
from forms.questionnaire import COMMENT, Questionnaire
from survey.clock import local_day, start_of
from survey.errors import Fault, Refusal
from survey.keys import Keys
from survey.models import Comment, Receipt, Response
from survey.services.accounts import audit
from survey.services.accounts.actors import Actor
from survey.services.collection import door, receipts, response_states
from survey.services.collection.entries import ImportEntry
from survey.services.installation.campaign_records import CampaignRecord
from survey.services.installation.installation import Installation
from survey.services.installation.unit_keys import ResponseKey
from survey.spreadsheets import CsvError, CsvProblem, csv_rows, csv_text, guarded, unguarded
from survey.vocabulary import HalfDay, Role, State

LARGEST_FILE = 200_000_000
MOST_FAULTS = 10_000
HOUR = {HalfDay.AM: dt.timedelta(hours=9), HalfDay.PM: dt.timedelta(hours=15)}
FACTS = ("id", "unit", "day", "half_day")
WRITTEN_ONLY = ("state", "channel")
COUNTED_AGAIN = {"", State.VALID.value, State.LATE.value}  # whether a form is late its day tells
OWN_ID = re.compile(r"[0-9a-f]{32}")
DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
Row = tuple[int, dict[str, str]]


@dataclass(frozen=True, slots=True)
class ImportRow:
    """A sound row of a file that is to be taken in."""

    line: int
    name: str
    state: str
    entry: ImportEntry
    moment: dt.datetime


def columns(questionnaire: Questionnaire) -> tuple[str, ...]:
    """Return the columns of answers: item ids, ``overall``, profile fields and ``comment``."""
    marks = (*(item.id for item in questionnaire.items), questionnaire.overall.id)
    return (*marks, *(question.field for question in questionnaire.profile), COMMENT)


def import_csv(
    installation: Installation,
    actor: Actor,
    campaign: CampaignRecord,
    data: bytes,
    now: dt.datetime,
) -> tuple[int, int]:
    """Take every row of a CSV file in, all or none; return how many were new and how many known.

    Raises:
        Refusal: ``import_faulty`` with every fault and its line and column; ``import_conflict`` when a
            row's id came before with other answers, as long as that can be told.
    """
    rows = _incoming(campaign, data, now)
    with installation.database.write() as session:
        foreign = [row for row in rows if not _is_own(session, installation.keys, row)]
        _refuse([_uncounted(row) for row in foreign if row.state not in COUNTED_AGAIN])
        new = sum(_take(session, installation.keys, row) for row in foreign)
        digest = hashlib.sha256(data).hexdigest()
        audit.note(
            session,
            actor,
            "imported",
            now,
            campaign_id=campaign.id,
            subject=digest,
            rows=len(rows),
            new=new,
        )
    return new, len(rows) - new


def _take(session: Session, keys: Keys, row: ImportRow) -> bool:
    """Take one row in and return whether it was new."""
    try:
        return not door.accept_within(session, keys, row.entry, row.moment).repeated
    except Refusal as refusal:
        if refusal.code == "response_conflict":
            raise Refusal("import_conflict", id=row.name) from refusal
        raise


def _is_own(session: Session, keys: Keys, row: ImportRow) -> bool:
    """Return whether the row was exported from this very campaign and unit.

    Before receipts had a table of their own, a response's key was what its receipt followed from. All keys were
    drawn anew then; a file from before is known by its receipts, and its answers can't be compared.

    Raises:
        Refusal: ``import_conflict`` when it was, and its answers were changed since.
    """
    if not OWN_ID.fullmatch(row.name):
        return False
    entry = row.entry
    key = ResponseKey(entry.campaign.id, entry.unit_id, bytes.fromhex(row.name))
    kept = session.get(Response, key)
    if kept is None:
        given = receipts.issue(keys.receipt, key.response_key)
        return session.get(Receipt, (key.campaign_id, given.key)) is not None
    comment = session.get(Comment, key)  # an erased one does not come back, and is no contradiction
    same_comment = comment is None or comment.text == entry.sheet.comment
    if (kept.marks, kept.profile) != (entry.sheet.marks, entry.sheet.profile) or not same_comment:
        raise Refusal("import_conflict", id=row.name)
    return True


def _uncounted(row: ImportRow) -> Fault:
    return Fault("import_state_bad", f"{row.line}:state", {"found": row.state[:40]})


def export_csv(
    installation: Installation, actor: Actor, campaign: CampaignRecord, now: dt.datetime
) -> Iterator[str]:
    """Note that the campaign's responses leave, and return them as CSV text, a line at a time, in an order without meaning.

    They are those of the moment: whoever has two such files has what came between them. So only the shell gives them,
    and no row leaves before the note about it is on disk.

    Raises:
        Refusal: ``role_out_of_reach``.
    """
    if actor.role is not Role.ADMIN:
        raise Refusal("role_out_of_reach")
    with installation.database.write() as session:
        audit.note(session, actor, "responses_exported", now, campaign_id=campaign.id)
    return _exported(installation, campaign)


def _exported(installation: Installation, campaign: CampaignRecord) -> Iterator[str]:
    names = (*FACTS, *WRITTEN_ONLY, *columns(campaign.questionnaire))
    yield _line(names)
    last = response_states.last_decision()
    query = (
        select(Response, Comment.text, response_states.state(last).label("state"))
        .outerjoin(last, response_states.joined_on(last))
        .outerjoin(
            Comment,
            (Comment.campaign_id == Response.campaign_id)
            & (Comment.unit_id == Response.unit_id)
            & (Comment.response_key == Response.response_key),
        )
        .where(Response.campaign_id == campaign.id)
        .order_by(Response.unit_id, Response.response_key)
        .execution_options(yield_per=1000)
    )
    with installation.database.read() as session:
        for response, comment, state in session.execute(query):
            answers = [*_unpacked(response.marks), *_unpacked(response.profile), guarded(comment or "")]
            facts = (
                response.response_key.hex(),
                campaign.unit(response.unit_id).code,
                response.local_day.isoformat(),
                response.half_day,
            )
            yield _line((*facts, state, response.channel, *answers))


def _unpacked(packed: str) -> list[str]:
    return ["" if mark == "-" else mark for mark in packed]


def _line(values: Sequence[str]) -> str:
    sheet = io.StringIO()
    csv.writer(sheet).writerow(values)
    return sheet.getvalue()


def _incoming(campaign: CampaignRecord, data: bytes, now: dt.datetime) -> list[ImportRow]:
    faults: list[Fault] = []
    rows = _rows(data, (*FACTS, *columns(campaign.questionnaire)), faults)
    seen: dict[str, int] = {}
    incoming = []
    for line, row in rows:
        before = len(faults)
        name = _name(row, line, seen, faults)
        unit = _unit(campaign, row, line, faults)
        moment = _moment(campaign, row, line, now, faults)
        sheet = _sheet(campaign.questionnaire, row, line, faults)
        if len(faults) == before and sheet is not None:
            key = hashlib.sha256(f"import/{name}".encode()).hexdigest()
            entry = ImportEntry(campaign, unit, key, sheet)
            incoming.append(ImportRow(line, name, row.get("state", "").strip(), entry, moment))
    _refuse(faults)
    return incoming


def _refuse(faults: Sequence[Fault]) -> None:
    if faults:
        rest = len(faults) - MOST_FAULTS
        more = [Fault("import_more_faults", "...", {"count": rest})] if rest > 0 else []
        raise Refusal("import_faulty", [*faults[:MOST_FAULTS], *more])


def _rows(data: bytes, wanted: Sequence[str], faults: list[Fault]) -> list[Row]:
    """Return the rows of a well-formed file by column name, with their line numbers."""
    try:
        text = csv_text(data, LARGEST_FILE)
    except CsvError as unreadable:
        faults.append(_unreadable(unreadable))
        return []
    lines = csv_rows(text, _delimiter(text))
    rows: list[Row] = []
    try:
        header = [name.strip() for name in next(lines, (1, []))[1]]
        _check_header(header, wanted, faults)
        if faults:
            return []
        for line, cells in lines:
            if len(cells) == len(header):
                rows.append((line, dict(zip(header, cells, strict=True))))
            elif cells:  # an empty line is no row
                details = {"found": len(cells), "wanted": len(header)}
                faults.append(Fault("import_width", f"{line}:1", details))
    except CsvError as unreadable:
        faults.append(_unreadable(unreadable))
    return rows


def _unreadable(file: CsvError) -> Fault:
    faults: dict[CsvProblem, tuple[str, dict[str, object]]] = {
        CsvProblem.TOO_LARGE: ("file_too_large", {"most": LARGEST_FILE}),
        CsvProblem.NOT_UTF8: ("file_not_utf8", {}),
        CsvProblem.SYNTAX: ("csv_syntax", {"message": file.message}),
    }
    code, details = faults[file.problem]
    return Fault(code, f"{file.line}:1", details)


def _delimiter(text: str) -> str:
    """Return what separates the cells: a comma, or the semicolon of a Vietnamese spreadsheet."""
    first, *_ = text.splitlines() or [""]
    return ";" if ";" in first and "," not in first else ","


def _check_header(header: Sequence[str], wanted: Sequence[str], faults: list[Fault]) -> None:
    known = {*wanted, *WRITTEN_ONLY}
    groups = {
        "import_columns_missing": [name for name in wanted if name not in header],
        "import_columns_unknown": [name for name in header if name not in known],
        "import_columns_repeated": sorted({name for name in header if header.count(name) > 1}),
    }
    faults.extend(Fault(code, "1:1", {"names": ", ".join(names)}) for code, names in groups.items() if names)


def _name(row: Mapping[str, str], line: int, seen: dict[str, int], faults: list[Fault]) -> str:
    name = row["id"].strip()
    if not 1 <= len(name) <= 64:
        faults.append(Fault("import_id_bad", f"{line}:id"))
    elif name in seen:
        faults.append(Fault("import_id_repeated", f"{line}:id", {"found": name, "line": seen[name]}))
    seen.setdefault(name, line)
    return name


def _unit(campaign: CampaignRecord, row: Mapping[str, str], line: int, faults: list[Fault]) -> int:
    code = row["unit"].strip()
    if code not in campaign.unit_ids:
        faults.append(Fault("import_unit_unknown", f"{line}:unit", {"found": code[:40]}))
        return 0
    return campaign.unit_ids[code]


def _moment(
    campaign: CampaignRecord, row: Mapping[str, str], line: int, now: dt.datetime, faults: list[Fault]
) -> dt.datetime:
    half = row["half_day"].strip()
    if half not in set(HalfDay):
        faults.append(Fault("import_half_day_bad", f"{line}:half_day"))
        half = HalfDay.AM
    text = row["day"].strip()
    try:
        day = dt.date.fromisoformat(text) if DAY.fullmatch(text) else dt.date.min
    except ValueError:
        day = dt.date.min
    if not campaign.plan.window.opens_on <= day <= local_day(now):
        faults.append(Fault("import_day_bad", f"{line}:day"))
        day = campaign.plan.window.opens_on
    return start_of(day) + HOUR[HalfDay(half)]


def _sheet(q: Questionnaire, row: Mapping[str, str], line: int, faults: list[Fault]) -> AnswerSheet | None:
    field_of = {item.id: item.field for item in (*q.items, q.overall)}
    name_of = {field: name for name, field in field_of.items()}
    fields = {field_of.get(name, name): [row[name].strip()] for name in columns(q)}
    fields[COMMENT] = [unguarded(row[COMMENT])]
    try:
        return parse(q, fields)
    except FaultyInstrument as faulty:
        faults += [_placed(f.code, f.location, line, name_of, fields, f.details) for f in faulty.faults]
        return None


def _placed(
    code: str,
    field: str,
    line: int,
    name_of: Mapping[str, str],
    fields: Mapping[str, Sequence[str]],
    details: Mapping[str, str | int | float],
) -> Fault:
    """Return a fault of a field as a fault of a cell, with its line and column."""
    location = f"{line}:{name_of.get(field, field)}"
    if code != "answer_unknown_value":
        return Fault(code, location, details)
    kind = "import_answer_bad" if field in name_of else "import_profile_bad"
    return Fault(kind, location, {"found": fields[field][0][:40]})
