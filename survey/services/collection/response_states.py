"""What each response counts as now: the state it came in with, or what the last decision made of it."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Subquery, and_, case, exists, func, select
from sqlalchemy.orm import aliased

from survey.models import Decision, PaperForm, Response
from survey.vocabulary import State, Verdict

EXCLUDING = (Verdict.EXCLUDED, Verdict.CORRECTED)


def last_decision() -> Subquery:
    """Return the newest decision of every response that has one, as a subquery to join."""
    newer = aliased(Decision)
    later = select(newer.step).where(*_same_response(newer, Decision), newer.step > Decision.step).exists()
    columns = (Decision.campaign_id, Decision.unit_id, Decision.response_key, Decision.verdict)
    return select(*columns).where(~later).subquery("last_decision")


def joined_on(last: Subquery) -> ColumnElement[bool]:
    """Return the condition that joins ``response`` with :func:`last_decision`."""
    return and_(
        last.c.campaign_id == Response.campaign_id,
        last.c.unit_id == Response.unit_id,
        last.c.response_key == Response.response_key,
    )


def state(last: Subquery) -> ColumnElement[str]:
    """Return the present state of a response joined with :func:`last_decision`.

    Verifying makes an awaiting form valid; a late one stays late. Reinstating undoes an exclusion and
    nothing else: a form that nobody verified awaits again.
    """
    decided = func.coalesce(last.c.verdict, "")
    return case(
        (decided.in_(EXCLUDING), State.EXCLUDED.value),
        (and_(Response.entry_state == State.AWAITING.value, _verified()), State.VALID.value),
        else_=Response.entry_state,
    )


def live_key() -> ColumnElement[bytes]:
    """Return the key of the response that stands for a ``paper_form``: its own, or what corrected it."""
    corrected = (
        select(Decision.replaced_by)
        .where(
            Decision.campaign_id == PaperForm.campaign_id,
            Decision.unit_id == PaperForm.unit_id,
            Decision.response_key == PaperForm.response_key,
            Decision.verdict == Verdict.CORRECTED.value,
        )
        .correlate(PaperForm)
        .scalar_subquery()
    )
    return func.coalesce(corrected, PaperForm.response_key)


def _verified() -> ColumnElement[bool]:
    decision = aliased(Decision)
    return exists().where(*_same_response(decision, Response), decision.verdict == Verdict.VERIFIED.value)


def _same_response(
    decision: type[Decision], other: type[Decision | Response]
) -> tuple[ColumnElement[bool], ...]:
    return (
        decision.campaign_id == other.campaign_id,
        decision.unit_id == other.unit_id,
        decision.response_key == other.response_key,
    )
