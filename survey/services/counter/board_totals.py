"""What pages show of codes and the answers that came by them: as it was at the last moment of counting.

Printing, handing out and voiding are acts of the office and show at once.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from survey.services.accounts.actors import Actor
from survey.services.collection import board_counts
from survey.services.counter import tickets
from survey.services.counter.tickets import BatchTotals
from survey.services.installation.campaign_records import CampaignRecord
from survey.services.installation.installation import Installation


@dataclass(frozen=True, slots=True)
class ScreenTotals:
    """What became of a unit's codes: how many its screens have shown, how many answers came by them."""

    unit: str
    name: str
    shown: int
    answers: int


def of_batches(
    installation: Installation, actor: Actor, campaign: CampaignRecord, *, invited: bool = False
) -> list[BatchTotals]:
    """Return the batches of cards, or those *invited*, of the units that *actor* reaches, in the plan's order."""
    spent = board_counts.of_campaign(installation, campaign).spent
    live = tickets.batch_totals(installation, actor, campaign, invited=invited)
    return [replace(each, spent=spent.get((campaign.unit_id(each.unit), each.batch), 0)) for each in live]


def of_screens(installation: Installation, actor: Actor, campaign: CampaignRecord) -> list[ScreenTotals]:
    """Return the codes that each unit's screens have shown, and the answers by them, of the units that *actor* reaches.

    A kiosk shows no code while somebody answers at it, so that the first count, too, would tell when.
    """
    counted = board_counts.of_campaign(installation, campaign).screens
    return [
        ScreenTotals(unit.code, unit.name, *counted.get(unit_id, (0, 0)))
        for unit_id, unit in enumerate(campaign.plan.units, start=1)
        if actor.reaches(unit.code)
    ]
