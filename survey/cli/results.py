"""``./hailong results``: the indices of every unit and of the province, for the office's own use."""

from __future__ import annotations

import json
from typing import Any

import click

from scoring.disclosure.coarse import is_coarse
from scoring.results import FORMULAS, DomainResult, Estimate, Formula, IndexResult
from survey.cli.opening import opened_installation
from survey.cli.options import campaign_option, data_option
from survey.cli.texts import text
from survey.documents.reports.record import UnitFacts
from survey.services.accounts.actors import COMMAND_LINE
from survey.services.results.reports import Assessment, assessment


@click.command(help=text("results.help"))
@data_option
@campaign_option
@click.option("--json", "to_json", is_flag=True, help=text("option.json"))
def results(data: str | None, campaign: str | None, *, to_json: bool) -> None:
    """Print every unit's counts and indices; as JSON unrounded, in per cent."""
    with opened_installation(data) as installation:
        record = installation.campaigns.only(campaign)
        assessed = assessment(installation, COMMAND_LINE, record)
    if to_json:
        click.echo(json.dumps(as_json(assessed), ensure_ascii=False, indent=2))
        return
    official = assessed.result.official
    for facts, unit in zip(assessed.units, assessed.result.units, strict=True):
        counts = f"{facts.valid}/{facts.target}"
        click.echo(
            f"{facts.id}\t{counts}\t{official.upper()} {_shown(unit, official)}\t{_standing(assessed, facts.id)}"
        )


def _standing(assessed: Assessment, unit: str) -> str:
    released = assessed.release.units.get(unit)
    if released is None:
        return text("release.none")
    return text(f"release.{released.grade}", forms=released.forms, day=f"{released.day:%d/%m/%Y}")


def _shown(unit: DomainResult, official: Formula) -> str:
    value = unit.overall.by(official).value
    if value is None:
        return "-"
    return f"{value:.0f}" if is_coarse(unit) else f"{value:.2f}"


def as_json(assessed: Assessment) -> dict[str, Any]:
    """Return what ``--json`` prints: unrounded, in per cent; whole points where full tables are not out."""
    weighted, released = assessed.result.province_weighted, assessed.snapshot.due_at
    return {
        "campaign": assessed.campaign.code,
        "rehearsal": assessed.campaign.rehearsal,
        "official_formula": assessed.result.official,
        "release": assessed.snapshot.number,
        "released_at": None if released is None else released.isoformat(),
        "units": [
            _counts(facts) | _released(assessed, facts.id) | _domain(unit)
            for facts, unit in zip(assessed.units, assessed.result.units, strict=True)
        ],
        "province": _domain(assessed.result.province_pooled),
        "province_weighted": None if weighted is None else _domain(weighted),
    }


def _counts(facts: UnitFacts) -> dict[str, Any]:
    names = ("target", "valid", "awaiting", "late", "excluded")
    return {"unit": facts.id} | {name: getattr(facts, name) for name in names}


def _released(assessed: Assessment, unit: str) -> dict[str, Any]:
    released = assessed.snapshot.units.get(assessed.campaign.unit_id(unit))
    if released is None:
        return {"grade": None, "released_at": None}
    return {"grade": released.grade.value, "released_at": released.due_at.isoformat()}


def _domain(domain: DomainResult) -> dict[str, Any]:
    item = domain.overall_item
    return {
        "forms": domain.forms,
        "population": domain.population,
        "criteria": [_index(criterion) for criterion in domain.criteria],
        "items": [_index(each) for each in domain.items],
        "overall": _index(domain.overall),
        "overall_item": None if item is None else _index(item),
    }


def _index(index: IndexResult) -> dict[str, Any]:
    formulas = {formula: index.by(formula) for formula in FORMULAS}
    values = {name: estimate.value for name, estimate in formulas.items()}
    counts = {"id": index.id, "n": index.answers, "forms": index.forms, "levels": list(index.levels)}
    return counts | values | {"ci": {name: _ends(estimate) for name, estimate in formulas.items()}}


def _ends(estimate: Estimate) -> list[float | None]:
    return [estimate.low, estimate.high]
