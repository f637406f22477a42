"""Takes in the records that a kiosk wrote to a file because it cannot send them itself.

The file is encrypted for the service alone. The idempotency keys in it are those with which the device
would send the same records, so that it does no harm to do both.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import json
import zlib
from collections.abc import Mapping
from dataclasses import astuple, dataclass
from typing import Any

from forms.faults import FaultyInstrument
from survey.errors import Refusal
from survey.keys import decrypted_with
from survey.models import Kiosk
from survey.services.accounts import audit
from survey.services.accounts.actors import Actor
from survey.services.installation.campaign_records import CampaignRecord
from survey.services.installation.installation import Installation
from survey.services.installation.unit_keys import KioskRef, UnitKey
from survey.services.kiosks import qr_frames
from survey.services.kiosks import records as kiosk_records
from survey.services.kiosks.devices import MOST_NUMBERS
from survey.services.kiosks.records import DeviceRecord

FORMAT = "hailong kiosk file 1"
PACKED_FORMAT = "hailong kiosk file 2"
LARGEST_PLAIN = 8_000_000
# What comes of reading what no device of ours wrote.
UNREADABLE = (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError, zlib.error)


@dataclass(frozen=True, slots=True)
class BackupFileOutcome:
    """What became of a file's records: new ones, ones that were in already, ones that were refused."""

    new: int
    known: int
    refused: int


@dataclass(frozen=True, slots=True)
class _EncryptedRecords:
    """Records that only the service can read, and whose they are."""

    format: str
    campaign: str
    kiosk: int
    nonce: bytes
    encrypted: bytes


def take(installation: Installation, actor: Actor, content: bytes, now: dt.datetime) -> BackupFileOutcome:
    """Let every record of a kiosk's file, or of its series of codes, in; taking it again adds nothing.

    Raises:
        Refusal: ``kiosk_file_bad``; ``kiosk_codes_missing``; ``campaign_unknown``; ``unit_out_of_reach``.
    """
    outcomes = [_take_closed(installation, actor, closed, now) for closed in _closed(content)]
    return BackupFileOutcome(*(sum(counts) for counts in zip(*map(astuple, outcomes), strict=True)))


def _closed(content: bytes) -> list[_EncryptedRecords]:
    try:
        text = content.decode()
        if qr_frames.is_series(text):
            return [_of_codes(each) for each in qr_frames.joined(text)]
        envelope = json.loads(text)
        return [_encrypted_records(envelope, _bytes(envelope["sealed"]))]
    except UNREADABLE as error:
        raise Refusal("kiosk_file_bad") from error


def _of_codes(content: bytes) -> _EncryptedRecords:
    head, _, encrypted = content.partition(b"\n")
    return _encrypted_records(json.loads(head), encrypted)


def _encrypted_records(envelope: Mapping[str, Any], encrypted: bytes) -> _EncryptedRecords:
    whose = (_printable(envelope["campaign"]), _whole(envelope["kiosk"]))
    return _EncryptedRecords(str(envelope["format"]), *whose, _bytes(envelope["nonce"]), encrypted)


def _take_closed(
    installation: Installation, actor: Actor, closed: _EncryptedRecords, now: dt.datetime
) -> BackupFileOutcome:
    campaign = installation.campaigns.get(closed.campaign)
    try:
        kiosk = _kiosk(installation, campaign, closed.kiosk)
        records = [_record(one) for one in _records(kiosk, closed)]
    except UNREADABLE as error:
        raise Refusal("kiosk_file_bad") from error
    actor.require(campaign.unit(kiosk.unit_id).code)
    outcomes = [_take(installation, campaign, kiosk, record, now) for record in records]
    outcome = BackupFileOutcome(outcomes.count("new"), outcomes.count("known"), outcomes.count("refused"))
    unit = UnitKey(campaign.id, kiosk.unit_id)
    with installation.database.write() as session:
        audit.note(
            session,
            actor,
            "kiosk_file_taken",
            now,
            **unit.columns,
            subject=f"kiosk {kiosk.number}",
            new=outcome.new,
        )
    return outcome


def _record(record: dict[str, Any]) -> DeviceRecord:
    fields = {name: str(value) for name, value in dict(record["fields"]).items()}
    number = _whole(record["number"])
    return DeviceRecord(_printable(record["key"]), number, fields, _printable(record.get("code", "")))


def _whole(value: object) -> int:
    if type(value) is not int or not 1 <= value <= MOST_NUMBERS:
        raise ValueError("no number of ours")
    return value


def _printable(value: object) -> str:
    """Return a text that can be written down: JSON can name halves of letters."""
    if not isinstance(value, str) or not value.isprintable():
        raise ValueError("no text of ours")
    return value


def _records(kiosk: Kiosk, closed: _EncryptedRecords) -> list[Any]:
    if closed.format not in {FORMAT, PACKED_FORMAT}:
        raise ValueError("no format of ours")
    plain = decrypted_with(_secret(kiosk, closed.format), closed.nonce, closed.encrypted)
    if closed.format == PACKED_FORMAT:
        unpacking = zlib.decompressobj(-zlib.MAX_WBITS)
        plain = unpacking.decompress(plain, LARGEST_PLAIN)
        if not unpacking.eof:
            raise ValueError("cut off, or far too long")
    records = json.loads(plain)
    if not isinstance(records, list):
        raise TypeError("no list of records")
    return records


def _take(
    installation: Installation, campaign: CampaignRecord, kiosk: Kiosk, record: DeviceRecord, now: dt.datetime
) -> str:
    try:
        ref = KioskRef(kiosk.unit_id, kiosk.number)
        return "known" if kiosk_records.take(installation, campaign, ref, record, now).repeated else "new"
    except (FaultyInstrument, Refusal):
        return "refused"


def _kiosk(installation: Installation, campaign: CampaignRecord, number: int) -> Kiosk:
    with installation.database.read() as session:
        kiosk = session.get(Kiosk, (campaign.id, number))
    if kiosk is None:
        raise ValueError("no such kiosk")
    return kiosk


def _secret(kiosk: Kiosk, label: str) -> bytes:
    """Return what only the device and the service can derive: the service keeps the hash of the key."""
    if kiosk.key_hash is None:
        raise ValueError("never enrolled")
    return hmac.digest(kiosk.key_hash, label.encode(), hashlib.sha256)


def _bytes(text: str) -> bytes:
    plain = text.replace("-", "+").replace("_", "/")
    return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
