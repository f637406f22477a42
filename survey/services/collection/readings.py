"""The readings of a sheet, put together: the first, a blind second, what settled them, what came again."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from forms.answers import AnswerSheet
from survey.models import Account, PaperReading
from survey.services.installation.campaign_records import CampaignRecord
from survey.vocabulary import ReadingKind, ReadingSource

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
        """Whether chance wants a second reading that has not come."""
        return self.first.sampled and self.second is None

    @property
    def is_discrepant(self) -> bool:
        """Whether two readings differ and nobody has settled it."""
        return self.second is not None and self.second.answers[0] is not None and self.adjudicated is None


def of_unit(session: Session, campaign: CampaignRecord, unit_id: int) -> Mapping[int, ReadingHistory]:
    """Return the readings of every sheet of a unit that has any."""
    return _histories(session, campaign.id, unit_id, None)


def of_sheet(session: Session, campaign: CampaignRecord, unit_id: int, serial: int) -> ReadingHistory | None:
    """Return the readings of one sheet, None where it has none."""
    return _histories(session, campaign.id, unit_id, serial).get(serial)


def columns_of(sheet: AnswerSheet) -> dict[str, str]:
    """Return the columns that keep a reading's answers."""
    return {"marks": sheet.marks, "profile": sheet.profile, "comment": sheet.comment}


def answers_of(sheet: AnswerSheet) -> Answers:
    """Return a sheet's answers as a reading has them."""
    return sheet.marks, sheet.profile, sheet.comment


def sheet_of(read: Reading) -> AnswerSheet:
    """Return the answers that a reading kept; a reading without any is a ValueError."""
    marks, profile, comment = read.answers
    if marks is None or profile is None or comment is None:
        raise ValueError("this reading kept no answers")
    return AnswerSheet(marks, profile, comment)


def _histories(
    session: Session, campaign_id: int, unit_id: int, serial: int | None
) -> dict[int, ReadingHistory]:
    query = (
        select(PaperReading, Account.name)
        .outerjoin(Account, Account.id == PaperReading.account_id)
        .where(PaperReading.campaign_id == campaign_id, PaperReading.unit_id == unit_id)
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
        kind, read = ReadingKind(row.kind), _read(row, name)
        last[kind] = read
        if kind is ReadingKind.DUPLICATE:
            duplicates.append(read)
        elif kind is ReadingKind.RESOLVED:
            duplicates.clear()
    return ReadingHistory(
        first=last[ReadingKind.FIRST],
        second=last.get(ReadingKind.SECOND),
        adjudicated=last.get(ReadingKind.ADJUDICATED),
        duplicates=tuple(duplicates),
    )


def _read(row: PaperReading, name: str | None) -> Reading:
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
