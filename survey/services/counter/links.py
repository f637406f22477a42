"""The addresses of every unit's counters, for QR codes."""

from __future__ import annotations

from dataclasses import dataclass

from forms.address_mac import AddressMac
from survey.services.accounts.actors import Actor
from survey.services.installation.campaign_records import CampaignRecord
from survey.services.installation.installation import Installation


@dataclass(frozen=True, slots=True)
class CounterLink:
    """The address of one counter's form."""

    unit: str
    name: str
    counter: int
    url: str


def of_campaign(installation: Installation, actor: Actor, campaign: CampaignRecord) -> list[CounterLink]:
    """Return the addresses of the units that *actor* reaches, in the plan's order, by counter."""
    mac = AddressMac(installation.keys.address_mac)
    return [
        CounterLink(
            unit.code,
            unit.name,
            counter,
            address(installation, mac.write(campaign.code, unit.code, counter)),
        )
        for unit in campaign.plan.units
        if actor.reaches(unit.code)
        for counter in range(1, unit.counters + 1)
    ]


def address(installation: Installation, written: str) -> str:
    """Return the address under which citizens reach a counter, written with its MAC."""
    return f"{installation.config.public_url}/k/{written}"
