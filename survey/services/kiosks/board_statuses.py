"""What pages show of a kiosk's records: what was in, and what waited on it, at the last moment of counting.

Whether it is in contact, and whether it holds answers for too long, shows at once: somebody has to go and look.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from survey.services.accounts.actors import Actor
from survey.services.collection import board_counts
from survey.services.collection.board_counts import KioskCount
from survey.services.installation.campaign_records import CampaignRecord
from survey.services.installation.installation import Installation
from survey.services.kiosks import devices
from survey.services.kiosks.devices import KioskStatus
from survey.services.kiosks.record_numbers import missing

NOTHING = KioskCount(0, 0, 0, ())


def of_kiosks(
    installation: Installation, actor: Actor, campaign: CampaignRecord, now: dt.datetime
) -> list[KioskStatus]:
    """Return the kiosks of the units that *actor* reaches, by number, with what was in and what was not."""
    counted = board_counts.of_campaign(installation, campaign).kiosks
    live = devices.statuses(installation, actor, campaign, now)
    return [_as_counted(each, counted.get(each.kiosk.number, NOTHING)) for each in live]


def _as_counted(status: KioskStatus, count: KioskCount) -> KioskStatus:
    kiosk = replace(status.kiosk, issued=count.issued, waiting=count.waiting, doubled=count.doubled)
    highest = max([count.issued, *(last for _, last in count.received)])
    return replace(
        status,
        kiosk=kiosk,
        received=count.received,
        missing=missing(count.received, highest),
    )
