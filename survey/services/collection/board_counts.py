"""What the board may show of self-service answers: the count of the last moment, the same for everybody.

``serve`` counts at each moment, and before it opens the door if one passed while it was off. Nobody who looks makes a
count: two lookers could choose their moments. Paper is counted live, since its moments are those of the keying officer;
so is everything for whoever has the shell, and for what the service decides itself.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from survey.clock import ZONE, in_zone
from survey.database.statements import changed, insert_once
from survey.models import BoardCount, Kiosk, KioskRange, Response, ScreenCount, TicketBatch
from survey.services.collection import board_moments, response_states
from survey.services.installation.campaign_records import CampaignRecord
from survey.services.installation.installation import Installation
from survey.vocabulary import SELF_SERVICE, Channel


class FormCount(NamedTuple):
    """How many forms of a unit came by one channel and are in one state now."""

    unit_id: int
    state: str
    channel: str
    forms: int


class KioskCount(NamedTuple):
    """What was in of a kiosk's records, by ranges of their numbers, and what it last said of itself."""

    issued: int
    waiting: int
    doubled: int
    received: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class BoardCounts:
    """The self-service counts of a campaign at one moment; ``counted_at`` is None before the first count.

    ``spent`` are the codes that answers came with, by unit and batch; ``screens`` the codes that a unit's screens have
    shown and the answers by them; ``kiosks`` are by number.
    """

    counted_at: dt.datetime | None = None
    forms: tuple[FormCount, ...] = ()
    spent: Mapping[tuple[int, int], int] = field(default_factory=dict)
    screens: Mapping[int, tuple[int, int]] = field(default_factory=dict)
    kiosks: Mapping[int, KioskCount] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CountMoments:
    """When self-service answers were counted last, when they are counted next, and whether that is every hour now."""

    counted_at: dt.datetime | None
    next_at: dt.datetime
    hourly: bool


def count_due(installation: Installation, now: dt.datetime) -> int:
    """Count every campaign whose moment has come and was not counted yet; return how many these were."""
    return sum(_count_if_due(installation, campaign, now) for campaign in installation.campaigns.all())


def of_campaign(installation: Installation, campaign: CampaignRecord) -> BoardCounts:
    """Return the last count of a campaign: zeros where it was never counted."""
    with installation.database.read() as session:
        row = session.get(BoardCount, campaign.id)
        return BoardCounts() if row is None else _from_json(in_zone(row.counted_at), row.counts)


def moments(installation: Installation, campaign: CampaignRecord, now: dt.datetime) -> CountMoments:
    """Return between which moments the board of a campaign stands still."""
    closes_on = campaign.plan.window.closes_on
    with installation.database.read() as session:
        counted_at = _counted_at(session, campaign)
    return CountMoments(
        counted_at,
        board_moments.next_moment(closes_on, now),
        board_moments.is_hourly(closes_on, now),
    )


def live_forms(session: Session, campaign: CampaignRecord, channels: Collection[Channel]) -> list[FormCount]:
    """Return the counts of the forms that came by some channels, as they are at this moment."""
    last = response_states.last_decision()
    columns = (Response.unit_id, response_states.state(last).label("state"), Response.channel)
    query = (
        select(*columns, func.count())
        .select_from(Response)
        .outerjoin(last, response_states.joined_on(last))
        .where(Response.campaign_id == campaign.id, Response.channel.in_(channels))
        .group_by(*columns)
    )
    return [FormCount(*row) for row in session.execute(query)]


def _count_if_due(installation: Installation, campaign: CampaignRecord, now: dt.datetime) -> bool:
    due = board_moments.last_moment(campaign.plan.window.closes_on, now)
    with installation.database.read() as session:
        counted_at = _counted_at(session, campaign)
    if counted_at is not None and due <= counted_at <= now:
        return False
    with installation.database.write() as session:
        if not _claimed(session, campaign, due, now):
            return False
        here = BoardCount.campaign_id == campaign.id
        session.execute(update(BoardCount).where(here).values(counts=_counted(session, campaign)))
    return True


def _claimed(session: Session, campaign: CampaignRecord, due: dt.datetime, now: dt.datetime) -> bool:
    """Say whether the count of this moment is the caller's to make: of two processes the second finds it made.

    A count from the future was made by a clock that has been put right since.
    """
    moment = now.astimezone(ZONE)
    if insert_once(session, BoardCount, {"campaign_id": campaign.id, "counted_at": moment, "counts": {}}):
        return True
    stale = or_(BoardCount.counted_at < due, BoardCount.counted_at > moment)
    claim = update(BoardCount).where(BoardCount.campaign_id == campaign.id, stale).values(counted_at=moment)
    return changed(session, claim) == 1


def _counted_at(session: Session, campaign: CampaignRecord) -> dt.datetime | None:
    query = select(BoardCount.counted_at).where(BoardCount.campaign_id == campaign.id)
    moment = session.scalar(query)
    return None if moment is None else in_zone(moment)


def _counted(session: Session, campaign: CampaignRecord) -> dict[str, object]:
    """Return the counts of this moment as plain JSON values."""
    forms = live_forms(session, campaign, SELF_SERVICE)
    batches = select(TicketBatch.unit_id, TicketBatch.number, TicketBatch.spent)
    spent = session.execute(batches.where(TicketBatch.campaign_id == campaign.id))
    return {
        "forms": sorted(list(each) for each in forms),
        "spent": sorted(list(row) for row in spent),
        "screens": _screens(session, campaign, forms),
        "kiosks": _kiosks(session, campaign),
    }


def _screens(session: Session, campaign: CampaignRecord, forms: Sequence[FormCount]) -> list[list[int]]:
    query = select(ScreenCount.unit_id, func.sum(ScreenCount.shown)).group_by(ScreenCount.unit_id)
    shown = {
        row[0]: int(row[1]) for row in session.execute(query.where(ScreenCount.campaign_id == campaign.id))
    }
    answers: dict[int, int] = defaultdict(int)
    for each in forms:
        answers[each.unit_id] += each.forms if each.channel == Channel.SCREEN else 0
    return [[unit_id, shown.get(unit_id, 0), answers[unit_id]] for unit_id in sorted({*shown, *answers})]


def _kiosks(session: Session, campaign: CampaignRecord) -> list[list[Any]]:
    ranges: dict[int, list[list[int]]] = defaultdict(list)
    spans = select(KioskRange.kiosk, KioskRange.first_number, KioskRange.last_number)
    in_order = spans.where(KioskRange.campaign_id == campaign.id).order_by(KioskRange.first_number)
    for kiosk, first, last in session.execute(in_order):
        ranges[kiosk].append([first, last])
    columns = (Kiosk.number, Kiosk.issued, Kiosk.waiting, Kiosk.doubled)
    told = session.execute(select(*columns).where(Kiosk.campaign_id == campaign.id).order_by(Kiosk.number))
    return [[*row, ranges[row.number]] for row in told]


def _from_json(counted_at: dt.datetime, counts: Mapping[str, Any]) -> BoardCounts:
    kiosks = {
        number: KioskCount(issued, waiting, doubled, tuple((first, last) for first, last in received))
        for number, issued, waiting, doubled, received in counts["kiosks"]
    }
    return BoardCounts(
        counted_at=counted_at,
        forms=tuple(FormCount(*each) for each in counts["forms"]),
        spent={(unit_id, batch): number for unit_id, batch, number in counts["spent"]},
        screens={unit_id: (shown, answers) for unit_id, shown, answers in counts["screens"]},
        kiosks=kiosks,
    )
