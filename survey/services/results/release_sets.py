"""The sets of forms behind released figures: what could stand in a release, and what earlier ones held."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import Subquery, insert, select
from sqlalchemy.orm import Session, aliased

from scoring.disclosure.release_rule import FormSet
from survey.clock import local_day
from survey.models import ReleasedForm, Response, UnitRelease
from survey.services.collection import response_states
from survey.services.installation.campaign_records import CampaignRecord
from survey.services.results import release_times
from survey.services.results.release_times import Period
from survey.vocabulary import ReleaseGrade, State

NOTHING: FormSet = frozenset()


@dataclass(slots=True)
class UnitForms:
    """A unit's forms up to a moment: the valid ones by key with their day, and how many count as what."""

    valid: dict[bytes, dt.date] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)

    def within(self, period: Period | None) -> FormSet:
        """Return the valid forms, or those of one period."""
        return frozenset(key for key, day in self.valid.items() if period is None or period.holds(day))


@dataclass(frozen=True, slots=True)
class PublishedSet:
    """The forms behind one release of a unit."""

    number: int
    grade: ReleaseGrade
    forms: FormSet

    @property
    def is_full(self) -> bool:
        """Whether its tables were full."""
        return self.grade is ReleaseGrade.FULL


History = Mapping[tuple[int, str], tuple[PublishedSet, ...]]


def standing(session: Session, campaign: CampaignRecord, due: dt.datetime) -> Mapping[int, UnitForms]:
    """Return the forms of every unit that may stand in a release due at that moment, by one query.

    Memory grows with the campaign's forms: some 200 bytes each.
    """
    last = response_states.last_decision()
    state = response_states.state(last).label("state")
    columns = (
        Response.unit_id,
        Response.response_key,
        Response.channel,
        Response.local_day,
        Response.half_day,
    )
    query = (
        select(*columns, state)
        .outerjoin(last, response_states.joined_on(last))
        .where(Response.campaign_id == campaign.id, Response.local_day <= local_day(due))
    )
    counted = frozenset(campaign.plan.channels.counted)
    units: dict[int, UnitForms] = defaultdict(UnitForms)
    for row in session.execute(query):
        if not release_times.counts_by(due, row.local_day, row.half_day):
            continue
        unit = units[row.unit_id]
        if row.state == State.VALID:
            unit.valid[row.response_key] = row.local_day
        if row.state != State.VALID or row.channel in counted:
            unit.counts[row.state] += 1
    return units


def published(session: Session, campaign: CampaignRecord) -> History:
    """Return the sets behind every release so far, by unit and period, the oldest first."""
    changes: dict[tuple[int, str], dict[int, list[tuple[bytes, bool]]]] = defaultdict(
        lambda: defaultdict(list)
    )
    of_campaign = ReleasedForm.campaign_id == campaign.id
    for form in session.execute(select(ReleasedForm.__table__).where(of_campaign)):
        changes[form.unit_id, form.period][form.number].append((form.response_key, form.present))
    history: dict[tuple[int, str], list[PublishedSet]] = defaultdict(list)
    releases = select(UnitRelease.unit_id, UnitRelease.period, UnitRelease.number, UnitRelease.grade)
    for row in session.execute(
        releases.where(UnitRelease.campaign_id == campaign.id).order_by(UnitRelease.number)
    ):
        sets = history[row.unit_id, row.period]
        changed = changes[row.unit_id, row.period][row.number]
        came = {key for key, present in changed if present}
        before = sets[-1].forms if sets else NOTHING
        forms = (before - {key for key, _ in changed}) | came
        sets.append(PublishedSet(row.number, ReleaseGrade(row.grade), forms))
    return {key: tuple(sets) for key, sets in history.items()}


def keep(session: Session, key: Mapping[str, object], forms: FormSet, before: FormSet) -> None:
    """Write by which forms the set of a unit's release, by its *key*, differs from the one before it."""
    rows = [
        {**key, "response_key": response_key, "present": response_key in forms}
        for response_key in sorted(forms ^ before)
    ]
    if rows:
        session.execute(insert(ReleasedForm), rows)


def members(campaign: CampaignRecord, period: str, until: int) -> Subquery:
    """Return the forms behind every unit's figures as they stood with release *until*, to join with responses."""
    form, newer = ReleasedForm, aliased(ReleasedForm)
    later = (
        select(newer.number)
        .where(
            newer.campaign_id == form.campaign_id,
            newer.unit_id == form.unit_id,
            newer.period == form.period,
            newer.response_key == form.response_key,
            newer.number > form.number,
            newer.number <= until,
        )
        .exists()
    )
    return (
        select(form.campaign_id, form.unit_id, form.response_key)
        .where(
            form.campaign_id == campaign.id, form.period == period, form.number <= until, form.present, ~later
        )
        .subquery("released")
    )
