"""Forms whose answers belong together, and officers who key them in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np

from forms.answers import BLANK, AnswerSheet
from survey.services.accounts.actors import Actor
from survey.services.collection import door
from survey.services.collection.entries import Entry, KeyedEntry, PaperSource, WebEntry
from survey.services.installation.campaign_records import CampaignRecord
from survey.services.installation.installation import Installation
from tests.support import scene


def sheets(campaign: CampaignRecord, seed: int, mood: float, number: int) -> list[AnswerSheet]:
    """So many citizens' forms around a mean level."""
    rng = np.random.default_rng(seed)
    width = len(campaign.questionnaire.items) + 1
    wish = rng.normal(mood, 0.6, (number, 1)) + rng.normal(0, 0.5, (number, width))
    marks = np.clip(np.rint(wish), 1, 5).astype(int)
    blank = BLANK * len(campaign.questionnaire.profile)
    return [AnswerSheet("".join(map(str, row)), blank, "") for row in marks.tolist()]


def take_in(
    installation: Installation,
    campaign: CampaignRecord,
    unit_id: int,
    found: Sequence[AnswerSheet],
    officer: Actor | None,
    moment: dt.datetime,
) -> None:
    """Let forms in at the door: keyed by an officer, or from QR codes."""
    entries: list[tuple[Entry, dt.datetime]] = []
    for sheet in found:
        number = scene.fresh_number()
        base = (campaign, unit_id, f"{unit_id:02}-{number}-abcdefghijkl", sheet)
        one = WebEntry(*base) if officer is None else KeyedEntry(*base, PaperSource(officer, number))
        entries.append((one, moment))
    door.accept_all(installation, entries)
