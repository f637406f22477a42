"""A kiosk left by a grant on a phone, and a device made a kiosk by one: on both databases."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import replace

import pytest
from sqlalchemy import select

from survey.errors import Refusal
from survey.models import AuditEntry, KioskExit
from survey.services.accounts.actors import COMMAND_LINE
from survey.services.installation.campaign_records import CampaignRecord
from survey.services.installation.installation import Installation
from survey.services.kiosks import devices, enrolment, exits
from survey.services.kiosks.devices import NewKiosk
from survey.vocabulary import Role
from tests.support import scene
from tests.support.scene import NOW, OFFICER

MINUTE = dt.timedelta(minutes=1)
HASH = b"\x05" * 32
HEAD = replace(OFFICER, role=Role.UNIT_HEAD)


@pytest.fixture
def number(installation: Installation, campaign: CampaignRecord) -> int:
    """The number of an enrolled kiosk."""
    number, code = devices.add(installation, COMMAND_LINE, campaign, NewKiosk("an-nhon", 1), NOW)
    return enrolment.enrol(installation, campaign, number, code, HASH, NOW).number


def acts(installation: Installation) -> list[str]:
    with installation.database.read() as session:
        return list(session.scalars(select(AuditEntry.act)))


def test_a_grant_is_used_once_by_whoever_asked_and_is_in_the_audit(
    installation: Installation, campaign: CampaignRecord, number: int
) -> None:
    code = exits.ask(installation, campaign, number, NOW)
    assert not exits.use(installation, campaign, number, code, NOW)
    assert exits.check(installation, HEAD, campaign, number, code, NOW) == scene.AN_NHON
    for _ in range(2):
        exits.grant(installation, HEAD, campaign, number, code, NOW)
    assert acts(installation).count("kiosk_exit_granted") == 1
    assert exits.use(installation, campaign, number, code, NOW)
    assert "kiosk_exit" not in scene.counts(installation)
    with pytest.raises(Refusal, match="kiosk_exit_old"):
        exits.use(installation, campaign, number, code, NOW)


def test_a_code_ends_after_five_minutes_and_with_the_next_one(
    installation: Installation, campaign: CampaignRecord, number: int
) -> None:
    old = exits.ask(installation, campaign, number, NOW)
    exits.grant(installation, HEAD, campaign, number, old, NOW + 5 * MINUTE)
    with pytest.raises(Refusal, match="kiosk_exit_old"):
        exits.use(installation, campaign, number, old, NOW + 5 * MINUTE + MINUTE)
    new = exits.ask(installation, campaign, number, NOW)
    assert not exits.use(installation, campaign, number, new, NOW)  # the old grant is not the new one's
    for code in (old, "", "x" * 22):
        with pytest.raises(Refusal, match="kiosk_exit_old"):
            exits.grant(installation, HEAD, campaign, number, code, NOW)


def test_another_units_head_grants_nothing(
    installation: Installation, campaign: CampaignRecord, number: int
) -> None:
    code = exits.ask(installation, campaign, number, NOW)
    stranger = replace(HEAD, unit_code="phu-cat")
    for act in (exits.check, exits.grant):
        with pytest.raises(Refusal, match="unit_out_of_reach"):
            act(installation, stranger, campaign, number, code, NOW)
        with pytest.raises(Refusal, match="kiosk_unknown"):
            act(installation, HEAD, campaign, 99, code, NOW)
    assert not exits.use(installation, campaign, number, code, NOW)


def test_the_database_holds_no_code(
    installation: Installation, campaign: CampaignRecord, number: int
) -> None:
    code = exits.ask(installation, campaign, number, NOW)
    with installation.database.read() as session:
        row = session.execute(select(*KioskExit.__table__.c)).one()
    assert not {code, code.encode()} & set(row)


def test_a_device_that_showed_its_key_is_a_kiosk_at_once_and_only_once(
    installation: Installation, campaign: CampaignRecord
) -> None:
    key = b"\x07" * 32
    assert enrolment.find(installation, key, NOW) is None
    new = NewKiosk("an-nhon", 1, shown=enrolment.shown_of(hashlib.sha256(key).digest()))
    number, _code = devices.add(installation, COMMAND_LINE, campaign, new, NOW)
    assert enrolment.find(installation, b"\x08" * 32, NOW) is None
    assert enrolment.find(installation, key, NOW + devices.LINK_LIVES + MINUTE) is None
    found = enrolment.find(installation, key, NOW)
    assert found is not None
    assert enrolment.find(installation, key, NOW + devices.LINK_LIVES + MINUTE) == found
    assert (found[0], found[1].number, found[1].enrolled) == (campaign.code, number, True)
    assert enrolment.authenticate(installation, campaign, number, key).unit_id == scene.AN_NHON
    with pytest.raises(Refusal, match="kiosk_link_spent"):
        devices.add(installation, COMMAND_LINE, campaign, new, NOW)
    with pytest.raises(Refusal, match="kiosk_link_bad"):
        devices.add(installation, COMMAND_LINE, campaign, replace(new, shown=b"short"), NOW)
    devices.revoke(installation, COMMAND_LINE, campaign, number, NOW)
    with pytest.raises(Refusal, match="kiosk_revoked"):
        enrolment.find(installation, key, NOW)


def test_device_and_phone_show_the_same_four_digits() -> None:
    assert exits.match("A" * 43) == "8308"  # what the page's own script computes, too
    assert all(len(exits.match(str(each))) == 4 for each in range(200))
