"""Whether who hands sheets out and who keys them in are two people: told beforehand, on the unit's page, and at its close."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from survey.services.accounts.actors import Actor
from survey.services.collection import handing_out, readings
from survey.services.collection.serial_ranges import SerialSpan
from survey.services.installation.campaign_records import CampaignRecord
from survey.services.installation.installation import Installation
from survey.services.installation.unit_keys import UnitKey
from survey.services.paper.batch_texts import text
from survey.services.paper.sheet_states import spans_of
from survey.vocabulary import ReadingSource


@dataclass(frozen=True, slots=True)
class DutyCounts:
    """Keyed sheets of a unit of which one person did both, and those of which no minute says who handed them out."""

    same: int
    unrecorded: int


def of_unit(installation: Installation, actor: Actor, campaign: CampaignRecord, unit: str) -> DutyCounts:
    """Return the counts of one unit.

    Raises:
        Refusal: ``unit_unknown``; ``unit_out_of_reach``.
    """
    key = campaign.unit_key(unit)
    actor.require(unit)
    with installation.database.read() as session:
        return counts(session, key)


def counts(session: Session, unit: UnitKey) -> DutyCounts:
    """Return the counts of one unit."""
    handers = handing_out.handers(session, unit)
    keyed = {
        serial: history.first.account_id
        for serial, history in readings.of_unit(session, unit).items()
        if history.first.source is ReadingSource.KEYED
    }
    same = sum(account is not None and handers.get(serial) == account for serial, account in keyed.items())
    return DutyCounts(same, sum(serial not in handers for serial in keyed))


def note(session: Session, unit: UnitKey) -> str:
    """Return what the minute that closes a unit's account says of it; empty where every sheet had two people."""
    found = counts(session, unit)
    said = {"note.same_person": found.same, "note.unrecorded": found.unrecorded}
    return "; ".join(text(key, count=count) for key, count in said.items() if count)


def not_to_key(
    installation: Installation, actor: Actor, campaign: CampaignRecord, unit: str
) -> tuple[SerialSpan, ...]:
    """Return the sheets that the actor handed out and so does not key in; none in a unit of one person.

    Raises:
        Refusal: ``unit_unknown``; ``unit_out_of_reach``.
    """
    key = campaign.unit_key(unit)
    actor.require(unit)
    with installation.database.read() as session:
        able = handing_out.keyers(session, campaign, key, handing_out.KEYING_FIRST)
        handers = handing_out.handers(session, key)
    return spans_of(
        serial for serial, account in handers.items() if handing_out.bars(actor.account_id, account, able)
    )
