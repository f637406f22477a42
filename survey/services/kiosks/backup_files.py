"""Takes in the records that a kiosk wrote to a file because it cannot send them itself.

The file is encrypted for the service alone, and so is each record in the newest format. The idempotency keys in it are
those with which the device would send the same records, so that it does no harm to do both. Files and series of
codes from before devices signed are read as ever: somebody may have kept one.
"""

from __future__ import annotations

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
from survey.services.kiosks import encrypted_records, enrolment, qr_frames
from survey.services.kiosks import records as kiosk_records
from survey.services.kiosks.devices import MOST_NUMBERS
from survey.services.kiosks.encrypted_records import DeviceRecord, EncryptedRecord, Reader
from survey.services.kiosks.signatures import POINT_BYTES, VOUCHER_BYTES, bytes_of, compressed, is_vouched

FORMAT = "hailong kiosk file 1"
PACKED_FORMAT = "hailong kiosk file 2"
SIGNED_FORMAT = "hailong kiosk file 3"
SIGNED_SERIES = 3  # with which a series of codes in that format begins
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
class _EncryptedFile:
    """Records that were encrypted together, with what follows from the device's key."""

    format: str
    campaign: str
    kiosk: int
    nonce: bytes
    encrypted: bytes


@dataclass(frozen=True, slots=True)
class _SignedFile:
    """Records that were encrypted and signed one by one, and the signing key for which the device vouches."""

    campaign: str
    kiosk: int
    signing_key: bytes
    voucher: bytes
    records: list[EncryptedRecord]


def take(installation: Installation, actor: Actor, content: bytes, now: dt.datetime) -> BackupFileOutcome:
    """Let every record of a kiosk's file, or of its series of codes, in; taking it again adds nothing.

    Raises:
        Refusal: ``kiosk_file_bad``; ``kiosk_codes_missing``; ``campaign_unknown``; ``unit_out_of_reach``.
    """
    outcomes = [_take_closed(installation, actor, closed, now) for closed in _closed(content)]
    return BackupFileOutcome(*(sum(counts) for counts in zip(*map(astuple, outcomes), strict=True)))


def _closed(content: bytes) -> list[_EncryptedFile | _SignedFile]:
    try:
        text = content.decode()
        if qr_frames.is_series(text):
            return [_of_codes(each) for each in qr_frames.joined(text)]
        envelope = json.loads(text)
        if envelope["format"] == SIGNED_FORMAT:
            return [_signed_file(envelope)]
        return [_encrypted_file(envelope, bytes_of(envelope["sealed"]))]
    except UNREADABLE as error:
        raise Refusal("kiosk_file_bad") from error


def _of_codes(content: bytes) -> _EncryptedFile | _SignedFile:
    if content[0] == SIGNED_SERIES:
        return _signed_series(content)
    head, _, encrypted = content.partition(b"\n")
    return _encrypted_file(json.loads(head), encrypted)


def _encrypted_file(envelope: Mapping[str, Any], encrypted: bytes) -> _EncryptedFile:
    whose = (encrypted_records.printable(envelope["campaign"]), _whole(envelope["kiosk"]))
    return _EncryptedFile(str(envelope["format"]), *whose, bytes_of(envelope["nonce"]), encrypted)


def _signed_file(envelope: Mapping[str, Any]) -> _SignedFile:
    return _SignedFile(
        encrypted_records.printable(envelope["campaign"]),
        _whole(envelope["kiosk"]),
        bytes_of(envelope["signing_key"]),
        bytes_of(envelope["voucher"]),
        encrypted_records.series_of(bytes_of(envelope["encrypted"])),
    )


def _signed_series(content: bytes) -> _SignedFile:
    """Read what codes say: the campaign with its length, the kiosk, the signing key, the voucher, the records."""
    reader = Reader(content, 1)
    campaign = reader.take(reader.take(1)[0]).decode("ascii")
    kiosk = _whole(int.from_bytes(reader.take(4), "big"))
    proof = (reader.take(POINT_BYTES), reader.take(VOUCHER_BYTES))
    return _SignedFile(campaign, kiosk, *proof, encrypted_records.series_of(reader.rest()))


def _take_closed(
    installation: Installation, actor: Actor, closed: _EncryptedFile | _SignedFile, now: dt.datetime
) -> BackupFileOutcome:
    campaign = installation.campaigns.get(closed.campaign)
    try:
        kiosk = _kiosk(installation, campaign, closed.kiosk)
        if isinstance(closed, _SignedFile):
            signing_key = _signing_key(kiosk, closed)
            records = [_opened(installation, campaign, kiosk, each, signing_key) for each in closed.records]
        else:
            records = [_record(campaign, one) for one in _records(kiosk, closed)]
    except UNREADABLE as error:
        raise Refusal("kiosk_file_bad") from error
    actor.require(campaign.unit(kiosk.unit_id).code)
    if isinstance(closed, _SignedFile) and kiosk.signing_key is None:
        enrolment.register(installation, campaign, kiosk.number, closed.signing_key)
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


def _signing_key(kiosk: Kiosk, closed: _SignedFile) -> bytes:
    """Return the key with which a file's records must be signed: the known one, else that for which the device vouches."""
    if kiosk.signing_key is not None:
        return kiosk.signing_key
    if kiosk.key_hash is None or not is_vouched(kiosk.key_hash, closed.signing_key, closed.voucher):
        raise ValueError("no key of this device")
    try:
        return compressed(closed.signing_key)
    except Refusal as error:
        raise ValueError("no key at all") from error


def _opened(
    installation: Installation,
    campaign: CampaignRecord,
    kiosk: Kiosk,
    record: EncryptedRecord,
    signing_key: bytes,
) -> DeviceRecord | None:
    """Return a record, or None for one that is refused."""
    ref = (campaign.code, kiosk.number)
    try:
        _whole(record.number)
        return encrypted_records.opened(installation.keys, campaign.questionnaire, ref, record, signing_key)
    except (FaultyInstrument, Refusal):
        return None


def _record(campaign: CampaignRecord, record: dict[str, Any]) -> DeviceRecord | None:
    """Return a record, or None for one whose answers are none to this questionnaire."""
    number = _whole(record["number"])
    try:
        return encrypted_records.of_fields(campaign.questionnaire, number, record)
    except FaultyInstrument:
        return None


def _whole(value: object) -> int:
    if type(value) is not int or not 1 <= value <= MOST_NUMBERS:
        raise ValueError("no number of ours")
    return value


def _records(kiosk: Kiosk, closed: _EncryptedFile) -> list[Any]:
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
    installation: Installation,
    campaign: CampaignRecord,
    kiosk: Kiosk,
    record: DeviceRecord | None,
    now: dt.datetime,
) -> str:
    if record is None:
        return "refused"
    try:
        ref = KioskRef(kiosk.unit_id, kiosk.number)
        return "known" if kiosk_records.take(installation, campaign, ref, record, now).repeated else "new"
    except Refusal:
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
