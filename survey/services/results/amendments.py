"""Notes about full tables that stand: how many forms changed since, why, and whether a conclusion would change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TypedDict

from sqlalchemy import select
from sqlalchemy.orm import Session

from scoring.defaults import TARGETS
from scoring.disclosure.release_rule import FormSet
from scoring.results import DomainResult
from survey.models import Decision, ReleaseNote, Response
from survey.services.installation.campaign_records import CampaignRecord
from survey.services.results import estimates
from survey.services.results.release_drafts import UnitDraft
from survey.vocabulary import Verdict

ARRIVED = "arrived"


class AmendmentRow(TypedDict):
    """The columns of a note, but for the release's number."""

    campaign_id: int
    unit_id: int
    period: str
    changed: int
    reasons: dict[str, int]
    conclusion_changes: bool


def standing(session: Session, campaign: CampaignRecord) -> Mapping[tuple[int, str], ReleaseNote]:
    """Return the last note about each unit, by unit and period; one that took an earlier back has no changed form."""
    query = select(ReleaseNote).where(ReleaseNote.campaign_id == campaign.id).order_by(ReleaseNote.number)
    return {(note.unit_id, note.period): note for note in session.scalars(query)}


def of_draft(session: Session, campaign: CampaignRecord, draft: UnitDraft) -> AmendmentRow:
    """Return the note about the forms of a unit that count and are in no table, or the other way round."""
    now, shown = draft.case.forms, draft.forms
    reasons = _reasons(session, campaign, draft.case.unit_id, now ^ shown)
    return AmendmentRow(
        campaign_id=campaign.id,
        unit_id=draft.case.unit_id,
        period=draft.case.period,
        changed=sum(reasons.values()),
        reasons=dict(reasons),
        conclusion_changes=_conclusion_changes(session, campaign, draft.case.unit_id, now, shown),
    )


def _reasons(session: Session, campaign: CampaignRecord, unit_id: int, changed: FormSet) -> Counter[str]:
    """Count changed forms by why; a corrected form and what it was corrected to are one."""
    query = select(Decision.response_key, Decision.verdict, Decision.reason, Decision.replaced_by)
    rows = session.execute(
        query.filter_by(campaign_id=campaign.id, unit_id=unit_id).order_by(Decision.step)
    ).all()
    last: dict[bytes, str] = {row.response_key: row.reason or row.verdict for row in rows}
    corrected: Mapping[bytes, bytes] = {row.replaced_by: row.response_key for row in rows if row.replaced_by}
    return Counter(
        Verdict.CORRECTED.value if key in corrected else last.get(key, ARRIVED)
        for key in changed
        if corrected.get(key) not in changed
    )


def _conclusion_changes(
    session: Session, campaign: CampaignRecord, unit_id: int, now: FormSet, shown: FormSet
) -> bool:
    """Say whether an index of the unit meets a target over one of the two sets and misses it over the other."""
    query = select(Response.response_key, Response.marks).filter_by(campaign_id=campaign.id, unit_id=unit_id)
    marks = {row.response_key: row.marks for row in session.execute(query)}
    over = (_met(campaign, unit_id, [marks[key] for key in forms]) for forms in (now, shown))
    return next(over) != next(over)


def _met(campaign: CampaignRecord, unit_id: int, marks: list[str]) -> frozenset[tuple[str, float]]:
    """Return which index meets which target, over these packed marks of a unit."""
    result = estimates.of_marks(campaign, [unit_id] * len(marks), marks)
    domain: DomainResult = result.units[unit_id - 1]
    official = ((index.id, index.by(result.official).value) for index in (*domain.criteria, domain.overall))
    return frozenset(
        (name, target)
        for name, value in official
        for target in TARGETS
        if value is not None and value >= 100 * target
    )
