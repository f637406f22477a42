"""From rows to results: the only module that knows both a questionnaire and a statistic."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select

from forms.instrument import Questionnaire
from scoring.record import SurveyResult
from scoring.summary import summarise
from scoring.tally import BLANK, NO_OPINION
from survey.database.engine import Database
from survey.models import Response
from survey.services import states
from survey.services.actors import Actor
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
