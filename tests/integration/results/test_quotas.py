"""The quota board: right counts for any history, at the cost of one query, and days that end at midnight."""

from __future__ import annotations

import dataclasses
import datetime as dt
import random
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, event

from survey.clock import ZONE, start_of
from survey.database.engine import Database
from survey.errors import Refusal
from survey.services.accounts.actors import COMMAND_LINE, Actor
from survey.services.campaigns import campaigns
from survey.services.collection import decisions, door
from survey.services.installation.campaign_records import CampaignRecord
from survey.services.installation.installation import Installation
from survey.services.results import estimates, quotas
from survey.services.results.quotas import Board
from survey.vocabulary import Reason, Role, State, Verdict
from tests.support import paper_scene, scene
from tests.support.scene import NOW, entry

DAY = dt.timedelta(days=1)
SECOND = dt.timedelta(seconds=1)


@contextmanager
def statements(engine: Engine) -> Iterator[list[str]]:
    """Collect the statements that are carried out, transactions' own left out."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA")):
            seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)


def board(
    installation: Installation, campaign: CampaignRecord, now: dt.datetime = NOW, actor: Actor = COMMAND_LINE
) -> Board:
    return quotas.progress(installation, actor, campaign, now)


def with_units(installation: Installation, campaign: CampaignRecord, count: int) -> CampaignRecord:
    """A campaign of that many units."""
    model = campaign.plan.units[0]
    units = tuple(
        dataclasses.replace(model, code=f"u-{n}", name=f"Đơn vị {n}", target=3) for n in range(count)
    )
    plan = dataclasses.replace(campaign.plan, code=f"units-{count}", units=units)
    campaigns.load(installation, COMMAND_LINE, plan, NOW)
    return installation.campaigns.get(plan.code)


def test_four_hundred_units_cost_as_many_queries_as_eleven(
    installation: Installation, campaign: CampaignRecord
) -> None:
    many = with_units(installation, campaign, 400)
    door.accept_all(installation, ((entry(many, unit_id=n % 400 + 1), NOW) for n in range(900)))
    door.accept_all(installation, ((entry(campaign, unit_id=n % 11 + 1), NOW) for n in range(50)))
    costs = []
    for record in (campaign, many):
        with statements(installation.database.engine) as seen:
            found = board(installation, record)
        costs.append(len(seen))
        assert sum(unit.valid for unit in found.units) == found.total("valid") > 0
    assert costs == [1, 1]
    for record in (campaign, many):
        with statements(installation.database.engine) as seen:
            estimates.mark_table(installation, record, estimates.valid_forms(record))
        assert len(seen) == 1


def judge(
    installation: Installation, actor: Actor, campaign: CampaignRecord, number: str, verdict: Verdict
) -> None:
    """Let somebody decide about a form: verify it by its totals, exclude or reinstate it."""
    if verdict is Verdict.VERIFIED:
        paper_scene.verify(installation, actor, campaign, number)
        return
    reason = Reason.TEST if verdict is Verdict.EXCLUDED else None
    decisions.decide(installation, actor, campaign, number, verdict, NOW, reason=reason)


def follow(state: State, verdict: Verdict, reinstated: State) -> State | None:
    """The state after a verdict, None where the verdict is not allowed."""
    return {
        (State.EXCLUDED, Verdict.REINSTATED): reinstated,
        (State.AWAITING, Verdict.VERIFIED): State.VALID,
        (State.VALID, Verdict.EXCLUDED): State.EXCLUDED,
        (State.AWAITING, Verdict.EXCLUDED): State.EXCLUDED,
        (State.LATE, Verdict.EXCLUDED): State.EXCLUDED,
    }.get((state, verdict))


def test_the_counts_are_those_of_a_plain_model(installation: Installation, campaign: CampaignRecord) -> None:
    """Whatever people decide in whatever order, the board counts what a list of states counts."""
    second = dataclasses.replace(campaign.plan, code="model", paper_check="second_person")
    campaigns.load(installation, COMMAND_LINE, second, NOW)
    record = installation.campaigns.get("model")
    keyer, checker = (
        scene.account(installation, "a@x.vn", Role.TCCB, None),
        scene.account(installation, "b@x.vn", Role.TCCB, None),
    )
    expected: dict[str, tuple[int, State, bool]] = {}
    chance = random.Random(5)

    @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        st.integers(1, 11),
        st.booleans(),
        st.booleans(),
        st.lists(st.sampled_from([Verdict.EXCLUDED, Verdict.VERIFIED, Verdict.REINSTATED]), max_size=6),
    )
    def live(unit_id: int, paper: bool, late: bool, verdicts: list[Verdict]) -> None:
        number = scene.fresh_number()
        moment = scene.CLOSED if late else NOW
        entered = entry(
            record,
            unit_id=unit_id,
            number=number if paper else None,
            actor=keyer,
            mark=chance.choice("12345"),
        )
        first = State(door.accept(installation, entered, moment).state)
        assert first is (State.LATE if late else State.AWAITING if paper else State.VALID)
        state: State = first
        verified = False
        for verdict in verdicts if paper else ():
            after = follow(state, verdict, State.VALID if verified else first)
            if after is None:
                with pytest.raises(Refusal, match="decision_not_allowed"):
                    judge(installation, checker, record, number, verdict)
                continue
            judge(installation, checker, record, number, verdict)
            verified = verified or verdict is Verdict.VERIFIED
            state = after
        expected[number] = (unit_id, state, paper)

    live()
    counted = Counter((unit_id, state) for unit_id, state, _ in expected.values())
    found = board(installation, record)
    for unit_id, unit in enumerate(found.units, start=1):
        assert (unit.valid, unit.awaiting, unit.late, unit.excluded) == tuple(
            counted[unit_id, state] for state in (State.VALID, State.AWAITING, State.LATE, State.EXCLUDED)
        )
        assert sum(unit.channels.values()) == unit.valid
    assert len(
        estimates.mark_table(installation, record, estimates.valid_forms(record)).marks
    ) == found.total("valid")


@pytest.mark.parametrize(
    ("now", "to_close", "to_report"),
    [
        (start_of(dt.date(2024, 8, 5)), 57, 61),
        (start_of(dt.date(2024, 8, 6)) - SECOND, 57, 61),
        (start_of(dt.date(2024, 8, 6)), 56, 60),
        (start_of(dt.date(2024, 9, 30)), 1, 5),
        (start_of(dt.date(2024, 10, 1)) - SECOND, 1, 5),
        (start_of(dt.date(2024, 10, 1)), 0, 4),
        (start_of(dt.date(2024, 10, 4)), 0, 1),
        (start_of(dt.date(2024, 10, 5)) - SECOND, 0, 1),
        (start_of(dt.date(2024, 10, 5)), 0, 0),
        (start_of(dt.date(2025, 10, 5)), 0, 0),
    ],
)
def test_days_are_left_until_midnight_where_the_survey_is(
    installation: Installation, campaign: CampaignRecord, now: dt.datetime, to_close: int, to_report: int
) -> None:
    for moment in (now, now.astimezone(dt.UTC)):
        found = board(installation, campaign, moment)
        assert (found.days_to_close, found.days_to_report) == (to_close, to_report)
        assert found.today == now.date()


def test_a_form_of_the_last_second_counts_and_the_next_one_is_late(
    installation: Installation, campaign: CampaignRecord
) -> None:
    midnight = dt.datetime(2024, 10, 1, tzinfo=ZONE)
    for moment in (midnight - SECOND, midnight):
        door.accept(installation, entry(campaign), moment.astimezone(dt.UTC))
    found = board(installation, campaign, midnight)
    assert (found.total("valid"), found.total("late")) == (1, 1)


def unit_of(installation: Installation, campaign: CampaignRecord, now: dt.datetime) -> quotas.Progress:
    return board(installation, campaign, now).units[scene.AN_NHON - 1]


def test_what_is_expected_grows_by_the_day_from_the_first_to_the_last(
    installation: Installation, campaign: CampaignRecord
) -> None:
    """80 forms in 57 days: at least 80 d / 57 of them by the end of day d."""
    opens = campaign.opens_at
    assert unit_of(installation, campaign, opens - SECOND).expected == 0
    assert unit_of(installation, campaign, opens).expected == 2  # 80/57 is 1.4
    assert unit_of(installation, campaign, opens + 28 * DAY).expected == 41  # 80 * 29/57 is 40.7
    assert unit_of(installation, campaign, campaign.closes_at - SECOND).expected == 80
    assert unit_of(installation, campaign, campaign.closes_at + 300 * DAY).expected == 80


def test_the_forecast_follows_the_pace_and_says_nothing_without_one(
    installation: Installation, campaign: CampaignRecord
) -> None:
    opens = campaign.opens_at
    assert unit_of(installation, campaign, opens).forecast is None
    assert unit_of(installation, campaign, opens - DAY).pace == 0
    door.accept_all(installation, ((entry(campaign), opens) for _ in range(20)))
    tenth = unit_of(installation, campaign, opens + 9 * DAY)
    assert (tenth.pace, tenth.missing, tenth.share) == (2.0, 60, 0.25)
    assert tenth.forecast == dt.date(2024, 8, 14) + 30 * DAY
    door.accept_all(installation, ((entry(campaign), opens) for _ in range(60)))
    met = unit_of(installation, campaign, opens + 9 * DAY)
    assert (met.missing, met.share) == (0, 1.0)
    assert met.forecast == dt.date(2024, 8, 14)


def test_a_unit_without_a_target_has_met_it(installation: Installation, campaign: CampaignRecord) -> None:
    units = (dataclasses.replace(campaign.plan.units[0], target=0),)
    plan = dataclasses.replace(campaign.plan, code="free", units=units)
    campaigns.load(installation, COMMAND_LINE, plan, NOW)
    (unit,) = board(installation, installation.campaigns.get("free")).units
    assert (unit.share, unit.missing, unit.expected, unit.forecast) == (1.0, 0, 0, NOW.date())


def test_a_person_of_a_unit_sees_that_unit_alone(
    installation: Installation, campaign: CampaignRecord
) -> None:
    door.accept_all(installation, ((entry(campaign, unit_id=n), NOW) for n in range(1, 12)))
    found = board(installation, campaign, actor=Actor(1, Role.UNIT_HEAD, "an-nhon"))
    assert [unit.unit.code for unit in found.units] == ["an-nhon"]
    assert found.total("valid") == 1
    assert not board(installation, campaign, actor=Actor(1, Role.OFFICER, "elsewhere")).units


def test_campaigns_never_share_a_count(installation: Installation, campaign: CampaignRecord) -> None:
    other = with_units(installation, campaign, 11)
    door.accept(installation, entry(other), NOW)
    assert board(installation, campaign).total("valid") == 0
    assert board(installation, other).total("valid") == 1


def test_results_without_a_form_are_empty_and_no_defect(
    installation: Installation, campaign: CampaignRecord
) -> None:
    assert isinstance(installation.database, Database)
    found = estimates.of_marks(campaign, [], [])
    assert found.province_pooled.forms == 0
    assert found.province_pooled.overall.f1.value is None
