"""The campaigns of an installation as the rest of the program sees them: immutable records, each read once."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from sqlalchemy import select

from forms.languages.known import BUNDLED
from forms.questionnaire import Questionnaire, questionnaire_from_json
from forms.texts import page_texts, with_fallback
from survey.clock import start_of
from survey.database.engine import Database
from survey.errors import Refusal
from survey.models import Campaign
from survey.plans.plan import Plan, PlanUnit, from_json
from survey.services.installation import frozen_languages
from survey.services.installation.frozen_languages import FrozenLanguage
from survey.services.installation.unit_keys import UnitKey


@dataclass(frozen=True, eq=False)
class CampaignRecord:
    """A campaign as it was frozen. ``units`` are in the plan's order; a unit's id is its place from 1.

    There is one record of each campaign in a process, so that it is compared and hashed by identity.
    """

    id: int
    code: str
    rehearsal: bool
    plan: Plan
    questionnaire: Questionnaire
    languages: Mapping[str, FrozenLanguage] = field(default_factory=dict)

    def texts(self, lang: str) -> Mapping[str, Any]:
        """Return the sentences of the citizen's pages in one of the campaign's languages.

        What a frozen language does not say, because it is older than the sentence, is said in Vietnamese.
        """
        language = self.languages.get(lang)
        if language is None or not language.texts:
            return page_texts(lang)
        return with_fallback(language.texts)

    @property
    def names(self) -> Mapping[str, str]:
        """Return what each language that the pages offer calls itself, by its tag, in order."""
        return {
            tag: BUNDLED.get(tag) or self.languages[tag].name
            for tag in self.questionnaire.languages
            if tag in BUNDLED or tag in self.languages
        }

    @cached_property
    def unit_ids(self) -> Mapping[str, int]:
        """Unit ids by unit code."""
        return {unit.code: number for number, unit in enumerate(self.plan.units, start=1)}

    def unit(self, unit_id: int) -> PlanUnit:
        """Return the unit of that id."""
        return self.plan.units[unit_id - 1]

    def unit_id(self, code: str) -> int:
        """Return the id of a unit code.

        Raises:
            Refusal: ``unit_unknown``.
        """
        try:
            return self.unit_ids[code]
        except KeyError as error:
            raise Refusal("unit_unknown", unit=code) from error

    def unit_key(self, code: str) -> UnitKey:
        """Return the key of a unit code.

        Raises:
            Refusal: ``unit_unknown``.
        """
        return UnitKey(self.id, self.unit_id(code))

    @property
    def opens_at(self) -> dt.datetime:
        """The first moment at which answers count."""
        return start_of(self.plan.window.opens_on)

    @property
    def closes_at(self) -> dt.datetime:
        """The first moment at which answers are late."""
        return start_of(self.plan.window.closes_on)

    @property
    def report_before(self) -> dt.datetime:
        """The moment before which every unit reports."""
        return start_of(self.plan.window.report_before)


class Campaigns:
    """The campaigns of one database. Frozen rows never change, so a record once read is kept."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._by_code: dict[str, CampaignRecord] = {}
        self._lock = threading.Lock()

    def get(self, code: str) -> CampaignRecord:
        """Return the campaign of that code.

        Raises:
            Refusal: ``campaign_unknown``.
        """
        known = self._by_code.get(code)
        if known is not None:
            return known
        if not code.isprintable():  # PostgreSQL takes no NUL, not even to look for it
            raise Refusal("campaign_unknown", campaign="?")
        with self._database.read() as session:
            row = session.scalar(select(Campaign).where(Campaign.code == code))
            if row is None:
                raise Refusal("campaign_unknown", campaign=code)
            record = _record(row, frozen_languages.of_campaign(session, row.id))
        with self._lock:
            return self._by_code.setdefault(code, record)

    def all(self) -> list[CampaignRecord]:
        """Return every campaign, the newest first."""
        with self._database.read() as session:
            codes = session.scalars(select(Campaign.code).order_by(Campaign.id.desc())).all()
        return [self.get(code) for code in codes]

    def only(self, code: str | None = None) -> CampaignRecord:
        """Return the campaign of that code, or without one the only campaign there is.

        Raises:
            Refusal: ``campaign_unknown``; ``campaign_none``; ``campaign_which`` when there are several.
        """
        if code is not None:
            return self.get(code)
        records = self.all()
        if not records:
            raise Refusal("campaign_none")
        if len(records) > 1:
            raise Refusal("campaign_which", known=", ".join(record.code for record in records))
        return records[0]


def _record(row: Campaign, spoken: Mapping[str, FrozenLanguage]) -> CampaignRecord:
    return CampaignRecord(
        id=row.id,
        code=row.code,
        rehearsal=row.rehearsal,
        plan=from_json(row.plan),
        questionnaire=questionnaire_from_json(row.questionnaire),
        languages=spoken,
    )
