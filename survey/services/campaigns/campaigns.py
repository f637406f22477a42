"""Campaigns: loaded once from a plan, frozen from then on, and handed out as immutable records."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from forms import instrument
from forms.instrument import Questionnaire
from forms.languages.folder import Language
from forms.languages.known import BUNDLED
from forms.texts import page_texts, with_fallback
from survey.clock import local_day, start_of
from survey.database.engine import Database
from survey.errors import Fault, Refusal
from survey.models import Campaign, CampaignUnit
from survey.plans.plan import Plan, PlanUnit, from_json
from survey.services.accounts import audit
from survey.services.accounts.actors import Actor
from survey.services.campaigns import languages
from survey.services.campaigns.languages import Tongue


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
    languages: Mapping[str, Tongue] = field(default_factory=dict)

    def words(self, lang: str) -> Mapping[str, Any]:
        """Return the sentences of the citizen's pages in one of the campaign's languages.

        What a frozen language does not say, because it is older than the sentence, is said in Vietnamese.
        """
        tongue = self.languages.get(lang)
        if tongue is None or not tongue.words:
            return page_texts(lang)
        return with_fallback(tongue.words)

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
            record = _record(row, languages.of_campaign(session, row.id))
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
        found = self.all()
        if not found:
            raise Refusal("campaign_none")
        if len(found) > 1:
            raise Refusal("campaign_which", known=", ".join(record.code for record in found))
        return found[0]


def load(
    database: Database,
    actor: Actor,
    plan: Plan,
    now: dt.datetime,
    *,
    rehearsal: bool = False,
    spoken: Sequence[Language] = (),
) -> int:
    """Freeze *plan* as a new campaign, with the languages that it names, and return its id.

    Raises:
        Refusal: ``campaign_exists``; ``language_faulty`` where a language of the plan is not in *spoken*.
    """
    if missing := [tag for tag in plan.languages if tag not in {each.tag for each in spoken}]:
        raise Refusal("language_faulty", [Fault("language_no_folder", tag) for tag in missing])
    asked = instrument.load(plan.questionnaire).opt_in(*plan.sensitive_questions)
    questionnaire = languages.joined(asked, spoken)
    try:
        with database.write() as session:
            made = _insert(session, actor, plan, questionnaire, now, rehearsal=rehearsal)
            languages.keep(session, made, spoken)
            return made
    except IntegrityError as error:
        raise Refusal("campaign_exists", campaign=plan.code) from error


def _insert(
    session: Session,
    actor: Actor,
    plan: Plan,
    questionnaire: Questionnaire,
    now: dt.datetime,
    *,
    rehearsal: bool,
) -> int:
    campaign = _campaign_row(plan, questionnaire, local_day(now), rehearsal=rehearsal)
    session.add(campaign)
    session.flush()
    session.execute(insert(CampaignUnit), _unit_rows(campaign.id, plan))
    audit.note(session, actor, "campaign_loaded", now, campaign_id=campaign.id, subject=plan.code)
    return campaign.id


def _campaign_row(plan: Plan, questionnaire: Questionnaire, today: dt.date, *, rehearsal: bool) -> Campaign:
    return Campaign(
        code=plan.code,
        title=plan.title,
        rehearsal=rehearsal,
        opens_on=plan.window.opens_on,
        closes_on=plan.window.closes_on,
        report_before=plan.window.report_before,
        official_formula=plan.index.official,
        plan=plan.to_json(),
        questionnaire=instrument.to_json(questionnaire),
        loaded_on=today,
    )


def _unit_rows(campaign_id: int, plan: Plan) -> list[dict[str, object]]:
    """Return the plan's units as rows; a unit's id is its place in the plan, from 1."""
    return [
        {
            "campaign_id": campaign_id,
            "unit_id": number,
            "code": unit.code,
            "name": unit.name,
            "kind": unit.kind,
            "parent_code": unit.parent,
            "target": unit.target,
            "transactions": unit.transactions,
        }
        for number, unit in enumerate(plan.units, start=1)
    ]


def _record(row: Campaign, spoken: Mapping[str, Tongue]) -> CampaignRecord:
    return CampaignRecord(
        id=row.id,
        code=row.code,
        rehearsal=row.rehearsal,
        plan=from_json(row.plan),
        questionnaire=instrument.from_json(row.questionnaire),
        languages=spoken,
    )
