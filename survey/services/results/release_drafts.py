"""What a release would publish of each unit: new full tables, new coarse figures, a note, or nothing new."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from scoring.disclosure.release_rule import FormSet, may_follow_coarsely, may_follow_fully
from scoring.disclosure.suppression import THRESHOLD
from survey.services.results.release_sets import NOTHING, PublishedSet
from survey.vocabulary import ReleaseGrade


@dataclass(frozen=True, slots=True)
class UnitCase:
    """A unit, or one of its ended periods, before a release.

    ``forms`` are those that count now, ``earlier`` the sets behind its releases so far, ``of_periods`` the forms of all
    its periods whose full tables are out. ``settled``: nothing of it is open any more, or TCCB has said so. ``invented``:
    the forms are a rehearsal's, whose tables are always full. ``noted``: a note about changed forms stands.
    """

    unit_id: int
    period: str
    forms: FormSet
    earlier: tuple[PublishedSet, ...]
    of_periods: FormSet
    settled: bool
    invented: bool
    noted: bool = False

    @property
    def before(self) -> FormSet:
        """The set behind the figures that stand."""
        return self.earlier[-1].forms if self.earlier else NOTHING

    @property
    def full_sets(self) -> tuple[FormSet, ...]:
        """The sets behind all full tables that cover this unit's forms."""
        full = tuple(each.forms for each in self.earlier if each.is_full)
        return (*full, self.of_periods) if self.of_periods else full

    @property
    def is_final(self) -> bool:
        """Whether the full tables of the end are out."""
        return not self.invented and bool(self.earlier) and self.earlier[-1].is_full


@dataclass(frozen=True, slots=True)
class UnitDraft:
    """A unit's part of a release: its new set, and the forms that count but stand in no table."""

    case: UnitCase
    grade: ReleaseGrade
    forms: FormSet
    left_out: bool = False

    @property
    def wants_note(self) -> bool:
        """Whether something is to be said about its changed forms, or to be taken back."""
        return self.left_out or (self.case.noted and not self.is_new)

    @property
    def is_new(self) -> bool:
        """Whether there are new figures, not only a note about the old ones."""
        return (
            not self.case.earlier
            or self.grade is not self.case.earlier[-1].grade
            or self.forms != self.case.before
        )


def unit_draft(case: UnitCase) -> UnitDraft | None:
    """Return what a release would publish of the unit, None where its figures stand as they are."""
    if case.settled or case.is_final:
        return _final(case)
    earlier = [each.forms for each in case.earlier]
    if case.of_periods:
        earlier.append(case.of_periods)
    if not may_follow_coarsely(case.forms, earlier):
        return None
    return UnitDraft(case, ReleaseGrade.FULL if case.invented else ReleaseGrade.COARSE, case.forms)


def period_draft(case: UnitCase) -> UnitDraft | None:
    """Return the full tables of an ended period, None where they stand or have too few forms."""
    if not case.earlier and len(case.forms) < THRESHOLD:
        return None
    return _final(case)


def _final(case: UnitCase) -> UnitDraft | None:
    """Return the full tables; over the nearest earlier set where the forms differ too little from one."""
    if may_follow_fully(case.forms, case.full_sets):
        forms = case.forms
    else:
        forms = case.before if case.earlier and case.earlier[-1].is_full else _nearest(case)
    draft = UnitDraft(case, ReleaseGrade.FULL, forms, left_out=forms != case.forms)
    return draft if draft.is_new or draft.wants_note else None


def _nearest(case: UnitCase) -> FormSet:
    return min(case.full_sets, key=lambda forms: len(forms ^ case.forms))


def province_units(
    full: Mapping[int, FormSet],
    before: Sequence[Mapping[int, FormSet]],
    every: Sequence[int],
    *,
    incomplete: bool,
) -> list[int] | None:
    """Return the units over whose sets the province's full tables are to be made, None where none are due.

    ``full`` are the sets behind the full tables of the units, ``before`` those behind the province's earlier tables.
    The first are made when every unit has its own, or (``incomplete``) over those that have.
    """
    if not full or (not before and not incomplete and len(full) < len(every)):
        return None
    pooled, earlier = _pooled(full), [_pooled(one) for one in before]
    if earlier and (pooled == earlier[-1] or not may_follow_fully(pooled, earlier)):
        return None
    return sorted(full)


def _pooled(units: Mapping[int, FormSet]) -> FormSet:
    # A key is unique within its unit only.
    return frozenset(unit.to_bytes(4, "big") + key for unit, forms in units.items() for key in forms)


def of_units(cases: Iterator[UnitCase]) -> list[UnitDraft]:
    """Return the drafts of all the cases that have one."""
    drafts = (period_draft(case) if case.period else unit_draft(case) for case in cases)
    return [draft for draft in drafts if draft is not None]
