"""Tells the unit and TCCB when a kiosk holds answers too long or its numbers cannot be: one incident, one letter."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import NamedTuple

import structlog
from sqlalchemy import and_, delete, or_, select, update
from sqlalchemy.orm import Session

from survey.clock import ZONE
from survey.config import ADDRESS, MailServer
from survey.database.statements import changed, insert_once
from survey.errors import Refusal
from survey.mail import letters
from survey.mail.letters import Envelope, Letter
from survey.mail.transport import SmtpConnection
from survey.models import Account, KioskAlert
from survey.services.accounts.actors import COMMAND_LINE
from survey.services.installation.campaign_records import CampaignRecord
from survey.services.installation.installation import Installation
from survey.services.kiosks import devices
from survey.services.kiosks.devices import KioskStatus
from survey.vocabulary import AlertCause, Delivery, Role

log = structlog.get_logger()

TO_TELL = (Delivery.WAITING, Delivery.DEFERRED)
DESK = (Role.UNIT_HEAD.value, Role.OFFICER.value)
LETTERS = {AlertCause.HOLDING: "kiosk_alert", AlertCause.NUMBERS: "kiosk_numbers"}
PRIMARY_KEY = (KioskAlert.campaign_id, KioskAlert.kiosk, KioskAlert.cause)
# What lets an incident of each cause stand, and what lets one begin.
CAUSES: tuple[tuple[AlertCause, Callable[[KioskStatus], bool], Callable[[KioskStatus], bool]], ...] = (
    (AlertCause.HOLDING, attrgetter("holding"), attrgetter("urgent")),
    (AlertCause.NUMBERS, attrgetter("impossible"), attrgetter("impossible")),
)


class Incident(NamedTuple):
    """A kiosk of which somebody is told, and why."""

    campaign: CampaignRecord
    status: KioskStatus
    cause: AlertCause


def watch(installation: Installation, now: dt.datetime) -> list[tuple[CampaignRecord, KioskStatus]]:
    """Open an incident for each kiosk that holds answers too long or whose numbers cannot be; end what is over; tell of new ones.

    Returns the kiosks with an open incident. A letter that the mail server put off is tried again the next
    time; where it is unknown whether it went out, it is not.
    """
    open_ones = []
    for campaign in installation.campaigns.all():
        statuses = devices.statuses(installation, COMMAND_LINE, campaign, now)
        with installation.database.write() as session:
            numbers = _noted(session, campaign, statuses, now)
        open_ones += [(campaign, each) for each in statuses if each.kiosk.number in numbers]
    if installation.config.mail is not None and open_ones:
        _tell(installation, installation.config.mail, open_ones, now)
    return open_ones


def _noted(
    session: Session, campaign: CampaignRecord, statuses: Sequence[KioskStatus], now: dt.datetime
) -> set[int]:
    """Keep a row for each incident and return the numbers of their kiosks."""
    here = KioskAlert.campaign_id == campaign.id
    for cause, stands, begins in CAUSES:
        over = [each.kiosk.number for each in statuses if not stands(each)]
        if over:
            of_cause = and_(here, KioskAlert.cause == cause)
            session.execute(delete(KioskAlert).where(of_cause, KioskAlert.kiosk.in_(over)))
        for each in filter(begins, statuses):
            row = {
                "campaign_id": campaign.id,
                "kiosk": each.kiosk.number,
                "cause": cause,
                "since": now.astimezone(ZONE),
                "mail": Delivery.WAITING,
            }
            insert_once(session, KioskAlert, row)
    return set(session.scalars(select(KioskAlert.kiosk).where(here)))


def _tell(
    installation: Installation,
    server: MailServer,
    incidents: Sequence[tuple[CampaignRecord, KioskStatus]],
    now: dt.datetime,
) -> None:
    with SmtpConnection(server) as connection:
        for campaign, status in incidents:
            try:
                for cause in AlertCause:
                    _tell_one(installation, server, connection, Incident(campaign, status, cause), now)
            except Refusal as refusal:
                log.warning("kiosk_alert_unsent", code=refusal.code)
                return


def _tell_one(
    installation: Installation,
    server: MailServer,
    connection: SmtpConnection,
    incident: Incident,
    now: dt.datetime,
) -> None:
    """Claim, send and settle the letter about one incident, unless that was done already."""
    campaign, status = incident.campaign, incident.status
    ref = (campaign.id, status.kiosk.number, incident.cause)
    here = and_(*(column == value for column, value in zip(PRIMARY_KEY, ref, strict=True)))
    with installation.database.read() as session:
        alert = session.get(KioskAlert, ref)
        whom = _whom(session, campaign.unit(status.kiosk.unit_id).code)
    if alert is None or alert.mail not in TO_TELL or not whom:
        return
    connection.ready()
    claim = update(KioskAlert).where(here, KioskAlert.mail.in_(TO_TELL)).values(mail=Delivery.SENDING)
    with installation.database.write() as session:
        if changed(session, claim) != 1:
            return
    envelope = Envelope(tuple(whom), now, _message_id(installation, server, campaign, alert))
    message = letters.message(_letter(installation, incident), server, envelope)
    reply = connection.send(message, envelope.addresses)
    with installation.database.write() as session:
        session.execute(update(KioskAlert).where(here).values(mail=reply.delivery))
    if reply.delivery is not Delivery.SENT:
        log.warning(
            "kiosk_alert_unsent", code=reply.delivery.value, answer=reply.code, kiosk=status.kiosk.number
        )


def _whom(session: Session, unit: str) -> list[tuple[str, str]]:
    """Return the name and the address of TCCB's people and of those at the unit's desk, as far as mail can go there."""
    desk = and_(Account.role.in_(DESK), Account.unit_code == unit)
    query = select(Account.name, Account.email).where(
        Account.active, or_(desk, Account.role == Role.TCCB.value)
    )
    accounts = session.execute(query.order_by(Account.email))
    return [
        (name, address) for name, address in accounts if name.isprintable() and ADDRESS.fullmatch(address)
    ]


def _letter(installation: Installation, incident: Incident) -> Letter:
    campaign, kiosk = incident.campaign, incident.status.kiosk
    values = {
        "number": str(kiosk.number),
        "counter": str(kiosk.counter),
        "unit": campaign.unit(kiosk.unit_id).name,
        "seen": f"{kiosk.seen_at:%H:%M %d/%m/%Y}" if kiosk.seen_at else "–",
    }
    button = f"{installation.config.public_url}/noi-bo/{campaign.code}/kiosk"
    return letters.written(LETTERS[incident.cause], values, button, rehearsal=campaign.rehearsal)


def _message_id(
    installation: Installation, server: MailServer, campaign: CampaignRecord, alert: KioskAlert
) -> str:
    what = f"{campaign.code}/{alert.kiosk}/{alert.cause}/{alert.since.isoformat()}".encode()
    digest = hmac.digest(installation.keys.kiosk, b"alert\0" + what, hashlib.sha256)
    return f"<{digest[:16].hex()}@{server.domain}>"
