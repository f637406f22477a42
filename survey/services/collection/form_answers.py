"""The one way from a paper form's number to its answers: for whom, for what, and how long.

Whoever knows a number can know whose form it is. So the answers are given to who compares a form with its paper,
while that form waits for it, and to TCCB where two readings differ; no list has them, and nobody reads them later.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from forms.answers import AnswerSheet
from survey.clock import local_day
from survey.errors import Refusal
from survey.models import Comment, Response, TotalsMismatch
from survey.services.accounts import audit
from survey.services.accounts.actors import Actor
from survey.services.collection import decisions, handing_out, readings, serials
from survey.services.collection.decisions import LinkedForm
from survey.services.collection.readings import ReadingHistory
from survey.services.collection.serial_ranges import serial_of
from survey.services.installation.campaign_records import CampaignRecord
from survey.services.installation.unit_keys import UnitKey
from survey.vocabulary import Role, State


@dataclass(frozen=True, slots=True)
class FormAnswers:
    """A paper form whose answers somebody may have now, and its readings where its number is a printed serial."""

    form: LinkedForm
    history: ReadingHistory | None
    sheet: AnswerSheet


def for_totals(session: Session, actor: Actor, campaign: CampaignRecord, number: str) -> FormAnswers:
    """Return what the totals that *actor* counted on the paper are compared with.

    Raises:
        Refusal: ``form_number_unknown``; ``unit_out_of_reach``; ``verify_own_entry`` for whoever keyed the form;
            ``decision_not_allowed`` where it does not wait; ``double_keying_needed`` where a second person keys it
            in: it was sampled, or totals have differed; ``totals_by_same`` for whose totals differed before.
    """
    form = decisions.paper_of(session, campaign, number, actor)
    if form.keyed_by == actor.account_id:
        raise Refusal("verify_own_entry")
    if decisions.present_state(session, form) is not State.AWAITING:
        raise Refusal("decision_not_allowed", number=number)
    history, differed = _history(session, form), _counted_by(session, form)
    if history is not None and (history.awaits_second or history.is_discrepant or differed):
        raise Refusal("double_keying_needed", number=number)
    if actor.account_id in differed:
        raise Refusal("totals_by_same", number=number)
    return FormAnswers(form, history, _answers(session, form))


def for_second_keying(session: Session, actor: Actor, campaign: CampaignRecord, number: str) -> FormAnswers:
    """Return what the second reading of *actor*, who sees nothing of it, is compared with.

    Raises:
        Refusal: ``verification_closed``; ``form_number_unknown``; ``unit_out_of_reach``; ``second_by_same`` for
            whoever read it first; ``second_not_wanted`` when there is a second reading already, or the form no
            longer waits; ``handed_out_by_same``.
    """
    serials.require_verifying(session, campaign)
    form = decisions.paper_of(session, campaign, number, actor)
    history = _printed(session, form)
    if form.keyed_by == actor.account_id:
        raise Refusal("second_by_same", number=number)
    if history.second is not None or decisions.present_state(session, form) is not State.AWAITING:
        raise Refusal("second_not_wanted", number=number)
    serial, second = serial_of(number) or 0, handing_out.KEYING_SECOND
    handing_out.require_another(session, actor, campaign, form.unit, serial, second, form.keyed_by)
    return FormAnswers(form, history, _answers(session, form))


def for_adjudicating(session: Session, actor: Actor, campaign: CampaignRecord, number: str) -> FormAnswers:
    """Return what was read first of a form whose two readings differ: to a third person of its unit, or to TCCB.

    Raises:
        Refusal: ``role_out_of_reach`` for an administrator; ``verification_closed``; ``form_number_unknown``;
            ``unit_out_of_reach``; ``settle_nothing`` where nothing differs; ``settle_own_entry`` for whoever read
            it before; ``decision_not_allowed`` where it no longer waits.
    """
    if actor.role is Role.ADMIN:
        raise Refusal("role_out_of_reach")
    serials.require_verifying(session, campaign)
    form = decisions.paper_of(session, campaign, number, actor)
    history = _printed(session, form)
    if not history.is_discrepant or history.second is None:
        raise Refusal("settle_nothing", number=number)
    if actor.account_id in (form.keyed_by, history.second.account_id):
        raise Refusal("settle_own_entry")
    if decisions.present_state(session, form) is not State.AWAITING:
        raise Refusal("decision_not_allowed", number=number)
    return FormAnswers(form, history, _answers(session, form))


def note_mismatch(session: Session, actor: Actor, form: LinkedForm, now: dt.datetime) -> None:
    """Note that the totals which *actor* counted are not the form's: without the totals, so that nobody can guess on."""
    about = {"campaign_id": form.response.campaign_id, "form_number": form.number}
    highest = session.scalar(select(func.max(TotalsMismatch.step)).filter_by(**about))
    row = {**form.unit.columns, **about, "step": (highest or 0) + 1, "account_id": actor.account_id}
    session.execute(insert(TotalsMismatch).values(**row, local_day=local_day(now)))
    audit.note(session, actor, "totals_differ", now, **form.unit.columns, subject=form.number)


def mismatched(session: Session, unit: UnitKey) -> dict[str, set[int | None]]:
    """Return the numbers of a unit's forms whose totals differed, each with the accounts that counted them."""
    query = select(TotalsMismatch.form_number, TotalsMismatch.account_id).filter_by(**unit.columns)
    found: dict[str, set[int | None]] = {}
    for number, account in session.execute(query):
        found.setdefault(number, set()).add(account)
    return found


def _counted_by(session: Session, form: LinkedForm) -> Collection[int | None]:
    about = {"campaign_id": form.response.campaign_id, "form_number": form.number}
    return set(session.scalars(select(TotalsMismatch.account_id).filter_by(**about)))


def _history(session: Session, form: LinkedForm) -> ReadingHistory | None:
    serial = serial_of(form.number)
    return readings.of_sheet(session, form.unit, serial) if serial else None


def _printed(session: Session, form: LinkedForm) -> ReadingHistory:
    """Return the readings of a form with a printed serial; another one has none."""
    history = _history(session, form)
    if history is None:
        raise Refusal("form_number_unknown", number=form.number)
    return history


def _answers(session: Session, form: LinkedForm) -> AnswerSheet:
    marks, profile = session.execute(
        select(Response.marks, Response.profile).filter_by(**form.response.columns)
    ).one()
    comment = session.scalar(select(Comment.text).filter_by(**form.response.columns))
    return AnswerSheet(marks, profile, comment or "")
