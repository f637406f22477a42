"""What TCCB sees, after the close, of units whose full tables are not out: what is open, to be named in the act."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from survey.errors import Refusal
from survey.plans.plan import PlanUnit
from survey.services.accounts.actors import EVERY_UNIT, Actor
from survey.services.installation.installation import Installation
from survey.services.results import release_points
from survey.services.results.reports import Assessment
from survey.web import language

# To look at a unit takes some 30 ms: where more are left the page leads to each unit's own.
MOST_LOOKED_AT = 20


@dataclass(frozen=True, slots=True)
class UnreleasedUnit:
    """A unit whose full tables are not out: the codes of what is open, and what there is to read about it."""

    unit: PlanUnit
    codes: tuple[str, ...]
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unreleased:
    """What may be released by an act: single units, and the province without them (``lacking``: their codes).

    Of many units none is looked at: they are ``others``, by code and name.
    """

    units: tuple[UnreleasedUnit, ...]
    others: tuple[PlanUnit, ...]
    lacking: tuple[str, ...]


def of_page(
    installation: Installation, actor: Actor, assessed: Assessment, unit: str | None, now: dt.datetime
) -> Unreleased | None:
    """Return what whoever looks at a page may release: of one unit, or of all; None where that is nothing."""
    campaign, snapshot = assessed.campaign, assessed.snapshot
    if actor.role not in EVERY_UNIT or snapshot.period or now < campaign.closes_at:
        return None
    codes = [code for code in snapshot.lacking if unit in {None, code}]
    return _of_units(installation, actor, assessed, codes, whole=unit is None) if codes else None


def _of_units(
    installation: Installation, actor: Actor, assessed: Assessment, codes: Collection[str], *, whole: bool
) -> Unreleased:
    lacking = tuple(codes) if whole and _may_go_without(assessed) else ()
    if len(codes) > MOST_LOOKED_AT:
        return Unreleased((), _named(assessed, codes), lacking)
    return Unreleased(tuple(_unit(installation, actor, assessed, code) for code in codes), (), lacking)


def _named(assessed: Assessment, codes: Collection[str]) -> tuple[PlanUnit, ...]:
    return tuple(unit for unit in assessed.campaign.plan.units if unit.code in codes)


def _may_go_without(assessed: Assessment) -> bool:
    """Say whether the province's full tables could be made of some units."""
    snapshot = assessed.snapshot
    return not snapshot.is_full(None) and len(snapshot.lacking) < len(assessed.campaign.plan.units)


def _unit(installation: Installation, actor: Actor, assessed: Assessment, code: str) -> UnreleasedUnit:
    campaign = assessed.campaign
    faults = release_points.of_unit(installation, actor, campaign, code)
    lines = Refusal("sheets_faulty", faults).lines(language.of_request())
    codes = tuple(sorted({fault.code for fault in faults}))
    return UnreleasedUnit(campaign.unit(campaign.unit_id(code)), codes, tuple(lines))
