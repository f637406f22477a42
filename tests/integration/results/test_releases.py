"""Releases on both databases: when they are made, what they hold, what stands until the next."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace

import pytest

from scoring.disclosure.coarse import is_coarse
from survey.errors import Refusal
from survey.plans.plan import ReleaseRules
from survey.services.accounts.actors import COMMAND_LINE, Actor
from survey.services.campaigns import campaigns
from survey.services.collection import decisions, door
from survey.services.installation.campaign_records import CampaignRecord
from survey.services.installation.installation import Installation
from survey.services.kiosks import devices
from survey.services.results import analysis, figures, releases, reports, snapshots
from survey.services.results.releases import DueReleases
from survey.vocabulary import Reason, ReleaseGrade, Role, Verdict
from tests.support import paper_scene, scene
from tests.support.scene import AN_NHON, CLOSED, NOW, entry

DAY = dt.timedelta(days=1)
EVENING = NOW.replace(hour=18, minute=0)
COARSE, FULL = ReleaseGrade.COARSE, ReleaseGrade.FULL


def answer(
    installation: Installation,
    campaign: CampaignRecord,
    count: int,
    at: dt.datetime = NOW,
    unit_id: int = AN_NHON,
) -> None:
    made = (entry(campaign, unit_id=unit_id, mark="345"[n % 3]) for n in range(count))
    door.accept_all(installation, ((each, at) for each in made))


def make(installation: Installation, campaign: CampaignRecord, now: dt.datetime = EVENING) -> int | None:
    return releases.make(installation, COMMAND_LINE, campaign, now)


def grades(installation: Installation, campaign: CampaignRecord) -> dict[str, tuple[ReleaseGrade, int]]:
    found = snapshots.current(installation, campaign)
    return {campaign.unit(n).code: (unit.grade, unit.forms) for n, unit in found.units.items()}


def test_without_a_release_there_is_no_figure(installation: Installation, campaign: CampaignRecord) -> None:
    answer(installation, campaign, 45)
    shown = figures.current(installation, campaign)
    assert shown.snapshot.units == {}
    assert shown.snapshot.due_at is None
    assert shown.result.province_pooled.overall.f1.value is None
    assert shown.result.units[AN_NHON - 1].forms == 0


def test_an_open_unit_is_coarse_from_thirty_forms_on_and_then_stands(
    installation: Installation, campaign: CampaignRecord
) -> None:
    answer(installation, campaign, 29)
    assert make(installation, campaign) is None
    answer(installation, campaign, 1)
    assert make(installation, campaign) == 1
    first = figures.current(installation, campaign)
    assert grades(installation, campaign) == {"an-nhon": (COARSE, 30)}
    assert is_coarse(first.result.units[AN_NHON - 1])
    assert is_coarse(first.result.province_pooled)
    assert first.result.units[AN_NHON - 1].overall.f1.value == 79  # 29 forms around 4, and one of 3
    answer(installation, campaign, 9)
    assert make(installation, campaign) is None
    assert figures.current(installation, campaign) == first
    answer(installation, campaign, 1)
    assert make(installation, campaign) == 2
    assert grades(installation, campaign) == {"an-nhon": (COARSE, 40)}


def test_an_excluded_form_leaves_the_figures_as_they_are(
    installation: Installation, campaign: CampaignRecord
) -> None:
    answer(installation, campaign, 39)
    officer = scene.account(installation, "mot@x.vn")
    door.accept(installation, entry(campaign, number="1", actor=officer), NOW)
    head = scene.account(installation, "hai@x.vn", Role.UNIT_HEAD)
    decisions.decide(installation, head, campaign, "1", Verdict.EXCLUDED, NOW, reason=Reason.TEST)
    make(installation, campaign)
    before = figures.current(installation, campaign)
    decisions.decide(installation, head, campaign, "1", Verdict.REINSTATED, NOW)
    assert make(installation, campaign, EVENING + DAY) is None
    assert figures.current(installation, campaign) == before


def test_a_release_holds_the_half_days_that_had_begun_when_it_was_due(
    installation: Installation, campaign: CampaignRecord
) -> None:
    answer(installation, campaign, 30)
    answer(installation, campaign, 30, NOW + DAY)
    due = DueReleases(installation)
    assert due.make(EVENING + DAY - dt.timedelta(hours=8)) == [1]  # the service was off in the evening
    found = snapshots.current(installation, campaign)
    assert (found.due_at, found.units[AN_NHON].forms) == (EVENING, 30)


def test_what_is_due_is_tried_once_so_that_nobody_sees_when_there_was_enough(
    installation: Installation, campaign: CampaignRecord
) -> None:
    answer(installation, campaign, 29)
    due = DueReleases(installation)
    assert due.make(EVENING) == []
    answer(installation, campaign, 20, EVENING)
    assert due.make(EVENING + dt.timedelta(hours=2)) == []
    assert due.make(EVENING + DAY) == [1]
    assert due.make(EVENING + DAY) == []
    assert DueReleases(installation).make(EVENING + DAY) == []  # after a new start


def test_full_tables_come_once_nothing_of_the_unit_is_open(
    installation: Installation, campaign: CampaignRecord
) -> None:
    answer(installation, campaign, 12)
    officer = scene.account(installation, "mot@x.vn")
    head = scene.account(installation, "hai@x.vn", Role.UNIT_HEAD)
    second = replace(campaign.plan, code="checked", paper_check="second_person")
    campaigns.load(installation, COMMAND_LINE, second, NOW)
    record = installation.campaigns.get("checked")
    answer(installation, record, 12)
    door.accept(installation, entry(record, number="1", actor=officer), NOW)
    assert make(installation, record, CLOSED) == 1  # ten units without forms have nothing open
    assert "an-nhon" not in grades(installation, record)
    assert snapshots.current(installation, record).lacking == ("an-nhon",)
    paper_scene.verify(installation, head, record, "1", CLOSED)
    assert make(installation, record, CLOSED + DAY) == 2
    found = snapshots.current(installation, record)
    assert found.units[AN_NHON].forms == 13
    assert found.units[AN_NHON].grade is FULL
    assert found.province is not None
    assert found.province.units == tuple(range(1, 12))
    result = figures.current(installation, record).result
    assert result.units[AN_NHON - 1].items[0].answers == 13
    assert result.province_pooled == replace(result.units[AN_NHON - 1], id="province", population=None)


def test_tccb_names_what_is_open_or_is_refused(installation: Installation, campaign: CampaignRecord) -> None:
    second = replace(campaign.plan, code="checked", paper_check="second_person")
    campaigns.load(installation, COMMAND_LINE, second, NOW)
    record = installation.campaigns.get("checked")
    answer(installation, record, 12)
    door.accept(installation, entry(record, number="1", actor=scene.account(installation, "mot@x.vn")), NOW)
    tccb = scene.account(installation, "tccb@x.vn", Role.TCCB, None)

    def full(named: tuple[str, ...], now: dt.datetime = CLOSED, actor: Actor = tccb) -> int | None:
        return releases.make_full(installation, actor, record, "an-nhon", named, now)

    with pytest.raises(Refusal, match="release_too_early"):
        full(("forms_unverified",), CLOSED - DAY)
    with pytest.raises(Refusal, match="release_points_differ") as refused:
        full(())
    assert [fault.code for fault in refused.value.faults] == ["forms_unverified"]
    with pytest.raises(Refusal, match="role_out_of_reach"):
        full(("forms_unverified",), actor=Actor(1, Role.UNIT_HEAD, "an-nhon"))
    assert full(("forms_unverified",)) == 1
    unit = snapshots.current(installation, record).units[AN_NHON]
    assert (unit.grade, unit.forms, unit.open_points) == (FULL, 12, ("forms_unverified",))


def test_answers_that_a_kiosk_still_holds_are_waited_for(
    installation: Installation, campaign: CampaignRecord
) -> None:
    """They would stand in a note only."""
    number = scene.kiosk(installation, campaign)
    devices.heartbeat(installation, campaign, number, devices.RecordCounts(3, 2, 0), NOW)
    make(installation, campaign, CLOSED)
    assert snapshots.current(installation, campaign).lacking == ("an-nhon",)
    with pytest.raises(Refusal, match="release_points_differ") as refused:
        releases.make_full(installation, COMMAND_LINE, campaign, "an-nhon", (), CLOSED)
    assert [fault.code for fault in refused.value.faults] == ["kiosk_answers_waiting"]
    devices.heartbeat(installation, campaign, number, devices.RecordCounts(3, 0, 0), CLOSED)
    make(installation, campaign, CLOSED + DAY)
    assert snapshots.current(installation, campaign).lacking == ()


def test_the_province_without_a_unit_names_it(installation: Installation, campaign: CampaignRecord) -> None:
    second = replace(campaign.plan, code="checked", paper_check="second_person")
    campaigns.load(installation, COMMAND_LINE, second, NOW)
    record = installation.campaigns.get("checked")
    answer(installation, record, 12, unit_id=1)
    answer(installation, record, 20)
    door.accept(installation, entry(record, number="1", actor=scene.account(installation, "mot@x.vn")), NOW)
    assert make(installation, record, CLOSED) == 1
    assert snapshots.current(installation, record).province is None
    for named in ((), ("van-phong",)):
        with pytest.raises(Refusal, match="release_units_differ"):
            releases.make_province_full(installation, COMMAND_LINE, record, named, CLOSED)
    assert releases.make_province_full(installation, COMMAND_LINE, record, ("an-nhon",), CLOSED) == 2
    shown = figures.current(installation, record)
    assert shown.result.province_pooled.forms == 12
    assert not is_coarse(shown.result.province_pooled)
    assert shown.snapshot.lacking == ("an-nhon",)


def test_after_full_tables_few_changed_forms_make_a_note(
    installation: Installation, campaign: CampaignRecord
) -> None:
    answer(installation, campaign, 20)
    head = scene.account(installation, "hai@x.vn", Role.UNIT_HEAD)
    for number in range(12):
        door.accept(installation, entry(campaign, number=str(number), mark="1", actor=head), NOW)
    tccb = scene.account(installation, "tccb@x.vn", Role.TCCB, None)
    scene.released(installation, campaign)
    before = figures.current(installation, campaign)
    for number in range(9):
        decisions.decide(
            installation, tccb, campaign, str(number), Verdict.EXCLUDED, CLOSED, reason=Reason.NOT_GENUINE
        )
    assert make(installation, campaign, CLOSED + DAY) == 2
    after = figures.current(installation, campaign)
    assert after.result == before.result
    amendment = after.snapshot.units[AN_NHON].amendment
    assert amendment is not None
    assert (amendment.changed, amendment.reasons) == (9, {"not_genuine": 9})
    assert not amendment.conclusion_changes
    assert make(installation, campaign, CLOSED + 2 * DAY) is None  # the note says it already
    decisions.decide(installation, tccb, campaign, "9", Verdict.EXCLUDED, CLOSED, reason=Reason.TEST)
    assert make(installation, campaign, CLOSED + 3 * DAY) == 3
    last = snapshots.current(installation, campaign).units[AN_NHON]
    assert (last.forms, last.amendment) == (22, None)


def test_a_note_is_taken_back_when_the_forms_are(
    installation: Installation, campaign: CampaignRecord
) -> None:
    answer(installation, campaign, 30)
    head = scene.account(installation, "hai@x.vn", Role.UNIT_HEAD)
    door.accept(installation, entry(campaign, number="1", actor=head), NOW)
    scene.released(installation, campaign)
    decisions.decide(installation, head, campaign, "1", Verdict.EXCLUDED, CLOSED, reason=Reason.TEST)
    make(installation, campaign, CLOSED)
    assert snapshots.current(installation, campaign).units[AN_NHON].amendment is not None
    decisions.decide(installation, head, campaign, "1", Verdict.REINSTATED, CLOSED)
    make(installation, campaign, CLOSED + DAY)
    assert snapshots.current(installation, campaign).units[AN_NHON].amendment is None


def test_an_ended_month_is_a_set_of_its_own(installation: Installation, campaign: CampaignRecord) -> None:
    monthly = replace(campaign.plan, code="monthly", releases=ReleaseRules(period="month"))
    campaigns.load(installation, COMMAND_LINE, monthly, NOW)
    record = installation.campaigns.get("monthly")
    assert record.plan.releases == monthly.releases
    answer(installation, record, 25)
    answer(installation, record, 9, unit_id=1)
    first_of_september = dt.datetime(2024, 9, 1, 18, tzinfo=NOW.tzinfo)
    answer(installation, record, 5, first_of_september)
    assert make(installation, record, first_of_september - DAY) is None
    assert make(installation, record, first_of_september) == 1
    assert snapshots.periods(installation, record) == ("2024-08",)
    assert snapshots.current(installation, record).units == {}  # 30 forms, but near those of August
    august = figures.current(installation, record, "2024-08")
    assert {n: (unit.grade, unit.forms) for n, unit in august.snapshot.units.items()} == {AN_NHON: (FULL, 25)}
    assert august.snapshot.is_full(None)
    assert august.result.province_pooled.forms == 25
    answer(installation, record, 5, first_of_september)
    assert make(installation, record, first_of_september + DAY) == 2
    assert grades(installation, record) == {"an-nhon": (COARSE, 35)}


def test_the_analysis_waits_for_the_provinces_full_tables(
    installation: Installation, campaign: CampaignRecord
) -> None:
    answer(installation, campaign, 30)
    make(installation, campaign)
    studied = analysis.assessment(installation, COMMAND_LINE, campaign)
    assert studied.analysis is None
    assert analysis.remarks(installation, studied, "an-nhon") is None
    scene.released(installation, campaign)
    assert analysis.assessment(installation, COMMAND_LINE, campaign).analysis is not None


def test_counts_are_those_of_the_release_for_every_unit(
    installation: Installation, campaign: CampaignRecord
) -> None:
    answer(installation, campaign, 30)
    answer(installation, campaign, 3, unit_id=1)
    make(installation, campaign)
    answer(installation, campaign, 5)
    assessed = reports.assessment(installation, COMMAND_LINE, campaign)
    assert {unit.id: unit.valid for unit in assessed.units if unit.valid} == {"an-nhon": 30, "van-phong": 3}
    head = reports.assessment(installation, Actor(1, Role.UNIT_HEAD, "an-nhon"), campaign)
    assert [unit.id for unit in head.units] == ["an-nhon"]
    assert set(head.daily) == {"an-nhon"}
    assert sum(head.daily["an-nhon"].values()) == 30


def test_each_release_is_noted_once_with_its_units(
    installation: Installation, campaign: CampaignRecord
) -> None:
    answer(installation, campaign, 30)
    make(installation, campaign)
    make(installation, campaign)
    audit = scene.table("audit_entry")
    with installation.database.read() as session:
        rows = session.execute(audit.select().where(audit.c.act == "figures_released")).all()
    (row,) = rows
    details = row.details if isinstance(row.details, dict) else json.loads(row.details)
    assert (row.subject, details["units"], details["province"]) == ("1", {"an-nhon": "coarse:30"}, False)
