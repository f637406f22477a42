"""What people decide about a response: exclude, reinstate. The response itself never changes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import Select, func, insert, select
from sqlalchemy.orm import Session

from survey.clock import local_day, start_of
from survey.errors import Refusal
from survey.models import Decision, PaperForm, Response
from survey.services.accounts import audit
from survey.services.accounts.actors import Actor
from survey.services.collection import readings, response_states
from survey.services.collection.serial_ranges import serial_of
from survey.services.installation.campaign_records import CampaignRecord
from survey.services.installation.installation import Installation
from survey.services.installation.unit_keys import ResponseKey, UnitKey
from survey.vocabulary import Reason, State, Verdict

# Which verdict may follow which state; anything else is refused.
ALLOWED: Mapping[Verdict, Collection[State]] = {
    Verdict.EXCLUDED: {State.VALID, State.AWAITING, State.LATE},
    Verdict.REINSTATED: {State.EXCLUDED},
}


@dataclass(frozen=True, slots=True)
class KeyedForm:
    """A keyed paper form in a listing: its number and its present state, nothing of its answers."""

    number: str
    state: State


@dataclass(frozen=True, slots=True)
class LinkedForm:
    """A paper form that is in, and the key of the response that stands for it now."""

    response: ResponseKey
    number: str
    keyed_by: int | None

    @property
    def unit(self) -> UnitKey:
        """The unit whose form it is."""
        return self.response.unit


def keyed_forms(
    installation: Installation, actor: Actor, campaign: CampaignRecord, unit: str
) -> list[KeyedForm]:
    """Return the keyed forms of a unit whose link to a response still stands, by number.

    Raises:
        Refusal: ``unit_unknown``; ``unit_out_of_reach``.
    """
    key = campaign.unit_key(unit)
    actor.require(unit)
    with installation.database.read() as session:
        rows = session.execute(_linked(key)).all()
    return [KeyedForm(row.form_number, State(row.state)) for row in rows]


def _linked(unit: UnitKey) -> Select[str, str]:
    """Return a query of a unit's forms, each with the state of the response that stands for it."""
    last = response_states.last_decision()
    return (
        select(PaperForm.form_number, response_states.state(last).label("state"))
        .join(
            Response,
            (Response.campaign_id == PaperForm.campaign_id)
            & (Response.unit_id == PaperForm.unit_id)
            & (Response.response_key == response_states.live_key()),
        )
        .outerjoin(last, response_states.joined_on(last))
        .where(PaperForm.campaign_id == unit.campaign_id, PaperForm.unit_id == unit.unit_id)
        .order_by(PaperForm.form_number)
    )


def decide(
    installation: Installation,
    actor: Actor,
    campaign: CampaignRecord,
    number: str,
    verdict: Verdict,
    now: dt.datetime,
    *,
    reason: Reason | None = None,
) -> None:
    """Exclude the response of the paper form *number*, or reinstate it. Nobody verifies a form by a mere word.

    Raises:
        Refusal: ``form_number_unknown``; ``unit_out_of_reach``; ``decision_not_allowed`` in its present state
            and for any other verdict; ``reason_missing`` for an exclusion without a reason;
            ``duplicate_waits`` to reinstate one whose serial came in twice, before somebody has looked at both.
    """
    if (verdict is Verdict.EXCLUDED) != (reason is not None):
        raise Refusal("reason_missing")
    with installation.database.write() as session:
        form = paper_of(session, campaign, number, actor)
        if present_state(session, form) not in ALLOWED.get(verdict, ()):
            raise Refusal("decision_not_allowed", number=number)
        if verdict is Verdict.REINSTATED:
            _require_no_duplicates(session, form)
        write(session, actor, form, verdict, now, reason=reason)


def paper_of(
    session: Session, campaign: CampaignRecord, number: str, actor: Actor | None = None
) -> LinkedForm:
    """Return the paper form of that number, locked, so that of two who decide the second sees the first.

    Raises:
        Refusal: ``form_number_unknown``; ``unit_out_of_reach`` for an *actor* who may not see it.
    """
    form = session.get(PaperForm, (campaign.id, number), with_for_update=True)
    if form is None or form.response_key is None:
        raise Refusal("form_number_unknown", number=number)
    if actor is not None:
        actor.require(campaign.unit(form.unit_id).code)
    key = session.scalar(
        select(response_states.live_key()).where(
            PaperForm.campaign_id == campaign.id, PaperForm.form_number == number
        )
    )
    return LinkedForm(ResponseKey(campaign.id, form.unit_id, key or form.response_key), number, form.keyed_by)


def present_state(session: Session, form: LinkedForm) -> State:
    """Return what the response of a paper form counts as now."""
    last = response_states.last_decision()
    query = (
        select(response_states.state(last))
        .select_from(Response)
        .outerjoin(last, response_states.joined_on(last))
        .where(
            Response.campaign_id == form.response.campaign_id,
            Response.unit_id == form.response.unit_id,
            Response.response_key == form.response.response_key,
        )
    )
    return State(session.execute(query).scalar_one())


def write(
    session: Session,
    actor: Actor,
    form: LinkedForm,
    verdict: Verdict,
    now: dt.datetime,
    *,
    reason: Reason | None = None,
    replaced_by: bytes | None = None,
) -> None:
    """Write the decision and, beside it, its audit entry.

    The decision has its day only: by the moment of both rows a form's number would lead to its answers
    after their link is cut.
    """
    highest = session.scalar(select(func.max(Decision.step)).filter_by(**form.response.columns))
    session.execute(
        insert(Decision).values(
            **form.response.columns,
            step=(highest or 0) + 1,
            verdict=verdict,
            reason=reason,
            replaced_by=replaced_by,
            account_id=actor.account_id,
            decided_at=start_of(local_day(now)),
        )
    )
    about = form.unit.columns
    audit.note(session, actor, f"response_{verdict}", now, **about, subject=form.number, reason=reason)


def _require_no_duplicates(session: Session, form: LinkedForm) -> None:
    serial = serial_of(form.number)
    history = readings.of_sheet(session, form.unit, serial) if serial else None
    if history is not None and history.duplicates:
        raise Refusal("duplicate_waits", number=form.number)
