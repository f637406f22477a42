"""The door: what it keeps, once; what it answers to a repetition, a contradiction, an early and a late form."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import delete, select

from survey.errors import Refusal
from survey.models import Comment, LedgerLeaf, Response, SetAside
from survey.services.accounts.actors import COMMAND_LINE, Actor
from survey.services.campaigns import campaigns
from survey.services.collection import decisions, door
from survey.services.collection.arrival_order import erase_arrival_order
from survey.services.collection.door import Accepted
from survey.services.collection.entries import ImportEntry, WebEntry
from survey.services.installation.campaign_records import CampaignRecord
from survey.services.installation.installation import Installation
from survey.services.results import quotas
from survey.vocabulary import EntryState, Reason, Role, State, Verdict
from tests.support import paper_scene, scene
from tests.support.scene import NOW, entry

KEY = "k" * 22
SOMEBODY_ELSE = Actor(None, Role.UNIT_HEAD, "an-nhon")


def refused(installation: Installation, *args: object, **kwargs: object) -> str:
    """The code with which the door refuses."""
    with pytest.raises(Refusal) as refusal:
        door.accept(installation, *args, **kwargs)  # type: ignore[arg-type]
    return refusal.value.code


def state_of(installation: Installation, campaign: CampaignRecord, number: str) -> State:
    forms = decisions.keyed_forms(installation, COMMAND_LINE, campaign, "an-nhon")
    return next(form.state for form in forms if form.number == number)


def test_fifty_parallel_sends_of_one_form_leave_one_row(
    installation: Installation, campaign: CampaignRecord
) -> None:
    before = scene.counts(installation)
    one = entry(campaign, key=KEY, comment="Cảm ơn.")
    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(lambda _: door.accept(installation, one, NOW), range(50)))
    assert len({answer.receipt for answer in answers}) == 1
    assert sum(not answer.repeated for answer in answers) == 1
    gained = {name: n - before.get(name, 0) for name, n in scene.counts(installation).items()}
    assert {name: n for name, n in gained.items() if n} == {
        "response": 1,
        "comment": 1,
        "ledger_leaf": 1,
        "receipt": 1,
        "body_check": 1,
    }


def test_parallel_contradictions_keep_one_form_and_set_each_other_body_aside_once(
    installation: Installation, campaign: CampaignRecord
) -> None:
    bodies = [entry(campaign, key=KEY, mark=mark) for mark in "12345"] * 6

    def send(number: int) -> Accepted | str:
        try:
            return door.accept(installation, bodies[number], NOW)
        except Refusal as refusal:
            return refusal.code

    with ThreadPoolExecutor(30) as pool:
        answers = list(pool.map(send, range(len(bodies))))
    kept = [answer for answer in answers if isinstance(answer, Accepted)]
    assert len({answer.receipt for answer in kept}) == 1
    assert len(kept) == 6
    assert {answer for answer in answers if isinstance(answer, str)} == {"response_conflict"}
    with installation.database.read() as session:
        winner = session.scalars(select(Response.marks)).one()
        aside = session.scalars(select(SetAside.marks)).all()
    assert sorted({mark[0] for mark in aside}) == sorted(set("12345") - {winner[0]})
    assert len(aside) == 4


def test_a_repetition_on_another_day_gets_the_first_answer(
    installation: Installation, campaign: CampaignRecord
) -> None:
    one = entry(campaign, key=KEY)
    first = door.accept(installation, one, NOW)
    late = door.accept(installation, one, scene.CLOSED + dt.timedelta(days=3))
    assert (late.receipt, late.state, late.repeated) == (first.receipt, EntryState.VALID, True)
    assert not first.repeated
    with installation.database.read() as session:
        assert session.scalars(select(Response.local_day)).all() == [NOW.date()]


def test_once_the_order_is_erased_nobody_can_tell_whether_the_same_came_again(
    installation: Installation, campaign: CampaignRecord
) -> None:
    first = door.accept(installation, entry(campaign, key=KEY), NOW)
    assert erase_arrival_order(installation)
    for mark, moment in (("4", NOW), ("2", scene.CLOSED)):
        again = door.accept(installation, entry(campaign, key=KEY, mark=mark), moment)
        assert (again.receipt, again.repeated, again.compared) == (first.receipt, True, False)
        assert again.state is EntryState.VALID, "what came first was not late"
    assert scene.counts(installation)["response"] == 1
    assert "set_aside" not in scene.counts(installation)


def test_a_form_that_differs_only_in_its_comment_is_another_form(
    installation: Installation, campaign: CampaignRecord
) -> None:
    door.accept(installation, entry(campaign, key=KEY, comment="a"), NOW)
    assert refused(installation, entry(campaign, key=KEY, comment="b"), NOW) == "response_conflict"
    with installation.database.read() as session:
        assert session.scalars(select(SetAside.comment)).all() == ["b"]


def test_the_same_key_in_another_unit_is_another_form(
    installation: Installation, campaign: CampaignRecord
) -> None:
    first = door.accept(installation, entry(campaign, key=KEY, unit_id=1), NOW)
    second = door.accept(installation, entry(campaign, key=KEY, unit_id=2), NOW)
    assert first.receipt != second.receipt
    assert not second.repeated


@pytest.mark.parametrize(
    ("moment", "state"),
    [
        (dt.datetime(2024, 8, 5, tzinfo=scene.NOW.tzinfo), EntryState.VALID),
        (scene.LAST_MOMENT, EntryState.VALID),
        (scene.CLOSED, EntryState.LATE),
        # The same two moments as a server in UTC tells them.
        (scene.LAST_MOMENT.astimezone(dt.UTC), EntryState.VALID),
        (scene.CLOSED.astimezone(dt.UTC), EntryState.LATE),
        (scene.CLOSED + dt.timedelta(days=400), EntryState.LATE),
    ],
)
def test_the_window_is_open_from_its_first_moment_to_the_one_before_its_end(
    installation: Installation, campaign: CampaignRecord, moment: dt.datetime, state: EntryState
) -> None:
    assert door.accept(installation, entry(campaign), moment).state is state


def test_a_late_form_is_kept_and_does_not_count(installation: Installation, campaign: CampaignRecord) -> None:
    door.accept(installation, entry(campaign), scene.CLOSED)
    board = quotas.progress(installation, COMMAND_LINE, campaign, scene.CLOSED)
    assert (board.total("late"), board.total("valid")) == (1, 0)


def test_nothing_is_kept_before_the_window_opens(
    installation: Installation, campaign: CampaignRecord
) -> None:
    before = scene.counts(installation)
    assert refused(installation, entry(campaign), scene.BEFORE) == "campaign_not_open"
    assert scene.counts(installation) == before


def test_a_full_quota_refuses_nobody(installation: Installation, campaign: CampaignRecord) -> None:
    target = campaign.unit(scene.AN_NHON).target
    door.accept_all(installation, ((entry(campaign), NOW) for _ in range(target)))
    accepted = door.accept(installation, entry(campaign), NOW)
    assert accepted.state is EntryState.VALID
    board = quotas.progress(installation, COMMAND_LINE, campaign, NOW)
    assert board.units[scene.AN_NHON - 1].valid == target + 1


@pytest.mark.parametrize("key", ["", "short", "x" * 15, "x" * 201, "é" * 101])
def test_a_key_that_no_page_made_is_refused(
    installation: Installation, campaign: CampaignRecord, key: str
) -> None:
    one = entry(campaign)
    before = scene.counts(installation)
    bad = WebEntry(one.campaign, one.unit_id, key, one.sheet)
    assert refused(installation, bad, NOW) == "idempotency_key_bad"
    assert scene.counts(installation) == before


def test_the_half_day_is_the_finest_time_kept(installation: Installation, campaign: CampaignRecord) -> None:
    noon = NOW.replace(hour=12, minute=0)
    door.accept(installation, entry(campaign, mark="1"), noon - dt.timedelta(microseconds=1))
    door.accept(installation, entry(campaign, mark="2"), noon)
    with installation.database.read() as session:
        found = {row.marks[0]: (row.local_day, row.half_day) for row in session.scalars(select(Response))}
    assert found == {"1": (NOW.date(), "am"), "2": (NOW.date(), "pm")}


def test_many_entries_are_taken_in_together_or_not_at_all(
    installation: Installation, campaign: CampaignRecord
) -> None:
    before = scene.counts(installation)
    entries = [(entry(campaign), NOW), (entry(campaign), scene.BEFORE)]
    with pytest.raises(Refusal, match="campaign_not_open"):
        door.accept_all(installation, entries)
    assert scene.counts(installation) == before


class TestPaper:
    """Forms that an officer keys in."""

    def test_a_form_number_is_used_once_in_its_campaign_whatever_the_unit(
        self, installation: Installation, campaign: CampaignRecord
    ) -> None:
        door.accept(installation, entry(campaign, number="0007", unit_id=1), NOW)
        before = scene.counts(installation)
        assert refused(installation, entry(campaign, number="0007", unit_id=2), NOW) == "form_number_used"
        assert scene.counts(installation) == before

    def test_fifty_parallel_entries_of_one_number_keep_one(
        self, installation: Installation, campaign: CampaignRecord
    ) -> None:
        def send(unit_id: int) -> str:
            try:
                door.accept(installation, entry(campaign, number="0008", unit_id=unit_id), NOW)
            except Refusal as refusal:
                return refusal.code
            return "kept"

        with ThreadPoolExecutor(50) as pool:
            answers = list(pool.map(send, [1, 2, 3, 4, 5] * 10))
        assert sorted(answers) == ["form_number_used"] * 49 + ["kept"]
        found = scene.counts(installation)
        assert (found["response"], found["paper_form"], found["ledger_leaf"]) == (1, 1, 1)

    def test_another_campaign_may_use_the_number_again(
        self, installation: Installation, campaign: CampaignRecord
    ) -> None:
        other = campaign.plan.rehearsed("other", campaign.plan.window.opens_on, {})
        campaigns.load(installation, COMMAND_LINE, other, NOW)
        door.accept(installation, entry(campaign, number="0009"), NOW)
        door.accept(installation, entry(installation.campaigns.get("other"), number="0009"), NOW)
        assert scene.counts(installation)["paper_form"] == 2

    @pytest.mark.parametrize("number", ["", " ", "a b", "x" * 25, "0001\n", "số-1", "1;2", "\x00"])
    def test_a_number_that_is_none_is_refused(
        self, installation: Installation, campaign: CampaignRecord, number: str
    ) -> None:
        before = scene.counts(installation)
        assert refused(installation, entry(campaign, number=number), NOW) == "form_number_bad"
        assert scene.counts(installation) == before

    def test_the_same_answers_under_another_number_are_not_taken_for_a_repetition(
        self, installation: Installation, campaign: CampaignRecord
    ) -> None:
        door.accept(installation, entry(campaign, key=KEY, number="0010"), NOW)
        assert refused(installation, entry(campaign, key=KEY, number="0011"), NOW) == "response_conflict"
        assert door.accept(installation, entry(campaign, key=KEY, number="0010"), NOW).repeated

    def test_totals_are_enough_where_the_plan_says_so(
        self, installation: Installation, campaign: CampaignRecord
    ) -> None:
        assert campaign.plan.paper_check == "totals"
        assert door.accept(installation, entry(campaign, number="0012"), NOW).state is EntryState.VALID


class TestSecondPerson:
    """Where the plan asks for a second person, a keyed form counts once that person has looked at it."""

    @pytest.fixture
    def strict(self, installation: Installation, campaign: CampaignRecord) -> CampaignRecord:
        """A campaign whose paper forms need a second person."""
        plan = campaign.plan.rehearsed("strict", campaign.plan.window.opens_on, {})
        second = type(plan)(
            **{name: getattr(plan, name) for name in plan.__slots__} | {"paper_check": "second_person"}
        )
        campaigns.load(installation, COMMAND_LINE, second, NOW)
        return installation.campaigns.get("strict")

    @pytest.fixture
    def people(self, installation: Installation) -> tuple[Actor, Actor]:
        """Two officers of the unit."""
        return scene.account(installation, "mot@x.vn"), scene.account(installation, "hai@x.vn")

    def valid(self, installation: Installation, campaign: CampaignRecord) -> int:
        return quotas.progress(installation, COMMAND_LINE, campaign, NOW).total("valid")

    def test_it_awaits_and_then_counts(
        self, installation: Installation, strict: CampaignRecord, people: tuple[Actor, Actor]
    ) -> None:
        first, second = people
        accepted = door.accept(installation, entry(strict, number="1", actor=first), NOW)
        assert accepted.state is EntryState.AWAITING
        assert self.valid(installation, strict) == 0
        paper_scene.verify(installation, second, strict, "1", NOW)
        assert self.valid(installation, strict) == 1
        assert state_of(installation, strict, "1") is State.VALID

    def test_nobody_verifies_the_own_entry(
        self, installation: Installation, strict: CampaignRecord, people: tuple[Actor, Actor]
    ) -> None:
        first, _ = people
        door.accept(installation, entry(strict, number="1", actor=first), NOW)
        with pytest.raises(Refusal, match="verify_own_entry"):
            paper_scene.verify(installation, first, strict, "1", NOW)
        assert self.valid(installation, strict) == 0

    def test_excluding_and_reinstating_does_not_stand_in_for_the_second_person(
        self, installation: Installation, strict: CampaignRecord, people: tuple[Actor, Actor]
    ) -> None:
        first, second = people
        door.accept(installation, entry(strict, number="1", actor=first), NOW)
        decisions.decide(installation, first, strict, "1", Verdict.EXCLUDED, NOW, reason=Reason.KEYED_WRONG)
        decisions.decide(installation, first, strict, "1", Verdict.REINSTATED, NOW)
        assert state_of(installation, strict, "1") is State.AWAITING
        assert self.valid(installation, strict) == 0
        paper_scene.verify(installation, second, strict, "1", NOW)
        decisions.decide(installation, first, strict, "1", Verdict.EXCLUDED, NOW, reason=Reason.DUPLICATE)
        decisions.decide(installation, first, strict, "1", Verdict.REINSTATED, NOW)
        assert state_of(installation, strict, "1") is State.VALID
        assert self.valid(installation, strict) == 1

    def test_two_decisions_at_once_are_one(
        self, installation: Installation, strict: CampaignRecord, people: tuple[Actor, Actor]
    ) -> None:
        first, second = people
        door.accept(installation, entry(strict, number="1", actor=first), NOW)

        def verify(_: int) -> str:
            try:
                paper_scene.verify(installation, second, strict, "1", NOW)
            except Refusal as refusal:
                return refusal.code
            return "done"

        with ThreadPoolExecutor(8) as pool:
            found = sorted(pool.map(verify, range(8)))
        assert found == ["decision_not_allowed"] * 7 + ["done"]
        assert scene.counts(installation)["decision"] == 1

    def test_a_late_form_stays_late(
        self, installation: Installation, strict: CampaignRecord, people: tuple[Actor, Actor]
    ) -> None:
        first, second = people
        after = strict.closes_at
        assert (
            door.accept(installation, entry(strict, number="1", actor=first), after).state is EntryState.LATE
        )
        with pytest.raises(Refusal, match="decision_not_allowed"):
            paper_scene.verify(installation, second, strict, "1", after)

    def test_a_citizens_own_form_awaits_nobody(
        self, installation: Installation, strict: CampaignRecord
    ) -> None:
        assert door.accept(installation, entry(strict), NOW).state is EntryState.VALID


@pytest.mark.parametrize(
    ("verdict", "reason", "code"),
    [
        (Verdict.EXCLUDED, None, "reason_missing"),
        (Verdict.VERIFIED, Reason.TEST, "reason_missing"),
        (Verdict.VERIFIED, None, "decision_not_allowed"),
        (Verdict.REINSTATED, None, "decision_not_allowed"),
        (Verdict.CORRECTED, None, "decision_not_allowed"),
    ],
)
def test_a_decision_that_does_not_fit_is_refused(
    installation: Installation, campaign: CampaignRecord, verdict: Verdict, reason: Reason | None, code: str
) -> None:
    door.accept(installation, entry(campaign, number="1", actor=scene.account(installation, "mot@x.vn")), NOW)
    with pytest.raises(Refusal, match=code):
        decisions.decide(installation, SOMEBODY_ELSE, campaign, "1", verdict, NOW, reason=reason)
    assert "decision" not in scene.counts(installation)


def test_a_decision_reaches_only_the_own_unit(installation: Installation, campaign: CampaignRecord) -> None:
    door.accept(installation, entry(campaign, number="1"), NOW)
    stranger = Actor(None, Role.UNIT_HEAD, "phu-cat")
    for number, code in (("1", "unit_out_of_reach"), ("2", "form_number_unknown")):
        with pytest.raises(Refusal, match=code):
            decisions.decide(
                installation, stranger, campaign, number, Verdict.EXCLUDED, NOW, reason=Reason.TEST
            )
    with pytest.raises(Refusal, match="unit_out_of_reach"):
        decisions.keyed_forms(installation, stranger, campaign, "an-nhon")


def test_a_comment_stands_apart_and_is_erased_alone(
    installation: Installation, campaign: CampaignRecord
) -> None:
    accepted = door.accept(installation, entry(campaign, key=KEY, comment="Số của tôi là 0912345678."), NOW)
    with installation.database.write() as session:
        leaves = session.scalars(select(LedgerLeaf.leaf)).all()
        session.execute(delete(Comment).where(Comment.response_key == accepted.response_key))
    with installation.database.read() as session:
        assert session.scalars(select(LedgerLeaf.leaf)).all() == leaves
        assert session.scalars(select(Response.response_key)).all() == [accepted.response_key]
    again = door.accept(installation, entry(campaign, key=KEY, comment="Số của tôi là 0912345678."), NOW)
    assert (again.repeated, again.receipt) == (True, accepted.receipt)
    assert "comment" not in scene.counts(installation)


def test_a_citizens_answer_leaves_no_trace_in_the_audit(
    installation: Installation, campaign: CampaignRecord
) -> None:
    before = scene.counts(installation)["audit_entry"]
    door.accept(installation, entry(campaign), NOW)
    assert scene.counts(installation)["audit_entry"] == before
    door.accept(installation, entry(campaign, number="1"), NOW)
    assert scene.counts(installation)["audit_entry"] == before + 1


def test_every_channel_has_its_leaf_at_once(installation: Installation, campaign: CampaignRecord) -> None:
    for number in (None, "1"):
        door.accept(installation, entry(campaign, number=number), NOW)
    one = entry(campaign)
    imported = ImportEntry(campaign, 1, one.idempotency_key, one.sheet)
    door.accept_all(installation, [(imported, NOW)])
    found = scene.counts(installation)
    assert found["ledger_leaf"] == found["response"] == 3
