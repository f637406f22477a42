"""The plan says which ways in count to the minimum target; every valid form counts to the results."""

from __future__ import annotations

import dataclasses

import pytest

from survey.errors import Refusal
from survey.plans import check
from survey.plans.plan import EVERY_CHANNEL, ChannelRules, from_json
from survey.services.accounts.actors import COMMAND_LINE
from survey.services.campaigns import campaigns
from survey.services.collection import board_counts, door
from survey.services.collection.entries import WebEntry
from survey.services.counter import tickets
from survey.services.installation.installation import Installation
from survey.services.results import estimates, quotas
from survey.vocabulary import Role
from tests.support import scene
from tests.support.scene import NOW
from tests.support.web import SignIn

BUNDLED = (check.BUNDLED / "binh-dinh-2024.toml").read_text("utf-8")


def test_an_open_poster_counts_only_where_the_plan_says_so(
    installation: Installation, signed_in: SignIn
) -> None:
    strict = dataclasses.replace(scene.plan(), code="chi-ma-the", channels=ChannelRules(("ticket", "paper")))
    campaigns.load(installation, COMMAND_LINE, strict, NOW)
    record = installation.campaigns.get("chi-ma-the")
    assert record.plan.channels.counted == ("ticket", "paper")
    for _ in range(3):
        door.accept(installation, scene.entry(record), NOW)
    (card,) = tickets.make(installation, COMMAND_LINE, record, "an-nhon", 1, NOW)
    ticket = tickets.find(installation, card.code).ticket
    sheet = scene.sheet(record.questionnaire)
    door.accept(
        installation,
        WebEntry(record, scene.AN_NHON, "some page's own key", sheet, ticket),
        NOW,
    )
    board = quotas.progress(installation, COMMAND_LINE, record, NOW)
    unit = next(found for found in board.units if found.unit.code == "an-nhon")
    assert (unit.valid, unit.uncounted, unit.missing) == (1, 3, unit.target - 1)
    assert (unit.channels["qr"], unit.channels["ticket"]) == (3, 1)
    assert len(estimates.mark_table(installation, record, estimates.valid_forms(record)).marks) == 4
    board_counts.count_due(installation, NOW)
    page = signed_in(Role.TCCB).get("/noi-bo/chi-ma-the/chi-tieu").text
    assert "mã một lần 1" in page
    assert "ngoài chỉ tiêu 3" in page


def test_every_channel_counts_where_the_plan_says_nothing() -> None:
    plan = scene.plan()
    assert plan.channels.counted == EVERY_CHANNEL
    assert from_json(plan.to_json()) == plan
    old = {name: value for name, value in plan.to_json().items() if name != "channels"}
    assert from_json(old) == plan
    earlier = {**plan.to_json(), "channels": {"counted": ["qr", "paper", "import", "kiosk", "ticket"]}}
    assert from_json(earlier) == plan
    some = {**plan.to_json(), "channels": {"counted": ["paper", "ticket"]}}
    assert from_json(some).channels.counted == ("paper", "ticket")


@pytest.mark.parametrize(
    ("counted", "code"), [('["fax"]', "plan_unknown_word"), ("[]", "plan_missing"), ("7", "plan_wrong_type")]
)
def test_a_plan_that_counts_what_there_is_not_is_refused(counted: str, code: str) -> None:
    with pytest.raises(Refusal, match="plan_faulty") as refusal:
        check.parse(f"{BUNDLED}\n[channels]\ncounted = {counted}\n".encode())
    assert code in {fault.code for fault in refusal.value.faults}


def test_a_plan_names_the_channels_that_count() -> None:
    plan = check.parse(f'{BUNDLED}\n[channels]\ncounted = ["paper", "ticket"]\n'.encode())
    assert plan.channels.counted == ("paper", "ticket")
