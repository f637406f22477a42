"""A kiosk's file of waiting records: read by the service alone, and taken in once."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from survey.errors import Refusal
from survey.services.accounts.actors import COMMAND_LINE
from survey.services.installation.campaign_records import CampaignRecord
from survey.services.installation.installation import Installation
from survey.services.kiosks import backup_files, devices, enrolment
from survey.services.kiosks.backup_files import BackupFileOutcome
from survey.services.kiosks.devices import NewKiosk
from tests.support import scene
from tests.support.scene import NOW

KEY_HASH = hashlib.sha256(b"\x07" * 32).digest()
NONCE = b"\xff" * 12  # whose letters differ between the two ways of base64


@pytest.fixture
def number(installation: Installation, campaign: CampaignRecord) -> int:
    """The number of an enrolled kiosk."""
    made, code = devices.add(installation, COMMAND_LINE, campaign, NewKiosk("an-nhon", 1), NOW)
    enrolment.enrol(installation, campaign, made, code, KEY_HASH, NOW)
    return made


def file(records: list[dict[str, Any]], number: int, key_hash: bytes = KEY_HASH, **changes: Any) -> bytes:
    """A file as the device writes it."""
    secret = hmac.new(key_hash, b"hailong kiosk file 1", "sha256").digest()
    closed = AESGCM(secret).encrypt(NONCE, json.dumps(records).encode(), None)
    said = {
        "format": "hailong kiosk file 1",
        "campaign": scene.CODE,
        "kiosk": number,
        "nonce": base64.urlsafe_b64encode(NONCE).decode().rstrip("="),
        "sealed": base64.b64encode(closed).decode(),
    }
    return json.dumps({**said, **changes}).encode()


def records(count: int) -> list[dict[str, Any]]:
    """Records as they wait on a device."""
    return [
        {"key": f"device-made-key-{number:04}", "number": number, "fields": {"overall": "4"}}
        for number in range(1, count + 1)
    ]


def test_a_file_is_taken_in_once_and_its_faulty_records_are_counted(
    installation: Installation, number: int, campaign: CampaignRecord
) -> None:
    faulty = {"key": "device-made-key-9999", "number": 9, "fields": {"overall": "x"}}
    content = file([*records(3), faulty], number)
    assert backup_files.take(installation, COMMAND_LINE, content, NOW) == BackupFileOutcome(3, 0, 1)
    assert backup_files.take(installation, COMMAND_LINE, content, NOW) == BackupFileOutcome(0, 3, 1)
    assert scene.counts(installation)["response"] == 3
    (found,) = devices.statuses(installation, COMMAND_LINE, campaign, NOW)
    assert found.received == ((1, 3),)


def test_a_file_of_a_revoked_kiosk_is_taken_by_whoever_decides_to(
    installation: Installation, number: int, campaign: CampaignRecord
) -> None:
    devices.revoke(installation, COMMAND_LINE, campaign, number, NOW)
    assert backup_files.take(installation, COMMAND_LINE, file(records(2), number), NOW).new == 2


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"{}",
        b"\xff",
        file(records(1), 1, key_hash=b"x" * 32),
        file(records(1), 7),
        file(records(1), 1, sealed="AAAA"),
        file(records(1), 1, nonce="!"),
        file([{"key": "x"}], 1),
    ],
)
def test_anything_else_is_refused_whole(installation: Installation, number: int, content: bytes) -> None:
    assert number == 1
    with pytest.raises(Refusal, match="kiosk_file_bad"):
        backup_files.take(installation, COMMAND_LINE, content, NOW)
    assert "response" not in scene.counts(installation)


def test_nobody_reads_the_answers_in_a_file(number: int) -> None:
    content = file([{"key": "k" * 20, "number": 1, "fields": {"comment": "BIMAT"}}], number)
    assert b"BIMAT" not in content
    assert b"BIMAT" not in base64.b64decode(json.loads(content)["sealed"])
