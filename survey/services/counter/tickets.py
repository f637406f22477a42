"""One-time codes: printed in batches for a unit, found again by what a citizen scans or types, accounted for."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import operator
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, exists, func, insert, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from forms import ticket_code
from survey.database.statements import insert_once
from survey.errors import Refusal
from survey.keys import Keys
from survey.models import Campaign, InvitationBatch, SpentTicket, Ticket, TicketBatch
from survey.services.accounts import audit
from survey.services.accounts.actors import Actor
from survey.services.installation.campaign_records import CampaignRecord
from survey.services.installation.installation import Installation
from survey.services.installation.unit_keys import BatchRef, UnitKey
from survey.vocabulary import Channel, TicketEnd

MOST_CARDS = 5000
HASH_BYTES = 16
Column = InstrumentedAttribute[int]


@dataclass(frozen=True, slots=True)
class IssuedTicket:
    """What is printed on one card. The codes are in plain letters; nothing that is kept leads back to them."""

    batch: int
    number: int
    code: str
    short: str
    url: str


@dataclass(frozen=True, slots=True)
class SpendableTicket:
    """A code of a card or an invitation: where it belongs, its channel, and the mark that it leaves when it ends."""

    campaign_id: int
    unit_id: int
    batch: int
    mark: bytes
    channel: Channel

    def spend(self, session: Session) -> None:
        """Spend the code as part of the caller's transaction, and count it in its batch.

        Raises:
            Refusal: ``ticket_spent``; ``ticket_void``.
        """
        self._end(session, TicketEnd.SPENT)

    def spend_again(self, session: Session) -> None:
        """Spend the code unless it has ended: the answer that it comes with is in already."""
        if self._marked(session, TicketEnd.SPENT):
            self._count(session, TicketEnd.SPENT)

    def make_void(self, session: Session) -> None:
        """End the code without an answer; refusals as in :meth:`spend`."""
        self._end(session, TicketEnd.VOID)

    def require_unspent(self, session: Session) -> None:
        """Refuse a code that has ended.

        Raises:
            Refusal: ``ticket_spent``; ``ticket_void``.
        """
        query = select(SpentTicket.ended).where(
            SpentTicket.campaign_id == self.campaign_id, SpentTicket.mark == self.mark
        )
        ended = session.scalar(query)
        if ended is not None:
            raise Refusal("ticket_void" if ended == TicketEnd.VOID else "ticket_spent")

    def _end(self, session: Session, end: TicketEnd) -> None:
        if not self._marked(session, end):
            self.require_unspent(session)
        self._count(session, end)

    def _marked(self, session: Session, end: TicketEnd) -> bool:
        """Leave the code's mark; return whether it was not there yet."""
        row = {"campaign_id": self.campaign_id, "mark": self.mark, "ended": end}
        return insert_once(session, SpentTicket, row)

    def _count(self, session: Session, end: TicketEnd) -> None:
        counter = TicketBatch.spent if end is TicketEnd.SPENT else TicketBatch.void
        session.execute(
            update(TicketBatch)
            .where(
                TicketBatch.campaign_id == self.campaign_id,
                TicketBatch.unit_id == self.unit_id,
                TicketBatch.number == self.batch,
            )
            .values({counter: counter + 1})
        )


@dataclass(frozen=True, slots=True)
class TicketLookup:
    """A code of a card or an invitation, and the campaign whose unit it opens."""

    campaign: CampaignRecord
    ticket: SpendableTicket


@dataclass(frozen=True, slots=True)
class BatchTotals:
    """What became of one batch. ``left`` cards are neither spent nor void."""

    unit: str
    name: str
    batch: int
    printed: int
    handed_out: int
    spent: int
    void: int

    @property
    def left(self) -> int:
        """How many cards can still be answered with."""
        return self.printed - self.spent - self.void


def make(
    installation: Installation,
    actor: Actor,
    campaign: CampaignRecord,
    unit: str,
    count: int,
    now: dt.datetime,
) -> list[IssuedTicket]:
    """Make a batch of new codes for a unit and return its cards; only their keyed hashes are kept.

    Raises:
        Refusal: ``unit_unknown``; ``unit_out_of_reach``; ``ticket_count``.
    """
    unit_id = campaign.unit_id(unit)
    actor.require(unit)
    if not 1 <= count <= MOST_CARDS:
        raise Refusal("ticket_count", most=MOST_CARDS)
    codes = [(ticket_code.fresh_long(), ticket_code.fresh_short()) for _ in range(count)]
    key = UnitKey(campaign.id, unit_id)
    with installation.database.write() as session:
        batch = issue(session, installation.keys, key, codes)
        audit.note(session, actor, "tickets_printed", now, **key.columns, subject=str(batch), count=count)
    return [
        IssuedTicket(batch, number, long, short, f"{installation.config.public_url}/m/{long}")
        for number, (long, short) in enumerate(codes, start=1)
    ]


def issue(
    session: Session,
    keys: Keys,
    unit: UnitKey,
    codes: Sequence[tuple[str, str]],
    *,
    handed_out: int = 0,
) -> int:
    """Make a unit's next batch out of plain long and short codes and return its number.

    The rows are written in the order of their hashes: how they lie says nothing of whose code came when.
    """
    number = _next_batch(session, unit)
    counts = {"printed": len(codes), "handed_out": handed_out, "spent": 0, "void": 0}
    session.execute(insert(TicketBatch).values(**unit.columns, number=number, **counts))
    rows = [_row(keys, unit, number, *code) for code in codes]
    session.execute(insert(Ticket), sorted(rows, key=operator.itemgetter("code_hash")))
    return number


def find(installation: Installation, text: str) -> TicketLookup:
    """Return the card or invitation whose long or short code *text* writes, spent or not.

    Raises:
        Refusal: ``ticket_mistyped`` for a slip of the pen; ``ticket_unknown`` for a code never printed.
    """
    code = ticket_code.read(text)
    if code is None:
        raise Refusal("ticket_mistyped")
    hashes = (
        _hash(installation.keys, b"code", code.encode()),
        _hash(installation.keys, b"short", code.encode()),
    )
    query = (
        select(
            Campaign.code,
            Ticket.campaign_id,
            Ticket.unit_id,
            Ticket.batch,
            Ticket.code_hash,
            InvitationBatch.number.label("invited"),
        )
        .join(Campaign, Campaign.id == Ticket.campaign_id)
        .outerjoin(InvitationBatch, _invited(Ticket.campaign_id, Ticket.unit_id, Ticket.batch))
        .where(or_(Ticket.code_hash == hashes[0], Ticket.short_hash == hashes[1]))
    )
    with installation.database.read() as session:
        row = session.execute(query).one_or_none()
    if row is None:
        raise Refusal("ticket_unknown")
    mark = _hash(installation.keys, b"end", row.code_hash)
    channel = Channel.TICKET if row.invited is None else Channel.INVITATION
    ticket = SpendableTicket(row.campaign_id, row.unit_id, row.batch, mark, channel)
    return TicketLookup(installation.campaigns.get(row.code), ticket)


def of_unit(installation: Installation, campaign: CampaignRecord, unit_id: int, text: str) -> TicketLookup:
    """Return the card or invitation whose code somebody typed for an answer of that unit, spent or not.

    Raises:
        Refusal: as in :func:`find`; ``ticket_of_other_unit``.
    """
    lookup = find(installation, text)
    if lookup.campaign is not campaign:
        raise Refusal("ticket_unknown")
    if lookup.ticket.unit_id != unit_id:
        raise Refusal("ticket_of_other_unit", unit=campaign.unit(lookup.ticket.unit_id).name)
    return lookup


def has_cards(installation: Installation, campaign: CampaignRecord, unit_id: int) -> bool:
    """Return whether cards were printed for a unit; invitations are none."""
    invited = exists().where(_invited(TicketBatch.campaign_id, TicketBatch.unit_id, TicketBatch.number))
    here = (TicketBatch.campaign_id == campaign.id, TicketBatch.unit_id == unit_id)
    cards = exists().where(*here, ~invited)
    with installation.database.read() as session:
        return bool(session.scalar(select(cards)))


def check(installation: Installation, campaign: CampaignRecord, unit_id: int, text: str) -> None:
    """Refuse a code with which no answer of that unit would count.

    Raises:
        Refusal: as in :func:`of_unit`; ``ticket_spent``; ``ticket_void``.
    """
    require_unspent(installation, of_unit(installation, campaign, unit_id, text))


def require_unspent(installation: Installation, lookup: TicketLookup) -> None:
    """Refuse a card that has ended.

    Raises:
        Refusal: ``ticket_spent``; ``ticket_void``.
    """
    with installation.database.read() as session:
        lookup.ticket.require_unspent(session)


def void(
    installation: Installation, actor: Actor, campaign: CampaignRecord, text: str, now: dt.datetime
) -> int:
    """Make a lost or spoiled card void and return its batch; the audit names the batch, never the code.

    Raises:
        Refusal: as in :func:`find`; ``unit_out_of_reach``; ``ticket_spent``; ``ticket_void``.
    """
    lookup = find(installation, text)
    if lookup.campaign is not campaign:
        raise Refusal("ticket_unknown")
    ticket = lookup.ticket
    actor.require(campaign.unit(ticket.unit_id).code)
    with installation.database.write() as session:
        ticket.make_void(session)
        unit = UnitKey(ticket.campaign_id, ticket.unit_id)
        audit.note(session, actor, "ticket_voided", now, **unit.columns, subject=str(ticket.batch))
    return ticket.batch


def hand_out(
    installation: Installation,
    actor: Actor,
    campaign: CampaignRecord,
    batch: BatchRef,
    count: int,
    now: dt.datetime,
) -> None:
    """Note that *count* more cards of a unit's batch were handed to citizens; a negative count takes back.

    Raises:
        Refusal: ``unit_unknown``; ``unit_out_of_reach``; ``ticket_batch_unknown``; ``ticket_handed_out``
            when more would be out than were printed.
    """
    unit = UnitKey(campaign.id, campaign.unit_id(batch.unit))
    actor.require(batch.unit)
    with installation.database.write() as session:
        row = session.get(TicketBatch, (*unit, batch.number), with_for_update=True)
        if row is None or session.get(InvitationBatch, (*unit, batch.number)) is not None:
            raise Refusal("ticket_batch_unknown", batch=batch.number)
        if not 0 <= row.handed_out + count <= row.printed:
            raise Refusal("ticket_handed_out", printed=row.printed, out=row.handed_out)
        row.handed_out += count
        audit.note(
            session, actor, "tickets_handed_out", now, **unit.columns, subject=str(batch.number), count=count
        )


def batch_totals(
    installation: Installation, actor: Actor, campaign: CampaignRecord, *, invited: bool = False
) -> list[BatchTotals]:
    """Return the batches of cards, or those *invited*, of the units that *actor* reaches, in the plan's order."""
    query = (
        select(TicketBatch)
        .outerjoin(
            InvitationBatch, _invited(TicketBatch.campaign_id, TicketBatch.unit_id, TicketBatch.number)
        )
        .where(TicketBatch.campaign_id == campaign.id, InvitationBatch.number.is_not(None) == invited)
        .order_by(TicketBatch.unit_id, TicketBatch.number)
    )
    with installation.database.read() as session:
        rows = session.scalars(query).all()
    return [
        BatchTotals(unit.code, unit.name, row.number, row.printed, row.handed_out, row.spent, row.void)
        for row in rows
        if actor.reaches((unit := campaign.unit(row.unit_id)).code)
    ]


def _invited(campaign: Column, unit: Column, number: Column) -> ColumnElement[bool]:
    """Return the condition that a batch went out as invitations."""
    batch = InvitationBatch
    return and_(batch.campaign_id == campaign, batch.unit_id == unit, batch.number == number)


def _next_batch(session: Session, unit: UnitKey) -> int:
    query = select(func.max(TicketBatch.number)).where(
        TicketBatch.campaign_id == unit.campaign_id, TicketBatch.unit_id == unit.unit_id
    )
    return (session.scalar(query) or 0) + 1


def _row(keys: Keys, unit: UnitKey, batch: int, long: str, short: str) -> dict[str, object]:
    hashes = {
        "code_hash": _hash(keys, b"code", long.encode()),
        "short_hash": _hash(keys, b"short", short.encode()),
    }
    return {**unit.columns, "batch": batch, **hashes}


def _hash(keys: Keys, purpose: bytes, value: bytes) -> bytes:
    return hmac.digest(keys.ticket, purpose + b"\0" + value, hashlib.sha256)[:HASH_BYTES]
