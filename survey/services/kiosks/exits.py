"""Leaving a kiosk without its PIN: the device shows a code, somebody of the office grants it on a phone.

The device asks with its key and shows the code as a QR code; only who holds the code and has signed in can
grant it, and only the device that asked can use the grant, once.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import secrets

from sqlalchemy.orm import Session

from survey.clock import ZONE, in_zone
from survey.errors import Refusal
from survey.models import Kiosk, KioskExit
from survey.services.accounts import audit
from survey.services.accounts.actors import Actor
from survey.services.installation.campaign_records import CampaignRecord
from survey.services.installation.installation import Installation
from survey.services.installation.unit_keys import UnitKey

LIVES = dt.timedelta(minutes=5)
CODE_BYTES = 16
MATCH_DIGITS = 4


def ask(installation: Installation, campaign: CampaignRecord, number: int, now: dt.datetime) -> str:
    """Return a new code for a device to show; an older one of the same kiosk ends."""
    code = secrets.token_urlsafe(CODE_BYTES)
    row = KioskExit(
        campaign_id=campaign.id, kiosk=number, code_hash=_hash(code), until=_until(now), granted=False
    )
    with installation.database.write() as session:
        session.merge(row)
    return code


def check(
    installation: Installation,
    actor: Actor,
    campaign: CampaignRecord,
    number: int,
    code: str,
    now: dt.datetime,
) -> int:
    """Return the unit of the kiosk that shows the code, for whoever is about to grant it.

    Raises:
        Refusal: ``kiosk_unknown``; ``unit_out_of_reach``; ``kiosk_exit_old``.
    """
    with installation.database.read() as session:
        kiosk, _wish = _wished(session, actor, campaign, number, code, now)
        return kiosk.unit_id


def grant(
    installation: Installation,
    actor: Actor,
    campaign: CampaignRecord,
    number: int,
    code: str,
    now: dt.datetime,
) -> None:
    """Let the device that shows the code be left; granting twice is granting once.

    Raises:
        Refusal: ``kiosk_unknown``; ``unit_out_of_reach``; ``kiosk_exit_old``.
    """
    with installation.database.write() as session:
        kiosk, wish = _wished(session, actor, campaign, number, code, now)
        if not wish.granted:
            wish.granted = True
            unit = UnitKey(campaign.id, kiosk.unit_id)
            audit.note(session, actor, "kiosk_exit_granted", now, **unit.columns, subject=f"kiosk {number}")


def use(
    installation: Installation, campaign: CampaignRecord, number: int, code: str, now: dt.datetime
) -> bool:
    """Return whether the code was granted, and end it if so.

    Raises:
        Refusal: ``kiosk_exit_old``.
    """
    with installation.database.read() as session:
        granted = _found(session, campaign, number, code, now).granted
    if granted:
        with installation.database.write() as session:
            session.delete(_found(session, campaign, number, code, now))
    return granted


def match(shown: str) -> str:
    """Return the digits that device and phone both show, so that nobody grants what another device asks."""
    digest = hashlib.sha256(f"hailong kiosk match {shown}".encode()).digest()
    return f"{int.from_bytes(digest[:4], 'big') % 10**MATCH_DIGITS:0{MATCH_DIGITS}}"


def _wished(
    session: Session, actor: Actor, campaign: CampaignRecord, number: int, code: str, now: dt.datetime
) -> tuple[Kiosk, KioskExit]:
    kiosk = session.get(Kiosk, (campaign.id, number))
    if kiosk is None:
        raise Refusal("kiosk_unknown", number=number)
    actor.require(campaign.unit(kiosk.unit_id).code)
    return kiosk, _found(session, campaign, number, code, now)


def _found(session: Session, campaign: CampaignRecord, number: int, code: str, now: dt.datetime) -> KioskExit:
    wish = session.get(KioskExit, (campaign.id, number), with_for_update=True)
    if wish is None or not hmac.compare_digest(wish.code_hash, _hash(code)) or now > in_zone(wish.until):
        raise Refusal("kiosk_exit_old")
    return wish


def _until(now: dt.datetime) -> dt.datetime:
    return (now + LIVES).astimezone(ZONE)


def _hash(code: str) -> bytes:
    return hashlib.sha256(code.encode()).digest()
