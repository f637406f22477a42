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
from survey.services.collection.door import Accepted, Entry
from survey.services.collection.record_numbers import Numbered
from survey.services.counter import tickets
from survey.services.counter.tickets import Found
from survey.services.installation.campaign_records import CampaignRecord
from survey.services.installation.installation import Installation
from survey.vocabulary import Channel

NO_CARD = frozenset({"ticket_mistyped", "ticket_unknown", "ticket_of_other_unit", "ticket_void"})


@dataclass(frozen=True, slots=True)
class Record:
    """A record as the device keeps it: its key and number, the fields of the form, the code of a card or nothing."""

    key: str
    number: int
    fields: Mapping[str, str]
    code: str = ""


def take(
    installation: Installation,
    campaign: CampaignRecord,
    place: tuple[int, int],
    record: Record,
    now: dt.datetime,
) -> Accepted:
    """Let a record of a unit's kiosk in; *place* is the unit and the kiosk's number.

    Raises:
        FaultyInput: when the fields are no answers to the campaign's questionnaire.
        Refusal: those of :meth:`survey.services.collection.door.Door.accept`, but for those of a code.
    """
    unit_id, kiosk = place
    sheet = answers.parse(campaign.questionnaire, {name: [value] for name, value in record.fields.items()})
    numbered = Numbered(kiosk, record.number)
    card = _card(installation, campaign, unit_id, record.code) if record.code else None
    if card is None:
        plain = Entry(campaign, unit_id, Channel.KIOSK, record.key, sheet, numbered=numbered)
        return installation.door.accept(plain, now)
    entry = Entry(campaign, unit_id, card.channel, record.key, sheet, numbered=numbered, ticket=card.ticket)
    try:
        return installation.door.accept(entry, now)
    except Refusal as refusal:
        if refusal.code not in {"ticket_spent", "ticket_void"}:
            raise
        spent = refusal.code == "ticket_spent"
    again = Entry(campaign, unit_id, Channel.KIOSK, record.key, sheet, numbered=numbered, doubled=spent)
    return installation.door.accept(again, now)


def _card(installation: Installation, campaign: CampaignRecord, unit_id: int, code: str) -> Found | None:
    try:
        return tickets.of_unit(installation, campaign, unit_id, code)
    except Refusal as refusal:
        if refusal.code not in NO_CARD:
            raise
        return None
