"""The guides' picture of results while they are rounded: a campaign that still takes forms, with invented answers."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from forms.answers import BLANK, AnswerSheet
from survey.clock import local_day
from survey.config import Config
from survey.plans.plan import Plan
from survey.services.accounts.actors import COMMAND_LINE
from survey.services.campaigns import campaigns
from survey.services.collection import door
from survey.services.collection.entries import WebEntry
from survey.services.installation.campaign_records import CampaignRecord
from survey.services.installation.installation import Installation, initialise, open_installation
from survey.services.results import releases

PASSED = dt.timedelta(days=24)


def open_campaign(folder: Path, plan: Plan, now: dt.datetime) -> tuple[Installation, CampaignRecord]:
    """Return a new installation whose campaign has run for some weeks and has had a release."""
    config = Config(folder)
    initialise(config)
    installation = open_installation(config)
    opens_on = local_day(now) - PASSED
    moved = opens_on - plan.window.opens_on
    window = replace(
        plan.window,
        opens_on=opens_on,
        closes_on=plan.window.closes_on + moved,
        report_before=plan.window.report_before + moved,
    )
    campaigns.load(installation, COMMAND_LINE, replace(plan, window=window), now - PASSED)
    campaign = installation.campaigns.get(plan.code)
    door.accept_all(installation, _invented(campaign, now))
    releases.make(installation, COMMAND_LINE, campaign, now)
    return installation, campaign


def _invented(campaign: CampaignRecord, now: dt.datetime) -> Iterator[tuple[WebEntry, dt.datetime]]:
    chance, questionnaire = random.Random(2024), campaign.questionnaire
    for unit_id, unit in enumerate(campaign.plan.units, start=1):
        moods = chance.choice(("345555", "344555", "234455"))
        for number in range(round(unit.target * chance.uniform(0.3, 0.9))):
            marks = "".join(chance.choices(moods, k=len(questionnaire.items) + 1))
            sheet = AnswerSheet(marks, BLANK * len(questionnaire.profile), "")
            yield WebEntry(campaign, unit_id, f"picture-{unit.code}-{number:06}", sheet), now - PASSED / 2
