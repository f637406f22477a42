"""A campaign in each state in which its figures can be shown, from none at all to full tables with a note."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable, Iterator
from dataclasses import replace

from forms.answers import BLANK, AnswerSheet
from survey.plans.plan import ReleaseRules
from survey.services.accounts.actors import COMMAND_LINE, Actor
from survey.services.campaigns import campaigns
from survey.services.collection import decisions, door
from survey.services.collection.entries import WebEntry
from survey.services.installation.campaign_records import CampaignRecord
from survey.services.installation.installation import Installation
from survey.services.results import releases
from survey.vocabulary import Reason, Role, Verdict
from tests.support import paper_scene, scene
from tests.support.scene import AN_NHON, CLOSED, NOW, entry

DAY = dt.timedelta(days=1)
EVENING = NOW.replace(hour=18, minute=0)
AUTUMN = dt.datetime(2024, 9, 1, 18, tzinfo=NOW.tzinfo)
OFFICE, OPEN = "van-phong", "an-nhon"
FORMS = {1: 60, AN_NHON: 45, 4: 33, 5: 12}
CODE = "muc-cong-bo"
State = tuple[CampaignRecord, dt.datetime]


def answers(
    installation: Installation,
    campaign: CampaignRecord,
    forms: dict[int, int],
    at: dt.datetime = NOW,
    seed: int = 7,
) -> None:
    """Let so many people answer at each unit, most of them content."""
    chance = random.Random(seed)

    def made() -> Iterator[tuple[WebEntry, dt.datetime]]:
        for unit_id, count in forms.items():
            for number in range(count):
                marks = chance.choices(
                    "345" if chance.random() < 0.8 else "1234", k=len(campaign.questionnaire.items) + 1
                )
                sheet = AnswerSheet("".join(marks), BLANK * len(campaign.questionnaire.profile), "")
                yield WebEntry(campaign, unit_id, f"release-state-{seed}-{unit_id:02}-{number:04}", sheet), at

    door.accept_all(installation, made())


def _campaign(installation: Installation, rules: ReleaseRules | None = None) -> CampaignRecord:
    """A campaign whose paper a second person verifies."""
    plan = replace(scene.plan(), code=CODE, paper_check="second_person")
    campaigns.load(installation, COMMAND_LINE, plan if rules is None else replace(plan, releases=rules), NOW)
    return installation.campaigns.get(CODE)


def nothing(installation: Installation) -> State:
    """Too few forms everywhere."""
    record = _campaign(installation)
    answers(installation, record, {AN_NHON: 12})
    releases.make(installation, COMMAND_LINE, record, EVENING)
    return record, EVENING


def coarse(installation: Installation) -> State:
    """Whole points of three units, nothing of the others; one unit has a paper form that is not verified."""
    record = _campaign(installation)
    answers(installation, record, FORMS)
    door.accept(installation, entry(record, number="1", actor=_officer(installation)), NOW)
    releases.make(installation, COMMAND_LINE, record, EVENING)
    return record, EVENING + DAY


def mixed(installation: Installation) -> State:
    """After the close: full tables of all units but the one that has something open."""
    record, _ = coarse(installation)
    releases.make(installation, COMMAND_LINE, record, CLOSED)
    return record, CLOSED + DAY / 2


def full(installation: Installation) -> State:
    """Full tables of all, nothing to add."""
    record = _campaign(installation)
    answers(installation, record, FORMS)
    releases.make(installation, COMMAND_LINE, record, CLOSED)
    return record, CLOSED + DAY / 2


def amended(installation: Installation) -> State:
    """Full tables, after which nine forms were excluded."""
    record = _campaign(installation)
    answers(installation, record, FORMS)
    officer, head = _officer(installation), scene.account(installation, "truong@x.vn", Role.UNIT_HEAD)
    for number in range(9):
        door.accept(installation, entry(record, number=str(number), mark="1", actor=officer), NOW)
        paper_scene.verify(installation, head, record, str(number))
    releases.make(installation, COMMAND_LINE, record, CLOSED)
    for number in range(9):
        reason = Reason.DUPLICATE if number else Reason.NOT_GENUINE
        decisions.decide(installation, head, record, str(number), Verdict.EXCLUDED, CLOSED, reason=reason)
    releases.make(installation, COMMAND_LINE, record, CLOSED + DAY)
    return record, CLOSED + DAY


def forced(installation: Installation) -> State:
    """Full tables of all, one unit's although a paper form of it is not verified."""
    record, now = mixed(installation)
    releases.make_full(installation, COMMAND_LINE, record, OPEN, ("forms_unverified",), now)
    return record, now


def without_a_unit(installation: Installation) -> State:
    """Full tables of the province without the unit that has something open."""
    record, now = mixed(installation)
    releases.make_province_full(installation, COMMAND_LINE, record, (OPEN,), now)
    return record, now


def period(installation: Installation) -> State:
    """A month that has ended, in a campaign that goes on."""
    record = _campaign(installation, ReleaseRules(period="month"))
    answers(installation, record, {1: 40, AN_NHON: 25, 4: 9})
    answers(installation, record, {1: 30}, AUTUMN, seed=8)
    releases.make(installation, COMMAND_LINE, record, AUTUMN)
    return record, AUTUMN + DAY / 2


def _officer(installation: Installation) -> Actor:
    return scene.account(installation, "nguoi-nhap@x.vn")


STATES: dict[str, Callable[[Installation], State]] = {
    each.__name__: each for each in (nothing, coarse, mixed, full, amended, forced, without_a_unit, period)
}
