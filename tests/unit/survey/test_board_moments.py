"""When self-service answers are counted: at moments that follow from the campaign's days alone."""

from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from survey.clock import ZONE, local_day, start_of
from survey.services.collection.board_moments import is_hourly, last_moment, next_moment

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
CLOSES_ON = dt.date(2024, 10, 1)
days = st.dates(dt.date(2020, 1, 10), dt.date(2040, 1, 1))
near = st.timedeltas(-5 * DAY, 2 * DAY)


def at(day: int, hour: int, minute: int = 0) -> dt.datetime:
    return dt.datetime(2024, 9, day, hour, minute, tzinfo=ZONE)


def test_an_ordinary_day_has_noon_and_its_end() -> None:
    assert last_moment(CLOSES_ON, at(12, 11, 59)) == at(12, 0)
    assert last_moment(CLOSES_ON, at(12, 12)) == at(12, 12)
    assert last_moment(CLOSES_ON, at(12, 23, 59)) == at(12, 12)
    assert next_moment(CLOSES_ON, at(12, 12)) == at(13, 0)
    assert last_moment(CLOSES_ON, at(27, 23, 59)) == at(27, 12)


def test_the_last_three_days_have_every_hour() -> None:
    assert next_moment(CLOSES_ON, at(28, 0)) == at(28, 1)
    assert last_moment(CLOSES_ON, at(30, 23, 59)) == at(30, 23)
    assert next_moment(CLOSES_ON, at(30, 23, 59)) == start_of(CLOSES_ON)
    assert next_moment(CLOSES_ON, start_of(CLOSES_ON)) == start_of(CLOSES_ON) + 12 * HOUR


@given(days, near)
def test_now_lies_between_two_moments_and_nothing_else_does(closes_on: dt.date, before: dt.timedelta) -> None:
    now = start_of(closes_on) + before
    last, following = last_moment(closes_on, now), next_moment(closes_on, now)
    assert last <= now < following
    assert last_moment(closes_on, following) == following
    assert next_moment(closes_on, last) == following
    assert last_moment(closes_on, following - dt.timedelta(microseconds=1)) == last


@given(days, near)
def test_moments_are_whole_hours_at_least_one_apart(closes_on: dt.date, before: dt.timedelta) -> None:
    now = start_of(closes_on) + before
    last, following = last_moment(closes_on, now), next_moment(closes_on, now)
    assert (following.minute, following.second, following.microsecond) == (0, 0, 0)
    assert following - last == (HOUR if is_hourly(closes_on, now) else 12 * HOUR)
    assert is_hourly(closes_on, now) == (closes_on - 3 * DAY <= local_day(now) < closes_on)


@given(days, near, near)
def test_who_looks_does_not_move_the_moment(
    closes_on: dt.date, one: dt.timedelta, other: dt.timedelta
) -> None:
    """All who look between two moments find one and the same, in whatever zone their clock is set."""
    earlier, later = sorted((start_of(closes_on) + one, start_of(closes_on) + other))
    if later < next_moment(closes_on, earlier):
        assert last_moment(closes_on, later.astimezone(dt.UTC)) == last_moment(closes_on, earlier)
    else:
        assert last_moment(closes_on, later) > last_moment(closes_on, earlier)
