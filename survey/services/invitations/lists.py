"""Lists of recipients: loaded whole, encrypted, shown as counts, erased when their day has come.

What ties a recipient to a code is never kept: see :mod:`survey.services.invitations.letters`.
"""

from __future__ import annotations

import datetime as dt
import json
import secrets
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from forms import ticket_code
from survey.clock import in_zone, local_day
from survey.errors import Fault, Refusal
from survey.keys import Keys, decrypted, encrypted
from survey.models import InvitationBatch, InvitationList, InvitationRecipient
from survey.services.accounts import audit
from survey.services.accounts.actors import EVERY_UNIT, Actor
from survey.services.counter import tickets
from survey.services.installation.campaign_records import CampaignRecord
from survey.services.installation.installation import Installation
from survey.services.installation.unit_keys import UnitKey
from survey.services.invitations import csv_files
from survey.services.invitations.csv_files import Recipient
from survey.vocabulary import Delivery

SALT_BYTES = 16
LONGEST_TITLE = 120


@dataclass(frozen=True, slots=True)
class ListOverview:
    """A list as a page shows it. ``counts`` are its recipients by what became of the last letter to them."""

    number: int
    title: str
    recipients: int
    loaded_on: dt.date
    erase_on: dt.date
    round: int
    linked: bool
    sent_on: dt.date | None
    running: bool
    fault: str | None
    erased: bool
    counts: Mapping[str, int]

    @property
    def left(self) -> int:
        """How many letters of the present round have still to go out."""
        return self.counts[Delivery.WAITING] + self.counts[Delivery.DEFERRED]

    @property
    def interrupted(self) -> bool:
        """Whether sending began, ended and left letters behind."""
        return self.round > 0 and not self.running and not self.erased and self.left > 0


@dataclass(frozen=True, slots=True)
class UndeliveredLetter:
    """A letter that did not surely arrive: whose, and what the mail server said."""

    place: int
    name: str
    email: str
    unit: str
    delivery: Delivery
    reply: str


def load(
    installation: Installation,
    actor: Actor,
    campaign: CampaignRecord,
    data: bytes,
    now: dt.datetime,
    *,
    title: str = "",
    unit: str | None = None,
) -> int:
    """Keep a CSV file's recipients as a new list and return its number; nothing is sent yet.

    Raises:
        Refusal: ``invitations_faulty`` with every fault; ``invitation_over`` after the last day.
    """
    if now >= campaign.closes_at:
        raise Refusal("invitation_over")
    _, addressees = csv_files.read(actor, campaign, data, unit or actor.unit_code, by_mail=True)
    with installation.database.write() as session:
        _refuse_known(session, installation, campaign, addressees)
        number = _next_number(session, campaign)
        columns = {
            "campaign_id": campaign.id,
            "number": number,
            "title": " ".join("".join(filter(_is_written, title)).split())[:LONGEST_TITLE],
            "unit_code": actor.unit_code,
            "recipients": len(addressees),
            "loaded_on": local_day(now),
            "erase_on": local_day(campaign.closes_at),
        }
        session.execute(insert(InvitationList).values(columns))
        rows = [
            _row(installation, campaign, number, place, each)
            for place, each in enumerate(addressees, start=1)
        ]
        session.execute(insert(InvitationRecipient), rows)
        note(session, actor, campaign, "invitations_loaded", number, now, count=len(addressees))
    return number


def merge(
    installation: Installation,
    actor: Actor,
    campaign: CampaignRecord,
    data: bytes,
    now: dt.datetime,
    *,
    unit: str | None = None,
) -> bytes:
    """Return a mail-merge file: the rows of a CSV file, each with a new link and a new short code.

    Neither the rows nor the codes are kept: the file is the only thing that holds both.

    Raises:
        Refusal: ``invitations_faulty`` with every fault; ``invitation_over`` after the last day.
    """
    if now >= campaign.closes_at:
        raise Refusal("invitation_over")
    source, addressees = csv_files.read(actor, campaign, data, unit or actor.unit_code, by_mail=False)
    codes = [(ticket_code.fresh_long(), ticket_code.fresh_short()) for _ in addressees]
    with installation.database.write() as session:
        issue(
            session, installation.keys, campaign, None, list(zip(addressees, codes, strict=True)), sent=True
        )
        note(session, actor, campaign, "invitations_merged", None, now, count=len(addressees))
    linked = [
        (each, f"{installation.config.public_url}/m/{long}", short)
        for each, (long, short) in zip(addressees, codes, strict=True)
    ]
    return csv_files.merged(source, linked)


def issue(
    session: Session,
    keys: Keys,
    campaign: CampaignRecord,
    number: int | None,
    coded: Sequence[tuple[Recipient, tuple[str, str]]],
    *,
    sent: bool,
) -> None:
    """Make the codes usable: one batch for each unit, which knows its list and nothing of its recipients."""
    by_unit: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for recipient, codes in coded:
        by_unit[recipient.unit].append(codes)
    for code, pairs in sorted(by_unit.items()):
        unit = UnitKey(campaign.id, campaign.unit_id(code))
        batch = tickets.issue(session, keys, unit, pairs, handed_out=len(pairs) if sent else 0)
        session.execute(insert(InvitationBatch).values(**unit.columns, number=batch, list_number=number))


def lists(
    installation: Installation, actor: Actor, campaign: CampaignRecord, now: dt.datetime
) -> list[ListOverview]:
    """Return the lists that *actor* reaches, the newest first."""
    places = InvitationRecipient
    with installation.database.read() as session:
        rows = session.scalars(
            select(InvitationList)
            .where(InvitationList.campaign_id == campaign.id)
            .order_by(InvitationList.number.desc())
        ).all()
        counted = session.execute(
            select(places.list_number, places.delivery, func.count())
            .where(places.campaign_id == campaign.id)
            .group_by(places.list_number, places.delivery)
        ).all()
    counts: dict[int, dict[str, int]] = defaultdict(lambda: dict.fromkeys(Delivery, 0))
    for number, delivery, count in counted:
        counts[number][delivery] = count
    return [_listed(row, counts[row.number], now) for row in rows if _reaches(actor, row)]


def one(
    installation: Installation, actor: Actor, campaign: CampaignRecord, number: int, now: dt.datetime
) -> ListOverview:
    """Return one list.

    Raises:
        Refusal: ``invitation_list_unknown``; ``unit_out_of_reach``.
    """
    with installation.database.read() as session:
        reached(session, actor, campaign, number)
    return next(
        overview for overview in lists(installation, actor, campaign, now) if overview.number == number
    )


def recipients(
    installation: Installation, actor: Actor, campaign: CampaignRecord, number: int
) -> list[Recipient]:
    """Return the recipients of a list in its order; none once they are erased.

    Raises:
        Refusal: ``invitation_list_unknown``; ``unit_out_of_reach``.
    """
    with installation.database.read() as session:
        reached(session, actor, campaign, number)
        return [recipient_of(installation, campaign, row) for row in places_of(session, campaign, number)]


def undelivered(
    installation: Installation, actor: Actor, campaign: CampaignRecord, number: int
) -> list[UndeliveredLetter]:
    """Return the letters that the mail server refused, put off or left unknown, in the list's order.

    Raises:
        Refusal: ``invitation_list_unknown``; ``unit_out_of_reach``.
    """
    unsure = (Delivery.REFUSED, Delivery.DEFERRED, Delivery.UNCERTAIN)
    letters = []
    with installation.database.read() as session:
        reached(session, actor, campaign, number)
        for row in places_of(session, campaign, number):
            if row.delivery in unsure:
                whom = recipient_of(installation, campaign, row)
                reply = decrypted(installation.keys.invitation, row.reply).decode() if row.reply else ""
                delivery = Delivery(row.delivery)
                letters.append(
                    UndeliveredLetter(row.place, whom.name, whom.email, whom.unit, delivery, reply)
                )
    return letters


def erase(
    installation: Installation, actor: Actor, campaign: CampaignRecord, number: int, now: dt.datetime
) -> None:
    """Delete every name and address of a list, for good; only its counts stay.

    Raises:
        Refusal: ``invitation_list_unknown``; ``unit_out_of_reach``; ``invitation_running``.
    """
    with installation.database.write() as session:
        row = reached(session, actor, campaign, number, lock=True)
        if is_running(row, now):
            raise Refusal("invitation_running")
        _erase(session, row)
        note(session, actor, campaign, "invitations_erased", number, now)


def erase_due(installation: Installation, actor: Actor, now: dt.datetime) -> int:
    """Erase every list whose day has come and return how many there were."""
    with installation.database.write() as session:
        due = session.scalars(
            select(InvitationList)
            .where(InvitationList.erased.is_(False), InvitationList.erase_on <= local_day(now))
            .with_for_update()
        ).all()
        quiet = [row for row in due if not is_running(row, now)]
        for row in quiet:
            _erase(session, row)
            audit.note(
                session,
                actor,
                "invitations_erased",
                now,
                campaign_id=row.campaign_id,
                subject=str(row.number),
            )
    return len(quiet)


def reached(
    session: Session, actor: Actor, campaign: CampaignRecord, number: int, *, lock: bool = False
) -> InvitationList:
    """Return the row of a list that *actor* reaches.

    Raises:
        Refusal: ``invitation_list_unknown``; ``unit_out_of_reach``.
    """
    row = session.get(InvitationList, (campaign.id, number), with_for_update=lock)
    if row is None:
        raise Refusal("invitation_list_unknown", number=number)
    if not _reaches(actor, row):
        raise Refusal("unit_out_of_reach")
    return row


def places_of(session: Session, campaign: CampaignRecord, number: int) -> Sequence[InvitationRecipient]:
    """Return the rows of a list's recipients, in its order."""
    here = (InvitationRecipient.campaign_id == campaign.id, InvitationRecipient.list_number == number)
    return session.scalars(select(InvitationRecipient).where(*here).order_by(InvitationRecipient.place)).all()


def recipient_of(installation: Installation, campaign: CampaignRecord, row: InvitationRecipient) -> Recipient:
    """Return whom a row is about."""
    plain = json.loads(decrypted(installation.keys.invitation, row.content))
    return Recipient(row.place, plain["name"], plain["email"], campaign.unit(row.unit_id).code)


def is_running(row: InvitationList, now: dt.datetime) -> bool:
    """Return whether letters of a list are going out."""
    return row.running_until is not None and in_zone(row.running_until) > now


def note(
    session: Session,
    actor: Actor,
    campaign: CampaignRecord,
    act: str,
    number: int | None,
    now: dt.datetime,
    **details: object,
) -> None:
    """Write what was done with a list into the audit: its number and counts, never a name or an address."""
    subject = "" if number is None else str(number)
    audit.note(session, actor, act, now, campaign_id=campaign.id, unit_id=None, subject=subject, **details)


def _is_written(letter: str) -> bool:
    return letter.isprintable() or letter.isspace()


def _row(
    installation: Installation, campaign: CampaignRecord, number: int, place: int, each: Recipient
) -> dict[str, object]:
    plain = json.dumps({"name": each.name, "email": each.email}, ensure_ascii=False).encode()
    return {
        "campaign_id": campaign.id,
        "list_number": number,
        "place": place,
        "unit_id": campaign.unit_id(each.unit),
        "salt": secrets.token_bytes(SALT_BYTES),
        "content": encrypted(installation.keys.invitation, plain),
    }


def _refuse_known(
    session: Session, installation: Installation, campaign: CampaignRecord, addressees: Sequence[Recipient]
) -> None:
    """Refuse addresses that another list of the campaign holds: one recipient has one code."""
    known: dict[str, int] = {}
    for row in session.scalars(
        select(InvitationRecipient).where(InvitationRecipient.campaign_id == campaign.id)
    ):
        known.setdefault(recipient_of(installation, campaign, row).email.casefold(), row.list_number)
    faults = [
        Fault("invitation_email_known", f"{each.line}:{csv_files.EMAIL}", {"number": known[address]})
        for each in addressees
        if (address := each.email.casefold()) in known
    ]
    if faults:
        raise Refusal("invitations_faulty", faults[: csv_files.MOST_FAULTS])


def _next_number(session: Session, campaign: CampaignRecord) -> int:
    query = select(func.max(InvitationList.number)).where(InvitationList.campaign_id == campaign.id)
    return (session.scalar(query) or 0) + 1


def _erase(session: Session, row: InvitationList) -> None:
    here = (
        InvitationRecipient.campaign_id == row.campaign_id,
        InvitationRecipient.list_number == row.number,
    )
    session.execute(delete(InvitationRecipient).where(*here))
    row.erased = True


def _reaches(actor: Actor, row: InvitationList) -> bool:
    return actor.role in EVERY_UNIT or (row.unit_code is not None and row.unit_code == actor.unit_code)


def _listed(row: InvitationList, counts: Mapping[str, int], now: dt.datetime) -> ListOverview:
    return ListOverview(
        number=row.number,
        title=row.title,
        recipients=row.recipients,
        loaded_on=row.loaded_on,
        erase_on=row.erase_on,
        round=row.round,
        linked=row.linked,
        sent_on=row.sent_on,
        running=is_running(row, now),
        fault=row.fault,
        erased=row.erased,
        counts=counts,
    )
