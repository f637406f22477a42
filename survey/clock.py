"""The time of day where the survey takes place, and the days and deadlines that follow from it.

Nothing below the web and the command line asks what time it is: a moment is passed in.
"""

from __future__ import annotations

import datetime as dt
from typing import Literal
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")

HalfDay = Literal["am", "pm"]


def now() -> dt.datetime:
    """Return the present moment in the survey's time zone."""
    return dt.datetime.now(ZONE)


def in_zone(moment: dt.datetime) -> dt.datetime:
    """Return a moment out of the database in the survey's zone; the embedded one keeps the clock's face and no zone."""
    return moment.replace(tzinfo=ZONE) if moment.tzinfo is None else moment.astimezone(ZONE)


def local_day(moment: dt.datetime) -> dt.date:
    """Return the calendar day of *moment* in the survey's time zone."""
    return moment.astimezone(ZONE).date()


def half_day(moment: dt.datetime) -> HalfDay:
    """Return ``am`` before local noon, else ``pm``: the finest time kept with an answer."""
    return "am" if moment.astimezone(ZONE).hour < 12 else "pm"


def start_of(day: dt.date) -> dt.datetime:
    """Return the first moment of the local *day*."""
    return dt.datetime.combine(day, dt.time(), ZONE)
