"""Records that leave a kiosk as a file or as codes: the service reads what the device writes."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest

from survey.errors import Refusal
from survey.models import Kiosk
from survey.services.kiosks import backup_files, qr_frames
from tests.unit.javascript.test_kiosk_keys import plain
from tests.unit.javascript.vectors import vectors

GIVEN, FRAMES = vectors("records"), vectors("frames")


def read(content: bytes) -> list[Any]:
    """Read what a device of the vectors wrote, as the service does that keeps only its key's hash."""
    closed = backup_files._of_codes(content)
    assert isinstance(closed, backup_files._EncryptedFile)
    kiosk = Kiosk(number=closed.kiosk, key_hash=hashlib.sha256(plain(GIVEN["device"]["key"])).digest())
    return backup_files._records(kiosk, closed)


def test_the_bodies_of_requests_hold_the_records() -> None:
    assert [json.loads(body) for body in GIVEN["bodies"]] == GIVEN["leaving"]


def test_the_file_and_both_series_hold_the_records() -> None:
    (file,) = backup_files._closed(GIVEN["file"].encode())
    assert isinstance(file, backup_files._EncryptedFile)
    assert (file.campaign, file.kiosk) == (GIVEN["device"]["campaign"], GIVEN["device"]["number"])
    assert file == backup_files._of_codes(bytes.fromhex(GIVEN["series"]))
    assert read(bytes.fromhex(GIVEN["series"])) == GIVEN["leaving"]
    assert read(bytes.fromhex(GIVEN["packed_series"])) == GIVEN["leaving"]


@pytest.mark.parametrize("content", GIVEN["damaged"])
def test_what_was_damaged_is_refused(content: str) -> None:
    with pytest.raises(backup_files.UNREADABLE):
        read(bytes.fromhex(content))


@pytest.mark.parametrize("case", [*FRAMES["cases"], *FRAMES["former"]], ids=lambda case: len(case["texts"]))
def test_the_codes_are_joined_in_any_order(case: dict[str, Any]) -> None:
    told = "\n".join(reversed([*case["texts"], case["texts"][0].lower()]))
    assert qr_frames.joined(told) == [bytes.fromhex(case["whole"])]


@pytest.mark.parametrize("text", [*FRAMES["malformed"], *FRAMES["altered"]])
def test_what_is_malformed_or_was_altered_is_refused(text: str) -> None:
    with pytest.raises(Refusal, match="kiosk_file_bad"):
        qr_frames.joined(text)
