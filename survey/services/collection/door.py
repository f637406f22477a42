"""The single door: every response, by whatever channel, enters through :func:`accept`.

One transaction holds the response, its comment, the number of its paper form or of its kiosk's record,
the end of its one-time code or of the code of its screen, the ledger's leaf, the receipt and, where a person
of the office acted, the audit entry. A citizen's answer has no audit entry: that would tell when it came.
What comes again is known by its receipt. No row of these names another but for those that are one answer.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from survey.clock import half_day, local_day, start_of
from survey.database.statements import insert_once
from survey.errors import Refusal
from survey.keys import Keys
from survey.ledger.leaf import canonical, leaf_hash
from survey.models import (
    BodyCheck,
    Comment,
    Decision,
    LedgerLeaf,
    PaperForm,
    PaperReading,
    Receipt,
    Response,
    SetAside,
)
from survey.services.accounts import audit
from survey.services.collection import duplicate_serials, handing_out, readings, receipts, serials
from survey.services.collection.entries import (
    CorrectedEntry,
    Entry,
    KeyedEntry,
    KioskEntry,
    PaperSource,
    SpentElsewhere,
)
from survey.services.collection.receipts import IssuedReceipt
from survey.services.collection.serials import PrintedSheet
from survey.services.installation.installation import Installation
from survey.services.installation.unit_keys import ResponseKey
from survey.vocabulary import EntryState, ReadingKind, ReadingSource, Reason, Verdict

KEY_BYTES = 16
SHORTEST_IDEMPOTENCY_KEY = 16
LONGEST_IDEMPOTENCY_KEY = 200
FORM_NUMBER = re.compile(r"[0-9A-Z](?:[0-9A-Z-]{0,22}[0-9A-Z])?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Accepted:
    """What the door answers once the response is on disk.

    A ``repeated`` submission does not find its response again, so it has no key. ``compared``: whether its body is
    known to be that of the first time; after the order of coming was erased nobody can tell.
    """

    receipt: str
    response_key: bytes | None
    state: EntryState
    repeated: bool
    compared: bool = True


def accept(installation: Installation, entry: Entry, now: dt.datetime) -> Accepted:
    """Take a response in and return its receipt once it is on disk.

    The same key with the same body again gets the same answer. Answers after the window are
    kept as late; a full quota refuses nobody. Nobody's acknowledgement waits for another visitor.

    Raises:
        Refusal: ``campaign_not_open`` before the window; ``idempotency_key_bad``;
            ``response_conflict`` when the key was used for other answers, which are then kept
            aside; ``form_number_bad``; ``form_number_used`` when the paper form was keyed in before;
            ``sheet_used`` when the same serial was, and then neither counts until a person has
            looked at both; ``handed_out_by_same`` for who handed the sheet out; the refusals of
            :func:`survey.services.collection.serials.admit`, and of what the entry spends: ``ticket_spent``
            and ``ticket_void`` when a one-time code ended with another response or without one;
            ``screen_code_spent`` when another response came with a screen's code.
    """
    keys, database = installation.keys, installation.database
    row = _row(entry, now)
    try:
        accepted = database.write_grouped(lambda session: _keep(session, keys, entry, row, now))
    except Refusal as refusal:
        if refusal.code == "sheet_used":
            database.write_grouped(lambda session: _stop_both(session, entry, now))
        raise
    if accepted is None:
        raise Refusal("response_conflict")
    return accepted


def accept_all(installation: Installation, entries: Iterable[tuple[Entry, dt.datetime]]) -> list[Accepted]:
    """Take many responses in, all or none, in one transaction; refusals as in :func:`accept`."""
    with installation.database.write() as session:
        return [accept_within(session, installation.keys, entry, moment) for entry, moment in entries]


def accept_within(session: Session, keys: Keys, entry: Entry, now: dt.datetime) -> Accepted:
    """Take a response in as part of the caller's transaction; refusals as in :func:`accept`."""
    accepted = _keep(session, keys, entry, _row(entry, now), now)
    if accepted is None:
        raise Refusal("response_conflict")
    return accepted


def _row(entry: Entry, now: dt.datetime) -> dict[str, Any]:
    if now < entry.campaign.opens_at:
        raise Refusal("campaign_not_open", opens=f"{entry.campaign.opens_at:%d/%m/%Y}")
    if not SHORTEST_IDEMPOTENCY_KEY <= len(entry.idempotency_key.encode()) <= LONGEST_IDEMPOTENCY_KEY:
        raise Refusal("idempotency_key_bad")
    if isinstance(entry, KeyedEntry) and not FORM_NUMBER.fullmatch(entry.source.form_number):
        raise Refusal("form_number_bad")
    return {
        **entry.unit.columns,
        "response_key": secrets.token_bytes(KEY_BYTES),
        "entry_state": _entry_state(entry, now),
        "channel": entry.channel,
        "local_day": local_day(now),
        "half_day": half_day(now),
        "marks": entry.sheet.marks,
        "profile": entry.sheet.profile,
    }


def _keep(
    session: Session, keys: Keys, entry: Entry, row: dict[str, Any], now: dt.datetime
) -> Accepted | None:
    """Write the rows of one response; None when its key is taken by another body."""
    printed = None
    if isinstance(entry, KeyedEntry):
        printed = serials.admit(session, entry.campaign, entry.unit, entry.source.form_number)
        row = row if printed is None else {**row, "entry_state": _state_on_paper(entry, printed, now)}
    receipt = receipts.of_submission(keys, entry.campaign.code, entry.unit_id, entry.idempotency_key)
    if not insert_once(session, Receipt, {**entry.unit.columns, "receipt_key": receipt.key}):
        return _again(session, keys, entry, receipt, row)
    key = ResponseKey(*entry.unit, row["response_key"])
    session.execute(insert(Response).values(row))
    session.execute(insert(BodyCheck).values(_check(keys, entry, receipt, row["entry_state"])))
    if entry.sheet.comment:
        session.execute(insert(Comment).values(**key.columns, text=entry.sheet.comment))
    session.execute(insert(LedgerLeaf).values(campaign_id=row["campaign_id"], leaf=_leaf(entry, row)))
    if isinstance(entry, KeyedEntry):
        _keep_form_number(session, entry.source, key, now, printed)
        if printed is not None:
            _require_not_handed_out(session, entry, printed)
            _keep_reading(session, keys, entry, printed, now)
    for spendable in entry.spends:
        spendable.spend(session)
    if isinstance(entry, KioskEntry) and isinstance(entry.card, SpentElsewhere):
        session.execute(insert(Decision).values(**key.columns, **_not_counted(now)))
    return Accepted(receipt.code, key.response_key, EntryState(row["entry_state"]), repeated=False)


def _require_not_handed_out(session: Session, entry: KeyedEntry, printed: PrintedSheet) -> None:
    """Refuse whoever handed the sheet out; what a machine reads by itself shows nobody its answers."""
    if entry.source.reading is ReadingSource.KEYED:
        handing_out.require_another(session, entry.source.actor, entry.campaign, entry.unit, printed.serial)


def _keep_reading(
    session: Session, keys: Keys, entry: KeyedEntry, printed: PrintedSheet, now: dt.datetime
) -> None:
    """Note the first reading of a printed sheet, and whether it is sampled for a second one."""
    sampled = serials.is_sampled(keys.paper_sample, entry.campaign, printed.serial)
    source, kind = entry.source, ReadingKind.FIRST
    row = readings.row(
        session, source.actor, entry.unit, printed.serial, kind, now, source.reading, sampled=sampled
    )
    session.execute(insert(PaperReading).values(**row))


def _again(
    session: Session, keys: Keys, entry: Entry, receipt: IssuedReceipt, row: dict[str, Any]
) -> Accepted | None:
    check = _check(keys, entry, receipt, None)
    of_receipt = (BodyCheck.campaign_id == entry.campaign.id, BodyCheck.receipt_key == receipt.key)
    first = session.execute(
        select(BodyCheck.body_mac, BodyCheck.entry_state).where(
            *of_receipt, BodyCheck.entry_state.is_not(None)
        )
    ).one_or_none()
    if first is None or hmac.compare_digest(first.body_mac, check["body_mac"]):
        for spendable in entry.spends:  # an officer went back and added the card's code
            spendable.spend_again(session)
        state = EntryState(_state_again(row) if first is None else first.entry_state)
        return Accepted(receipt.code, None, state, repeated=True, compared=first is not None)
    if insert_once(session, BodyCheck, check):
        session.execute(insert(SetAside).values(_aside(entry, row)))
    return None


def _state_again(row: dict[str, Any]) -> str:
    """Return what is said of a submission that was not late for coming again: what came first may have been in time."""
    state: str = row["entry_state"]
    return EntryState.VALID if state == EntryState.LATE else state


def _check(keys: Keys, entry: Entry, receipt: IssuedReceipt, state: str | None) -> dict[str, Any]:
    """Return the row by which the same body is known again, for as long as the order of coming is."""
    message = b"\0".join((b"sent", entry.idempotency_key.encode(), _body(entry)))
    mac = hmac.digest(keys.receipt, message, hashlib.sha256)[:KEY_BYTES]
    return {
        "campaign_id": entry.campaign.id,
        "receipt_key": receipt.key,
        "body_mac": mac,
        "entry_state": state,
    }


def _aside(entry: Entry, row: dict[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in row.items() if name not in {"entry_state", "response_key"}}
    return {**kept, "aside_key": secrets.token_bytes(KEY_BYTES), "comment": entry.sheet.comment}


def _body(entry: Entry) -> bytes:
    """Return what a repetition must have in common: the answers, and the number of a paper form."""
    sheet = entry.sheet
    body = {"marks": sheet.marks, "profile": sheet.profile, "comment": sheet.comment}
    if isinstance(entry, KeyedEntry):
        body["form_number"] = entry.source.form_number
    return canonical(body)


def _entry_state(entry: Entry, now: dt.datetime) -> EntryState:
    if isinstance(entry, CorrectedEntry):
        return EntryState.VALID
    if now >= entry.campaign.closes_at:
        return EntryState.LATE
    if isinstance(entry, KeyedEntry) and entry.campaign.plan.paper_check == "second_person":
        return EntryState.AWAITING
    return EntryState.VALID


def _state_on_paper(entry: KeyedEntry, printed: PrintedSheet, now: dt.datetime) -> EntryState:
    """Return the state of a printed form: it waits for a second person; back in time, it is not late."""
    late = now >= entry.campaign.closes_at and not printed.in_time
    return EntryState.LATE if late else EntryState.AWAITING


def _stop_both(session: Session, entry: Entry, now: dt.datetime) -> None:
    if isinstance(entry, KeyedEntry):
        campaign, source = entry.campaign, entry.source
        number, reading = source.form_number, source.reading
        duplicate_serials.stop(session, source.actor, campaign, entry.unit, number, entry.sheet, reading, now)


def _not_counted(now: dt.datetime) -> dict[str, Any]:
    """Return the decision about an answer with a spent code. Nobody took it, and it has the answer's day only."""
    out = {"step": 1, "verdict": Verdict.EXCLUDED, "reason": Reason.DUPLICATE}
    return {**out, "replaced_by": None, "account_id": None, "decided_at": start_of(local_day(now))}


def _leaf(entry: Entry, row: dict[str, Any]) -> bytes:
    """Return the ledger leaf; the comment is not in it, so that erasing one breaks no proof."""
    hexed = {name: value.hex() if isinstance(value, bytes) else str(value) for name, value in row.items()}
    return leaf_hash({**hexed, "campaign": entry.campaign.code, "campaign_id": entry.campaign.id})


def _keep_form_number(
    session: Session, source: PaperSource, key: ResponseKey, now: dt.datetime, printed: PrintedSheet | None
) -> None:
    number = {**key.columns, "form_number": source.form_number, "keyed_by": source.actor.account_id}
    if not insert_once(session, PaperForm, number):
        if printed is not None:
            raise Refusal("sheet_used", **serials.whereabouts(session, key.unit, printed.serial))
        raise Refusal("form_number_used", number=source.form_number)
    about = key.unit.columns
    audit.note(session, source.actor, "paper_keyed", now, **about, subject=source.form_number)
