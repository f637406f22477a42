"""The numbers of a kiosk's records: which came, kept as ranges that say neither when nor which answer.

A kiosk numbers its records 1, 2, 3..., so that the service can tell what has not come. The ranges are
kept in the same transaction as the response, and in no other connection with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, delete, insert, select, update
from sqlalchemy.orm import Session

from survey.models import Kiosk, KioskRange

Range = tuple[int, int]


@dataclass(frozen=True, slots=True)
class KioskRecordNumber:
    """The kiosk that a record comes from, and the number that the kiosk gave it."""

    campaign_id: int
    kiosk: int
    number: int

    def spend(self, session: Session) -> None:
        """Note that a new record is in, as part of the caller's transaction."""
        _note(session, self.campaign_id, self.kiosk, self.number)

    def spend_again(self, session: Session) -> None:
        """Leave the ranges as they are: the record came before, and so did its number."""

    def is_in_or_spent(self, session: Session) -> bool:
        """Say whether the number of a record that says nothing is in; else note it. Such a one may come again."""
        here = _ranges(self.campaign_id, self.kiosk)
        around = (KioskRange.first_number <= self.number, KioskRange.last_number >= self.number)
        if session.scalar(select(KioskRange.first_number).where(here, *around)):
            return True
        self.spend(session)
        return False


def _note(session: Session, campaign_id: int, kiosk: int, number: int) -> None:
    """Note a number; one that comes again with another answer is counted as doubled."""
    of_kiosk = and_(Kiosk.campaign_id == campaign_id, Kiosk.number == kiosk)
    session.execute(select(Kiosk.number).where(of_kiosk).with_for_update())  # one record of a kiosk at a time
    here = _ranges(campaign_id, kiosk)
    around = (KioskRange.first_number <= number, KioskRange.last_number >= number)
    if session.scalar(select(KioskRange.first_number).where(here, *around)):
        session.execute(update(Kiosk).where(of_kiosk).values(doubled=Kiosk.doubled + 1))
        return
    before = session.scalar(select(KioskRange.first_number).where(here, KioskRange.last_number == number - 1))
    after = session.scalar(select(KioskRange.last_number).where(here, KioskRange.first_number == number + 1))
    first, last = before or number, after or number
    touching = KioskRange.first_number.in_((first, number + 1))
    session.execute(delete(KioskRange).where(here, touching))
    row = {"campaign_id": campaign_id, "kiosk": kiosk, "first_number": first, "last_number": last}
    session.execute(insert(KioskRange).values(row))


def missing(received: Sequence[Range], highest: int) -> tuple[Range, ...]:
    """Return the ranges from 1 to *highest* that are in none of the *received* ones, in order."""
    gaps = []
    following = 1
    for first, last in sorted(received):
        if first > following:
            gaps.append((following, first - 1))
        following = last + 1
    if following <= highest:
        gaps.append((following, highest))
    return tuple(gaps)


def _ranges(campaign_id: int, kiosk: int) -> ColumnElement[bool]:
    return and_(KioskRange.campaign_id == campaign_id, KioskRange.kiosk == kiosk)
