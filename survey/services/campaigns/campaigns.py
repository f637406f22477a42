"""Loading a plan as a new campaign, which is frozen from then on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from forms.languages.folder import Language
from forms.questionnaire import Questionnaire, load_questionnaire, questionnaire_json
from survey.clock import local_day
from survey.errors import Fault, Refusal
from survey.models import Campaign, CampaignUnit
from survey.plans.plan import Plan
from survey.services.accounts import audit
from survey.services.accounts.actors import Actor
from survey.services.campaigns import languages
from survey.services.installation.installation import Installation


def load(
    installation: Installation,
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
    asked = load_questionnaire(plan.questionnaire).opt_in(*plan.sensitive_questions)
    questionnaire = languages.joined(asked, spoken)
    try:
        with installation.database.write() as session:
            campaign_id = _insert(session, actor, plan, questionnaire, now, rehearsal=rehearsal)
            languages.keep(session, campaign_id, spoken)
            return campaign_id
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
        questionnaire=questionnaire_json(questionnaire),
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
