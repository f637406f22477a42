"""How far every unit is from its minimum, by one query for any number of units."""

from __future__ import annotations

import datetime as dt
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from survey.clock import local_day, start_of
from survey.plans.plan import PlanUnit
from survey.services.accounts.actors import Actor
from survey.services.collection import board_counts
from survey.services.collection.board_counts import FormCount
from survey.services.installation.campaign_records import CampaignRecord
from survey.services.installation.installation import Installation
from survey.vocabulary import SELF_SERVICE, Channel, State

DAY = dt.timedelta(days=1)
UNCOUNTED = "uncounted"


@dataclass(frozen=True, slots=True)
class Progress:
    """One unit's count against its minimum target.

    ``valid`` are the valid forms that count to the target, ``uncounted`` those of channels that the plan does
    not let count; ``channels`` are both, by channel. ``expected`` is the even share of the target that
    would be in by the end of today; ``pace`` is valid forms a day so far; ``forecast`` the day on which the
    target is met at that pace, None when there is no pace to go by.
    """

    unit: PlanUnit
    target: int
    valid: int
    awaiting: int
    late: int
    excluded: int
    uncounted: int
    channels: Mapping[str, int]
    expected: int
    pace: float
    forecast: dt.date | None

    @property
    def missing(self) -> int:
        """How many valid forms are still wanted."""
        return max(self.target - self.valid, 0)

    @property
    def share(self) -> float:
        """Valid forms over the target; 1.0 where the target is zero."""
        return self.valid / self.target if self.target else 1.0


@dataclass(frozen=True, slots=True)
class Board:
    """Every unit's progress, and the days left."""

    campaign: CampaignRecord
    today: dt.date
    units: tuple[Progress, ...]
    days_to_close: int
    days_to_report: int

    def total(self, name: str) -> int:
        """Return the sum of a count over the units."""
        return sum(getattr(unit, name) for unit in self.units)


def progress(installation: Installation, actor: Actor, campaign: CampaignRecord, now: dt.datetime) -> Board:
    """Return the live board of the units that *actor* reaches. One query, whatever their number.

    It is for whoever has the shell and for what the service decides itself: pages show :func:`shown`.
    """
    with installation.database.read() as session:
        forms = board_counts.live_forms(session, campaign, tuple(Channel))
    return _board(campaign, actor, forms, now)


def shown(installation: Installation, actor: Actor, campaign: CampaignRecord, now: dt.datetime) -> Board:
    """Return the board as pages show it: paper as it is, self-service as it was at the last moment of counting."""
    counts = board_counts.of_campaign(installation, campaign)
    watched = [channel for channel in Channel if channel not in SELF_SERVICE]
    with installation.database.read() as session:
        forms = board_counts.live_forms(session, campaign, watched)
    return _board(campaign, actor, [*forms, *counts.forms], now)


def _board(campaign: CampaignRecord, actor: Actor, forms: Iterable[FormCount], now: dt.datetime) -> Board:
    counts: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    channels: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    counted = frozenset(campaign.plan.channels.counted)
    for each in forms:
        if each.state == State.VALID:
            channels[each.unit_id][each.channel] += each.forms
        wanted = each.state != State.VALID or each.channel in counted
        counts[each.unit_id][each.state if wanted else UNCOUNTED] += each.forms
    today = local_day(now)
    reached = sorted(n for code, n in campaign.unit_ids.items() if actor.reaches(code))
    return Board(
        campaign=campaign,
        today=today,
        units=tuple(_progress(campaign, n, counts[n], channels[n], today) for n in reached),
        days_to_close=_days_left(campaign.closes_at, now),
        days_to_report=_days_left(campaign.report_before, now),
    )


def _progress(
    campaign: CampaignRecord,
    unit_id: int,
    counts: Mapping[str, int],
    channels: Mapping[str, int],
    today: dt.date,
) -> Progress:
    unit = campaign.unit(unit_id)
    window = campaign.plan.window
    length = (window.closes_on - window.opens_on).days
    elapsed = min(max((today - window.opens_on).days + 1, 0), length)
    valid = counts.get(State.VALID, 0)
    pace = valid / elapsed if elapsed else 0.0
    return Progress(
        unit=unit,
        target=unit.target,
        valid=valid,
        awaiting=counts.get(State.AWAITING, 0),
        late=counts.get(State.LATE, 0),
        excluded=counts.get(State.EXCLUDED, 0),
        uncounted=counts.get(UNCOUNTED, 0),
        channels={channel.value: channels.get(channel, 0) for channel in Channel},
        expected=math.ceil(unit.target * elapsed / length),
        pace=pace,
        forecast=_forecast(unit.target - valid, pace, today),
    )


def _forecast(missing: int, pace: float, today: dt.date) -> dt.date | None:
    if missing <= 0:
        return today
    if not pace:
        return None
    days = math.ceil(missing / pace)
    return today + days * DAY if days < 10_000 else None


def _days_left(moment: dt.datetime, now: dt.datetime) -> int:
    """Return whole days up to *moment*, today included; 0 once it has passed."""
    return max(math.ceil((moment - start_of(local_day(now))) / DAY), 0) if now < moment else 0
