"""The account of printed sheets: minutes over ranges of serials, and the board that they add up to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from survey.clock import in_zone, local_day
from survey.errors import Fault, Refusal
from survey.ledger.leaf import leaf_hash
from survey.models import Account, LedgerLeaf, PaperMinute, PaperRange
from survey.plans.plan import PlanUnit
from survey.services.accounts import audit
from survey.services.accounts.actors import Actor
from survey.services.collection import serials
from survey.services.collection.serial_ranges import SerialSpan
from survey.services.collection.serials import STATE_CODES
from survey.services.installation.campaign_records import CampaignRecord
from survey.services.installation.installation import Installation
from survey.services.installation.unit_keys import UnitKey
from survey.services.paper import sheet_states
from survey.services.paper.sheet_states import UnitSheetStates, spans_of
from survey.vocabulary import PaperAct, Role, SheetState

LONGEST_WITNESS, LONGEST_NOTE = 120, 400
# From which state an act takes a sheet. A wrong minute is put right by another one, never changed.
FROM: Mapping[PaperAct, frozenset[SheetState]] = {
    PaperAct.HANDED_OUT: frozenset({SheetState.UNUSED}),
    PaperAct.TAKEN_BACK: frozenset({SheetState.HANDED_OUT, SheetState.SPOILED, SheetState.MISSING}),
    PaperAct.RETURNED: frozenset(
        {SheetState.HANDED_OUT, SheetState.SPOILED, SheetState.MISSING, SheetState.BLANK}
    ),
    PaperAct.BLANK: frozenset(
        {SheetState.HANDED_OUT, SheetState.RETURNED, SheetState.LATE, SheetState.MISSING}
    ),
    PaperAct.SPOILED: frozenset(
        {SheetState.UNUSED, SheetState.HANDED_OUT, SheetState.RETURNED, SheetState.LATE, SheetState.BLANK}
    ),
    PaperAct.MISSING: frozenset(
        {SheetState.UNUSED, SheetState.HANDED_OUT, SheetState.RETURNED, SheetState.LATE}
    ),
}
RECORDED = tuple(FROM)
# What cannot be said of a sheet whose answers are in.
NOT_IF_ENTERED = frozenset({PaperAct.TAKEN_BACK, PaperAct.BLANK, PaperAct.SPOILED, PaperAct.MISSING})
WITNESSED = frozenset({PaperAct.SPOILED, PaperAct.MISSING})
# Officers hand forms out and are rated by them: that a sheet is missing is not for them to say.
OF_HEADS = frozenset({PaperAct.MISSING})


@dataclass(frozen=True, slots=True)
class MinuteDraft:
    """What somebody says was done: the act, the sheets, who else saw it, and a remark."""

    act: PaperAct
    spans: Sequence[SerialSpan]
    witness: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Minute:
    """A minute as it is shown and signed."""

    number: int
    act: PaperAct
    at: dt.datetime
    who: str
    witness: str
    note: str
    sheets: int
    spans: tuple[SerialSpan, ...]
    digest: str


@dataclass(frozen=True, slots=True)
class DailySheetCounts:
    """A unit's sheets when a day began and when it ended, and the minutes of the day in their order."""

    day: dt.date
    before: Mapping[SheetState, int]
    after: Mapping[SheetState, int]
    minutes: tuple[Minute, ...]


@dataclass(frozen=True, slots=True)
class UnitSheetCounts:
    """One unit's account of sheets; the states add up to what was printed."""

    unit: PlanUnit
    counts: Mapping[SheetState, int]
    entered: int
    closed: bool

    @property
    def printed(self) -> int:
        """How many sheets were printed."""
        return sum(self.counts.values())

    @property
    def returned(self) -> int:
        """How many sheets are back: with answers, blank or late."""
        back = (SheetState.RETURNED, SheetState.BLANK, SheetState.LATE)
        return sum(self.counts[state] for state in back)


def board(
    installation: Installation, actor: Actor, campaign: CampaignRecord, until: dt.date | None = None
) -> list[UnitSheetCounts]:
    """Return the account of every unit that *actor* reaches, now or at the end of the day *until*."""
    reached = [n for code, n in campaign.unit_ids.items() if actor.reaches(code)]
    with installation.database.read() as session:
        sheets = sheet_states.of_units(session, campaign.id, reached, until)
    return [_counts(campaign.unit(n), sheets.get(n, UnitSheetStates())) for n in sorted(reached)]


def of_unit(installation: Installation, actor: Actor, campaign: CampaignRecord, unit: str) -> UnitSheetStates:
    """Return the sheets of one unit.

    Raises:
        Refusal: ``unit_unknown``; ``unit_out_of_reach``.
    """
    key = campaign.unit_key(unit)
    actor.require(unit)
    with installation.database.read() as session:
        return sheet_states.of_unit(session, key)


def record(
    installation: Installation,
    actor: Actor,
    campaign: CampaignRecord,
    unit: str,
    draft: MinuteDraft,
    now: dt.datetime,
) -> int:
    """Write a minute over ranges of a unit's sheets and return its number. Sheets back too late are late.

    Raises:
        Refusal: ``unit_unknown``; ``unit_out_of_reach``; ``role_out_of_reach``; ``verification_closed``;
            ``paper_account_closed``; ``sheets_faulty`` with every fault: ``witness_missing``,
            ``sheet_not_of_unit`` and one code for each state that the act cannot follow.
    """
    key = campaign.unit_key(unit)
    actor.require(unit)
    if draft.act in OF_HEADS and actor.role is Role.OFFICER:
        raise Refusal("role_out_of_reach")
    with installation.database.write() as session:
        serials.lock_unit(session, key)
        require_open(session, campaign, key)
        sheets = sheet_states.of_unit(session, key)
        if faults := [*_incomplete(draft), *_contradictions(draft, sheets)]:
            raise Refusal("sheets_faulty", faults)
        if draft.act is PaperAct.RETURNED and now >= campaign.closes_at:
            draft = replace(draft, act=PaperAct.LATE)
        return write_minute(session, actor, campaign, key, draft, now)


def require_open(session: Session, campaign: CampaignRecord, unit: UnitKey) -> None:
    """Refuse once the unit's account or the campaign's verification is closed.

    Raises:
        Refusal: ``verification_closed``; ``paper_account_closed``.
    """
    serials.require_verifying(session, campaign)
    if serials.is_closed(session, unit):
        raise Refusal("paper_account_closed", unit=campaign.unit(unit.unit_id).name)


def write_minute(
    session: Session,
    actor: Actor,
    campaign: CampaignRecord,
    unit: UnitKey,
    draft: MinuteDraft,
    now: dt.datetime,
) -> int:
    """Write a minute with its ranges, its leaf in the ledger and its audit entry; return its number."""
    key = unit.columns
    highest = session.scalar(select(func.max(PaperMinute.number)).filter_by(**key))
    number = (highest or 0) + 1
    row = {
        "number": number,
        "act": draft.act.value,
        "witness": draft.witness.strip(),
        "note": draft.note.strip(),
        "sheets": sum(len(span) for span in draft.spans),
    }
    ranges = ",".join(f"{span.first}-{span.last}" for span in draft.spans)
    facts = {"campaign": campaign.code, "unit": campaign.unit(unit.unit_id).code, "ranges": ranges}
    by = "" if actor.account_id is None else actor.account_id
    digest = leaf_hash({**row, **facts, "at": now.isoformat(), "account": by})
    session.execute(
        insert(PaperMinute).values(
            **key, **row, at=now, local_day=local_day(now), account_id=actor.account_id, digest=digest
        )
    )
    if draft.spans:
        spans = [{"first_serial": span.first, "last_serial": span.last} for span in draft.spans]
        session.execute(insert(PaperRange), [{**key, "minute": number, **span} for span in spans])
    session.execute(insert(LedgerLeaf).values(campaign_id=campaign.id, leaf=digest))
    audit.note(session, actor, f"sheets_{draft.act}", now, **key, subject=str(number), sheets=row["sheets"])
    return number


def minutes(
    installation: Installation,
    actor: Actor,
    campaign: CampaignRecord,
    unit: str,
    number: int | None = None,
) -> list[Minute]:
    """Return the minutes of a unit, the newest first, or only the one of that number.

    Raises:
        Refusal: ``unit_unknown``; ``unit_out_of_reach``; ``minute_unknown``.
    """
    key = campaign.unit_key(unit)
    actor.require(unit)
    query = select(PaperMinute, Account.name).outerjoin(Account, Account.id == PaperMinute.account_id)
    query = query.where(PaperMinute.campaign_id == key.campaign_id, PaperMinute.unit_id == key.unit_id)
    ranges = select(PaperRange).filter_by(**key.columns).order_by(PaperRange.first_serial)
    if number is not None:
        query, ranges = query.where(PaperMinute.number == number), ranges.filter_by(minute=number)
    with installation.database.read() as session:
        spans: dict[int, list[SerialSpan]] = {}
        for row in session.scalars(ranges):
            spans.setdefault(row.minute, []).append(SerialSpan(row.first_serial, row.last_serial))
        rows = session.execute(query.order_by(PaperMinute.number.desc())).all()
    if number is not None and not rows:
        raise Refusal("minute_unknown", number=number)
    return [_minute(row, name, spans.get(row.number, [])) for row, name in rows]


def of_day(
    installation: Installation, actor: Actor, campaign: CampaignRecord, unit: str, day: dt.date
) -> DailySheetCounts:
    """Return the account of one day.

    Raises:
        Refusal: ``unit_unknown``; ``unit_out_of_reach``.
    """
    key = campaign.unit_key(unit)
    written = minutes(installation, actor, campaign, unit)
    with installation.database.read() as session:
        before, after = (
            sheet_states.of_unit(session, key, until).counts() for until in (day - dt.timedelta(days=1), day)
        )
    return DailySheetCounts(day, before, after, tuple(m for m in reversed(written) if m.at.date() == day))


def _minute(row: PaperMinute, who: str | None, spans: Sequence[SerialSpan]) -> Minute:
    return Minute(
        number=row.number,
        act=PaperAct(row.act),
        at=in_zone(row.at),
        who=who or "./hailong",
        witness=row.witness,
        note=row.note,
        sheets=row.sheets,
        spans=tuple(spans),
        digest=row.digest.hex(),
    )


def _counts(unit: PlanUnit, sheets: UnitSheetStates) -> UnitSheetCounts:
    return UnitSheetCounts(unit, sheets.counts(), len(sheets.entered), sheets.closed)


def _incomplete(draft: MinuteDraft) -> Iterator[Fault]:
    if not draft.spans:
        yield Fault("ranges_count", "ranges")
    if draft.act in WITNESSED and not draft.witness.strip():
        yield Fault("witness_missing", "witness")
    if len(draft.witness) > LONGEST_WITNESS or len(draft.note) > LONGEST_NOTE:
        yield Fault("minute_too_long", "note", {"witness": LONGEST_WITNESS, "note": LONGEST_NOTE})


def _contradictions(draft: MinuteDraft, sheets: UnitSheetStates) -> Iterator[Fault]:
    """Return what stands against the act, one fault for each run of sheets that share it."""
    against: dict[str, list[int]] = {}
    outside: list[SerialSpan] = []
    for span in draft.spans:
        known = _known(span, sheets.states)
        if len(known) != len(span):
            outside.append(span)
        for serial in known:
            if code := _against(draft.act, serial, sheets):
                against.setdefault(code, []).append(serial)
    yield from (Fault("sheet_not_of_unit", str(span)) for span in outside)
    for code, serials_ in against.items():
        yield from (Fault(code, str(span), {"number": str(span)}) for span in spans_of(serials_))


def _known(span: SerialSpan, states: Collection[int]) -> list[int]:
    if len(span) <= len(states):
        return [serial for serial in range(span.first, span.last + 1) if serial in states]
    # A range may be as long as all serials; a unit's sheets are fewer.
    return [serial for serial in states if span.first <= serial <= span.last]


def _against(act: PaperAct, serial: int, sheets: UnitSheetStates) -> str | None:
    if serial in sheets.entered and act in NOT_IF_ENTERED:
        return "sheet_is_entered"
    state = sheets.states[serial]
    return None if state in FROM[act] else STATE_CODES[state]
