"""What the door asks about a paper form's number: was it printed, for whom, and may it still come in."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from survey.errors import Refusal
from survey.models import (
    Account,
    CampaignUnit,
    PaperBatch,
    PaperMinute,
    PaperRange,
    PaperReading,
    VerificationClosing,
)
from survey.services.collection.serial_ranges import number_of, serial_of
from survey.services.installation.campaign_records import CampaignRecord
from survey.services.installation.unit_keys import UnitKey
from survey.vocabulary import PaperAct, ReadingKind, SheetState

# Where a sheet is after each act; the acts of a unit's account as a whole leave sheets where they are.
AFTER = {
    PaperAct.PRINTED: SheetState.UNUSED,
    PaperAct.HANDED_OUT: SheetState.HANDED_OUT,
    PaperAct.TAKEN_BACK: SheetState.UNUSED,
    PaperAct.RETURNED: SheetState.RETURNED,
    PaperAct.LATE: SheetState.LATE,
    PaperAct.BLANK: SheetState.BLANK,
    PaperAct.SPOILED: SheetState.SPOILED,
    PaperAct.MISSING: SheetState.MISSING,
}
# A sheet that was said to be spoiled, blank or missing has no answers, until a minute says otherwise.
ENTERABLE = frozenset({SheetState.UNUSED, SheetState.HANDED_OUT, SheetState.RETURNED, SheetState.LATE})
# The refusal that names each state.
STATE_CODES = {
    SheetState.UNUSED: "sheet_is_unused",
    SheetState.HANDED_OUT: "sheet_is_handed_out",
    SheetState.RETURNED: "sheet_is_returned",
    SheetState.LATE: "sheet_is_late",
    SheetState.BLANK: "sheet_is_blank",
    SheetState.SPOILED: "sheet_is_spoiled",
    SheetState.MISSING: "sheet_is_missing",
}
SHARES = 2**32


@dataclass(frozen=True, slots=True)
class PrintedSheet:
    """A printed sheet at the door. ``in_time``: a minute says that it was back before the last day ended."""

    serial: int
    in_time: bool


def admit(session: Session, campaign: CampaignRecord, unit: UnitKey, number: str) -> PrintedSheet | None:
    """Return the sheet of that number; None in a unit that has no printed forms.

    Where a unit has printed forms, only those come in.

    Raises:
        Refusal: ``verification_closed``; ``sheet_of_other_unit``; ``sheet_not_printed``;
            ``sheet_is_spoiled`` and its kin; ``paper_account_closed``.
    """
    require_verifying(session, campaign)
    serial = serial_of(number)
    owner = None if serial is None else owner_of(session, campaign.id, serial)
    if owner is None and not has_batch(session, unit):
        return None
    if serial is None or owner is None:
        raise Refusal("sheet_not_printed", number=number, unit=campaign.unit(unit.unit_id).name)
    if owner != unit.unit_id:
        raise Refusal("sheet_of_other_unit", number=number, unit=campaign.unit(owner).name)
    lock_unit(session, unit)  # no minute puts the sheet aside meanwhile
    if is_closed(session, unit):
        raise Refusal("paper_account_closed", unit=campaign.unit(unit.unit_id).name)
    state = state_of(session, unit, serial)
    if state not in ENTERABLE:
        raise Refusal(STATE_CODES[state], number=number)
    return PrintedSheet(serial, in_time=state is SheetState.RETURNED)


def require_verifying(session: Session, campaign: CampaignRecord) -> None:
    """Refuse once the verification of the campaign is closed.

    Raises:
        Refusal: ``verification_closed``.
    """
    if session.get(VerificationClosing, campaign.id) is not None:
        raise Refusal("verification_closed")


def owner_of(session: Session, campaign_id: int, serial: int) -> int | None:
    """Return the unit in whose batch the serial was printed."""
    return session.scalar(
        select(PaperBatch.unit_id).where(
            PaperBatch.campaign_id == campaign_id,
            PaperBatch.first_serial <= serial,
            PaperBatch.last_serial >= serial,
        )
    )


def has_batch(session: Session, unit: UnitKey) -> bool:
    """Return whether forms were printed for the unit."""
    batch = exists().where(PaperBatch.campaign_id == unit.campaign_id, PaperBatch.unit_id == unit.unit_id)
    return bool(session.scalar(select(batch)))


def is_closed(session: Session, unit: UnitKey) -> bool:
    """Return whether the unit's account of sheets is closed."""
    closing = exists().where(
        PaperMinute.campaign_id == unit.campaign_id,
        PaperMinute.unit_id == unit.unit_id,
        PaperMinute.act == PaperAct.CLOSED.value,
    )
    return bool(session.scalar(select(closing)))


def lock_unit(session: Session, unit: UnitKey) -> None:
    """Let no other act over the unit's sheets run until this transaction ends; citizens' answers still come in."""
    session.execute(
        select(CampaignUnit.unit_id)
        .where(CampaignUnit.campaign_id == unit.campaign_id, CampaignUnit.unit_id == unit.unit_id)
        .with_for_update(key_share=True)
    ).one()


def state_of(session: Session, unit: UnitKey, serial: int) -> SheetState:
    """Return where one printed sheet is by the minutes over it."""
    act = session.execute(
        select(PaperMinute.act)
        .join(
            PaperRange,
            (PaperRange.campaign_id == PaperMinute.campaign_id)
            & (PaperRange.unit_id == PaperMinute.unit_id)
            & (PaperRange.minute == PaperMinute.number),
        )
        .where(
            PaperMinute.campaign_id == unit.campaign_id,
            PaperMinute.unit_id == unit.unit_id,
            PaperRange.first_serial <= serial,
            PaperRange.last_serial >= serial,
        )
        .order_by(PaperMinute.number.desc())
        .limit(1)
    ).scalar_one()
    return AFTER[PaperAct(act)]


def is_sampled(key: bytes, campaign: CampaignRecord, serial: int) -> bool:
    """Return whether a second officer keys this sheet in: sampled by a keyed hash, so by nobody's choice."""
    digest = hmac.digest(key, f"{campaign.code}/{serial}".encode(), hashlib.sha256)
    return int.from_bytes(digest[:4], "big") * 100 < campaign.plan.paper.double_keyed_share * SHARES


def whereabouts(session: Session, unit: UnitKey, serial: int) -> dict[str, Any]:
    """Return where and by whom a sheet was read first, to be shown to who meets its serial again."""
    row = session.execute(
        select(CampaignUnit.name.label("unit"), PaperReading.local_day, Account.name)
        .join(
            PaperReading,
            (PaperReading.campaign_id == CampaignUnit.campaign_id)
            & (PaperReading.unit_id == CampaignUnit.unit_id),
        )
        .outerjoin(Account, Account.id == PaperReading.account_id)
        .where(
            CampaignUnit.campaign_id == unit.campaign_id,
            CampaignUnit.unit_id == unit.unit_id,
            PaperReading.serial == serial,
            PaperReading.kind == ReadingKind.FIRST.value,
        )
    ).one()
    who = row.name or "./hailong"
    return {"number": number_of(serial), "unit": row.unit, "day": f"{row.local_day:%d/%m/%Y}", "who": who}
