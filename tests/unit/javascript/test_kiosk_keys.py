"""What follows from a kiosk's key and its PIN: the same to the service as to the device."""

from __future__ import annotations

import base64
import hashlib
import hmac
from types import SimpleNamespace
from typing import Any, cast

import pytest

from survey.services.installation.campaign_records import CampaignRecord
from survey.services.kiosks import enrolment, exits, pins
from survey.web.kiosks import device_api
from tests.unit.javascript.vectors import vectors

RECEIPTS, EXITS = vectors("receipts"), vectors("exits")


def plain(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def is_signed(device: dict[str, Any], words: tuple[object, ...], signature: str) -> bool:
    message = "\n".join(str(word) for word in words)
    return hmac.compare_digest(enrolment.sign(plain(device["key"]), message.encode()).hex(), signature)


def receipt_is_genuine(case: dict[str, Any]) -> bool:
    device, record, said = case["device"], case["record"], case["said"]
    sent = hashlib.sha256(case["body"].encode()).hexdigest()
    place = (
        device_api.DEVICE_RECEIPT,
        device["campaign"],
        device["number"],
        record["number"],
        record["key"],
        sent,
    )
    return is_signed(device, (*place, said["receipt"], said["state"]), said["signature"])


def exit_is_genuine(case: dict[str, Any]) -> bool:
    device = case["device"]
    words = (device_api.EXIT, device["campaign"], device["number"], case["code"])
    return is_signed(device, words, case["signature"])


@pytest.mark.parametrize("case", vectors("pins")["cases"])
def test_a_pin_follows_from_the_secret_and_no_other_digits_fit(case: dict[str, Any]) -> None:
    campaign = cast("CampaignRecord", SimpleNamespace(code=case["campaign"]))
    secret, number, pin = bytes.fromhex(case["secret"]), case["number"], case["pin"]
    assert pins.digits(secret, campaign, number) == case["digits"]
    assert pins.salt(campaign, number).hex() == pin["salt"]
    assert pin["rounds"] == pins.ROUNDS
    assert pins.check(secret, campaign, number) == pin["check"]
    assert case["digits"] not in case["wrong"]


@pytest.mark.parametrize("case", vectors("device-keys")["cases"])
def test_a_device_shows_the_hash_of_its_keys_hash(case: dict[str, str]) -> None:
    key_hash = hashlib.sha256(plain(case["key"])).digest()
    assert key_hash.hex() == case["key_hash"]
    assert enrolment.shown_of(key_hash) == plain(case["shown"])
    assert exits.match(case["shown"]) == case["match"]


def test_genuine_receipts_are_taken_and_forged_ones_are_not() -> None:
    assert all(map(receipt_is_genuine, RECEIPTS["genuine"]))
    assert not any(map(receipt_is_genuine, RECEIPTS["forged"]))


def test_genuine_leave_is_taken_and_forged_leave_is_not() -> None:
    assert all(map(exit_is_genuine, EXITS["genuine"]))
    assert not any(map(exit_is_genuine, EXITS["forged"]))
