"""One record of a kiosk, sent by the device or read from its file: through the door with its number and its card's code.

A device that was offline could not know whether a code is spent, and nobody can ask the citizen any more. So no code makes
the service refuse a record: with a good one the answer counts as one of a card or an invitation; with a spent one it
is kept and does not count; one that is neither for this unit says nothing, and the answer is one of the kiosk. A record that
says nothing, since its comment was of blanks only, is no response: its number is in, and it waits no longer.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from survey.errors import Refusal
from survey.services.collection import door
from survey.services.collection.entries import KioskEntry, SpentElsewhere
from survey.services.counter import tickets
from survey.services.counter.tickets import SpendableTicket
from survey.services.installation.campaign_records import CampaignRecord
from survey.services.installation.installation import Installation
from survey.services.installation.unit_keys import KioskRef
from survey.services.kiosks.encrypted_records import DeviceRecord
from survey.services.kiosks.record_numbers import KioskRecordNumber
from survey.vocabulary import EntryState

NO_CARD = frozenset({"ticket_mistyped", "ticket_unknown", "ticket_of_other_unit", "ticket_void"})
KEPT, LATE, EMPTY = "kept", "late", "empty"


@dataclass(frozen=True, slots=True)
class TakenRecord:
    """What became of a record: its state for the device, its receipt's code or nothing, whether it came before."""

    state: str
    receipt: str
    repeated: bool


def take(
    installation: Installation,
    campaign: CampaignRecord,
    kiosk: KioskRef,
    record: DeviceRecord,
    now: dt.datetime,
) -> TakenRecord:
    """Let a record of a unit's kiosk in.

    Raises:
        Refusal: those of :func:`survey.services.collection.door.accept`, but for those of a code.
    """
    number = KioskRecordNumber(campaign.id, kiosk.number, record.number)
    if record.sheet.says_nothing:
        repeated = installation.database.write_grouped(number.is_in_or_spent)
        return TakenRecord(EMPTY, "", repeated)
    card = _card(installation, campaign, kiosk.unit_id, record.code) if record.code else None
    base = (campaign, kiosk.unit_id, record.key, record.sheet, number)
    try:
        accepted = door.accept(installation, KioskEntry(*base, card), now)
    except Refusal as refusal:
        if refusal.code not in {"ticket_spent", "ticket_void"}:
            raise
        ended = SpentElsewhere() if refusal.code == "ticket_spent" else None
        accepted = door.accept(installation, KioskEntry(*base, ended), now)
    state = LATE if accepted.state is EntryState.LATE else KEPT
    return TakenRecord(state, accepted.receipt, accepted.repeated)


def _card(
    installation: Installation, campaign: CampaignRecord, unit_id: int, code: str
) -> SpendableTicket | None:
    try:
        return tickets.of_unit(installation, campaign, unit_id, code).ticket
    except Refusal as refusal:
        if refusal.code not in NO_CARD:
            raise
        return None
