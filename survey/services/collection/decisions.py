"""What people decide about a response: verify, exclude, reinstate. The response itself never changes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from survey.clock import local_day, start_of
from survey.errors import Refusal
from survey.models import Decision, PaperForm, Response
from survey.services.accounts import audit
from survey.services.accounts.actors import Actor
from survey.services.collection import readings, response_states
from survey.services.collection.serial_ranges import number_of, serial_of
from survey.services.installation.campaign_records import CampaignRecord
from survey.services.installation.installation import Installation
from survey.vocabulary import Reason, State, Verdict

# Which verdict may follow which state; anything else is refused.
ALLOWED: Mapping[Verdict, Collection[State]] = {
    Verdict.VERIFIED: {State.AWAITING},
    Verdict.EXCLUDED: {State.VALID, State.AWAITING, State.LATE},
    Verdict.REINSTATED: {State.EXCLUDED},
}


@dataclass(frozen=True, slots=True)
class KeyedForm:
    """A keyed paper form in a listing: its number, its present state and its marks for the check.

    ``may_be_keyed_again``: whoever finds it unlike its paper may key it a second time, and a third person settles.
    """

    number: str
    state: State
    marks: str
    keyed_by_actor: bool
    may_be_keyed_again: bool


@dataclass(frozen=True, slots=True)
class LinkedForm:
    """A paper form that is in, and the key of the response that stands for it now."""

    campaign_id: int
    unit_id: int
    response_key: bytes
    number: str
    keyed_by: int | None

    @property
    def place(self) -> dict[str, object]:
        """The key of the response by its columns."""
        return {
            "campaign_id": self.campaign_id,
            "unit_id": self.unit_id,
            "response_key": self.response_key,
        }


def keyed_forms(
    installation: Installation, actor: Actor, campaign: CampaignRecord, unit_id: int
) -> list[KeyedForm]:
    """Return the keyed forms of a unit whose link to a response still stands, by number.

    Left out are forms that wait for a blind second keying, or for somebody to settle two that differ:
    who keys a form must not see how it was keyed.

    Raises:
        Refusal: ``unit_out_of_reach``.
    """
    actor.require(campaign.unit(unit_id).code)
    last = response_states.last_decision()
    query = (
        select(
            PaperForm.form_number,
            PaperForm.keyed_by,
            Response.marks,
            response_states.state(last).label("state"),
        )
        .join(
            Response,
            (Response.campaign_id == PaperForm.campaign_id)
            & (Response.unit_id == PaperForm.unit_id)
            & (Response.response_key == response_states.live_key()),
        )
        .outerjoin(last, response_states.joined_on(last))
        .where(PaperForm.campaign_id == campaign.id, PaperForm.unit_id == unit_id)
        .order_by(PaperForm.form_number)
    )
    with installation.database.read() as session:
        read = {number_of(n): each for n, each in readings.of_unit(session, campaign, unit_id).items()}
        hidden = {number for number, each in read.items() if each.awaits_second or each.is_discrepant}
        once = {number for number, each in read.items() if each.second is None}
        return [
            KeyedForm(
                row.form_number,
                State(row.state),
                row.marks,
                keyed_by_actor=row.keyed_by == actor.account_id,
                may_be_keyed_again=row.form_number in once and row.state == State.AWAITING,
            )
            for row in session.execute(query)
            if row.form_number not in hidden
        ]


def decide(
    installation: Installation,
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
            ``reason_missing`` for an exclusion without a reason; ``double_keying_needed`` to verify a
            form by its totals that a second officer keys in; ``duplicate_waits`` to reinstate one whose
            serial came in twice, before somebody has looked at both.
    """
    if (verdict is Verdict.EXCLUDED) != (reason is not None):
        raise Refusal("reason_missing")
    with installation.database.write() as session:
        form = paper_of(session, campaign, number, actor)
        if verdict is Verdict.VERIFIED and form.keyed_by == actor.account_id:
            raise Refusal("verify_own_entry")
        if present_state(session, form) not in ALLOWED.get(verdict, ()):
            raise Refusal("decision_not_allowed", number=number)
        _require_nothing_waits(session, campaign, form, verdict)
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
    return LinkedForm(campaign.id, form.unit_id, key or form.response_key, number, form.keyed_by)


def present_state(session: Session, form: LinkedForm) -> State:
    """Return what the response of a paper form counts as now."""
    last = response_states.last_decision()
    query = (
        select(response_states.state(last))
        .select_from(Response)
        .outerjoin(last, response_states.joined_on(last))
        .where(
            Response.campaign_id == form.campaign_id,
            Response.unit_id == form.unit_id,
            Response.response_key == form.response_key,
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
    highest = session.scalar(select(func.max(Decision.step)).filter_by(**form.place))
    session.execute(
        insert(Decision).values(
            **form.place,
            step=(highest or 0) + 1,
            verdict=verdict,
            reason=reason,
            replaced_by=replaced_by,
            account_id=actor.account_id,
            decided_at=start_of(local_day(now)),
        )
    )
    ids = {"campaign_id": form.campaign_id, "unit_id": form.unit_id}
    audit.note(session, actor, f"response_{verdict}", now, **ids, subject=form.number, reason=reason)


def _require_nothing_waits(
    session: Session, campaign: CampaignRecord, form: LinkedForm, verdict: Verdict
) -> None:
    serial = serial_of(form.number)
    history = readings.of_sheet(session, campaign, form.unit_id, serial) if serial else None
    if history is None:
        return
    if verdict is Verdict.VERIFIED and (history.awaits_second or history.is_discrepant):
        raise Refusal("double_keying_needed", number=form.number)
    if verdict is not Verdict.EXCLUDED and history.duplicates:
        raise Refusal("duplicate_waits", number=form.number)
