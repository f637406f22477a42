"""Kiosks: enrolled once, revoked for good, and every record's number accounted for, on both databases."""

from __future__ import annotations

import datetime as dt
import hashlib
import random
from dataclasses import replace

import pytest
from sqlalchemy import select

from survey.errors import Refusal
from survey.models import Kiosk, KioskRange, Response
from survey.services.accounts.actors import COMMAND_LINE
from survey.services.collection import door
from survey.services.installation.campaign_records import CampaignRecord
from survey.services.installation.installation import Installation
from survey.services.kiosks import devices, enrolment, pins, record_numbers
from survey.services.kiosks.devices import KioskStatus, NewKiosk
from tests.support import scene
from tests.support.scene import CLOSED, NOW, OFFICER

KEY = b"k" * 32
HASH = hashlib.sha256(KEY).digest()
NEW = NewKiosk("an-nhon", 1)


@pytest.fixture
def number(installation: Installation, campaign: CampaignRecord) -> int:
    """The number of an enrolled kiosk."""
    made, code = devices.add(installation, COMMAND_LINE, campaign, NEW, NOW)
    enrolment.enrol(installation, campaign, made, code, HASH, NOW)
    return made


def send(
    installation: Installation, campaign: CampaignRecord, kiosk: int, number: int, key: str = ""
) -> None:
    """Let a record in as a kiosk sends it."""
    door.accept(installation, scene.kiosk_entry(campaign, kiosk, number, key=key or None), NOW)


def status(installation: Installation, campaign: CampaignRecord, now: dt.datetime = NOW) -> KioskStatus:
    """How the only kiosk stands."""
    (found,) = devices.statuses(installation, COMMAND_LINE, campaign, now)
    return found


def test_a_link_makes_one_device_a_kiosk_and_no_other(
    installation: Installation, campaign: CampaignRecord
) -> None:
    number, code = devices.add(installation, COMMAND_LINE, campaign, NEW, NOW)
    with pytest.raises(Refusal, match="kiosk_link_bad"):
        enrolment.enrol(installation, campaign, number, code + "x", HASH, NOW)
    with pytest.raises(Refusal, match="kiosk_link_old"):
        enrolment.enrol(installation, campaign, number, code, HASH, NOW + dt.timedelta(hours=25))
    for _ in range(2):  # the answer to the first try may have been lost on the way
        assert enrolment.enrol(installation, campaign, number, code, HASH, NOW).enrolled
    with pytest.raises(Refusal, match="kiosk_link_spent"):
        enrolment.enrol(installation, campaign, number, code, b"x" * 32, NOW)
    assert enrolment.authenticate(installation, campaign, number, KEY).unit_id == scene.AN_NHON
    for key, other in ((b"x" * 32, number), (KEY, number + 1), (b"", number)):
        with pytest.raises(Refusal, match="kiosk_unknown"):
            enrolment.authenticate(installation, campaign, other, key)


def test_no_secret_of_a_kiosk_is_in_the_database(
    installation: Installation, campaign: CampaignRecord
) -> None:
    number, code = devices.add(installation, COMMAND_LINE, campaign, NEW, NOW)
    enrolment.enrol(installation, campaign, number, code, HASH, NOW)
    with installation.database.read() as session:
        row = session.execute(select(*Kiosk.__table__.c)).one()
    assert not {code, code.encode(), KEY} & set(row)


def test_a_new_link_ends_the_old_one_until_a_device_holds_the_kiosk(
    installation: Installation, campaign: CampaignRecord
) -> None:
    number, old = devices.add(installation, COMMAND_LINE, campaign, NEW, NOW)
    new = devices.renew_link(installation, COMMAND_LINE, campaign, number, NOW)
    with pytest.raises(Refusal, match="kiosk_link_bad"):
        enrolment.enrol(installation, campaign, number, old, HASH, NOW)
    enrolment.enrol(installation, campaign, number, new, HASH, NOW)
    with pytest.raises(Refusal, match="kiosk_enrolled"):
        devices.renew_link(installation, COMMAND_LINE, campaign, number, NOW)


def test_a_revoked_kiosk_stays_revoked(
    installation: Installation, campaign: CampaignRecord, number: int
) -> None:
    for _ in range(2):
        devices.revoke(installation, COMMAND_LINE, campaign, number, NOW)
    with pytest.raises(Refusal, match="kiosk_revoked"):
        enrolment.authenticate(installation, campaign, number, KEY)
    with pytest.raises(Refusal, match="kiosk_revoked"):
        devices.renew_link(installation, COMMAND_LINE, campaign, number, NOW)
    assert scene.counts(installation)["audit_entry"] == 3  # the campaign, the kiosk, and revoking it once


def test_another_unit_neither_makes_nor_sees_nor_revokes(
    installation: Installation, campaign: CampaignRecord, number: int
) -> None:
    stranger = replace(OFFICER, unit_code="phu-cat")
    for act in (
        lambda: devices.add(installation, stranger, campaign, NEW, NOW),
        lambda: devices.revoke(installation, stranger, campaign, number, NOW),
    ):
        with pytest.raises(Refusal, match="unit_out_of_reach"):
            act()
    assert devices.statuses(installation, stranger, campaign, NOW) == []


def test_every_fault_of_a_new_kiosk_is_named(installation: Installation, campaign: CampaignRecord) -> None:
    with pytest.raises(Refusal, match="kiosk_faulty") as refused:
        devices.add(installation, COMMAND_LINE, campaign, NewKiosk("an-nhon", 99, 5, "burn"), NOW)
    assert [fault.location for fault in refused.value.faults] == ["counter", "idle_seconds", "unfinished"]


def test_numbers_in_any_order_end_as_one_range_without_a_gap(
    installation: Installation, campaign: CampaignRecord, number: int
) -> None:
    order = list(range(1, 41))
    random.Random(7).shuffle(order)
    sent: set[int] = set()
    for each in order:
        send(installation, campaign, number, each)
        sent.add(each)
        found = status(installation, campaign)
        assert {n for first, last in found.received for n in range(first, last + 1)} == sent
        assert {n for first, last in found.missing for n in range(first, last + 1)} == set(
            range(1, max(sent))
        ) - sent
    assert status(installation, campaign).received == ((1, 40),)
    assert scene.counts(installation)["response"] == 40


def test_a_repeated_record_counts_once_and_a_number_used_twice_is_told(
    installation: Installation, campaign: CampaignRecord, number: int
) -> None:
    for _ in range(3):
        send(installation, campaign, number, 1, key="r" * 22)
    assert status(installation, campaign).kiosk.doubled == 0
    send(installation, campaign, number, 1)
    found = status(installation, campaign)
    assert (found.received, found.kiosk.doubled) == (((1, 1),), 1)
    assert scene.counts(installation)["response"] == 2  # an answer is never lost for its number


def test_a_record_that_contradicts_its_key_takes_no_number(
    installation: Installation, campaign: CampaignRecord, number: int
) -> None:
    send(installation, campaign, number, 1, key="r" * 22)
    other = scene.kiosk_entry(campaign, number, 2, key="r" * 22, mark="1")
    with pytest.raises(Refusal, match="response_conflict"):
        door.accept(installation, other, NOW)
    assert status(installation, campaign).received == ((1, 1),)


def test_a_record_that_comes_after_the_window_is_kept_as_late(
    installation: Installation, campaign: CampaignRecord, number: int
) -> None:
    late = scene.kiosk_entry(campaign, number, 1)
    door.accept(installation, late, CLOSED)
    with installation.database.read() as session:
        assert session.execute(select(Response.channel, Response.entry_state)).all() == [("kiosk", "late")]
    assert status(installation, campaign).received == ((1, 1),)


def test_the_gap_is_named_up_to_the_last_number_that_the_kiosk_gave_out(
    installation: Installation, campaign: CampaignRecord, number: int
) -> None:
    for each in (1, 2, 4, 5, 8):
        send(installation, campaign, number, each)
    assert status(installation, campaign).missing == ((3, 3), (6, 7))
    devices.heartbeat(installation, campaign, number, devices.RecordCounts(10, 2, 0), NOW)
    assert status(installation, campaign).missing == ((3, 3), (6, 7), (9, 10))


@pytest.mark.parametrize(
    ("received", "highest", "gaps"),
    [
        ((), 0, ()),
        ((), 3, ((1, 3),)),
        (((1, 143),), 143, ()),
        (((2, 3), (7, 7)), 7, ((1, 1), (4, 6))),
    ],
)
def test_gaps(received: tuple[tuple[int, int], ...], highest: int, gaps: tuple[tuple[int, int], ...]) -> None:
    assert record_numbers.missing(received, highest) == gaps


def test_nothing_joins_a_number_with_an_answer_or_with_a_time(
    installation: Installation, campaign: CampaignRecord, number: int
) -> None:
    before = {table: count for table, count in scene.counts(installation).items() if table != "kiosk_range"}
    for each in (3, 1, 2):
        send(installation, campaign, number, each)
    with installation.database.read() as session:
        rows = session.execute(select(*KioskRange.__table__.c)).all()
        seen = session.scalar(select(Kiosk.seen_at))
    assert rows == [(campaign.id, number, 1, 3)]  # whatever their order: nothing else is left of it
    assert seen is None  # an answer is no beat
    grown = {t: n for t, n in scene.counts(installation).items() if n != before.get(t)}
    every = {"response": 3, "receipt": 3, "body_check": 3, "ledger_leaf": 3}
    assert grown == {"kiosk_range": 1, **every}
    shared = set(KioskRange.__table__.c.keys()) & set(Response.__table__.c.keys())
    assert shared == {"campaign_id"}


def test_a_kiosk_that_holds_answers_or_is_silent_is_told(
    installation: Installation, campaign: CampaignRecord, number: int
) -> None:
    minutes, hours = dt.timedelta(minutes=1), dt.timedelta(hours=1)
    devices.heartbeat(installation, campaign, number, devices.RecordCounts(9, 4, 0), NOW + 7 * minutes)
    found = status(installation, campaign, NOW + hours)
    assert found.kiosk.seen_at == NOW  # cut down to ten minutes
    assert (found.holding, found.silent) == (False, False)
    assert status(installation, campaign, NOW + 3 * hours).holding
    assert status(installation, campaign, NOW + 3 * hours).silent
    assert not status(installation, campaign, NOW + 10 * hours).silent  # the office is closed
    devices.heartbeat(installation, campaign, number, devices.RecordCounts(9, 4, 1), NOW)
    assert status(installation, campaign).holding
    with pytest.raises(Refusal, match="kiosk_counts_bad"):
        devices.heartbeat(installation, campaign, number, devices.RecordCounts(1, 2, 0), NOW)


def test_a_pin_belongs_to_one_kiosk_and_is_checked_without_being_told(
    installation: Installation, campaign: CampaignRecord
) -> None:
    known = {pins.digits(installation.keys.kiosk, campaign, each) for each in range(1, 50)}
    assert len(known) > 45
    assert all(len(pin) == 6 and pin.isdecimal() for pin in known)
    expected = hashlib.pbkdf2_hmac(
        "sha256",
        pins.digits(installation.keys.kiosk, campaign, 4).encode(),
        b"hailong kiosk binh-dinh-2024/4",
        pins.ROUNDS,
    )
    assert pins.check(installation.keys.kiosk, campaign, 4) == expected.hex()
