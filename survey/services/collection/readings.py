"""The readings of a sheet: the first, a blind second, what adjudicated the two, what came again."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from forms.answers import AnswerSheet
from survey.clock import local_day
from survey.models import Account, PaperForm, PaperReading, Response
from survey.services.accounts.actors import Actor
from survey.services.collection import response_states
from survey.services.installation.unit_keys import UnitKey
from survey.vocabulary import ReadingKind, ReadingSource, State

Answers = tuple[str | None, str | None, str | None]


@dataclass(frozen=True, slots=True)
class Reading:
    """One reading: who, when, and the answers where they had to be kept."""

    account_id: int | None
    who: str
    day: dt.date
    source: ReadingSource
    sampled: bool
    compared: int
    differing: int
    answers: Answers


@dataclass(frozen=True, slots=True)
class ReadingHistory:
    """All readings of one sheet; ``duplicates`` are those that nobody has looked at yet."""

    first: Reading
    second: Reading | None
    adjudicated: Reading | None
    duplicates: tuple[Reading, ...]

    @property
    def awaits_second(self) -> bool:
        """Whether it was sampled for a second reading that has not come."""
        return self.first.sampled and self.second is None

    @property
    def is_discrepant(self) -> bool:
        """Whether two readings differ and nobody has adjudicated them."""
        return self.second is not None and self.second.answers[0] is not None and self.adjudicated is None


def of_unit(session: Session, unit: UnitKey) -> Mapping[int, ReadingHistory]:
    """Return the readings of every sheet of a unit that has any."""
    return _histories(session, unit, None)


def of_sheet(session: Session, unit: UnitKey, serial: int) -> ReadingHistory | None:
    """Return the readings of one sheet, None where it has none."""
    return _histories(session, unit, serial).get(serial)


def awaiting(session: Session, unit: UnitKey) -> list[str]:
    """Return the numbers of a unit's forms that wait to be verified, in order; without a link none is known."""
    last = response_states.last_decision()
    query = (
        select(PaperForm.form_number)
        .join(
            Response,
            (Response.campaign_id == PaperForm.campaign_id)
            & (Response.unit_id == PaperForm.unit_id)
            & (Response.response_key == response_states.live_key()),
        )
        .outerjoin(last, response_states.joined_on(last))
        .where(
            PaperForm.campaign_id == unit.campaign_id,
            PaperForm.unit_id == unit.unit_id,
            response_states.state(last) == State.AWAITING.value,
        )
        .order_by(PaperForm.form_number)
    )
    return list(session.scalars(query))


def row(
    session: Session,
    actor: Actor,
    unit: UnitKey,
    serial: int,
    kind: ReadingKind,
    now: dt.datetime,
    source: ReadingSource = ReadingSource.KEYED,
    *,
    sampled: bool = False,
) -> dict[str, object]:
    """Return the row of a sheet's next reading, without answers: those of a first one are the response's."""
    return {
        **unit.columns,
        "serial": serial,
        "step": 1 if kind is ReadingKind.FIRST else _next_step(session, unit, serial),
        "kind": kind,
        "source": source,
        "account_id": actor.account_id,
        "local_day": local_day(now),
        "drawn": sampled,
    }


def columns_of(sheet: AnswerSheet) -> dict[str, str]:
    """Return the columns that keep a reading's answers."""
    return {"marks": sheet.marks, "profile": sheet.profile, "comment": sheet.comment}


def answers_of(sheet: AnswerSheet) -> Answers:
    """Return a sheet's answers as a reading has them."""
    return sheet.marks, sheet.profile, sheet.comment


def sheet_of(reading: Reading) -> AnswerSheet:
    """Return the answers that a reading kept; a reading without any is a ValueError."""
    marks, profile, comment = reading.answers
    if marks is None or profile is None:
        raise ValueError("this reading kept no answers")
    return AnswerSheet(marks, profile, comment or "")  # a comment may have been erased alone


def erase_comments(session: Session, unit: UnitKey, serials: Collection[int]) -> None:
    """Empty the comments of all readings of these sheets; marks and profile stay."""
    of_sheets = update(PaperReading).filter_by(**unit.columns).where(PaperReading.serial.in_(serials))
    session.execute(of_sheets.where(PaperReading.comment.is_not(None)).values(comment=None))


def _next_step(session: Session, unit: UnitKey, serial: int) -> int:
    query = select(func.max(PaperReading.step)).filter_by(**unit.columns, serial=serial)
    return (session.scalar(query) or 0) + 1


def _histories(session: Session, unit: UnitKey, serial: int | None) -> dict[int, ReadingHistory]:
    query = (
        select(PaperReading, Account.name)
        .outerjoin(Account, Account.id == PaperReading.account_id)
        .where(PaperReading.campaign_id == unit.campaign_id, PaperReading.unit_id == unit.unit_id)
        .order_by(PaperReading.serial, PaperReading.step)
    )
    if serial is not None:
        query = query.where(PaperReading.serial == serial)
    rows: dict[int, list[tuple[PaperReading, str | None]]] = defaultdict(list)
    for row, name in session.execute(query):
        rows[row.serial].append((row, name))
    return {serial: _history(found) for serial, found in rows.items()}


def _history(rows: Iterable[tuple[PaperReading, str | None]]) -> ReadingHistory:
    last: dict[ReadingKind, Reading] = {}
    duplicates: list[Reading] = []
    for row, name in rows:
        kind, reading = ReadingKind(row.kind), _reading(row, name)
        last[kind] = reading
        if kind is ReadingKind.DUPLICATE:
            duplicates.append(reading)
        elif kind is ReadingKind.RESOLVED:
            duplicates.clear()
    return ReadingHistory(
        first=last[ReadingKind.FIRST],
        second=last.get(ReadingKind.SECOND),
        adjudicated=last.get(ReadingKind.ADJUDICATED),
        duplicates=tuple(duplicates),
    )


def _reading(row: PaperReading, name: str | None) -> Reading:
    return Reading(
        account_id=row.account_id,
        who=name or "./hailong",
        day=row.local_day,
        source=ReadingSource(row.source),
        sampled=row.drawn,
        compared=row.compared or 0,
        differing=row.differing or 0,
        answers=(row.marks, row.profile, row.comment),
    )
