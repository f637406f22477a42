"""How a code of a screen ends: spent by one answer, and its mark forgotten once no such code lives."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from survey.errors import Refusal
from survey.models import SpentScreenCode

KEPT = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class ScreenCode:
    """A code that a screen showed: its campaign, the mark that it leaves when it is spent, and the day it was shown."""

    campaign_id: int
    mark: bytes
    day: dt.date


def spend(session: Session, code: ScreenCode) -> None:
    """Spend the code as part of the caller's transaction, and forget the marks of days that are over.

    Raises:
        Refusal: ``screen_code_spent``.
    """
    maker = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    row = {"campaign_id": code.campaign_id, "mark": code.mark, "local_day": code.day}
    # Without being asked to, the library does not read PostgreSQL's row count and reports -1 for it.
    options = {"preserve_rowcount": True}
    statement = maker(SpentScreenCode).on_conflict_do_nothing()
    if session.connection().execute(statement, row, execution_options=options).rowcount != 1:
        raise Refusal("screen_code_spent")
    over = (SpentScreenCode.campaign_id == code.campaign_id, SpentScreenCode.local_day < code.day - KEPT)
    session.execute(delete(SpentScreenCode).where(*over))


def require_unspent(session: Session, code: ScreenCode) -> None:
    """Refuse a code that an answer came with.

    Raises:
        Refusal: ``screen_code_spent``.
    """
    query = select(SpentScreenCode.mark).where(
        SpentScreenCode.campaign_id == code.campaign_id, SpentScreenCode.mark == code.mark
    )
    if session.scalar(query) is not None:
        raise Refusal("screen_code_spent")
