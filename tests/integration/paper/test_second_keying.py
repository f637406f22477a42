"""Double keying: blind, compared field by field, settled by a third person; and serials that come twice."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from sqlalchemy import Select, String, column, func, literal_column, select, text

from forms.answers import AnswerSheet
from survey.documents.reports.keying_comparison import KeyingComparison
from survey.errors import Refusal
from survey.models import PaperReading, Response
from survey.services.accounts.actors import COMMAND_LINE, Actor
from survey.services.collection import decisions, door, duplicate_serials, readings, serials
from survey.services.collection.decisions import KeyedForm
from survey.services.installation.campaign_records import CampaignRecord
from survey.services.installation.installation import Installation
from survey.services.paper import closing, keying_accuracy, second_keying
from survey.services.paper.second_keying import DisputedForm
from survey.services.results import quotas
from survey.vocabulary import ReadingSource, Reason, Role, State, Verdict
from tests.support import paper_scene, scene
from tests.support.paper_scene import HEAD, issue
from tests.support.scene import CLOSED, NOW, entry
from tests.support.web import SignIn

LATER = CLOSED + dt.timedelta(days=1)


@pytest.fixture
def people(installation: Installation, campaign: CampaignRecord) -> tuple[Actor, Actor, Actor]:
    """Two officers and the head of An Nhơn, for whom 400 forms were printed."""
    issue(installation, campaign, 1, 400)
    heads = scene.account(installation, "ba@x.vn", Role.UNIT_HEAD)
    return scene.account(installation, "mot@x.vn"), scene.account(installation, "hai@x.vn"), heads


def drawn(installation: Installation, campaign: CampaignRecord, *, wanted: bool = True) -> str:
    """The first number that chance draws for double keying, or does not."""
    key = installation.keys.paper_sample
    return next(f"{n:04}" for n in range(2, 400) if serials.is_sampled(key, campaign, n) is wanted)


def first(
    installation: Installation, campaign: CampaignRecord, number: str, actor: Actor, comment: str = ""
) -> None:
    door.accept(installation, entry(campaign, number=number, actor=actor, comment=comment), NOW)


def sheet(campaign: CampaignRecord, comment: str = "", **changes: str) -> AnswerSheet:
    """The answers of the first keying, with other marks at some places (``m3="1"``)."""
    made = scene.sheet(campaign.questionnaire, "4", comment)
    marks = list(made.marks)
    for name, mark in changes.items():
        marks[int(name[1:])] = mark
    return replace(made, marks="".join(marks))


def state(installation: Installation, campaign: CampaignRecord, number: str) -> State:
    with installation.database.read() as session:
        return decisions.present_state(session, decisions.paper_of(session, campaign, number))


def valid(installation: Installation, campaign: CampaignRecord) -> int:
    return quotas.progress(installation, HEAD, campaign, NOW).total("valid")


def test_paper_counts_only_once_a_second_person_agrees(
    installation: Installation, campaign: CampaignRecord, people: tuple[Actor, Actor, Actor]
) -> None:
    one, two, head = people
    number = drawn(installation, campaign)
    first(installation, campaign, number, one)
    assert (valid(installation, campaign), state(installation, campaign, number)) == (0, State.AWAITING)
    for actor, barred in ((one, "second_by_same"), (two, "")):
        (waits,) = second_keying.waiting(installation, actor, campaign, "an-nhon")
        assert waits.barred == barred
    with pytest.raises(Refusal, match="double_keying_needed"):
        paper_scene.verify(installation, head, campaign, number, NOW)
    with pytest.raises(Refusal, match="second_by_same"):
        second_keying.key_second(installation, one, campaign, number, sheet(campaign), NOW)
    assert second_keying.key_second(installation, two, campaign, number, sheet(campaign), NOW)
    assert (valid(installation, campaign), state(installation, campaign, number)) == (1, State.VALID)
    with pytest.raises(Refusal, match="second_not_wanted"):
        second_keying.key_second(installation, head, campaign, number, sheet(campaign), NOW)
    assert second_keying.waiting(installation, two, campaign, "an-nhon") == []


def test_nobody_who_keys_sees_how_it_was_keyed(
    installation: Installation, campaign: CampaignRecord, people: tuple[Actor, Actor, Actor]
) -> None:
    one, two, head = people
    number = drawn(installation, campaign)
    first(installation, campaign, number, one)
    assert not second_keying.key_second(installation, two, campaign, number, sheet(campaign, m3="1"), NOW)
    for actor in (one, two):
        (seen,) = second_keying.discrepancies(installation, actor, campaign, "an-nhon")
        assert seen == DisputedForm(number, own=True)
        with pytest.raises(Refusal, match="settle_own_entry"):
            second_keying.discrepancy(installation, actor, campaign, number)
        with pytest.raises(Refusal, match="settle_own_entry"):
            second_keying.adjudicate(installation, actor, campaign, number, {}, NOW)
    assert second_keying.discrepancies(installation, head, campaign, "an-nhon") == [
        DisputedForm(number, own=False)
    ]
    found = second_keying.discrepancy(installation, head, campaign, number)
    field = campaign.questionnaire.items[3].field
    assert [(d.field, d.first, d.second) for d in found.fields] == [(field, "4", "1")]
    with pytest.raises(Refusal, match="role_out_of_reach"):
        second_keying.discrepancy(installation, COMMAND_LINE, campaign, number)


@pytest.mark.parametrize(("chosen", "mark", "wrong"), [("4", "4", 0), ("1", "1", 1), ("", "-", 1)])
def test_a_third_person_settles_and_only_the_right_answers_count(
    installation: Installation,
    campaign: CampaignRecord,
    people: tuple[Actor, Actor, Actor],
    chosen: str,
    mark: str,
    wrong: int,
) -> None:
    one, two, head = people
    number = drawn(installation, campaign)
    first(installation, campaign, number, one, comment="Cảm ơn!")
    second_keying.key_second(installation, two, campaign, number, sheet(campaign, "cảm ơn", m3="1"), NOW)
    with pytest.raises(Refusal, match="settle_incomplete"):
        second_keying.adjudicate(installation, head, campaign, number, {}, NOW)
    field = campaign.questionnaire.items[3].field
    second_keying.adjudicate(installation, head, campaign, number, {field: chosen}, LATER)
    assert (valid(installation, campaign), state(installation, campaign, number)) == (1, State.VALID)
    (form,) = decisions.keyed_forms(installation, head, campaign, "an-nhon")
    assert form == KeyedForm(number, State.VALID)
    assert paper_scene.marks(installation, campaign, number)[3] == mark
    fields = len(campaign.questionnaire.items) + 1 + len(campaign.questionnaire.profile)
    found = keying_accuracy.of_campaign(installation, campaign)
    assert found == KeyingComparison(1, 1, 1, fields, 1, wrong)
    with pytest.raises(Refusal, match="settle_nothing"):
        second_keying.adjudicate(installation, head, campaign, number, {field: "4"}, NOW)


def test_a_corrected_form_cannot_be_counted_twice(
    installation: Installation, campaign: CampaignRecord, people: tuple[Actor, Actor, Actor]
) -> None:
    one, two, head = people
    number = drawn(installation, campaign)
    first(installation, campaign, number, one)
    second_keying.key_second(installation, two, campaign, number, sheet(campaign, m0="2"), NOW)
    second_keying.adjudicate(
        installation, head, campaign, number, {campaign.questionnaire.items[0].field: "2"}, NOW
    )
    with pytest.raises(Refusal, match="decision_not_allowed"):
        decisions.decide(installation, head, campaign, number, Verdict.REINSTATED, NOW)
    decisions.decide(installation, head, campaign, number, Verdict.EXCLUDED, NOW, reason=Reason.TEST)
    assert valid(installation, campaign) == 0
    decisions.decide(installation, head, campaign, number, Verdict.REINSTATED, NOW)
    assert valid(installation, campaign) == 1


def test_other_words_in_a_comment_go_to_a_third_person_too(
    installation: Installation, campaign: CampaignRecord, people: tuple[Actor, Actor, Actor]
) -> None:
    one, two, head = people
    number = drawn(installation, campaign)
    first(installation, campaign, number, one, comment="Ghế ít")
    assert not second_keying.key_second(
        installation, two, campaign, number, sheet(campaign, "Ghế hơi ít"), NOW
    )
    seen = second_keying.discrepancy(installation, head, campaign, number)
    assert [d.field for d in seen.fields] == ["comment"]
    second_keying.adjudicate(installation, head, campaign, number, {"comment": "Ghế hơi ít"}, NOW)
    assert valid(installation, campaign) == 1
    assert keying_accuracy.of_campaign(installation, campaign).wrong == 0


def test_forms_that_were_not_drawn_are_verified_by_their_totals(
    installation: Installation, campaign: CampaignRecord, people: tuple[Actor, Actor, Actor]
) -> None:
    one, two, _ = people
    number = drawn(installation, campaign, wanted=False)
    first(installation, campaign, number, one)
    assert second_keying.waiting(installation, two, campaign, "an-nhon") == []
    with pytest.raises(Refusal, match="verify_own_entry"):
        paper_scene.verify(installation, one, campaign, number, NOW)
    paper_scene.verify(installation, two, campaign, number, NOW)
    assert valid(installation, campaign) == 1


def test_a_form_found_unlike_its_paper_is_keyed_again_and_settled(
    installation: Installation, campaign: CampaignRecord, people: tuple[Actor, Actor, Actor]
) -> None:
    """It says nothing about the others, so the error rate leaves it out."""
    one, two, head = people
    number = drawn(installation, campaign, wanted=False)
    first(installation, campaign, number, one)
    for actor, other, code in ((one, number, "second_by_same"), (two, "0399", "form_number_unknown")):
        with pytest.raises(Refusal, match=code):
            second_keying.require_may_key(installation, actor, campaign, other)
    second_keying.require_may_key(installation, two, campaign, number)
    assert not second_keying.key_second(installation, two, campaign, number, sheet(campaign, m3="1"), NOW)
    with pytest.raises(Refusal, match="second_not_wanted"):
        second_keying.require_may_key(installation, head, campaign, number)
    second_keying.adjudicate(
        installation, head, campaign, number, {campaign.questionnaire.items[3].field: "1"}, NOW
    )
    (settled,) = decisions.keyed_forms(installation, head, campaign, "an-nhon")
    assert settled == KeyedForm(number, State.VALID)
    assert paper_scene.marks(installation, campaign, number)[3] == "1"
    assert valid(installation, campaign) == 1
    assert keying_accuracy.of_campaign(installation, campaign) == KeyingComparison(forms=1)


def test_chance_draws_the_share_of_the_plan_and_needs_the_key(
    installation: Installation, campaign: CampaignRecord
) -> None:
    key = installation.keys.paper_sample
    found = [n for n in range(1, 20_001) if serials.is_sampled(key, campaign, n)]
    assert campaign.plan.paper.double_keyed_share == 10
    assert 1_800 < len(found) < 2_200  # five standard deviations around 2,000
    assert found != [n for n in range(1, 20_001) if serials.is_sampled(b"other" * 4, campaign, n)]
    for share, count in ((0, 0), (100, 50)):
        other = replace(campaign, plan=replace(campaign.plan, paper=type(campaign.plan.paper)(share)))
        assert sum(serials.is_sampled(key, other, n) for n in range(1, 51)) == count


def test_nobody_chooses_who_is_drawn_and_nothing_draws_again(
    installation: Installation, campaign: CampaignRecord, people: tuple[Actor, Actor, Actor]
) -> None:
    """What an officer can vary - when, who, what, how, in which order - leaves the draw as it is."""
    one, two, head = people
    number, other = drawn(installation, campaign), drawn(installation, campaign, wanted=False)
    first(installation, campaign, other, two)
    door.accept(installation, entry(campaign, number=number, actor=two, mark="5"), NOW + dt.timedelta(days=1))
    assert kept(installation, number) == [True]
    assert kept(installation, other) == [False]
    decisions.decide(installation, head, campaign, number, Verdict.EXCLUDED, NOW, reason=Reason.KEYED_WRONG)
    assert second_keying.waiting(installation, one, campaign, "an-nhon") == []
    with pytest.raises(Refusal, match="sheet_used"):
        first(installation, campaign, number, one)  # a new keying is no new draw
    duplicate_serials.resolve(installation, head, campaign, number, NOW, first_counts=True)
    assert kept(installation, number) == [
        True,
        False,
        False,
    ]  # the first, the stopped one, what was said of it
    assert [each.number for each in second_keying.waiting(installation, one, campaign, "an-nhon")] == [number]


def kept(installation: Installation, number: str) -> list[bool]:
    """What every reading of a sheet says of the draw, in their order."""
    reading = scene.table("paper_reading")
    query = select(reading.c.drawn).where(reading.c.serial == int(number)).order_by(reading.c.step)
    with installation.database.read() as session:
        return list(session.scalars(query))


def test_no_page_tells_an_officer_before_the_first_keying_whom_chance_drew(
    installation: Installation,
    campaign: CampaignRecord,
    signed_in: SignIn,
    people: tuple[Actor, Actor, Actor],
) -> None:
    officer, number = signed_in(Role.OFFICER), drawn(installation, campaign)
    home = f"/noi-bo/{scene.CODE}"
    shown = [f"{home}/{page}" for page in ("nhap-phieu", "nhap-lan-hai", "phieu-in/an-nhon", "phieu-giay")]
    before = [officer.get(page).text for page in shown]
    assert all(number not in page for page in before)
    first(installation, campaign, number, people[0])
    assert number in officer.get(f"{home}/nhap-lan-hai").text


class TestDuplicates:
    """A serial that comes in again stops both sheets until a person has looked at them."""

    def test_both_stop_and_it_is_told_where_the_other_is(
        self, installation: Installation, campaign: CampaignRecord, people: tuple[Actor, Actor, Actor]
    ) -> None:
        one, two, head = people
        number = drawn(installation, campaign, wanted=False)
        first(installation, campaign, number, one)
        paper_scene.verify(installation, two, campaign, number, NOW)
        before = valid(installation, campaign)
        copy = entry(campaign, number=number, actor=two, mark="5")
        with pytest.raises(Refusal, match="sheet_used"):
            door.accept(installation, copy, NOW)
        with pytest.raises(Refusal, match="sheet_used") as refused:  # sent again, it is the same copy
            door.accept(installation, copy, NOW)
        assert refused.value.details["day"] == "20/08/2024"
        assert "An Nhơn" in refused.value.details["unit"]
        assert (before, valid(installation, campaign)) == (1, 0)
        (found,) = duplicate_serials.unresolved(installation, head, campaign, "an-nhon")
        assert (found.number, len(found.again)) == (number, 1)
        assert scene.counts(installation)["response"] == 1

    @pytest.mark.parametrize("first_counts", [True, False])
    def test_a_person_says_what_counts(
        self,
        installation: Installation,
        campaign: CampaignRecord,
        people: tuple[Actor, Actor, Actor],
        first_counts: bool,
    ) -> None:
        one, two, head = people
        number = drawn(installation, campaign, wanted=False)
        first(installation, campaign, number, one)
        paper_scene.verify(installation, two, campaign, number, NOW)
        with pytest.raises(Refusal, match="sheet_used"):
            first(installation, campaign, number, two)
        with pytest.raises(Refusal, match="duplicate_waits"):
            decisions.decide(installation, head, campaign, number, Verdict.REINSTATED, NOW)
        with pytest.raises(Refusal, match="role_out_of_reach"):
            duplicate_serials.resolve(installation, one, campaign, number, NOW, first_counts=True)
        duplicate_serials.resolve(installation, head, campaign, number, NOW, first_counts=first_counts)
        assert valid(installation, campaign) == int(first_counts)
        with pytest.raises(Refusal, match="duplicate_none"):
            duplicate_serials.resolve(installation, head, campaign, number, NOW, first_counts=True)

    def test_a_disputed_form_of_which_no_sheet_counts_keeps_no_unit_open(
        self, installation: Installation, campaign: CampaignRecord, people: tuple[Actor, Actor, Actor]
    ) -> None:
        one, two, head = people
        number = drawn(installation, campaign)
        first(installation, campaign, number, one)
        assert not second_keying.key_second(installation, two, campaign, number, sheet(campaign, m3="1"), NOW)
        with pytest.raises(Refusal, match="sheet_used"):
            first(installation, campaign, number, two, "bản sao")
        duplicate_serials.resolve(installation, head, campaign, number, NOW, first_counts=False)
        assert second_keying.discrepancies(installation, head, campaign, "an-nhon") == []
        closing.close_unit(installation, head, campaign, "an-nhon", "Trần B", NOW)


class TestClosing:
    """Once verification closes, nothing tells any more which answers a sheet had."""

    def test_it_waits_for_the_last_day_and_for_everything_to_be_explained(
        self, installation: Installation, campaign: CampaignRecord, people: tuple[Actor, Actor, Actor]
    ) -> None:
        first(installation, campaign, drawn(installation, campaign), people[0])
        with pytest.raises(Refusal, match="verification_too_early"):
            closing.close_verification(installation, COMMAND_LINE, campaign, NOW)
        with pytest.raises(Refusal, match="role_out_of_reach"):
            closing.close_verification(installation, HEAD, campaign, LATER)
        with pytest.raises(Refusal, match="verification_unexplained") as refused:
            closing.close_verification(installation, COMMAND_LINE, campaign, LATER)
        assert {fault.code for fault in refused.value.faults} == {"unit_account_open", "forms_unverified"}

    def test_no_row_leads_from_a_sheet_to_answers_any_more(
        self, installation: Installation, campaign: CampaignRecord, people: tuple[Actor, Actor, Actor]
    ) -> None:
        one, two, head = people
        number = drawn(installation, campaign)
        first(installation, campaign, number, one)
        second_keying.key_second(installation, two, campaign, number, sheet(campaign, m3="1"), NOW)
        second_keying.adjudicate(
            installation, head, campaign, number, {campaign.questionnaire.items[3].field: "1"}, NOW
        )
        closing.close_unit(installation, head, campaign, "an-nhon", "Trần B", LATER)
        before = quotas.progress(installation, HEAD, campaign, LATER)
        assert closing.close_verification(installation, COMMAND_LINE, campaign, LATER) == 1
        assert joined(installation) == 0
        with installation.database.read() as session:
            assert session.execute(
                select(PaperReading.marks, PaperReading.profile, PaperReading.comment).distinct()
            ).all() == [(None, None, None)]
            keys = set(session.scalars(select(Response.response_key)))
            for name in ("paper_form", "paper_reading", "audit_entry", "paper_minute", "paper_range"):
                for row in session.execute(scene.table(name).select()):
                    assert not keys & {value for value in row if isinstance(value, bytes)}, name
        after = quotas.progress(installation, HEAD, campaign, LATER)
        assert after.total("valid") == before.total("valid") == 1
        assert keying_accuracy.of_campaign(installation, campaign).wrong == 1
        assert decisions.keyed_forms(installation, head, campaign, "an-nhon") == []
        for refused_now in (
            lambda: door.accept(installation, entry(campaign, number="0399", actor=one), LATER),
            lambda: issue(installation, campaign, 401, 1),
            lambda: closing.close_verification(installation, COMMAND_LINE, campaign, LATER),
        ):
            with pytest.raises(Refusal, match="verification_closed"):
                refused_now()


def joined(installation: Installation) -> int:
    """How many responses can be reached from a form's number: by key, by the moment or by the transaction of two rows."""
    by_key = "SELECT count(*) FROM paper_form f JOIN response r ON r.response_key = f.response_key"
    by_moment = (
        "SELECT count(*) FROM audit_entry a JOIN decision d ON d.decided_at = a.at "
        "JOIN response r ON r.response_key = d.response_key"
    )
    with installation.database.read() as session:
        found: int = sum(session.execute(text(query)).scalar_one() for query in (by_key, by_moment))
        if not installation.database.is_sqlite:
            found += sum(session.execute(together(name)).scalar_one() for name in LEADING)
    return found


LEADING = ("response", "comment", "decision", "ledger_leaf", "receipt")


def together(name: str) -> Select[int]:
    """How many rows of a table were written by a transaction that also wrote of a form's number in the audit."""
    number, row = column("xmin").cast(String), scene.table(name)
    written = (
        select(number)
        .select_from(scene.table("audit_entry"))
        .where(literal_column("act") != "verification_closed")
    )
    return (
        select(func.count()).select_from(row).where(literal_column(f"{name}.xmin").cast(String).in_(written))
    )


def test_before_closing_the_join_does_find_them(
    installation: Installation, campaign: CampaignRecord, people: tuple[Actor, Actor, Actor]
) -> None:
    first(installation, campaign, drawn(installation, campaign), people[0])
    assert joined(installation) == (1 if installation.database.is_sqlite else 5)


def test_a_reading_without_answers_is_no_sheet() -> None:
    empty = readings.Reading(None, "x", NOW.date(), ReadingSource.KEYED, True, 0, 0, (None, None, None))
    with pytest.raises(ValueError, match="kept no answers"):
        readings.sheet_of(empty)
