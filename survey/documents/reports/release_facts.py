"""What is out of a campaign's figures, as every output says it: how much of each unit, since when, and what remains."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from survey.vocabulary import ReleaseGrade


@dataclass(frozen=True, slots=True)
class UnitReleaseFacts:
    """What is out of a unit. ``day`` and ``number`` are those of the release that its figures are from.

    ``open_points`` are the codes of what was still open when TCCB asked for the full tables. ``reasons`` counts, by
    why, the forms that changed since; they are ``changed`` together and too few for new tables.
    """

    grade: ReleaseGrade
    number: int
    day: date
    forms: int
    open_points: tuple[str, ...] = ()
    changed: int = 0
    reasons: Mapping[str, int] = field(default_factory=dict)
    conclusion_changes: bool = False


@dataclass(frozen=True, slots=True)
class ProvinceReleaseFacts:
    """The full tables of the province: their release, and the ids of the units that they hold."""

    number: int
    day: date
    units: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReleaseFacts:
    """What is out of a campaign, or of one of its periods; a unit without figures is not in ``units``.

    ``number`` and ``day`` are those of the newest release; 0 and None before the first. ``times`` are the clock times
    at which releases are due every day.
    """

    number: int
    day: date | None
    times: tuple[str, ...]
    units: Mapping[str, UnitReleaseFacts]
    province: ProvinceReleaseFacts | None

    def is_full(self, unit: str | None) -> bool:
        """Say whether the full tables of a unit, or of the province (None), are out."""
        if unit is None:
            return self.province is not None
        return unit in self.units and self.units[unit].grade is ReleaseGrade.FULL
