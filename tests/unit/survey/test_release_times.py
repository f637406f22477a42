"""When releases are due, which half-days they hold, and where a campaign is cut into periods."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.clock import ZONE, half_day, local_day
from survey.plans.plan import CampaignWindow, ReleaseRules
from survey.services.results import release_times

OPENS = dt.date(2024, 8, 5)
DAILY = ReleaseRules()
TWICE = ReleaseRules(("12:00", "17:30"))
WINDOW = CampaignWindow(OPENS, dt.date(2024, 10, 1), dt.date(2024, 10, 5))
FIRST = dt.datetime(2024, 8, 5, tzinfo=ZONE)
MOMENTS = st.integers(0, 148 * 24 * 3600).map(lambda seconds: FIRST + dt.timedelta(seconds=seconds))


def at(month: int, day: int, hour: int, minute: int = 0) -> dt.datetime:
    return dt.datetime(2024, month, day, hour, minute, tzinfo=ZONE)


@pytest.mark.parametrize(
    ("rules", "now", "due"),
    [
        (DAILY, at(8, 5, 17, 59), None),
        (DAILY, at(8, 5, 18), at(8, 5, 18)),
        (DAILY, at(8, 6, 8), at(8, 5, 18)),
        (DAILY, at(11, 6, 19), at(11, 6, 18)),  # after the close: a unit may have settled since
        (TWICE, at(8, 6, 12), at(8, 6, 12)),
        (TWICE, at(8, 6, 11, 59), at(8, 5, 17, 30)),
        (TWICE, at(8, 6, 23), at(8, 6, 17, 30)),
    ],
)
def test_the_last_one_due_is_the_plans_last_time_up_to_now(
    rules: ReleaseRules, now: dt.datetime, due: dt.datetime | None
) -> None:
    assert release_times.last_due(rules, OPENS, now) == due


@given(MOMENTS, st.sampled_from([DAILY, TWICE]))
def test_between_the_last_and_the_next_none_is_due(now: dt.datetime, rules: ReleaseRules) -> None:
    last, coming = release_times.last_due(rules, OPENS, now), release_times.next_due(rules, OPENS, now)
    assert now < coming <= now + dt.timedelta(days=1)
    assert f"{coming:%H:%M}" in rules.times
    if last is not None:
        assert last <= now
        assert release_times.next_due(rules, OPENS, last) == coming


def test_a_moment_in_utc_is_the_same_moment() -> None:
    assert release_times.last_due(DAILY, OPENS, at(8, 5, 18).astimezone(dt.UTC)) == at(8, 5, 18)


@given(MOMENTS, MOMENTS)
def test_a_form_counts_once_its_half_day_has_begun(due: dt.datetime, came: dt.datetime) -> None:
    counts = release_times.counts_by(due, local_day(came), half_day(came))
    begins = came.replace(hour=0 if came.hour < 12 else 12, minute=0, second=0, microsecond=0)
    assert counts is (begins <= due)


def test_a_campaign_is_cut_by_months_or_quarters_and_only_what_ended_counts() -> None:
    monthly = ReleaseRules(period="month")
    codes = [each.code for each in release_times.ended_periods(monthly, WINDOW, at(10, 1, 18))]
    assert codes == ["2024-08", "2024-09"]
    (august,) = release_times.ended_periods(monthly, WINDOW, at(9, 30, 18))
    assert (august.first, august.end) == (OPENS, dt.date(2024, 9, 1))
    assert august.holds(dt.date(2024, 8, 31))
    assert not august.holds(dt.date(2024, 9, 1))
    year = CampaignWindow(dt.date(2024, 1, 1), dt.date(2025, 1, 1), dt.date(2025, 2, 1))
    quarters = release_times.ended_periods(ReleaseRules(period="quarter"), year, at(12, 31, 18))
    assert [each.code for each in quarters] == ["2024-Q1", "2024-Q2", "2024-Q3"]


def test_a_campaign_within_one_period_has_none() -> None:
    quarterly = ReleaseRules(period="quarter")
    assert release_times.ended_periods(quarterly, WINDOW, at(12, 1, 18)) == ()
    assert release_times.ended_periods(DAILY, WINDOW, at(12, 1, 18)) == ()
