"""What was released last: by unit with which grade, date and counts, and whether of the province too."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey.clock import in_zone
from survey.documents.reports.keying_comparison import UNREAD, KeyingComparison
from survey.models import ProvinceRelease, Release, ReleaseCount, ReleaseNote, UnitRelease
from survey.services.installation.campaign_records import CampaignRecord
from survey.services.installation.installation import Installation
from survey.vocabulary import ReleaseGrade

WHOLE = ""


@dataclass(frozen=True, slots=True)
class Amendment:
    """Forms that changed after a unit's full tables, too few for new ones; ``reasons`` counts them by why."""

    changed: int
    reasons: Mapping[str, int]
    conclusion_changes: bool


@dataclass(frozen=True, slots=True)
class ReleasedUnit:
    """What is published of a unit: how much, since when and over how many forms."""

    grade: ReleaseGrade
    number: int
    due_at: dt.datetime
    forms: int
    open_points: tuple[str, ...]
    amendment: Amendment | None


@dataclass(frozen=True, slots=True)
class ReleasedCounts:
    """How many forms of a unit counted as what when the last release was made, and how well paper was keyed in."""

    valid: int = 0
    awaiting: int = 0
    late: int = 0
    excluded: int = 0
    keying: KeyingComparison = UNREAD


@dataclass(frozen=True, slots=True)
class ReleasedProvince:
    """The full tables of the province: over these units, as they stood with this release."""

    number: int
    due_at: dt.datetime
    units: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What is published of a campaign, or of one of its periods. A unit without figures yet is not in ``units``.

    ``number`` and ``due_at`` are those of the newest release that changed anything; 0 and None where there is none.
    ``counted_at`` is the moment of the counts: a release that made a note only counts anew, too.
    """

    campaign: CampaignRecord
    period: str
    number: int
    due_at: dt.datetime | None
    units: Mapping[int, ReleasedUnit]
    counts: Mapping[int, ReleasedCounts]
    counted_at: dt.datetime | None
    province: ReleasedProvince | None

    def is_full(self, unit: str | None) -> bool:
        """Say whether the full tables of a unit, or of the province (None), are out."""
        if unit is None:
            return self.province is not None
        released = self.units.get(self.campaign.unit_id(unit))
        return released is not None and released.grade is ReleaseGrade.FULL

    @property
    def lacking(self) -> tuple[str, ...]:
        """The codes of the units that the province's full tables, were they made, would lack."""
        return tuple(unit.code for unit in self.campaign.plan.units if not self.is_full(unit.code))


def current(installation: Installation, campaign: CampaignRecord, period: str = WHOLE) -> Snapshot:
    """Return what is published now, by five small queries."""
    with installation.database.read() as session:
        return snapshot(session, campaign, period)


def snapshot(session: Session, campaign: CampaignRecord, period: str = WHOLE) -> Snapshot:
    """Return what is published of *campaign* as the session sees it."""
    made = {
        row.number: in_zone(row.due_at)
        for row in session.execute(
            select(Release.number, Release.due_at).where(Release.campaign_id == campaign.id)
        )
    }
    amendments = _amendments(session, campaign, period)
    query = (
        select(UnitRelease)
        .where(UnitRelease.campaign_id == campaign.id, UnitRelease.period == period)
        .order_by(UnitRelease.number)
    )
    units = {row.unit_id: _unit(row, made, amendments) for row in session.scalars(query)}
    number = max((unit.number for unit in units.values()), default=0)
    counts = _counts(session, campaign) if period == WHOLE else _counts_of_period(units)
    counted_at = made.get(max(made, default=0) if period == WHOLE else number)
    province = _province(session, campaign, period, made)
    return Snapshot(campaign, period, number, made.get(number), units, counts, counted_at, province)


def periods(installation: Installation, campaign: CampaignRecord) -> tuple[str, ...]:
    """Return the codes of the periods of which anything is published, in order."""
    query = select(UnitRelease.period).where(
        UnitRelease.campaign_id == campaign.id, UnitRelease.period != WHOLE
    )
    with installation.database.read() as session:
        return tuple(sorted(set(session.scalars(query))))


def _counts(session: Session, campaign: CampaignRecord) -> Mapping[int, ReleasedCounts]:
    of_campaign = ReleaseCount.campaign_id == campaign.id
    last = select(func.max(ReleaseCount.number)).where(of_campaign).scalar_subquery()
    return {
        row.unit_id: ReleasedCounts(
            row.valid, row.awaiting, row.late, row.excluded, KeyingComparison(**row.keying)
        )
        for row in session.scalars(select(ReleaseCount).where(of_campaign, ReleaseCount.number == last))
    }


def _counts_of_period(units: Mapping[int, ReleasedUnit]) -> Mapping[int, ReleasedCounts]:
    """Return what is known of a period that has ended: its valid forms."""
    return {unit_id: ReleasedCounts(valid=unit.forms) for unit_id, unit in units.items()}


def _unit(
    row: UnitRelease, made: Mapping[int, dt.datetime], amendments: Mapping[int, ReleaseNote]
) -> ReleasedUnit:
    note = amendments.get(row.unit_id)
    amended = note is not None and note.number >= row.number and note.changed > 0
    return ReleasedUnit(
        grade=ReleaseGrade(row.grade),
        number=row.number,
        due_at=made[row.number],
        forms=row.forms,
        open_points=tuple(row.open_points),
        amendment=Amendment(note.changed, note.reasons, note.conclusion_changes)
        if note and amended
        else None,
    )


def _amendments(session: Session, campaign: CampaignRecord, period: str) -> Mapping[int, ReleaseNote]:
    query = (
        select(ReleaseNote)
        .where(ReleaseNote.campaign_id == campaign.id, ReleaseNote.period == period)
        .order_by(ReleaseNote.number)
    )
    return {note.unit_id: note for note in session.scalars(query)}  # the newest has the last word


def _province(
    session: Session, campaign: CampaignRecord, period: str, made: Mapping[int, dt.datetime]
) -> ReleasedProvince | None:
    query = (
        select(ProvinceRelease)
        .where(ProvinceRelease.campaign_id == campaign.id, ProvinceRelease.period == period)
        .order_by(ProvinceRelease.number.desc())
    )
    row = session.scalars(query).first()
    return None if row is None else ReleasedProvince(row.number, made[row.number], tuple(row.units))
