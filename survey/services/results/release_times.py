"""When releases are due, and which forms and periods they may hold: days and clock times only."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from survey.clock import ZONE, half_day, local_day
from survey.plans.plan import CampaignWindow, ReleaseRules
from survey.vocabulary import HalfDay

DAY = dt.timedelta(days=1)
MONTHS = {"month": 1, "quarter": 3}


@dataclass(frozen=True, slots=True)
class Period:
    """A part of a campaign: its code (``2024-08``, ``2024-Q3``), its first day and the first day after it."""

    code: str
    first: dt.date
    end: dt.date

    def holds(self, day: dt.date) -> bool:
        """Say whether a local day lies in the period."""
        return self.first <= day < self.end


def last_due(rules: ReleaseRules, opens_on: dt.date, now: dt.datetime) -> dt.datetime | None:
    """Return the last moment up to *now* at which a release was due, None before the campaign's first one."""
    today = local_day(now)
    moments = (_moment(day, time) for day in (today, today - DAY) for time in reversed(rules.times))
    return next((due for due in moments if due <= now and local_day(due) >= opens_on), None)


def next_due(rules: ReleaseRules, opens_on: dt.date, now: dt.datetime) -> dt.datetime:
    """Return the first moment after *now* at which a release is due."""
    first = max(local_day(now), opens_on)
    moments = (_moment(day, time) for day in (first, first + DAY) for time in rules.times)
    return next(due for due in moments if due > now)


def counts_by(due: dt.datetime, day: dt.date, half: str) -> bool:
    """Say whether a form of that half-day may stand in a release that was due then: the half-day had begun."""
    return (day, half) < (local_day(due), _after(due))


def ended_periods(rules: ReleaseRules, window: CampaignWindow, due: dt.datetime) -> tuple[Period, ...]:
    """Return the campaign's periods that had ended when a release was due, in order.

    A campaign that lies within one month or quarter has no periods: they would be the whole once more.
    """
    periods = tuple(_periods(rules, window))
    return tuple(each for each in periods if each.end <= local_day(due)) if len(periods) > 1 else ()


def period(rules: ReleaseRules, window: CampaignWindow, code: str) -> Period | None:
    """Return the period of that code, None where the campaign has none such."""
    return next((each for each in _periods(rules, window) if each.code == code), None)


def _periods(rules: ReleaseRules, window: CampaignWindow) -> Iterator[Period]:
    if not rules.period:
        return
    first = window.opens_on
    while first < window.closes_on:
        end = min(_start_of_next(first, MONTHS[rules.period]), window.closes_on)
        yield Period(_code(first, rules.period), first, end)
        first = end


def _start_of_next(day: dt.date, months: int) -> dt.date:
    month = (day.month - 1) // months * months + months
    return dt.date(day.year + month // 12, month % 12 + 1, 1)


def _code(day: dt.date, period: str) -> str:
    return f"{day:%Y-%m}" if period == "month" else f"{day.year}-Q{(day.month + 2) // 3}"


def _moment(day: dt.date, time: str) -> dt.datetime:
    return dt.datetime.combine(day, dt.time.fromisoformat(time), ZONE)


def _after(due: dt.datetime) -> str:
    """Return what sorts after every half-day that had begun by then."""
    return HalfDay(half_day(due)) + "~"
