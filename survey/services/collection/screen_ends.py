"""How a code of a screen ends: spent by one answer, and its mark forgotten once no such code lives."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from survey.database.statements import insert_once
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
    row = {"campaign_id": code.campaign_id, "mark": code.mark, "local_day": code.day}
    if not insert_once(session, SpentScreenCode, row):
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
