"""Invitations go out: once each, as fast as allowed, and after an interruption from where they stood.

Each letter is claimed in a transaction of its own before it goes out, and settled in another one after it.
A letter that was claimed by a process that ended is ``uncertain``: it is never sent again by itself.
"""

from __future__ import annotations

import datetime as dt
import hmac
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Update, select, update
from sqlalchemy.orm import Session

from survey import keys
from survey.clock import ZONE, local_day
from survey.config import MailServer
from survey.database.statements import changed
from survey.errors import Refusal
from survey.mail.letters import message
from survey.mail.transport import SmtpConnection, SmtpReply
from survey.models import InvitationBatch, InvitationList, InvitationRecipient, TicketBatch
from survey.services.accounts.actors import Actor
from survey.services.installation.campaign_records import CampaignRecord
from survey.services.installation.installation import Installation
from survey.services.invitations import letters, lists
from survey.services.invitations.letters import MailingRound
from survey.vocabulary import Delivery

LEASE = dt.timedelta(minutes=5)  # longer than a mail server can take over one letter
MOST_CUTS = 3
INVITATION, REMINDER = 1, 2
TO_SEND = (Delivery.WAITING, Delivery.DEFERRED)
OUT = (Delivery.SENT, Delivery.UNCERTAIN)


@dataclass(frozen=True, slots=True)
class Throttle:
    """The clock, how to wait between two letters (true: stop now), and whom to tell of each letter."""

    now: Callable[[], dt.datetime]
    wait: Callable[[float], bool]
    on_reply: Callable[[SmtpReply], None] = lambda _reply: None


@dataclass(frozen=True, slots=True)
class MailingLease:
    """A round that one process has to itself. ``key`` is None for a reminder without links."""

    server: MailServer
    mailing: MailingRound
    key: str | None

    @property
    def here(self) -> tuple[int, int]:
        """The key of the list."""
        return (self.mailing.campaign.id, self.mailing.number)


def begin(
    installation: Installation,
    actor: Actor,
    campaign: CampaignRecord,
    number: int,
    key: str,
    now: dt.datetime,
) -> None:
    """Make the codes of a list's invitations and let them be sent with :func:`lease` and :func:`send`.

    *key* is the reminder key, which is kept nowhere: who loses it can remind without links only.

    Raises:
        Refusal: ``mail_off``; ``campaign_not_open``; ``invitation_over``; ``invitation_key_bad``;
            ``invitation_list_unknown``; ``unit_out_of_reach``; ``invitation_erased``; ``invitation_begun``.
    """
    _require_open(installation, campaign, now)
    plain = letters.read_key(key)
    with installation.database.write() as session:
        row = lists.reached(session, actor, campaign, number, lock=True)
        _require_kept(row)
        if row.round != 0:
            raise Refusal("invitation_begun")
        coded = [
            (
                lists.recipient_of(installation, campaign, each),
                letters.codes(installation.keys, plain, each.salt),
            )
            for each in lists.places_of(session, campaign, number)
        ]
        lists.issue(session, installation.keys, campaign, number, coded, sent=False)
        row.round, row.sent_on = INVITATION, local_day(now)
        row.key_check = letters.key_check(installation.keys, plain)
        lists.note(session, actor, campaign, "invitations_begun", number, now, count=len(coded))


def remind(
    installation: Installation,
    actor: Actor,
    campaign: CampaignRecord,
    number: int,
    key: str | None,
    now: dt.datetime,
) -> None:
    """Let the one reminder be sent with :func:`lease` and :func:`send`, to everybody: nobody knows who has answered.

    With the reminder key each reminder repeats its link. Without it only those are reminded whose
    invitation went out, and are led back to it.

    Raises:
        Refusal: as :func:`begin`; ``invitation_key_wrong``; ``invitation_not_begun``;
            ``invitation_reminded``; ``invitation_running``.
    """
    _require_open(installation, campaign, now)
    with installation.database.write() as session:
        row = lists.reached(session, actor, campaign, number, lock=True)
        _require_kept(row)
        if row.round != INVITATION:
            raise Refusal("invitation_reminded" if row.round else "invitation_not_begun")
        _require_quiet(row, now)
        if key is not None:
            _require_key(installation, row, key)
        _mark_cut_off(session, row)
        row.round, row.linked, row.fault = REMINDER, key is not None, None
        here = _places(campaign.id, number)
        if key is None:
            session.execute(_moved(here, TO_SEND, Delivery.REFUSED))
        session.execute(_moved(here, (*OUT, Delivery.DEFERRED), Delivery.WAITING).values(reply=None))
        lists.note(session, actor, campaign, "invitations_reminded", number, now, linked=row.linked)


def lease(
    installation: Installation,
    actor: Actor,
    campaign: CampaignRecord,
    number: int,
    key: str | None,
    now: dt.datetime,
) -> MailingLease:
    """Take the present round of a list for this process alone, to be sent with :func:`send`.

    Raises:
        Refusal: ``mail_off``; ``invitation_over``; ``invitation_list_unknown``; ``unit_out_of_reach``;
            ``invitation_erased``; ``invitation_not_begun``; ``invitation_running`` while another process
            sends; ``invitation_key_bad`` and ``invitation_key_wrong``.
    """
    server = _require_open(installation, campaign, now)
    with installation.database.write() as session:
        row = lists.reached(session, actor, campaign, number, lock=True)
        plain = _require_ready(installation, row, key, now)
        _mark_cut_off(session, row)
        row.running_until, row.fault = (now + LEASE).astimezone(ZONE), None
        mailing = MailingRound(campaign, number, row.round, row.sent_on or local_day(now))
    return MailingLease(server, mailing, plain)


def send(installation: Installation, leased: MailingLease, throttle: Throttle) -> None:
    """Send what the round has not sent yet; what stops it is kept for the page.

    Raises:
        Refusal: what :meth:`SmtpConnection.ready` refuses.
    """
    fault: str | None = "defect"
    try:
        _send_all(installation, leased, throttle)
        fault = None
    except Refusal as refusal:
        fault = refusal.code
        raise
    finally:
        _end(installation, leased, fault)


def _send_all(installation: Installation, leased: MailingLease, throttle: Throttle) -> None:
    cuts = 0
    with installation.database.read() as session:
        query = select(InvitationRecipient.place).where(
            *_places(*leased.here), InvitationRecipient.delivery.in_(TO_SEND)
        )
        places = session.scalars(query.order_by(InvitationRecipient.place)).all()
    with SmtpConnection(leased.server) as connection:
        for count, place in enumerate(places):
            if count and throttle.wait(60 / leased.server.per_minute):
                return
            connection.ready()
            reply = _send_one(installation, leased, throttle, connection, place)
            if reply is None:
                continue
            throttle.on_reply(reply)
            cuts = cuts + 1 if reply.delivery is Delivery.DEFERRED and not reply.code else 0
            if cuts == MOST_CUTS:
                raise Refusal("mail_unreachable", host=leased.server.host, port=leased.server.port)


def _send_one(
    installation: Installation,
    leased: MailingLease,
    throttle: Throttle,
    connection: SmtpConnection,
    place: int,
) -> SmtpReply | None:
    """Claim, send and settle one letter; None where somebody else has claimed or erased it."""
    mailing = leased.mailing
    with installation.database.write() as session:
        if not _claimed(session, leased, place, throttle.now()):
            return None
        row = session.get_one(InvitationRecipient, (*leased.here, place))
    recipient = lists.recipient_of(installation, mailing.campaign, row)
    coded = None if leased.key is None else letters.codes(installation.keys, leased.key, row.salt)
    envelope = letters.envelope(installation, leased.server, mailing, recipient, throttle.now())
    letter = letters.letter(installation, mailing, recipient, coded)
    reply = connection.send(message(letter, leased.server, envelope), envelope.addresses)
    with installation.database.write() as session:
        settled = session.get_one(InvitationRecipient, (*leased.here, place))
        settled.delivery = reply.delivery
        text = str(reply).encode()
        settled.reply = keys.encrypted(installation.keys.invitation, text) if text else None
        if reply.delivery in OUT and mailing.round == INVITATION:
            _count_out(session, leased.here, settled.unit_id, 1)
    return reply


def _claimed(session: Session, leased: MailingLease, place: int, now: dt.datetime) -> bool:
    here = (*_places(*leased.here), InvitationRecipient.place == place)
    claim = _moved(here, TO_SEND, Delivery.SENDING)
    if changed(session, claim) != 1:
        return False
    until = (now + LEASE).astimezone(ZONE)
    session.execute(update(InvitationList).where(*_list(*leased.here)).values(running_until=until))
    return True


def _end(installation: Installation, leased: MailingLease, fault: str | None) -> None:
    ended = {"running_until": None, "fault": fault}
    with installation.database.write() as session:
        session.execute(update(InvitationList).where(*_list(*leased.here)).values(ended))


def _mark_cut_off(session: Session, row: InvitationList) -> None:
    """Let letters that a process was sending when it ended be uncertain; they may have gone out."""
    here = (*_places(row.campaign_id, row.number), InvitationRecipient.delivery == Delivery.SENDING)
    for unit_id in session.scalars(select(InvitationRecipient.unit_id).where(*here)).all():
        if row.round == INVITATION:
            _count_out(session, (row.campaign_id, row.number), unit_id, 1)
    session.execute(update(InvitationRecipient).where(*here).values(delivery=Delivery.UNCERTAIN))


def _count_out(session: Session, here: tuple[int, int], unit_id: int, more: int) -> None:
    """Count a letter that went out in its unit's batch, which knows nothing of recipients."""
    of_list = select(InvitationBatch.number).where(
        InvitationBatch.campaign_id == here[0],
        InvitationBatch.unit_id == unit_id,
        InvitationBatch.list_number == here[1],
    )
    session.execute(
        update(TicketBatch)
        .where(
            TicketBatch.campaign_id == here[0],
            TicketBatch.unit_id == unit_id,
            TicketBatch.number == of_list.scalar_subquery(),
        )
        .values(handed_out=TicketBatch.handed_out + more)
    )


def _require_open(installation: Installation, campaign: CampaignRecord, now: dt.datetime) -> MailServer:
    if installation.config.mail is None:
        raise Refusal("mail_off")
    if now < campaign.opens_at:
        raise Refusal("campaign_not_open", opens=f"{campaign.opens_at:%d/%m/%Y}")
    if now >= campaign.closes_at:
        raise Refusal("invitation_over")
    return installation.config.mail


def _require_ready(
    installation: Installation, row: InvitationList, key: str | None, now: dt.datetime
) -> str | None:
    """Return the plain key of a list whose round may go on; None for a reminder without links."""
    _require_kept(row)
    if row.round == 0:
        raise Refusal("invitation_not_begun")
    _require_quiet(row, now)
    return _require_key(installation, row, key or "") if row.linked else None


def _require_kept(row: InvitationList) -> None:
    if row.erased:
        raise Refusal("invitation_erased")


def _require_quiet(row: InvitationList, now: dt.datetime) -> None:
    if lists.is_running(row, now):
        raise Refusal("invitation_running")


def _require_key(installation: Installation, row: InvitationList, key: str) -> str:
    plain = letters.read_key(key)
    if row.key_check is None or not hmac.compare_digest(
        letters.key_check(installation.keys, plain), row.key_check
    ):
        raise Refusal("invitation_key_wrong")
    return plain


def _places(campaign_id: int, number: int) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return (InvitationRecipient.campaign_id == campaign_id, InvitationRecipient.list_number == number)


def _list(campaign_id: int, number: int) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return (InvitationList.campaign_id == campaign_id, InvitationList.number == number)


def _moved(here: Sequence[ColumnElement[bool]], before: Sequence[Delivery], after: Delivery) -> Update:
    return (
        update(InvitationRecipient)
        .where(*here, InvitationRecipient.delivery.in_(before))
        .values(delivery=after)
    )
