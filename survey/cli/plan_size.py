"""``./hailong plan-size``: how many forms a question needs, and what a number of forms can say."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import click

from scoring.faults import FaultyData
from scoring.planning import Precision, forms_for_margin, forms_to_show_target, precision
from survey.cli.language import language
from survey.cli.texts import text
from survey.errors import Refusal

MINIMUM_QUOTAS = (50, 80)  # of the plan of 2024: a small unit's and a large one's
SHARE = click.FloatRange(0, 100)
BETWEEN = click.FloatRange(0, 100, min_open=True, max_open=True)
COUNT = click.IntRange(min=1)


@click.command(help=text("plan_size.help"))
@click.option("--margin", type=BETWEEN, help=text("plan_size.margin"))
@click.option("--target", type=BETWEEN, help=text("plan_size.target"))
@click.option(
    "--share",
    type=SHARE,
    default=90,
    show_default=True,
    help=text("plan_size.share"),
)
@click.option(
    "--population",
    type=COUNT,
    help=text("plan_size.population"),
)
@click.option(
    "--forms",
    type=COUNT,
    multiple=True,
    help=text("plan_size.forms"),
)
@click.option("--level", type=BETWEEN, default=95, show_default=True, help=text("plan_size.level"))
@click.option(
    "--power",
    type=BETWEEN,
    default=80,
    show_default=True,
    help=text("plan_size.power"),
)
@click.option("--json", "as_json", is_flag=True, help=text("option.json"))
def plan_size(
    margin: float | None,
    target: float | None,
    share: float,
    population: int | None,
    forms: Sequence[int],
    level: float,
    power: float,
    *,
    as_json: bool,
) -> None:
    """Print the forms needed, and what the numbers of forms asked for give."""
    asked = forms or (MINIMUM_QUOTAS if margin is None and target is None else ())
    sure, chance, expected = level / 100, power / 100, share / 100
    answer: dict[str, Any] = {"share": share, "population": population, "level": level, "power": power}
    try:
        if margin is not None:
            needed = forms_for_margin(margin / 100, population, expected, sure)
            answer["margin"] = {"wanted": margin, "forms": needed}
        if target is not None:
            shown = forms_to_show_target(expected, target / 100, population, sure, chance)
            answer["target"] = {"wanted": target, "forms": shown}
        answer["forms"] = [_row(precision(n, population, sure, chance, (expected,))) for n in asked]
    except FaultyData as faulty:
        raise Refusal("planning_faulty", faulty.faults) from faulty
    click.echo(json.dumps(answer, ensure_ascii=False, indent=2) if as_json else "\n".join(_sentences(answer)))


def _row(given: Precision) -> dict[str, Any]:
    fall = given.differences[0]
    return {
        "forms": given.forms,
        "margin": 100 * given.margins[0],
        "difference": None if fall is None else 100 * fall,
    }


def _sentences(answer: dict[str, Any]) -> list[str]:
    lines = []
    if margin := answer.get("margin"):
        lines.append(text("plan_size.margin_needs", wanted=f"{margin['wanted']:g}", forms=margin["forms"]))
    if target := answer.get("target"):
        lines.append(_about_target(target["wanted"], target["forms"]))
    return lines + [_about_forms(**row) for row in answer["forms"]]


def _about_target(wanted: float, forms: int | None) -> str:
    if forms is None:
        return text("plan_size.target_beyond", wanted=f"{wanted:g}")
    return text("plan_size.target_needs", wanted=f"{wanted:g}", forms=forms)


def _about_forms(forms: int, margin: float, difference: float | None) -> str:
    if difference is None:
        return text("plan_size.forms_tell_nothing", forms=forms, margin=_figure(margin))
    return text("plan_size.forms_tell", forms=forms, margin=_figure(margin), difference=_figure(difference))


def _figure(value: float) -> str:
    figure = f"{value:.1f}"
    return figure.replace(".", ",") if language() == "vi" else figure
