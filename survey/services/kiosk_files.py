"""Takes in the records that a kiosk wrote to a file because it cannot send them itself.

The file is encrypted for the service alone. The idempotency keys in it are those with which the device
would send the same records, so that it does no harm to do both.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import hashlib
import hmac
import json
from dataclasses import dataclass
from typing import Any

from forms.faults import FaultyInput
from survey.errors import Refusal
from survey.keys import unsealed
from survey.models import Kiosk
from survey.services import audit, kiosk_records
from survey.services.actors import Actor
from survey.services.campaigns import CampaignRecord
from survey.services.installation import Installation
from survey.services.kiosk_records import Record

FORMAT = "hailong kiosk file 1"


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a file's records: new ones, ones that were in already, ones that were refused."""

    new: int
    known: int
    refused: int


def take(opened: Installation, actor: Actor, content: bytes, now: dt.datetime) -> Taken:
    """Let every record of a kiosk's file in through the door; taking it again adds nothing.

    Raises:
        Refusal: ``kiosk_file_bad``; ``campaign_unknown``; ``unit_out_of_reach``.
    """
    try:
        file = json.loads(content)
        campaign = opened.campaigns.get(str(file["campaign"]))
        kiosk = _kiosk(opened, campaign, int(file["kiosk"]))
        records = json.loads(unsealed(_secret(kiosk), _bytes(file["nonce"]), _bytes(file["sealed"])))
        found = [_record(one) for one in records]
    except (ValueError, KeyError, TypeError, binascii.Error) as error:
        raise Refusal("kiosk_file_bad") from error
    actor.require(campaign.unit(kiosk.unit_id).code)
    outcomes = [_take(opened, campaign, kiosk, record, now) for record in found]
    taken = Taken(outcomes.count("new"), outcomes.count("known"), outcomes.count("refused"))
    place = {"campaign_id": campaign.id, "unit_id": kiosk.unit_id}
    with opened.database.write() as session:
        audit.note(
            session, actor, "kiosk_file_taken", now, **place, subject=f"kiosk {kiosk.number}", new=taken.new
        )
    return taken


def _record(said: dict[str, Any]) -> Record:
    fields = {name: str(value) for name, value in dict(said["fields"]).items()}
    return Record(str(said["key"]), int(said["number"]), fields, str(said.get("code", "")))


def _take(
    opened: Installation, campaign: CampaignRecord, kiosk: Kiosk, record: Record, now: dt.datetime
) -> str:
    try:
        place = (kiosk.unit_id, kiosk.number)
        return "known" if kiosk_records.take(opened, campaign, place, record, now).repeated else "new"
    except (FaultyInput, Refusal):
        return "refused"


def _kiosk(opened: Installation, campaign: CampaignRecord, number: int) -> Kiosk:
    with opened.database.read() as session:
        kiosk = session.get(Kiosk, (campaign.id, number))
    if kiosk is None:
        raise ValueError("no such kiosk")
    return kiosk


def _secret(kiosk: Kiosk) -> bytes:
    """Return what only the device and the service can derive: the service keeps the hash of the key."""
    if kiosk.key_hash is None:
        raise ValueError("never enrolled")
    return hmac.digest(kiosk.key_hash, FORMAT.encode(), hashlib.sha256)


def _bytes(text: str) -> bytes:
    plain = text.replace("-", "+").replace("_", "/")
    return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
