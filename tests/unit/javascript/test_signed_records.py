"""Records that a device packed, encrypted and signed: the service reads what the device writes."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest

from forms import answers
from forms.questionnaire import load_questionnaire
from survey.keys import Keys
from survey.services.kiosks import backup_files, encrypted_records, qr_frames, signatures
from survey.services.kiosks.encrypted_records import DeviceRecord, EncryptedRecord
from survey.services.kiosks.signatures import bytes_of
from survey.web.kiosks import device_api
from tests.unit.javascript.vectors import vectors

GIVEN = vectors("signed-records")
QUESTIONS = load_questionnaire(GIVEN["questionnaire"])
DEVICE = GIVEN["device"]
REF = (DEVICE["campaign"], DEVICE["number"])
SIGNING_KEY = bytes_of(GIVEN["signing_key"])
KEYS = Keys(**{name: bytes.fromhex(GIVEN["seeds"].get(name, "00" * 32)) for name in Keys.__slots__})


def answered(answer: dict[str, Any]) -> DeviceRecord:
    fields = {name: [value] for name, value in answer["fields"].items()}
    sheet = answers.read_fields(QUESTIONS, fields)
    return DeviceRecord(answer["key"], answer["number"], sheet, answer["code"])


def opened(record: EncryptedRecord) -> DeviceRecord:
    return encrypted_records.opened(KEYS, QUESTIONS, REF, record, SIGNING_KEY)


def test_the_devices_have_the_services_keys() -> None:
    assert GIVEN["service"] == {
        "records": signatures.public_point(KEYS.kiosk_records),
        "receipts": signatures.public_point(KEYS.kiosk_receipts),
    }


@pytest.mark.parametrize("at", range(len(GIVEN["answers"])))
def test_what_was_answered_is_what_is_opened(at: int) -> None:
    said = json.loads(GIVEN["bodies"][at])
    record = EncryptedRecord(said["number"], bytes_of(said["record"]), bytes_of(said["signature"]))
    assert opened(record) == answered(GIVEN["answers"][at])


def test_the_file_and_the_codes_hold_the_records() -> None:
    (file,) = backup_files._closed(GIVEN["file"].encode())
    (codes,) = backup_files._closed("\n".join(reversed(GIVEN["codes"])).encode())
    assert file == codes
    assert isinstance(file, backup_files._SignedFile)
    assert [opened(each) for each in file.records] == [answered(each) for each in GIVEN["answers"]]
    assert len(qr_frames.joined("\n".join(GIVEN["codes"]))) == 1


def test_the_device_vouches_for_its_signing_key() -> None:
    key_hash = hashlib.sha256(bytes_of(DEVICE["key"])).digest()
    assert signatures.is_vouched(key_hash, SIGNING_KEY, bytes_of(GIVEN["voucher"]))
    assert not signatures.is_vouched(key_hash, SIGNING_KEY[::-1], bytes_of(GIVEN["voucher"]))


def test_the_device_signs_what_it_says_of_itself() -> None:
    said = dict(GIVEN["heartbeat"])
    signature = bytes_of(said.pop("signature"))
    message = "\n".join(map(str, (device_api.HEARTBEAT, *REF, *said.values()))).encode()
    assert signatures.is_signed(SIGNING_KEY, message, signature)
    assert not signatures.is_signed(SIGNING_KEY, message + b"0", signature)
