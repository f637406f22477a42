"""Responses in and out as CSV: one row a form, one column an item, the same columns both ways.

Columns: ``id`` (any text that is unique for its source; importing it again adds nothing), ``unit``,
``day`` (2024-08-05), ``half_day`` (am or pm), ``state`` (written, not read), a column for every item
by its id, ``overall``, a column ``p_...`` for every profile question, and ``comment``.
"""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy import select

from forms.answers import AnswerSheet, parse
from forms.faults import FaultyInput
from forms.instrument import COMMENT, Questionnaire
from survey.clock import start_of
from survey.database.engine import Database
from survey.errors import Fault, Refusal
from survey.models import Comment, Response
from survey.services import audit, states
from survey.services.actors import Actor
from survey.services.campaigns import CampaignRecord
from survey.services.collection import Door, Entry
from survey.vocabulary import Channel, HalfDay

LARGEST_FILE = 200_000_000
MOST_FAULTS = 200
HOUR = {HalfDay.AM: dt.timedelta(hours=9), HalfDay.PM: dt.timedelta(hours=15)}
FACTS = ("id", "unit", "day", "half_day")
WRITTEN_ONLY = ("state", "channel")
Row = tuple[int, dict[str, str]]


def columns(questionnaire: Questionnaire) -> tuple[str, ...]:
    """Return the columns of answers: item ids, ``overall``, profile fields and ``comment``."""
    marks = (*(item.id for item in questionnaire.items), questionnaire.overall.id)
    return (*marks, *(question.field for question in questionnaire.profile), COMMENT)


def import_csv(
    database: Database, door: Door, actor: Actor, campaign: CampaignRecord, data: bytes, now: dt.datetime
) -> tuple[int, int]:
    """Take every row of a CSV file in, all or none; return how many were new and how many known.

    Raises:
        Refusal: ``import_faulty`` with every fault and its line and column; ``import_conflict`` when a
            row's id came before with other answers.
    """
    entries = _entries(campaign, data, now)
    new = 0
    with database.write() as session:
        for name, entry, moment in entries:
            try:
                new += not door.accept_within(session, entry, moment).repeated
            except Refusal as refusal:
                if refusal.code == "response_conflict":
                    raise Refusal("import_conflict", id=name) from refusal
                raise
        digest = hashlib.sha256(data).hexdigest()
        audit.note(
            session,
            actor,
            "imported",
            now,
            campaign_id=campaign.id,
            subject=digest,
            rows=len(entries),
            new=new,
        )
    return new, len(entries) - new


def export_csv(database: Database, campaign: CampaignRecord) -> Iterator[str]:
    """Yield the campaign's responses as CSV text, a line at a time, in an order without meaning."""
    names = (*FACTS, *WRITTEN_ONLY, *columns(campaign.questionnaire))
    yield _line(names)
    last = states.last_decision()
    query = (
        select(Response, Comment.text, states.state(last).label("state"))
        .outerjoin(last, states.joined_on(last))
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
    with database.read() as session:
        for response, comment, state in session.execute(query):
            answers = [*_opened(response.marks), *_opened(response.profile), _guarded(comment or "")]
            facts = (
                response.response_key.hex(),
                campaign.unit(response.unit_id).code,
                response.local_day.isoformat(),
                response.half_day,
            )
            yield _line((*facts, state, response.channel, *answers))


def _opened(packed: str) -> list[str]:
    return ["" if mark == "-" else mark for mark in packed]


def _guarded(text: str) -> str:
    """Return a citizen's text so that a spreadsheet takes it for text, never for a formula."""
    return f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t", "\r", "'"} else text


def _line(values: Sequence[str]) -> str:
    sheet = io.StringIO()
    csv.writer(sheet).writerow(values)
    return sheet.getvalue()


def _entries(campaign: CampaignRecord, data: bytes, now: dt.datetime) -> list[tuple[str, Entry, dt.datetime]]:
    faults: list[Fault] = []
    rows = _rows(data, (*FACTS, *columns(campaign.questionnaire)), faults)
    seen: dict[str, int] = {}
    entries = []
    for line, row in rows:
        before = len(faults)
        name = _name(row, line, seen, faults)
        unit = _unit(campaign, row, line, faults)
        moment = _moment(campaign, row, line, now, faults)
        sheet = _sheet(campaign.questionnaire, row, line, faults)
        if len(faults) == before and sheet is not None:
            key = hashlib.sha256(f"import/{name}".encode()).hexdigest()
            entries.append((name, Entry(campaign, unit, Channel.IMPORT, key, sheet), moment))
    if faults:
        raise Refusal("import_faulty", faults[:MOST_FAULTS])
    return entries


def _rows(data: bytes, wanted: Sequence[str], faults: list[Fault]) -> list[Row]:
    """Return the rows of a well-formed file by column name, with their line numbers."""
    if len(data) > LARGEST_FILE:
        faults.append(Fault("file_too_large", "1:1", {"most": LARGEST_FILE}))
        return []
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        faults.append(Fault("file_not_utf8", f"{line}:1"))
        return []
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[Row] = []
    try:
        header = next(reader, [])
        _check_header(header, wanted, faults)
        if faults:
            return []
        for cells in reader:
            if len(cells) != len(header):
                faults.append(
                    Fault(
                        "import_width", f"{reader.line_num}:1", {"found": len(cells), "wanted": len(header)}
                    )
                )
            else:
                rows.append((reader.line_num, dict(zip(header, cells, strict=True))))
    except csv.Error as error:
        faults.append(Fault("csv_syntax", f"{reader.line_num}:1", {"message": str(error)}))
    return rows


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
    try:
        moment = start_of(dt.date.fromisoformat(row["day"].strip())) + HOUR[HalfDay(half)]
    except ValueError:
        moment = dt.datetime.min.replace(tzinfo=dt.UTC)
    if not campaign.opens_at <= moment or moment.date() > now.date():
        faults.append(Fault("import_day_bad", f"{line}:day"))
    return moment


def _sheet(q: Questionnaire, row: Mapping[str, str], line: int, faults: list[Fault]) -> AnswerSheet | None:
    field_of = {item.id: item.field for item in (*q.items, q.overall)}
    name_of = {field: name for name, field in field_of.items()}
    fields = {field_of.get(name, name): [row[name].strip()] for name in columns(q)}
    try:
        return parse(q, fields)
    except FaultyInput as faulty:
        faults += [_placed(f.code, f.place, line, name_of, fields, f.details) for f in faulty.faults]
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
    place = f"{line}:{name_of.get(field, field)}"
    if code != "answer_unknown_value":
        return Fault(code, place, details)
    kind = "import_answer_bad" if field in name_of else "import_profile_bad"
    return Fault(kind, place, {"found": fields[field][0][:40]})
