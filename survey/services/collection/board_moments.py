"""The moments at which self-service answers are counted for the board: noon and the end of each day, at last each hour.

A count that moves with every answer tells who watches it when a citizen answered, and the officer at the counter knows
who stood there. So it moves at moments that nobody chooses.
"""

from __future__ import annotations

import datetime as dt

from survey.clock import ZONE, start_of

HOUR = dt.timedelta(hours=1)
OF_EVERY_DAY = (0, 12)  # local hours; the end of a day is the first moment of the next
LAST_DAYS = dt.timedelta(days=3)


def last_moment(closes_on: dt.date, now: dt.datetime) -> dt.datetime:
    """Return the latest moment of counting that is not after *now*, for a campaign whose first day outside is given."""
    hour = now.astimezone(ZONE).replace(minute=0, second=0, microsecond=0)
    while not _counts(closes_on, hour):
        hour -= HOUR
    return hour


def next_moment(closes_on: dt.date, now: dt.datetime) -> dt.datetime:
    """Return the first moment of counting after *now*."""
    hour = now.astimezone(ZONE).replace(minute=0, second=0, microsecond=0) + HOUR
    while not _counts(closes_on, hour):
        hour += HOUR
    return hour


def is_hourly(closes_on: dt.date, now: dt.datetime) -> bool:
    """Say whether the board moves by the hour: in the last three days of the campaign."""
    return start_of(closes_on - LAST_DAYS) <= now < start_of(closes_on)


def _counts(closes_on: dt.date, hour: dt.datetime) -> bool:
    return hour.hour in OF_EVERY_DAY or is_hourly(closes_on, hour)
