"""One record of a kiosk, sent by the device or read from its file: through the door with its number and its card's code.

A device that was offline could not know whether a code is spent, and nobody can ask the citizen any more. So no code makes
the service refuse a record: with a good one the answer counts as one of a card or an invitation; with a spent one it
is kept and does not count; one that is neither for this unit says nothing, and the answer is one of the kiosk.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from forms import answers
from survey.errors import Refusal
from survey.services.collection import door
from survey.services.collection.door import Accepted
from survey.services.collection.entries import KioskEntry, SpentElsewhere
from survey.services.counter import tickets
from survey.services.counter.tickets import SpendableTicket
from survey.services.installation.campaign_records import CampaignRecord
from survey.services.installation.installation import Installation
from survey.services.installation.unit_keys import KioskRef
from survey.services.kiosks.record_numbers import KioskRecordNumber

NO_CARD = frozenset({"ticket_mistyped", "ticket_unknown", "ticket_of_other_unit", "ticket_void"})


@dataclass(frozen=True, slots=True)
class DeviceRecord:
    """A record as the device keeps it: its key and number, the fields of the form, the code of a card or nothing."""

    key: str
    number: int
    fields: Mapping[str, str]
    code: str = ""


def take(
    installation: Installation,
    campaign: CampaignRecord,
    kiosk: KioskRef,
    record: DeviceRecord,
    now: dt.datetime,
) -> Accepted:
    """Let a record of a unit's kiosk in.

    Raises:
        FaultyInstrument: when the fields are no answers to the campaign's questionnaire.
        Refusal: those of :func:`survey.services.collection.door.accept`, but for those of a code.
    """
    sheet = answers.parse(campaign.questionnaire, {name: [value] for name, value in record.fields.items()})
    number = KioskRecordNumber(campaign.id, kiosk.number, record.number)
    card = _card(installation, campaign, kiosk.unit_id, record.code) if record.code else None
    try:
        return door.accept(
            installation, KioskEntry(campaign, kiosk.unit_id, record.key, sheet, number, card), now
        )
    except Refusal as refusal:
        if refusal.code not in {"ticket_spent", "ticket_void"}:
            raise
        ended = SpentElsewhere() if refusal.code == "ticket_spent" else None
    return door.accept(
        installation, KioskEntry(campaign, kiosk.unit_id, record.key, sheet, number, ended), now
    )


def _card(
    installation: Installation, campaign: CampaignRecord, unit_id: int, code: str
) -> SpendableTicket | None:
    try:
        return tickets.of_unit(installation, campaign, unit_id, code).ticket
    except Refusal as refusal:
        if refusal.code not in NO_CARD:
            raise
        return None
