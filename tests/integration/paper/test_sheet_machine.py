"""No sequence of acts loses or doubles a sheet: the account against a plain model of it, move by move."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from survey.config import Config
from survey.errors import Refusal
from survey.services.collection import door, duplicate_serials, serials
from survey.services.collection.serial_ranges import number_of
from survey.services.installation.installation import open_installation
from survey.services.paper import closing, minutes, second_keying
from survey.services.results import quotas
from survey.vocabulary import PaperAct, Role, SheetState
from tests.support import paper_scene, scene
from tests.support.installation import TEMPLATE, prepare
from tests.support.postgres import PostgresServer
from tests.support.scene import NOW, entry

SERIALS = st.integers(1, 14)
ACTS = st.sampled_from([*minutes.RECORDED])
# Written down here once more, so that the service is not compared with itself.
AFTER = {
    PaperAct.HANDED_OUT: SheetState.HANDED_OUT,
    PaperAct.TAKEN_BACK: SheetState.UNUSED,
    PaperAct.RETURNED: SheetState.RETURNED,
    PaperAct.BLANK: SheetState.BLANK,
    PaperAct.SPOILED: SheetState.SPOILED,
    PaperAct.MISSING: SheetState.MISSING,
}
HERE = {SheetState.UNUSED, SheetState.HANDED_OUT, SheetState.RETURNED}


class Ballots(RuleBasedStateMachine):
    """Two units with a few sheets each; three people of An Nhơn act, and all that they do is checked."""

    def __init__(self, config: Config, leaving: ExitStack) -> None:
        super().__init__()
        self.leaving = leaving
        self.installation = open_installation(config)
        self.campaign = self.installation.campaigns.get(scene.CODE)
        self.officers = [scene.account(self.installation, f"{name}@x.vn") for name in ("mot", "hai")]
        self.head = scene.account(self.installation, "ba@x.vn", Role.UNIT_HEAD)
        self.printed = 0
        self.mine: dict[int, SheetState] = {}
        self.foreign: set[int] = set()
        self.entered: dict[int, int] = {}  # serial -> which officer keyed it first
        self.marks: dict[int, str] = {}  # serial -> what that officer keyed everywhere
        self.disputed: set[int] = set()  # two keyings differ
        self.corrected = 0  # responses that took the place of wrong ones
        self.verified: set[int] = set()
        self.excluded: set[int] = set()
        self.stopped: set[int] = set()  # waiting for somebody to look at two sheets
        self.closed = False

    def teardown(self) -> None:
        self.installation.close()
        self.leaving.close()

    @rule(count=st.integers(1, 4), here=st.booleans())
    def print_forms(self, count: int, here: bool) -> None:
        if here and self.closed:
            return
        unit = "an-nhon" if here else "hoai-nhon"
        paper_scene.issue(self.installation, self.campaign, self.printed + 1, count, unit)
        new = range(self.printed + 1, self.printed + count + 1)
        self.printed += count
        if here:
            self.mine.update(dict.fromkeys(new, SheetState.UNUSED))
        else:
            self.foreign |= set(new)

    @rule(act=ACTS, first=SERIALS, length=st.integers(1, 3))
    def record(self, act: PaperAct, first: int, length: int) -> None:
        before = dict(self.mine)
        span = range(first, first + length)
        try:
            paper_scene.say(self.installation, self.campaign, act, first, first + length - 1, actor=self.head)
        except Refusal:
            assert self.mine == before
            return
        assert not self.closed
        assert set(span) <= set(self.mine), "sheets of nobody or of another unit"
        gone = {PaperAct.TAKEN_BACK, PaperAct.BLANK, PaperAct.SPOILED, PaperAct.MISSING}
        assert not (act in gone and set(span) & set(self.entered)), "answers are in"
        self.mine.update(dict.fromkeys(span, AFTER[act]))

    @precondition(lambda self: bool(self.mine))
    @rule(serial=SERIALS, who=st.integers(0, 1), mark=st.sampled_from("45"))
    def key_in(self, serial: int, who: int, mark: str) -> None:
        sent = entry(self.campaign, number=number_of(serial), actor=self.officers[who], mark=mark)
        refused = ""
        try:
            door.accept(self.installation, sent, NOW)
        except Refusal as refusal:
            refused = refusal.code
        enterable = not self.closed and self.mine.get(serial) in HERE
        assert (refused == "") == (enterable and serial not in self.entered), refused
        if not refused:
            self.entered[serial], self.marks[serial] = who, mark
        elif enterable:
            assert refused == "sheet_used"
            self.stopped.add(serial)
            self.excluded.add(serial)

    @precondition(lambda self: bool(self.entered))
    @rule(pick=st.integers(0, 99), who=st.integers(0, 1), same=st.booleans())
    def check(self, pick: int, who: int, same: bool) -> None:
        serial = sorted(self.entered)[pick % len(self.entered)]
        number, actor = number_of(serial), self.officers[who]
        installation, campaign = self.installation, self.campaign
        is_drawn = serials.is_sampled(installation.keys.paper_sample, campaign, serial)
        try:
            if is_drawn:
                answers = scene.sheet(campaign.questionnaire, "4" if same else "3")
                counted = second_keying.key_second(installation, actor, campaign, number, answers, NOW)
            else:
                paper_scene.verify(installation, actor, campaign, number)
                counted = True
        except Refusal:
            return
        assert self.entered[serial] != who, "nobody checks what they keyed"
        assert serial not in self.stopped
        if counted:
            self.verified.add(serial)
        else:
            self.disputed.add(serial)

    @precondition(lambda self: bool(self.disputed))
    @rule(pick=st.integers(0, 99), first_right=st.booleans())
    def settle(self, pick: int, first_right: bool) -> None:
        serial = sorted(self.disputed)[pick % len(self.disputed)]
        q = self.campaign.questionnaire
        right = self.marks[serial] if first_right else "3"
        chosen = {item.field: right for item in (*q.items, q.overall)}
        try:
            second_keying.adjudicate(
                self.installation, self.head, self.campaign, number_of(serial), chosen, NOW
            )
        except Refusal:
            assert serial in self.excluded
            return
        self.disputed.discard(serial)
        self.verified.add(serial)
        self.corrected += not first_right

    @precondition(lambda self: bool(self.stopped))
    @rule(pick=st.integers(0, 99), counts=st.booleans())
    def look_at_both(self, pick: int, counts: bool) -> None:
        serial = sorted(self.stopped)[pick % len(self.stopped)]
        place = (self.installation, self.head, self.campaign, number_of(serial), NOW)
        duplicate_serials.resolve(*place, first_counts=counts)
        self.stopped.discard(serial)
        if counts:
            self.excluded.discard(serial)

    @precondition(lambda self: bool(self.mine))
    @rule()
    def close(self) -> None:
        try:
            closing.close_unit(self.installation, self.head, self.campaign, "an-nhon", "Trần B", NOW)
        except Refusal:
            return
        assert not self.closed
        assert not self.stopped
        assert self.disputed <= self.excluded
        out = {serial for serial, state in self.mine.items() if state is SheetState.HANDED_OUT}
        back = {serial for serial, state in self.mine.items() if state is SheetState.RETURNED}
        assert (out | back) <= set(self.entered)
        self.closed = True

    @invariant()
    def every_sheet_is_in_one_place(self) -> None:
        board = minutes.board(self.installation, self.head, self.campaign)
        assert len(board) == 1
        found = board[0]
        expected = dict.fromkeys(SheetState, 0)
        for serial, state in self.mine.items():
            entered = serial in self.entered and state in (SheetState.UNUSED, SheetState.HANDED_OUT)
            expected[SheetState.RETURNED if entered else state] += 1
        assert found.counts == expected
        assert found.printed == len(self.mine)
        assert (found.entered, found.closed) == (len(self.entered), self.closed)

    @invariant()
    def only_what_two_people_saw_counts_and_once(self) -> None:
        board = quotas.progress(self.installation, self.head, self.campaign, NOW)
        assert board.total("valid") == len(self.verified - self.excluded)
        assert scene.counts(self.installation).get("response", 0) == len(self.entered) + self.corrected


def play(machine: Callable[[], Ballots], examples: int) -> None:
    slow = [HealthCheck.too_slow, HealthCheck.data_too_large]
    chosen = settings(
        max_examples=examples, stateful_step_count=30, deadline=None, suppress_health_check=slow
    )
    run_state_machine_as_test(machine, settings=chosen)  # type: ignore[arg-type]  # a factory does as well


def test_no_sequence_of_acts_loses_or_doubles_a_sheet(template: Path, tmp_path: Path) -> None:
    numbers = itertools.count()

    def machine() -> Ballots:
        data = tmp_path / f"machine{next(numbers)}"
        shutil.copytree(template, data)
        return Ballots(Config(data=data), ExitStack())

    play(machine, examples=20)


@pytest.mark.postgres
def test_none_does_on_postgresql_either(
    template: Path, tmp_path: Path, postgres_server: PostgresServer
) -> None:
    data = tmp_path / "machine"
    shutil.copytree(template, data)
    (data / "hailong.sqlite3").unlink()

    def config(url: str) -> Config:
        return Config(data=data, database_url=url.replace("postgresql://", "postgresql+psycopg://"))

    name = postgres_server.template(TEMPLATE, lambda url: prepare(config(url)))

    def machine() -> Ballots:
        leaving = ExitStack()
        return Ballots(config(leaving.enter_context(postgres_server.fresh(name))), leaving)

    play(machine, examples=10)
