"""Kiosks: added for a counter, watched by what they say of themselves, revocable for good."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from collections import defaultdict
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import and_, func, insert, select, update
from sqlalchemy.orm import Session

from survey.clock import ZONE, in_zone
from survey.errors import Fault, Refusal
from survey.models import Kiosk, KioskRange
from survey.models.kiosks import LONGEST_IDLE, SHORTEST_IDLE
from survey.services.accounts import audit
from survey.services.accounts.actors import Actor
from survey.services.installation.campaign_records import CampaignRecord
from survey.services.installation.installation import Installation
from survey.services.installation.unit_keys import UnitKey
from survey.services.kiosks.record_numbers import Range, missing
from survey.vocabulary import Unfinished

LINK_LIVES = dt.timedelta(hours=24)
KEY_BYTES = 32
HEARTBEAT_MINUTES = 10
TOO_LONG = dt.timedelta(hours=2)
WORKING_HOURS = range(8, 17)
MOST_NUMBERS = 1_000_000


@dataclass(frozen=True, slots=True)
class NewKiosk:
    """What an administrator says of a new kiosk; ``shown`` is what the device shows, where it waits already."""

    unit: str
    counter: int
    idle_seconds: int = 60
    unfinished: str = Unfinished.DISCARD
    shown: bytes | None = None


@dataclass(frozen=True, slots=True)
class KioskRecord:
    """A kiosk as the rest of the program sees it; ``enrolled`` once a device holds its key."""

    number: int
    unit_id: int
    counter: int
    idle_seconds: int
    unfinished: Unfinished
    enrolled: bool
    revoked: bool
    link_until: dt.datetime
    seen_at: dt.datetime | None
    issued: int
    waiting: int
    overdue: int
    doubled: int
    signing_key: bytes | None
    excess: int

    @property
    def miscounts(self) -> bool:
        """Whether numbers came that it cannot have given: twice with different answers, too many or too high ones."""
        return self.doubled > 0 or self.excess > 0

    @property
    def in_use(self) -> bool:
        """Whether a device holds its key and may still use it."""
        return self.enrolled and not self.revoked

    def is_gone(self, now: dt.datetime) -> bool:
        """Say whether it was seen once, but not for two hours."""
        return self.seen_at is not None and now - self.seen_at > TOO_LONG


class RecordCounts(NamedTuple):
    """What a kiosk says of its records: how many numbers it gave, how many wait, how many wait too long."""

    issued: int
    waiting: int
    overdue: int


@dataclass(frozen=True, slots=True)
class KioskStatus:
    """A kiosk with the numbers that are in and those that are not.

    It is ``holding`` while answers wait on it for more than two hours, and that is ``urgent`` unless it fell
    silent with answers on it outside working hours, as a device does that is switched off in the evening. Its
    numbers are ``impossible`` where one came twice with different answers, or where more or higher ones came than
    it gave: somebody else has its key, or it has lost count. Only another kiosk in its place ends that.
    """

    kiosk: KioskRecord
    received: tuple[Range, ...]
    missing: tuple[Range, ...]
    holding: bool
    urgent: bool
    silent: bool
    impossible: bool

    @property
    def count(self) -> int:
        """How many records are in."""
        return sum(last - first + 1 for first, last in self.received)


def add(
    installation: Installation, actor: Actor, campaign: CampaignRecord, new: NewKiosk, now: dt.datetime
) -> tuple[int, str]:
    """Make a kiosk and return its number and the code of its one-time link.

    Raises:
        Refusal: ``unit_unknown``; ``unit_out_of_reach``; ``kiosk_faulty`` with ``kiosk_counter_bad``,
            ``kiosk_idle_bad`` or ``kiosk_unfinished_bad``; ``kiosk_link_bad``; ``kiosk_link_spent``.
    """
    unit_id = campaign.unit_id(new.unit)
    actor.require(new.unit)
    faults = _faults(new, campaign.unit(unit_id).counters)
    if faults:
        raise Refusal("kiosk_faulty", faults)
    if new.shown is not None and len(new.shown) != KEY_BYTES:
        raise Refusal("kiosk_link_bad")
    code = secrets.token_urlsafe(KEY_BYTES)
    with installation.database.write() as session:
        if new.shown and session.scalars(select(Kiosk.number).where(Kiosk.link_hash == new.shown)).first():
            raise Refusal("kiosk_link_spent")
        highest = session.scalar(select(func.max(Kiosk.number)).where(Kiosk.campaign_id == campaign.id))
        number = (highest or 0) + 1
        row = {
            "campaign_id": campaign.id,
            "number": number,
            "unit_id": unit_id,
            "counter": new.counter,
            "idle_seconds": new.idle_seconds,
            "unfinished": new.unfinished,
            "link_hash": new.shown or hash_of(code),
            "link_until": (now + LINK_LIVES).astimezone(ZONE),
        }
        session.execute(insert(Kiosk).values(row))
        _note(session, actor, campaign, unit_id, number, "kiosk_added", now)
    return number, code


def renew_link(
    installation: Installation, actor: Actor, campaign: CampaignRecord, number: int, now: dt.datetime
) -> str:
    """Return the code of a new link for a kiosk that no device holds yet; the old link ends.

    A device counts its records itself, so another device is another kiosk.

    Raises:
        Refusal: ``kiosk_unknown``; ``unit_out_of_reach``; ``kiosk_revoked``; ``kiosk_enrolled``.
    """
    code = secrets.token_urlsafe(KEY_BYTES)
    with installation.database.write() as session:
        kiosk = _reached(session, actor, campaign, number)
        if kiosk.revoked:
            raise Refusal("kiosk_revoked", number=number)
        if kiosk.key_hash is not None:
            raise Refusal("kiosk_enrolled", number=number)
        kiosk.link_hash, kiosk.link_until = hash_of(code), (now + LINK_LIVES).astimezone(ZONE)
        _note(session, actor, campaign, kiosk.unit_id, number, "kiosk_link_renewed", now)
    return code


def revoke(
    installation: Installation, actor: Actor, campaign: CampaignRecord, number: int, now: dt.datetime
) -> None:
    """Take nothing more from a kiosk, from now on and for good.

    Raises:
        Refusal: ``kiosk_unknown``; ``unit_out_of_reach``.
    """
    with installation.database.write() as session:
        kiosk = _reached(session, actor, campaign, number)
        if not kiosk.revoked:
            kiosk.revoked = True
            _note(session, actor, campaign, kiosk.unit_id, number, "kiosk_revoked", now)


def heartbeat(
    installation: Installation,
    campaign: CampaignRecord,
    number: int,
    counts: RecordCounts,
    now: dt.datetime,
    *,
    proven: bool = False,
) -> None:
    """Keep what a kiosk says of itself, to ten minutes.

    Where the device has *proven* itself by its signature, and so sends nothing while it says this, what came
    before is compared with the numbers that it gave: ``excess`` is the most by which there were too many.

    Raises:
        Refusal: ``kiosk_counts_bad``.
    """
    if not (0 <= counts.overdue <= counts.waiting <= counts.issued <= MOST_NUMBERS):
        raise Refusal("kiosk_counts_bad")
    local = now.astimezone(ZONE)
    seen_at = local.replace(
        minute=local.minute // HEARTBEAT_MINUTES * HEARTBEAT_MINUTES, second=0, microsecond=0
    )
    ref = (campaign.id, number)
    installation.database.write_grouped(lambda session: _hear(session, ref, counts, seen_at, proven=proven))


def _hear(
    session: Session, ref: tuple[int, int], counts: RecordCounts, seen_at: dt.datetime, *, proven: bool
) -> None:
    here = and_(Kiosk.campaign_id == ref[0], Kiosk.number == ref[1])
    known = select(Kiosk.issued, Kiosk.doubled, Kiosk.excess).where(here).with_for_update()
    issued, doubled, excess = session.execute(known).one()
    values = {"seen_at": seen_at, **counts._asdict()}
    if proven:
        ranges = select(KioskRange.first_number, KioskRange.last_number).where(
            KioskRange.campaign_id == ref[0], KioskRange.kiosk == ref[1]
        )
        received = session.execute(ranges).all()
        highest = max([issued, *(last for _, last in received)])
        count = doubled + sum(last - first + 1 for first, last in received)
        values["excess"] = max(excess, highest - counts.issued, count - counts.issued)
    session.execute(update(Kiosk).where(here).values(values))


def statuses(
    installation: Installation, actor: Actor, campaign: CampaignRecord, now: dt.datetime
) -> list[KioskStatus]:
    """Return the kiosks of the units that *actor* reaches, by number, with what is in and what is not."""
    with installation.database.read() as session:
        kiosks = session.scalars(select(Kiosk).where(Kiosk.campaign_id == campaign.id).order_by(Kiosk.number))
        records = [record_of(kiosk) for kiosk in kiosks]
        ranges: dict[int, list[Range]] = defaultdict(list)
        columns = (KioskRange.kiosk, KioskRange.first_number, KioskRange.last_number)
        for kiosk, first, last in session.execute(
            select(*columns).where(KioskRange.campaign_id == campaign.id).order_by(KioskRange.first_number)
        ):
            ranges[kiosk].append((first, last))
    reached = [record for record in records if actor.reaches(campaign.unit(record.unit_id).code)]
    return [_status(record, tuple(ranges[record.number]), now) for record in reached]


def alarms(
    installation: Installation, actor: Actor, campaign: CampaignRecord, now: dt.datetime
) -> list[KioskStatus]:
    """Return the kiosks of the units that *actor* reaches of which somebody must know.

    They hold answers too long, are silent at work, or have numbers that cannot be.
    """
    all_statuses = statuses(installation, actor, campaign, now)
    return [each for each in all_statuses if each.holding or each.silent or each.impossible]


def _faults(new: NewKiosk, counters: int) -> list[Fault]:
    faults = []
    if not 1 <= new.counter <= counters:
        faults.append(Fault("kiosk_counter_bad", "counter", {"most": counters}))
    if not SHORTEST_IDLE <= new.idle_seconds <= LONGEST_IDLE:
        limits = {"least": SHORTEST_IDLE, "most": LONGEST_IDLE}
        faults.append(Fault("kiosk_idle_bad", "idle_seconds", limits))
    if new.unfinished not in set(Unfinished):
        faults.append(Fault("kiosk_unfinished_bad", "unfinished"))
    return faults


def _reached(session: Session, actor: Actor, campaign: CampaignRecord, number: int) -> Kiosk:
    kiosk = session.get(Kiosk, (campaign.id, number), with_for_update=True)
    if kiosk is None:
        raise Refusal("kiosk_unknown", number=number)
    actor.require(campaign.unit(kiosk.unit_id).code)
    return kiosk


def _note(
    session: Session,
    actor: Actor,
    campaign: CampaignRecord,
    unit_id: int,
    number: int,
    act: str,
    now: dt.datetime,
) -> None:
    unit = UnitKey(campaign.id, unit_id)
    audit.note(session, actor, act, now, **unit.columns, subject=f"kiosk {number}")


def _status(record: KioskRecord, received: tuple[Range, ...], now: dt.datetime) -> KioskStatus:
    highest = max([record.issued, *(last for _, last in received)])
    late, gone = record.in_use and record.overdue > 0, record.in_use and record.is_gone(now)
    missed = gone and _is_working_time(now)
    return KioskStatus(
        kiosk=record,
        received=received,
        missing=missing(received, highest),
        holding=late or (gone and record.waiting > 0),
        urgent=late or (missed and record.waiting > 0),
        silent=missed,
        impossible=record.in_use and record.miscounts,
    )


def _is_working_time(now: dt.datetime) -> bool:
    local = now.astimezone(ZONE)
    return local.hour in WORKING_HOURS and local.weekday() < 5


def record_of(kiosk: Kiosk) -> KioskRecord:
    """Return a kiosk as the rest of the program sees it."""
    return KioskRecord(
        number=kiosk.number,
        unit_id=kiosk.unit_id,
        counter=kiosk.counter,
        idle_seconds=kiosk.idle_seconds,
        unfinished=Unfinished(kiosk.unfinished),
        enrolled=kiosk.key_hash is not None,
        revoked=kiosk.revoked,
        link_until=in_zone(kiosk.link_until),
        seen_at=None if kiosk.seen_at is None else in_zone(kiosk.seen_at),
        issued=kiosk.issued,
        waiting=kiosk.waiting,
        overdue=kiosk.overdue,
        doubled=kiosk.doubled,
        signing_key=kiosk.signing_key,
        excess=kiosk.excess,
    )


def hash_of(code: str) -> bytes:
    """Return what is kept of a one-time link's code."""
    return hashlib.sha256(code.encode()).digest()
