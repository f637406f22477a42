"""How a device becomes a kiosk, and how it shows later that it is that kiosk.

The device makes its key and sends a hash of it when it is enrolled; later it shows the key itself with
each request. So the service can sign a receipt with a key that it does not keep. The hash is a secret too: the
device's files are encrypted with what follows from it. What a device shows on its screen is therefore a hash of
the hash, and the device itself says the hash when it asks what it has become.

Beside that key, which travels, the device has one with which it signs its records and which no script can take out
of its browser. It names the public half as soon as it is a kiosk; one from before the update does so when it has
encrypted what waited on it.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from survey.clock import in_zone
from survey.errors import Refusal
from survey.models import Campaign, Kiosk
from survey.services.installation.campaign_records import CampaignRecord
from survey.services.installation.installation import Installation
from survey.services.kiosks.devices import KEY_BYTES, KioskRecord, hash_of, record_of
from survey.services.kiosks.signatures import compressed


def enrol(
    installation: Installation,
    campaign: CampaignRecord,
    number: int,
    code: str,
    key_hash: bytes,
    now: dt.datetime,
) -> KioskRecord:
    """Give a kiosk to the device that shows its link's code; the same device may ask again.

    Raises:
        Refusal: ``kiosk_link_bad``; ``kiosk_link_spent``; ``kiosk_link_old``; ``kiosk_revoked``.
    """
    with installation.database.write() as session:
        kiosk = session.get(Kiosk, (campaign.id, number), with_for_update=True)
        if (
            kiosk is None
            or len(key_hash) != KEY_BYTES
            or not hmac.compare_digest(kiosk.link_hash, hash_of(code))
        ):
            raise Refusal("kiosk_link_bad")
        if kiosk.revoked:
            raise Refusal("kiosk_revoked", number=number)
        if kiosk.key_hash is not None and kiosk.key_hash != key_hash:
            raise Refusal("kiosk_link_spent")
        if kiosk.key_hash is None and now > in_zone(kiosk.link_until):
            raise Refusal("kiosk_link_old")
        kiosk.key_hash = key_hash
        return record_of(kiosk)


def register(
    installation: Installation, campaign: CampaignRecord, number: int, signing_key: bytes
) -> KioskRecord:
    """Note the public half of the key with which an enrolled device signs; from now on it must.

    The same one may come again. Another never takes its place: whoever has only the key that the device shows with
    each request cannot sign in its name.

    Raises:
        Refusal: ``kiosk_signing_key_bad``; ``kiosk_signing_key_other``; ``kiosk_unknown``.
    """
    point = compressed(signing_key)
    with installation.database.write() as session:
        kiosk = session.get(Kiosk, (campaign.id, number), with_for_update=True)
        if kiosk is None:
            raise Refusal("kiosk_unknown", number=number)
        if kiosk.signing_key not in {None, point}:
            raise Refusal("kiosk_signing_key_other", number=number)
        kiosk.signing_key = point
        return record_of(kiosk)


def authenticate(
    installation: Installation, campaign: CampaignRecord, number: int, key: bytes
) -> KioskRecord:
    """Return the kiosk whose key a device shows.

    Raises:
        Refusal: ``kiosk_unknown``; ``kiosk_revoked``.
    """
    with installation.database.read() as session:
        kiosk = session.get(Kiosk, (campaign.id, number))
        shown = hashlib.sha256(key).digest()
        if kiosk is None or kiosk.key_hash is None or not hmac.compare_digest(kiosk.key_hash, shown):
            raise Refusal("kiosk_unknown", number=number)
        if kiosk.revoked:
            raise Refusal("kiosk_revoked", number=number)
        return record_of(kiosk)


def shown_of(key_hash: bytes) -> bytes:
    """Return what a device with this hash of its key shows, and what nothing can be decrypted with."""
    return hashlib.sha256(key_hash).digest()


def find(installation: Installation, key: bytes, now: dt.datetime) -> tuple[str, KioskRecord] | None:
    """Return the kiosk that a device's key has become, with its campaign's code; None while it is none.

    Somebody of the office has said so of what the device shows; the first time, its key's hash is kept with it.

    Raises:
        Refusal: ``kiosk_revoked``.
    """
    key_hash = hashlib.sha256(key).digest()
    of_key, of_shown = Kiosk.key_hash == key_hash, Kiosk.link_hash == shown_of(key_hash)
    with installation.database.read() as session:
        kiosk_of_key = _of_device(session, of_key) or _of_device(session, of_shown)
    if kiosk_of_key is None or kiosk_of_key[1].enrolled:
        return kiosk_of_key
    with installation.database.write() as session:
        row = select(Kiosk).where(of_shown, Kiosk.key_hash.is_(None)).order_by(Kiosk.number).with_for_update()
        kiosk = session.scalars(row).first()
        if kiosk is not None and now <= in_zone(kiosk.link_until):
            kiosk.key_hash = key_hash
    with installation.database.read() as session:
        return _of_device(session, of_key)


def sign(key: bytes, message: bytes) -> bytes:
    """Return the signature that a device checks with the key that it has shown."""
    return hmac.digest(key, message, hashlib.sha256)


def _of_device(session: Session, condition: ColumnElement[bool]) -> tuple[str, KioskRecord] | None:
    joined = select(Kiosk, Campaign.code).join(Campaign, Campaign.id == Kiosk.campaign_id)
    row = session.execute(joined.where(condition).order_by(Kiosk.number)).first()
    if row is None:
        return None
    kiosk, code = row
    if kiosk.revoked:
        raise Refusal("kiosk_revoked", number=kiosk.number)
    return code, record_of(kiosk)
