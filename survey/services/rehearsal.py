"""A rehearsal: a campaign of its own, filled with invented responses.

Nothing of it can ever be counted with real ones, and every page and document of such a campaign
carries «DỮ LIỆU MẪU».
"""

from __future__ import annotations

import datetime as dt
import random
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from forms.answers import AnswerSheet
from forms.questionnaire import Questionnaire
from survey.clock import local_day, start_of
from survey.plans.plan import Plan
from survey.services.accounts.actors import Actor
from survey.services.campaigns import campaigns, languages
from survey.services.collection import board_counts, door
from survey.services.collection.entries import Entry, KeyedEntry, PaperSource, WebEntry
from survey.services.installation.campaign_records import CampaignRecord
from survey.services.installation.installation import Installation
from survey.services.results import releases

CODE = "dien-tap"
ELAPSED_SHARE = 0.6
OPENING_HOURS = (8, 16)


@dataclass(frozen=True, slots=True)
class UnitTemper:
    """How the invented citizens of a unit tend to answer.

    ``mood`` is their mean satisfaction, ``tilt`` what each criterion adds to it, ``blanks`` the share of
    items that they leave out.
    """

    mood: float
    blanks: float
    tilt: Mapping[str, float]


def begin(
    installation: Installation, actor: Actor, plan: Plan, now: dt.datetime, *, seed: int = 2024
) -> CampaignRecord:
    """Load *plan* as a rehearsal whose window lies around *now*, and fill it with invented responses.

    It starts with a release. Its tables are full at once, since nobody has answered; the rules of difference hold.
    """
    chance = random.Random(seed)
    length = (plan.window.closes_on - plan.window.opens_on).days
    opens_on = local_day(now) - dt.timedelta(days=round(length * ELAPSED_SHARE))
    transactions = {unit.code: unit.target * chance.randint(8, 40) for unit in plan.units}
    rehearsed = plan.rehearsed(CODE, opens_on, transactions)
    spoken = languages.gather(installation.config.data, plan)
    campaigns.load(installation, actor, rehearsed, now, rehearsal=True, spoken=spoken)
    campaign = installation.campaigns.get(CODE)
    door.accept_all(installation, _invented(campaign, actor, chance, now))
    board_counts.count_due(installation, now)
    releases.make(installation, actor, campaign, now)
    return campaign


def _invented(
    campaign: CampaignRecord, actor: Actor, chance: random.Random, now: dt.datetime
) -> Iterator[tuple[Entry, dt.datetime]]:
    days = (local_day(now) - campaign.plan.window.opens_on).days
    for unit_id, unit in enumerate(campaign.plan.units, start=1):
        temper = _temper(campaign.questionnaire, chance)
        for number in range(round(unit.target * chance.uniform(0.35, 0.95))):
            moment = _moment(campaign, chance, days)
            sheet = _sheet(campaign.questionnaire, temper, chance)
            base = (campaign, unit_id, f"rehearsal-{unit.code}-{number:06}", sheet)
            on_paper = chance.random() < 0.4
            source = PaperSource(actor, f"{unit_id:02}-{number:04}")
            yield (KeyedEntry(*base, source) if on_paper else WebEntry(*base)), moment


def _temper(questionnaire: Questionnaire, chance: random.Random) -> UnitTemper:
    """Return a unit's temper; the later criteria, procedures and complaints among them, please less."""
    criteria = questionnaire.criteria
    tilt = {c.id: 0.5 - n / len(criteria) + chance.gauss(0, 0.2) for n, c in enumerate(criteria)}
    return UnitTemper(chance.uniform(1.5, 3.1), chance.uniform(0.0, 0.06), tilt)


def _moment(campaign: CampaignRecord, chance: random.Random, days: int) -> dt.datetime:
    """Return a working hour of one of the days that have passed, Sundays left out."""
    while True:
        day = campaign.plan.window.opens_on + dt.timedelta(days=chance.randrange(max(days, 1)))
        if day.weekday() < 6:
            return start_of(day) + dt.timedelta(hours=chance.randint(*OPENING_HOURS))


def _sheet(questionnaire: Questionnaire, temper: UnitTemper, chance: random.Random) -> AnswerSheet:
    """Return invented answers: one citizen's mood colours all of them, as it does in life."""
    mood = temper.mood + chance.gauss(0, 0.9)
    moods = (mood + temper.tilt[item.criterion or ""] for item in questionnaire.items)
    marks = [_mark(one + chance.gauss(0, 0.5), temper, chance) for one in moods]
    overall = _level(mood)
    profile = (chance.choice(["-", ".", *(o.value for o in q.options)]) for q in questionnaire.profile)
    comment = chance.choice(_comments()) if chance.random() < 0.1 else ""
    return AnswerSheet("".join(marks) + overall, "".join(profile), comment)


def _mark(mood: float, temper: UnitTemper, chance: random.Random) -> str:
    if chance.random() < temper.blanks:
        return chance.choice("-0")
    return _level(mood)


def _level(mood: float) -> str:
    return str(min(max(round(mood + 2), 1), 5))


@cache
def _comments() -> Sequence[str]:
    comments: list[str] = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))["comments"]
    return comments
