"""Codes on screens: shown at a counter, another one each minute, opened within minutes, good for one answer.

A screen's code follows from the secret and the minute. So nothing is kept when it is shown but a count, a reload gives no
second one, and no more answers can come by screens than they have shown codes. Whoever opened the form in
time has hours to answer: the page's key says, with a MAC, until when.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from forms import screen_code
from forms.screen_code import Screen
from survey.clock import local_day
from survey.database.engine import Database
from survey.database.statements import insert_into, insert_once
from survey.errors import Refusal
from survey.models import Kiosk, ScreenCount, SpentScreenCode
from survey.services.accounts.actors import Actor
from survey.services.installation.campaign_records import CampaignRecord
from survey.services.installation.installation import Installation
from survey.vocabulary import Channel

SECONDS = 60  # for which a code is on the screen
OPENS = 6  # minutes from its first second in which a form opens with it: five after it has left the screen
ANSWERING = dt.timedelta(hours=3)  # for whoever opened the form in time
REMEMBERED = 6 * 60  # minutes after which a code cannot be told from one that never was
DESK = 0
MARK_BYTES, MAC_BYTES = 16, 12
KEPT = dt.timedelta(days=1)  # for which the mark of a spent code is


class ScreenRef(NamedTuple):
    """A screen at a unit's counter: :data:`DESK` for the officers' own ones, else the number of a kiosk."""

    unit_id: int
    counter: int
    screen: int


@dataclass(frozen=True, slots=True)
class DisplayedCode:
    """What a screen shows now, and for how many seconds; ``opens`` are the minutes in which a form opens with it."""

    code: str
    url: str
    seconds: int
    opens: int = OPENS - 1

    @property
    def typed(self) -> str:
        """The code as people type it."""
        return screen_code.grouped(self.code)


@dataclass(frozen=True, slots=True)
class SpendableScreenCode:
    """A code that a screen showed: its campaign, the mark that it leaves when it is spent, and the day it was shown."""

    campaign_id: int
    mark: bytes
    day: dt.date

    @property
    def channel(self) -> Channel:
        """The channel of an answer that comes with it."""
        return Channel.SCREEN

    def spend(self, session: Session) -> None:
        """Spend the code as part of the caller's transaction, and forget the marks of days that are over.

        Raises:
            Refusal: ``screen_code_spent``.
        """
        row = {"campaign_id": self.campaign_id, "mark": self.mark, "local_day": self.day}
        if not insert_once(session, SpentScreenCode, row):
            raise Refusal("screen_code_spent")
        over = (SpentScreenCode.campaign_id == self.campaign_id, SpentScreenCode.local_day < self.day - KEPT)
        session.execute(delete(SpentScreenCode).where(*over))

    def spend_again(self, session: Session) -> None:
        """Leave the mark as it is: the answer that it comes with is in already."""

    def require_unspent(self, session: Session) -> None:
        """Refuse a code that an answer came with.

        Raises:
            Refusal: ``screen_code_spent``.
        """
        query = select(SpentScreenCode.mark).where(
            SpentScreenCode.campaign_id == self.campaign_id, SpentScreenCode.mark == self.mark
        )
        if session.scalar(query) is not None:
            raise Refusal("screen_code_spent")


@dataclass(frozen=True, slots=True)
class ScreenCodeLookup:
    """A code that a screen showed: where, ``age`` minutes ago, and the mark that spends it."""

    campaign: CampaignRecord
    unit_id: int
    counter: int
    code: str
    age: int
    end: SpendableScreenCode


def at_desk(
    installation: Installation,
    actor: Actor,
    campaign: CampaignRecord,
    unit: str,
    counter: int,
    now: dt.datetime,
) -> DisplayedCode:
    """Return the code for the officers' own screens at a counter; all of them show the same one.

    Raises:
        Refusal: ``unit_unknown``; ``unit_out_of_reach``; ``counter_unknown``; ``campaign_not_open``.
    """
    unit_id = campaign.unit_id(unit)
    actor.require(unit)
    if not 1 <= counter <= campaign.unit(unit_id).counters:
        raise Refusal("counter_unknown", counter=counter)
    return show(installation, campaign, ScreenRef(unit_id, counter, DESK), now)


def show(
    installation: Installation, campaign: CampaignRecord, screen: ScreenRef, now: dt.datetime
) -> DisplayedCode:
    """Return the present code of a screen, and count it once.

    Raises:
        Refusal: ``campaign_not_open``.
    """
    if now < campaign.opens_at:
        raise Refusal("campaign_not_open", opens=f"{campaign.opens_at:%d/%m/%Y}")
    minute, past = divmod(int(now.timestamp()), SECONDS)
    among = list(_counters(campaign)).index((screen.unit_id, screen.counter))
    unit = campaign.unit(screen.unit_id).code
    shown_by = Screen(campaign.code, unit, screen.counter, among, screen.screen)
    code = screen_code.issue(installation.keys.screen, shown_by, minute)
    _count(installation.database, campaign.id, screen, minute)
    return DisplayedCode(code, f"{installation.config.public_url}/s/{code}", SECONDS - past)


def find(installation: Installation, text: str, now: dt.datetime) -> ScreenCodeLookup:
    """Return the code of a screen that *text* writes, living or some hours old.

    Raises:
        Refusal: ``screen_code_unknown`` for a slip of the pen and for what no screen showed within hours.
    """
    code, minute = screen_code.read(text) or "", int(now.timestamp()) // SECONDS
    wanted = screen_code.proof_in(code)
    # Anybody may ask, so that every minute that is tried here has to cost as good as nothing.
    for campaign, unit_id, screen in _screens(installation, code) if code else ():
        for age in range(min(REMEMBERED, minute)):
            if hmac.compare_digest(screen_code.proof(installation.keys.screen, screen, minute - age), wanted):
                mark = _digest(installation, f"mark {screen.campaign}.{code}.{minute - age}")[:MARK_BYTES]
                end = SpendableScreenCode(
                    campaign.id, mark, local_day(now - age * dt.timedelta(seconds=SECONDS))
                )
                return ScreenCodeLookup(campaign, unit_id, screen.counter, code, age, end)
    raise Refusal("screen_code_unknown")


def find_beside(
    installation: Installation, first: ScreenCodeLookup, text: str, now: dt.datetime
) -> ScreenCodeLookup:
    """Return the code that *text* writes, for a form that was opened with another one of the same unit.

    Raises:
        Refusal: ``screen_code_unknown``, also for a code of another unit.
    """
    lookup = find(installation, text, now)
    if (lookup.campaign, lookup.unit_id) != (first.campaign, first.unit_id):
        raise Refusal("screen_code_unknown")
    return lookup


def open_form(installation: Installation, lookup: ScreenCodeLookup, now: dt.datetime) -> str:
    """Return the key of a page opened with the code; it says, with a MAC, until when the page may be sent.

    Raises:
        Refusal: ``screen_code_old``; ``screen_code_spent``.
    """
    if lookup.age >= OPENS:
        raise Refusal("screen_code_old")
    with installation.database.read() as session:
        lookup.end.require_unspent(session)
    return page_key(installation, lookup, now)


def page_key(installation: Installation, lookup: ScreenCodeLookup, now: dt.datetime) -> str:
    """Return a new idempotency key that lets a page be sent for hours."""
    claim = f"{secrets.token_urlsafe(16)}.{int((now + ANSWERING).timestamp()) // SECONDS}"
    return f"{claim}.{_page_mac(installation, lookup, claim)}"


def require_in_time(installation: Installation, lookup: ScreenCodeLookup, key: str, now: dt.datetime) -> None:
    """Refuse a page that was not opened in time, or was opened too long ago, unless its code still opens forms.

    Raises:
        Refusal: ``screen_code_old``.
    """
    claim, _, mac = key.rpartition(".")
    until = claim.rpartition(".")[2]
    genuine = hmac.compare_digest(mac.encode(), _page_mac(installation, lookup, claim).encode())
    in_time = genuine and int(until) >= int(now.timestamp()) // SECONDS
    if not in_time and lookup.age >= OPENS:
        raise Refusal("screen_code_old")


def _screens(installation: Installation, code: str) -> Iterator[tuple[CampaignRecord, int, Screen]]:
    """Yield every screen that could have shown the code: those of the counters to which its letters lead."""
    for campaign in installation.campaigns.all():
        for among, (unit_id, counter) in enumerate(_counters(campaign)):
            if screen_code.is_of(code, among):
                unit = campaign.unit(unit_id).code
                for number in (DESK, *_kiosks(installation.database, campaign.id, unit_id, counter)):
                    yield campaign, unit_id, Screen(campaign.code, unit, counter, among, number)


def _counters(campaign: CampaignRecord) -> Iterator[tuple[int, int]]:
    """Yield every counter of a campaign as its unit's id and its number; their order gives each its place."""
    for unit_id, unit in enumerate(campaign.plan.units, start=1):
        yield from ((unit_id, counter) for counter in range(1, unit.counters + 1))


def _kiosks(database: Database, campaign_id: int, unit_id: int, counter: int) -> list[int]:
    here = (Kiosk.campaign_id == campaign_id, Kiosk.unit_id == unit_id, Kiosk.counter == counter)
    with database.read() as session:
        return list(session.scalars(select(Kiosk.number).where(*here).order_by(Kiosk.number)))


def _count(database: Database, campaign_id: int, screen: ScreenRef, minute: int) -> None:
    """Count a screen's code of this minute, once however often it is asked for."""
    key = {"campaign_id": campaign_id, **screen._asdict()}
    with database.read() as session:
        row = session.get(ScreenCount, tuple(key.values()))
    if row is not None and row.last_minute >= minute:
        return
    grown = {"shown": ScreenCount.shown + 1, "last_minute": minute}
    newer = ScreenCount.last_minute < minute

    def count(session: Session) -> None:
        new = insert_into(session, ScreenCount).values(**key, shown=1, last_minute=minute)
        session.execute(new.on_conflict_do_update(index_elements=list(key), set_=grown, where=newer))

    database.write_grouped(count)


def _page_mac(installation: Installation, lookup: ScreenCodeLookup, claim: str) -> str:
    return _digest(installation, f"page {lookup.code} {lookup.end.mark.hex()} {claim}")[:MAC_BYTES].hex()


def _digest(installation: Installation, text: str) -> bytes:
    return hmac.digest(installation.keys.screen, text.encode(), hashlib.sha256)
