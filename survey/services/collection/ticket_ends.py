"""How a one-time code ends: spent by an answer or made void, once, whatever the channel."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from survey.database.statements import insert_once
from survey.errors import Refusal
from survey.models import SpentTicket, TicketBatch
from survey.vocabulary import TicketEnd


@dataclass(frozen=True, slots=True)
class Ticket:
    """A code that was printed: where it belongs, and the mark that it leaves when it ends."""

    campaign_id: int
    unit_id: int
    batch: int
    mark: bytes


def end(session: Session, ticket: Ticket, how: TicketEnd) -> None:
    """End the code as part of the caller's transaction, and count it in its batch.

    Raises:
        Refusal: ``ticket_spent``; ``ticket_void``.
    """
    if not _marked(session, ticket, how):
        require_unspent(session, ticket)
    _count(session, ticket, how)


def end_if_open(session: Session, ticket: Ticket) -> None:
    """Spend the code unless it has ended: the answer that it comes with is in already."""
    if _marked(session, ticket, TicketEnd.SPENT):
        _count(session, ticket, TicketEnd.SPENT)


def require_unspent(session: Session, ticket: Ticket) -> None:
    """Refuse a code that has ended.

    Raises:
        Refusal: ``ticket_spent``; ``ticket_void``.
    """
    query = select(SpentTicket.ended).where(
        SpentTicket.campaign_id == ticket.campaign_id, SpentTicket.mark == ticket.mark
    )
    ended = session.scalar(query)
    if ended is not None:
        raise Refusal("ticket_void" if ended == TicketEnd.VOID else "ticket_spent")


def _marked(session: Session, ticket: Ticket, how: TicketEnd) -> bool:
    """Leave the code's mark; return whether it was not there yet."""
    row = {"campaign_id": ticket.campaign_id, "mark": ticket.mark, "ended": how}
    return insert_once(session, SpentTicket, row)


def _count(session: Session, ticket: Ticket, how: TicketEnd) -> None:
    counter = TicketBatch.spent if how is TicketEnd.SPENT else TicketBatch.void
    session.execute(
        update(TicketBatch)
        .where(
            TicketBatch.campaign_id == ticket.campaign_id,
            TicketBatch.unit_id == ticket.unit_id,
            TicketBatch.number == ticket.batch,
        )
        .values({counter: counter + 1})
    )
