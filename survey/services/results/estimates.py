"""From rows to results: the only module that knows both a questionnaire and a statistic."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import cast

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, Subquery, and_, func, select

from forms.questionnaire import Questionnaire
from scoring.defaults import LEVEL
from scoring.index import WeightedCriterion
from scoring.quality.collected import NONE, Collected
from scoring.results import CriterionRule, Formula, OverallRule, SurveyResult
from scoring.summary import Questions, Rules, summarise
from scoring.tally import BLANK, NO_OPINION
from survey.models import PaperForm, Response
from survey.plans.plan import PlanUnit
from survey.services.collection import response_states
from survey.services.installation.campaign_records import CampaignRecord
from survey.services.installation.installation import Installation
from survey.vocabulary import Channel, HalfDay, State

CODES = np.full(256, BLANK, dtype=np.uint8)
CODES[[ord(c) for c in "12345"]] = (1, 2, 3, 4, 5)
CODES[ord("0")] = NO_OPINION
CHANNEL_CODES = {channel.value: code for code, channel in enumerate(Channel)}


@dataclass(frozen=True, slots=True)
class MarkTable:
    """The valid forms of a campaign as arrays: marks uint8 (forms, items + overall), unit id per form."""

    marks: NDArray[np.uint8]
    unit: NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Gathered:
    """The valid forms with the circumstances that the database still knows.

    ``collected`` is in the order of ``mark_table``, its marks are the items without the overall one. An officer is an
    account in one unit: ``officers`` are the account ids by officer code. Only forms whose link to the paper form
    still stands have an officer.
    """

    mark_table: MarkTable
    collected: Collected
    officers: tuple[int, ...]


def mark_table(installation: Installation, campaign: CampaignRecord, forms: Subquery) -> MarkTable:
    """Return the marks of *forms* of the campaign, given by their keys, by one query."""
    query = select(Response.unit_id, Response.marks).join(forms, is_one_of(forms)).order_by(Response.unit_id)
    with installation.database.read() as session:
        rows = session.execute(query).all()
    return _mark_table(campaign, [row.unit_id for row in rows], [row.marks for row in rows])


def valid_forms(campaign: CampaignRecord) -> Subquery:
    """Return the keys of the forms of *campaign* that are valid at this moment; no output is made of them."""
    last = response_states.last_decision()
    return (
        select(Response.campaign_id, Response.unit_id, Response.response_key)
        .outerjoin(last, response_states.joined_on(last))
        .where(Response.campaign_id == campaign.id, response_states.state(last) == State.VALID.value)
        .subquery("valid")
    )


def is_one_of(forms: Subquery) -> ColumnElement[bool]:
    """Return the condition that a response is one of *forms*."""
    return and_(
        Response.campaign_id == forms.c.campaign_id,
        Response.unit_id == forms.c.unit_id,
        Response.response_key == forms.c.response_key,
    )


def gathered(installation: Installation, campaign: CampaignRecord, forms: Subquery) -> Gathered:
    """Return *forms* of the campaign with who keyed them, channel and half-day, by one query.

    The rows come in the order of their keys, so that seeded random steps repeat; it tells nothing about people.
    """
    columns = (Response.unit_id, Response.marks, Response.channel, Response.local_day, Response.half_day)
    paper = _keyed_by(campaign)
    linked = and_(paper.c.unit_id == Response.unit_id, paper.c.response_key == Response.response_key)
    query = (
        select(*columns, paper.c.keyed_by)
        .join(forms, is_one_of(forms))
        .outerjoin(paper, linked)
        .order_by(Response.unit_id, Response.response_key)
    )
    with installation.database.read() as session:
        rows = session.execute(query).all()
    table = _mark_table(campaign, [row.unit_id for row in rows], [row.marks for row in rows])
    codes: dict[tuple[int, int], int] = {}
    officer = [
        NONE if row.keyed_by is None else codes.setdefault((row.unit_id, row.keyed_by), len(codes))
        for row in rows
    ]
    collected = Collected(
        marks=table.marks[:, :-1],
        unit=table.unit - 1,
        officer=np.array(officer, dtype=np.intp),
        channel=np.array([CHANNEL_CODES[row.channel] for row in rows], dtype=np.intp),
        seconds=np.full(len(rows), np.nan),
        time=np.array([_half_days(row.local_day, row.half_day) for row in rows], dtype=np.float64),
        channel_names=tuple(CHANNEL_CODES),
    )
    return Gathered(table, collected, tuple(account for _, account in codes))


def _keyed_by(campaign: CampaignRecord) -> Subquery:
    """Return one account per response that a paper form is linked with, so that no response counts twice."""
    return (
        select(PaperForm.unit_id, PaperForm.response_key, func.min(PaperForm.keyed_by).label("keyed_by"))
        .where(PaperForm.campaign_id == campaign.id, PaperForm.response_key.is_not(None))
        .group_by(PaperForm.unit_id, PaperForm.response_key)
        .subquery("keyed")
    )


def _half_days(day: dt.date, half: str) -> int:
    """Return a half-day as a steady number."""
    return 2 * day.toordinal() + (half == HalfDay.PM)


def _mark_table(campaign: CampaignRecord, unit: list[int], marks: list[str]) -> MarkTable:
    width = len(campaign.questionnaire.items) + 1
    packed = np.frombuffer("".join(marks).encode("ascii"), dtype=np.uint8)
    return MarkTable(CODES[packed].reshape(len(marks), width), np.array(unit, dtype=np.intp))


def of_marks(campaign: CampaignRecord, unit: list[int], marks: list[str]) -> SurveyResult:
    """Return the results over packed *marks*, one text a form, with the unit's id of each."""
    return summary(_mark_table(campaign, unit, marks), campaign)


def summary(table: MarkTable, campaign: CampaignRecord) -> SurveyResult:
    """Return the results over the forms of *table*, which are those of *campaign*."""
    return summarise(
        table.marks,
        table.unit - 1,
        [unit.code for unit in campaign.plan.units],
        populations(table, campaign),
        questions(campaign.questionnaire),
        rules(campaign),
    )


def rules(campaign: CampaignRecord) -> Rules:
    """Return what the plan has decided about formulas."""
    index = campaign.plan.index
    return Rules(
        official=cast("Formula", index.official),
        criterion=cast("CriterionRule", index.criterion),
        overall=cast("OverallRule", index.overall),
        level=LEVEL,
    )


def populations(table: MarkTable, campaign: CampaignRecord) -> tuple[int | None, ...]:
    """Return N of every unit, None where it is unknown or cannot be right."""
    counts = np.bincount(table.unit, minlength=len(campaign.plan.units) + 1)[1:].tolist()
    return tuple(_population(unit, n) for unit, n in zip(campaign.plan.units, counts, strict=True))


def questions(questionnaire: Questionnaire) -> Questions:
    """Return the questionnaire as the arithmetic sees it: columns of marks under each criterion."""
    position = {item.id: column for column, item in enumerate(questionnaire.items)}
    criteria = tuple(
        WeightedCriterion(c.id, c.max_points, tuple(position[item.id] for item in c.items))
        for c in questionnaire.criteria
    )
    return Questions((*position, questionnaire.overall.id), criteria, overall_item=len(position))


def _population(unit: PlanUnit, forms: int) -> int | None:
    """Return N, or None where it is unknown or plainly wrong: fewer transactions than forms."""
    return unit.transactions if unit.transactions is not None and unit.transactions >= forms else None
