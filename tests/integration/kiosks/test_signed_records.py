"""Records that a device encrypted and signed: taken, refused, handed over, and the alarm about numbers."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import json
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from survey import keys
from survey.errors import Refusal
from survey.models import Comment, Response
from survey.services.accounts.actors import COMMAND_LINE
from survey.services.counter import tickets
from survey.services.installation.campaign_records import CampaignRecord
from survey.services.installation.installation import Installation
from survey.services.kiosks import backup_files, devices, enrolment, signatures
from survey.services.kiosks.backup_files import BackupFileOutcome
from survey.services.kiosks.devices import KioskStatus, NewKiosk
from tests.integration.kiosks.signing_device import SigningDevice, body, packed, point, text
from tests.support import scene
from tests.support.scene import NOW

FIELDS = {"c1_1": "5", "overall": "4", "p_sex": "b", "comment": "Cảm ơn."}


@pytest.fixture
def device(installation: Installation, campaign: CampaignRecord) -> SigningDevice:
    """An enrolled device that has not named its signing key."""
    number, code = devices.add(installation, COMMAND_LINE, campaign, NewKiosk("an-nhon", 1), NOW)
    made = SigningDevice(installation.keys, number)
    enrolment.enrol(installation, campaign, number, code, hashlib.sha256(made.key).digest(), NOW)
    return made


def ask(client: FlaskClient, device: SigningDevice, path: str, said: Any) -> TestResponse:
    shown = f"Kiosk {device.campaign}/{device.number}/{text(device.key)}"
    headers = {"Accept": "application/json", "Authorization": shown}
    return client.post(f"/kios/api/{path}", headers=headers, data=json.dumps(said))


def introduced(client: FlaskClient, device: SigningDevice) -> None:
    answer = ask(client, device, "signing-key", {"signing_key": text(point(device.signing))})
    assert (answer.status_code, answer.json) == (200, {"known": True})


def code_of(answer: TestResponse) -> tuple[int, str]:
    return answer.status_code, (answer.json or {})["code"]


def status(installation: Installation, device: SigningDevice) -> KioskStatus:
    campaign = installation.campaigns.get(device.campaign)
    (found,) = devices.statuses(installation, COMMAND_LINE, campaign, NOW)
    return found


def test_a_receipt_is_signed_by_the_service_over_what_was_sent(
    client: FlaskClient, device: SigningDevice, installation: Installation
) -> None:
    introduced(client, device)
    sent = body(device.record(1, FIELDS))
    answer = ask(client, device, "records", sent)
    told = answer.json or {}
    assert set(told) == {"state", "signature"}, "no code leads from the device to the answer"
    hashed = hashlib.sha256(json.dumps(sent).encode()).hexdigest()
    message = "\n".join(("hailong kiosk receipt 2", scene.CODE, "1", "1", hashed, told["state"])).encode()
    ours = base64.urlsafe_b64decode(signatures.public_point(installation.keys.kiosk_receipts) + "=")
    assert signatures.is_signed(signatures.compressed(ours), message, signatures.bytes_of(told["signature"]))
    assert scene.counts(installation)["response"] == 1
    assert scene.counts(installation)["comment"] == 1
    assert ask(client, device, "records", sent).status_code == 200
    assert scene.counts(installation)["response"] == 1, "the same one again is no second one"


def test_both_forms_are_taken_until_the_device_has_named_its_key(
    client: FlaskClient, device: SigningDevice, installation: Installation
) -> None:
    former = {"number": 1, "key": "device-made-key-0001", "fields": {"overall": "4"}}
    assert ask(client, device, "records", former).status_code == 200
    early = body(device.record(2, FIELDS))
    assert code_of(ask(client, device, "records", early)) == (409, "kiosk_signing_key_missing")
    introduced(client, device)
    introduced(client, device)
    assert ask(client, device, "records", early).status_code == 200
    late = {**former, "number": 3, "key": "device-made-key-0003"}
    assert code_of(ask(client, device, "records", late)) == (422, "kiosk_form_old")
    assert scene.counts(installation)["response"] == 2


def test_the_first_signing_key_stands(client: FlaskClient, device: SigningDevice) -> None:
    introduced(client, device)
    thief = SigningDevice(device.keys, device.number)
    other = {"signing_key": text(point(thief.signing))}
    assert code_of(ask(client, thief, "signing-key", other)) == (409, "kiosk_signing_key_other")
    assert code_of(ask(client, thief, "records", body(thief.record(1, FIELDS)))) == (
        403,
        "kiosk_signature_bad",
    )
    for bad in ("", "AAAA", text(b"\x02" + b"\xff" * 32), text(b"\x00" * 33)):
        assert code_of(ask(client, device, "signing-key", {"signing_key": bad}))[0] == 422


def test_what_was_altered_moved_or_made_up_is_refused(
    client: FlaskClient, device: SigningDevice, installation: Installation
) -> None:
    introduced(client, device)
    sound = device.record(1, FIELDS)
    flipped = bytes((*sound.content[:-1], sound.content[-1] ^ 1))
    elsewhere = SigningDevice(device.keys, device.number + 1, signing=device.signing).record(1, FIELDS)
    answers = {
        "another number": {**body(sound), "number": 2},
        "another content": {**body(sound), "record": text(flipped)},
        "of another kiosk": body(elsewhere),
        "no signature": {**body(sound), "signature": ""},
        "nought": {**body(sound), "signature": text(bytes(64))},
        "signed, but cut": body(device.signed(1, sound.content[:40])),
        "signed, but of another place": body(device.signed(2, sound.content)),
        "signed, but nothing": body(device.signed(1, b"")),
        "signed, but of no kind": body(device.signed(1, device.encrypted(1, b"\x09"))),
        "signed, but empty": body(device.signed(1, device.encrypted(1, b""))),
        "signed, but far too long": body(device.signed(1, device.encrypted(1, bytes(17_000)))),
        "of another questionnaire": body(device.signed(1, device.encrypted(1, b"\x01" + bytes(200)))),
        "no text": {**body(sound), "record": "ä"},
    }
    for name, said in answers.items():
        answer = ask(client, device, "records", said)
        assert answer.status_code in {403, 422}, name
    assert "response" not in scene.counts(installation)
    mark = bytes((*packed(b"k" * 16, FIELDS)[:27], 0x99, *packed(b"k" * 16, FIELDS)[28:]))
    no_mark = body(device.signed(1, device.encrypted(1, mark)))
    assert code_of(ask(client, device, "records", no_mark)) == (422, "kiosk_record_bad")


def test_marks_profile_comment_and_card_arrive_as_they_were_given(
    client: FlaskClient, device: SigningDevice, installation: Installation, campaign: CampaignRecord
) -> None:
    introduced(client, device)
    cards = tickets.make(installation, COMMAND_LINE, campaign, "an-nhon", 1, NOW)
    answer = ask(client, device, "records", body(device.record(1, FIELDS, code=cards[0].short)))
    assert answer.status_code == 200
    with installation.database.read() as session:
        kept = session.scalars(select(Response)).one()
        assert (kept.marks, kept.profile, kept.channel) == ("5" + "-" * 25 + "4", "----b-", "ticket")
        assert session.scalars(select(Comment.text)).one() == "Cảm ơn."


def test_what_has_no_marks_of_this_questionnaire_comes_as_fields(
    client: FlaskClient, device: SigningDevice, installation: Installation
) -> None:
    introduced(client, device)
    said = json.dumps({"key": "device-made-key-0001", "fields": {"overall": "4", "unknown": "x"}}).encode()
    plain = b"\x02" + len(said).to_bytes(2, "big") + said + bytes(20)
    sent = body(device.signed(1, device.encrypted(1, plain)))
    assert ask(client, device, "records", sent).status_code == 200
    assert scene.counts(installation)["response"] == 1


def test_a_file_in_the_new_format_is_taken_once(
    client: FlaskClient, device: SigningDevice, installation: Installation
) -> None:
    introduced(client, device)
    forged = SigningDevice(device.keys, device.number).record(9, FIELDS)
    content = device.file(device.record(1, {"overall": "4"}), device.record(2, FIELDS), forged)
    assert backup_files.take(installation, COMMAND_LINE, content, NOW) == BackupFileOutcome(2, 0, 1)
    assert backup_files.take(installation, COMMAND_LINE, content, NOW) == BackupFileOutcome(0, 2, 1)
    assert status(installation, device).received == ((1, 2),)
    assert b"overall" not in content


def test_a_file_of_a_device_that_never_named_its_key_proves_it(
    client: FlaskClient, device: SigningDevice, installation: Installation
) -> None:
    thief = SigningDevice(device.keys, device.number, key=b"\x08" * 32)
    with pytest.raises(Refusal, match="kiosk_file_bad"):
        backup_files.take(installation, COMMAND_LINE, thief.file(thief.record(1, FIELDS)), NOW)
    assert backup_files.take(installation, COMMAND_LINE, device.file(device.record(1, FIELDS)), NOW).new == 1
    introduced(client, device)
    assert (
        backup_files.take(installation, COMMAND_LINE, thief.file(thief.record(2, FIELDS)), NOW).refused == 1
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"encrypted": "AAAA"},
        {"encrypted": 5},
        {"kiosk": 10**30},
        {"kiosk": 77},
        {"campaign": "\ud800"},
        {"signing_key": "AAAA"},
        {"voucher": ""},
    ],
)
def test_a_file_that_no_device_wrote_is_refused_whole(
    device: SigningDevice, installation: Installation, changes: dict[str, Any]
) -> None:
    content = device.file(device.record(1, FIELDS), **changes)
    with pytest.raises(Refusal, match="kiosk_file_bad"):
        backup_files.take(installation, COMMAND_LINE, content, NOW)
    assert "response" not in scene.counts(installation)


def test_after_a_restore_the_secret_still_opens_what_waited(
    device: SigningDevice, installation: Installation
) -> None:
    content = device.file(device.record(1, FIELDS))
    restored = dataclasses.replace(installation, keys=keys.load(installation.config.data))
    assert backup_files.take(restored, COMMAND_LINE, content, NOW).new == 1


def test_a_record_tells_by_its_length_only_whether_it_has_a_comment(device: SigningDevice) -> None:
    lengths = {
        len(device.record(1, {"overall": "4", **more}).content) for more in ({}, {"c1_1": "5", "p_sex": "a"})
    }
    said = {len(device.record(1, {"comment": "x" * n}).content) for n in (1, 20, 190)}
    assert (len(lengths), len(said)) == (1, 1)


def test_the_devices_word_about_its_numbers_is_signed(
    client: FlaskClient, device: SigningDevice, installation: Installation
) -> None:
    assert ask(client, device, "beat", {"issued": 1, "waiting": 0, "overdue": 0}).status_code == 200
    introduced(client, device)
    unsigned = {"issued": 1, "waiting": 0, "overdue": 0}
    assert ask(client, device, "beat", unsigned).status_code == 422
    assert code_of(ask(client, device, "beat", {**device.beat(1), "issued": 9}))[1] == "kiosk_signature_bad"
    assert ask(client, device, "beat", device.beat(2)).status_code == 200
    assert not status(installation, device).impossible


def test_numbers_above_those_that_were_given_raise_an_alarm(
    client: FlaskClient, device: SigningDevice, installation: Installation
) -> None:
    introduced(client, device)
    for number in (1, 2, 9):
        ask(client, device, "records", body(device.record(number, FIELDS)))
    assert not status(installation, device).impossible, "the device has said nothing yet"
    ask(client, device, "beat", device.beat(2))
    found = status(installation, device)
    assert (found.kiosk.excess, found.impossible) == (7, True)
    ask(client, device, "beat", device.beat(9))
    assert status(installation, device).impossible, "whoever imitates the device does not end the alarm"


def test_more_than_were_given_raise_an_alarm(
    client: FlaskClient, device: SigningDevice, installation: Installation
) -> None:
    introduced(client, device)
    ask(client, device, "beat", device.beat(5))
    ask(client, device, "beat", device.beat(3))
    assert status(installation, device).kiosk.excess == 2, "numbers never become fewer"


def test_a_number_that_comes_twice_raises_an_alarm_until_the_kiosk_is_revoked(
    client: FlaskClient, device: SigningDevice, installation: Installation, campaign: CampaignRecord
) -> None:
    introduced(client, device)
    for key in (b"a" * 16, b"b" * 16):
        ask(client, device, "records", body(device.record(1, FIELDS, key)))
    ask(client, device, "beat", device.beat(1))
    found = status(installation, device)
    assert (found.kiosk.doubled, found.kiosk.excess, found.impossible) == (1, 1, True)
    assert devices.alarms(installation, COMMAND_LINE, campaign, NOW) == [found]
    devices.revoke(installation, COMMAND_LINE, campaign, device.number, NOW)
    assert devices.alarms(installation, COMMAND_LINE, campaign, NOW) == []
