"""From rows to results: the only module that knows both a questionnaire and a statistic."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select

from forms.instrument import Questionnaire
from scoring.index import Criterion
from scoring.record import CriterionRule, Formula, OverallRule, SurveyResult
from scoring.summary import Questions, Rules, summarise
from scoring.tally import BLANK, NO_OPINION
from survey.database.engine import Database
from survey.models import Response
from survey.plans.plan import PlanUnit
from survey.services import states
from survey.services.campaigns import CampaignRecord
from survey.vocabulary import State

LEVEL = 0.95
CODES = np.full(256, BLANK, dtype=np.uint8)
CODES[[ord(c) for c in "12345"]] = (1, 2, 3, 4, 5)
CODES[ord("0")] = NO_OPINION


@dataclass(frozen=True, slots=True)
class Sheets:
    """The valid forms of a campaign as arrays: marks uint8 (forms, items + overall), unit id per form."""

    marks: NDArray[np.uint8]
    unit: NDArray[np.intp]


def sheets(database: Database, campaign: CampaignRecord) -> Sheets:
    """Return the valid forms of *campaign*, by one query."""
    last = states.last_decision()
    query = (
        select(Response.unit_id, Response.marks)
        .outerjoin(last, states.joined_on(last))
        .where(Response.campaign_id == campaign.id, states.state(last) == State.VALID.value)
        .order_by(Response.unit_id)
    )
    with database.read() as session:
        rows = session.execute(query).all()
    width = len(campaign.questionnaire.items) + 1
    packed = np.frombuffer("".join(row.marks for row in rows).encode("ascii"), dtype=np.uint8)
    unit = np.fromiter((row.unit_id for row in rows), dtype=np.intp, count=len(rows))
    return Sheets(CODES[packed].reshape(len(rows), width), unit)


def assess(database: Database, campaign: CampaignRecord) -> SurveyResult:
    """Return the results of *campaign* over its valid forms: every unit and the province."""
    found = sheets(database, campaign)
    plan = campaign.plan
    rules = Rules(
        official=cast("Formula", plan.index.official),
        criterion=cast("CriterionRule", plan.index.criterion),
        overall=cast("OverallRule", plan.index.overall),
        level=LEVEL,
    )
    return summarise(
        found.marks,
        found.unit - 1,
        [unit.code for unit in plan.units],
        [_population(unit, int((found.unit == n).sum())) for n, unit in enumerate(plan.units, start=1)],
        questions(campaign.questionnaire),
        rules,
    )


def questions(questionnaire: Questionnaire) -> Questions:
    """Return the questionnaire as the arithmetic sees it: columns of marks under each criterion."""
    position = {item.id: column for column, item in enumerate(questionnaire.items)}
    criteria = tuple(
        Criterion(c.id, c.max_points, tuple(position[item.id] for item in c.items))
        for c in questionnaire.criteria
    )
    return Questions((*position, questionnaire.overall.id), criteria, overall_item=len(position))


def _population(unit: PlanUnit, forms: int) -> int | None:
    """Return N, or None where it is unknown or plainly wrong: fewer transactions than forms."""
    return unit.transactions if unit.transactions is not None and unit.transactions >= forms else None
