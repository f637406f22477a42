"""What people decide about a response: verify, exclude, reinstate. The response itself never changes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from survey.database.engine import Database
from survey.errors import Refusal
from survey.models import Decision, PaperForm, Response
from survey.services import audit, states
from survey.services.actors import Actor
from survey.services.campaigns import CampaignRecord
from survey.vocabulary import Reason, State, Verdict

# Which verdict may follow which state; anything else is refused.
ALLOWED: Mapping[Verdict, Collection[State]] = {
    Verdict.VERIFIED: {State.AWAITING},
    Verdict.EXCLUDED: {State.VALID, State.AWAITING, State.LATE},
    Verdict.REINSTATED: {State.EXCLUDED},
}


@dataclass(frozen=True, slots=True)
class KeyedForm:
    """A keyed paper form in a listing: its number, its present state and its marks for the check."""

    number: str
    state: State
    marks: str
    keyed_by_actor: bool


def keyed_forms(database: Database, actor: Actor, campaign: CampaignRecord, unit_id: int) -> list[KeyedForm]:
    """Return the keyed forms of a unit whose link to a response still stands, by number.

    Raises:
        Refusal: ``unit_out_of_reach``.
    """
    actor.require(campaign.unit(unit_id).code)
    last = states.last_decision()
    query = (
        select(PaperForm.form_number, PaperForm.keyed_by, Response.marks, states.state(last).label("state"))
        .join(
            Response,
            (Response.campaign_id == PaperForm.campaign_id)
            & (Response.unit_id == PaperForm.unit_id)
            & (Response.response_key == PaperForm.response_key),
        )
        .outerjoin(last, states.joined_on(last))
        .where(PaperForm.campaign_id == campaign.id, PaperForm.unit_id == unit_id)
        .order_by(PaperForm.form_number)
    )
    with database.read() as session:
        return [
            KeyedForm(row.form_number, State(row.state), row.marks, row.keyed_by == actor.account_id)
            for row in session.execute(query)
        ]


def decide(
    database: Database,
    actor: Actor,
    campaign: CampaignRecord,
    number: str,
    verdict: Verdict,
    now: dt.datetime,
    reason: Reason | None = None,
) -> None:
    """Decide about the response of the paper form *number*.

    Raises:
        Refusal: ``form_number_unknown``; ``unit_out_of_reach``; ``verify_own_entry`` when the one who
            keyed the form would verify it; ``decision_not_allowed`` in its present state;
            ``reason_missing`` for an exclusion without a reason.
    """
    if (verdict is Verdict.EXCLUDED) != (reason is not None):
        raise Refusal("reason_missing")
    with database.write() as session:
        form = _form(session, actor, campaign, number)
        if verdict is Verdict.VERIFIED and form.keyed_by == actor.account_id:
            raise Refusal("verify_own_entry")
        _require_allowed(session, form, verdict)
        _write(session, actor, form, verdict, reason, now)


def _form(session: Session, actor: Actor, campaign: CampaignRecord, number: str) -> PaperForm:
    # Locked, so that of two who decide at once the second one sees what the first one did.
    form = session.get(PaperForm, (campaign.id, number), with_for_update=True)
    if form is None or form.response_key is None:
        raise Refusal("form_number_unknown", number=number)
    actor.require(campaign.unit(form.unit_id).code)
    return form


def _write(
    session: Session, actor: Actor, form: PaperForm, verdict: Verdict, reason: Reason | None, now: dt.datetime
) -> None:
    """Write the decision and, beside it, its audit entry."""
    session.execute(
        insert(Decision).values(
            campaign_id=form.campaign_id,
            unit_id=form.unit_id,
            response_key=form.response_key,
            step=_next_step(session, form),
            verdict=verdict,
            reason=reason,
            account_id=actor.account_id,
            decided_at=now,
        )
    )
    audit.note(
        session,
        actor,
        f"response_{verdict}",
        now,
        campaign_id=form.campaign_id,
        unit_id=form.unit_id,
        subject=form.form_number,
        reason=reason,
    )


def _require_allowed(session: Session, form: PaperForm, verdict: Verdict) -> None:
    last = states.last_decision()
    present = session.execute(
        select(states.state(last))
        .select_from(Response)
        .outerjoin(last, states.joined_on(last))
        .where(
            Response.campaign_id == form.campaign_id,
            Response.unit_id == form.unit_id,
            Response.response_key == form.response_key,
        )
    ).scalar_one()
    if State(present) not in ALLOWED.get(verdict, ()):
        raise Refusal("decision_not_allowed", number=form.form_number)


def _next_step(session: Session, form: PaperForm) -> int:
    """Return the number of the next decision."""
    highest = session.scalar(
        select(func.max(Decision.step)).where(
            Decision.campaign_id == form.campaign_id,
            Decision.unit_id == form.unit_id,
            Decision.response_key == form.response_key,
        )
    )
    return (highest or 0) + 1
