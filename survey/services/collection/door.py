"""The single door: every response, by whatever channel, enters through :meth:`Door.accept`.

One transaction holds the response, its comment, the number of its paper form or of its kiosk's record,
the end of its one-time code or of the code of its screen, the ledger's leaf and, where a person of the
office acted, the audit entry. A citizen's answer has no audit entry: that would tell when it came.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from forms.answers import AnswerSheet
from survey.clock import half_day, local_day, start_of
from survey.database.engine import Database
from survey.database.statements import insert_once
from survey.errors import Refusal
from survey.keys import Keys
from survey.ledger.leaf import canonical, leaf_hash
from survey.models import Comment, Decision, LedgerLeaf, PaperForm, PaperReading, Response, SetAside
from survey.services.accounts import audit
from survey.services.accounts.actors import Actor
from survey.services.collection import (
    duplicate_serials,
    receipts,
    record_numbers,
    screen_ends,
    serials,
    ticket_ends,
)
from survey.services.collection.record_numbers import Numbered
from survey.services.collection.screen_ends import ScreenCode
from survey.services.collection.serials import Sheet
from survey.services.collection.ticket_ends import Ticket
from survey.services.installation.campaign_records import CampaignRecord
from survey.vocabulary import Channel, EntryState, ReadingSource, Reason, TicketEnd, Verdict

KEY_BYTES = 16
SHORTEST_IDEMPOTENCY_KEY = 16
LONGEST_IDEMPOTENCY_KEY = 200
FORM_NUMBER = re.compile(r"[0-9A-Z](?:[0-9A-Z-]{0,22}[0-9A-Z])?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Keyed:
    """Who keyed a paper form in, or had it read by a machine, and the number written on it."""

    actor: Actor
    form_number: str
    source: ReadingSource = ReadingSource.KEYED


@dataclass(frozen=True, slots=True)
class Entry:
    """A response at the door. ``idempotency_key`` was made with the page, not with the answer.

    ``state`` is given where it is known already: for answers that correct others of the same sheet. A
    ``doubled`` one comes with a code that another answer has spent, from where nobody can be asked any more: it is
    kept and does not count.
    """

    campaign: CampaignRecord
    unit_id: int
    channel: Channel
    idempotency_key: str
    sheet: AnswerSheet
    keyed: Keyed | None = None
    numbered: Numbered | None = None
    ticket: Ticket | None = None
    screen: ScreenCode | None = None
    state: EntryState | None = None
    doubled: bool = False


@dataclass(frozen=True, slots=True)
class Accepted:
    """What the door answers once the response is on disk."""

    receipt: str
    response_key: bytes
    state: EntryState
    repeated: bool


class Door:
    """The door of one database, with the keys that make response keys and receipts."""

    def __init__(self, database: Database, keys: Keys) -> None:
        self._database = database
        self._keys = keys

    def accept(self, entry: Entry, now: dt.datetime) -> Accepted:
        """Take a response in and return its receipt once it is on disk.

        The same key with the same body again gets the same answer. Answers after the window are
        kept as late; a full quota refuses nobody.

        Raises:
            Refusal: ``campaign_not_open`` before the window; ``idempotency_key_bad``;
                ``response_conflict`` when the key was used for other answers, which are then kept
                aside; ``form_number_bad``; ``form_number_used`` when the paper form was keyed in before;
                ``sheet_used`` when the same serial was, and then neither counts until a person has
                looked at both; the refusals of :func:`survey.services.collection.serials.admit`; ``ticket_spent``
                and ``ticket_void`` when the one-time code ended with another response or without one;
                ``screen_code_spent`` when another response came with the code of the screen.
        """
        row = self._row(entry, now)
        try:
            accepted = self._database.write_grouped(lambda session: self._keep(session, entry, row, now))
        except Refusal as refusal:
            if refusal.code == "sheet_used":
                self._database.write_grouped(lambda session: _stop_both(session, entry, now))
            raise
        if accepted is None:
            raise Refusal("response_conflict")
        return accepted

    def accept_all(self, entries: Iterable[tuple[Entry, dt.datetime]]) -> list[Accepted]:
        """Take many responses in, all or none, in one transaction; refusals as in :meth:`accept`."""
        with self._database.write() as session:
            return [self.accept_within(session, entry, moment) for entry, moment in entries]

    def accept_within(self, session: Session, entry: Entry, now: dt.datetime) -> Accepted:
        """Take a response in as part of the caller's transaction; refusals as in :meth:`accept`."""
        accepted = self._keep(session, entry, self._row(entry, now), now)
        if accepted is None:
            raise Refusal("response_conflict")
        return accepted

    def _row(self, entry: Entry, now: dt.datetime) -> dict[str, Any]:
        if now < entry.campaign.opens_at:
            raise Refusal("campaign_not_open", opens=f"{entry.campaign.opens_at:%d/%m/%Y}")
        secret = entry.idempotency_key.encode()
        if not SHORTEST_IDEMPOTENCY_KEY <= len(secret) <= LONGEST_IDEMPOTENCY_KEY:
            raise Refusal("idempotency_key_bad")
        if entry.keyed is not None and not FORM_NUMBER.fullmatch(entry.keyed.form_number):
            raise Refusal("form_number_bad")
        name = f"{entry.campaign.code}/{entry.unit_id}/".encode() + secret
        return {
            "campaign_id": entry.campaign.id,
            "unit_id": entry.unit_id,
            "response_key": hmac.digest(self._keys.response, name, hashlib.sha256)[:KEY_BYTES],
            "entry_state": _entry_state(entry, now),
            "channel": entry.channel,
            "local_day": local_day(now),
            "half_day": half_day(now),
            "marks": entry.sheet.marks,
            "profile": entry.sheet.profile,
            "body_mac": hmac.digest(secret, _body(entry), hashlib.sha256)[:KEY_BYTES],
        }

    def _keep(self, session: Session, entry: Entry, row: dict[str, Any], now: dt.datetime) -> Accepted | None:
        """Write the rows of one response; None when its key is taken by another body."""
        sheet = None
        if entry.keyed is not None:
            sheet = serials.admit(session, entry.campaign, entry.unit_id, entry.keyed.form_number)
            row = row if sheet is None else {**row, "entry_state": _state_on_paper(entry, sheet, now)}
        if not insert_once(session, Response, row):
            return self._again(session, entry, row)
        place = {name: row[name] for name in ("campaign_id", "unit_id", "response_key")}
        if entry.sheet.comment:
            session.execute(insert(Comment).values(**place, text=entry.sheet.comment))
        session.execute(insert(LedgerLeaf).values(campaign_id=row["campaign_id"], leaf=_leaf(entry, row)))
        if entry.keyed is not None:
            _keep_form_number(session, entry.keyed, place, now, sheet)
            if sheet is not None:
                self._keep_reading(session, entry, entry.keyed, sheet, now)
        if entry.numbered is not None:
            record_numbers.note(session, row["campaign_id"], entry.numbered)
        if entry.ticket is not None:
            ticket_ends.end(session, entry.ticket, TicketEnd.SPENT)
        if entry.screen is not None:
            screen_ends.spend(session, entry.screen)
        if entry.doubled:
            session.execute(insert(Decision).values(**place, **_not_counted(now)))
        return self._accepted(row, EntryState(row["entry_state"]), repeated=False)

    def _keep_reading(
        self, session: Session, entry: Entry, keyed: Keyed, sheet: Sheet, now: dt.datetime
    ) -> None:
        """Note the first reading of a printed sheet, and whether chance wants a second one."""
        drawn = serials.is_drawn(self._keys.paper_sample, entry.campaign, sheet.serial)
        place = (entry.campaign, entry.unit_id, sheet.serial)
        reading = serials.first_row(*place, local_day(now), drawn=drawn)
        by = {"source": keyed.source, "account_id": keyed.actor.account_id}
        session.execute(insert(PaperReading).values(**reading, **by))

    def _again(self, session: Session, entry: Entry, row: dict[str, Any]) -> Accepted | None:
        kept = session.execute(
            select(Response.body_mac, Response.entry_state).where(
                Response.campaign_id == row["campaign_id"],
                Response.unit_id == row["unit_id"],
                Response.response_key == row["response_key"],
            )
        ).one()
        if hmac.compare_digest(kept.body_mac, row["body_mac"]):
            if entry.ticket is not None:  # an officer went back and added the card's code
                ticket_ends.end_if_open(session, entry.ticket)
            return self._accepted(row, EntryState(kept.entry_state), repeated=True)
        aside = {name: value for name, value in row.items() if name != "entry_state"}
        insert_once(session, SetAside, {**aside, "comment": entry.sheet.comment})
        return None

    def _accepted(self, row: dict[str, Any], state: EntryState, *, repeated: bool) -> Accepted:
        key = row["response_key"]
        return Accepted(receipts.issue(self._keys.receipt, key), key, state, repeated)


def _body(entry: Entry) -> bytes:
    """Return what a repetition must have in common: the answers, and the number of a paper form."""
    sheet = entry.sheet
    body = {"marks": sheet.marks, "profile": sheet.profile, "comment": sheet.comment}
    return canonical(body if entry.keyed is None else {**body, "form_number": entry.keyed.form_number})


def _entry_state(entry: Entry, now: dt.datetime) -> EntryState:
    if entry.state is not None:
        return entry.state
    if now >= entry.campaign.closes_at:
        return EntryState.LATE
    if entry.channel is Channel.PAPER and entry.campaign.plan.paper_check == "second_person":
        return EntryState.AWAITING
    return EntryState.VALID


def _state_on_paper(entry: Entry, sheet: Sheet, now: dt.datetime) -> EntryState:
    """Return the state of a printed form: it waits for a second person; back in time, it is not late."""
    late = now >= entry.campaign.closes_at and not sheet.in_time
    return EntryState.LATE if late else EntryState.AWAITING


def _stop_both(session: Session, entry: Entry, now: dt.datetime) -> None:
    if entry.keyed is not None:
        place = (entry.campaign, entry.unit_id, entry.keyed.form_number)
        duplicate_serials.stop(session, entry.keyed.actor, *place, entry.sheet, entry.keyed.source, now)


def _not_counted(now: dt.datetime) -> dict[str, Any]:
    """Return the decision about an answer with a spent code. Nobody took it, and it has the answer's day only."""
    out = {"step": 1, "verdict": Verdict.EXCLUDED, "reason": Reason.DUPLICATE}
    return {**out, "replaced_by": None, "account_id": None, "decided_at": start_of(local_day(now))}


def _leaf(entry: Entry, row: dict[str, Any]) -> bytes:
    """Return the ledger leaf; the comment is not in it, so that erasing one breaks no proof."""
    hexed = {name: value.hex() if isinstance(value, bytes) else str(value) for name, value in row.items()}
    return leaf_hash({**hexed, "campaign": entry.campaign.code, "campaign_id": entry.campaign.id})


def _keep_form_number(
    session: Session, keyed: Keyed, place: dict[str, Any], now: dt.datetime, sheet: Sheet | None
) -> None:
    number = {**place, "form_number": keyed.form_number, "keyed_by": keyed.actor.account_id}
    if not insert_once(session, PaperForm, number):
        if sheet is not None:
            ids = (place["campaign_id"], place["unit_id"], sheet.serial)
            raise Refusal("sheet_used", **serials.whereabouts(session, *ids))
        raise Refusal("form_number_used", number=keyed.form_number)
    audit.note(
        session,
        keyed.actor,
        "paper_keyed",
        now,
        campaign_id=place["campaign_id"],
        unit_id=place["unit_id"],
        subject=keyed.form_number,
    )
