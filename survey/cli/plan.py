"""``./hailong plan check | load``: reads a plan, names all its faults, freezes it as a campaign."""

from __future__ import annotations

import click

from survey import clock
from survey.cli.opening import opened_installation
from survey.cli.options import data_option
from survey.cli.texts import text
from survey.config import from_environment
from survey.plans import check as plans
from survey.services.accounts.actors import COMMAND_LINE
from survey.services.campaigns import campaigns, languages


@click.group(help=text("plan.help"))
def plan() -> None:
    """Group the commands about plans."""


@plan.command(help=text("plan.check.help"))
@click.argument("file", metavar="FILE")
@data_option
def check(file: str, data: str | None) -> None:
    """Say that the plan and the languages that it names are sound, or name every fault with its place."""
    survey_plan = plans.read(file)
    if survey_plan.languages:
        languages.gather(from_environment(data).data, survey_plan)
    total = sum(unit.target for unit in survey_plan.units)
    click.echo(text("plan.check.done", plan=survey_plan.code, units=len(survey_plan.units), total=total))


@plan.command(help=text("plan.load.help"))
@click.argument("file", metavar="FILE")
@data_option
def load(file: str, data: str | None) -> None:
    """Freeze a plan, by file or bundled name, as a campaign."""
    survey_plan = plans.read(file)
    with opened_installation(data) as installation:
        spoken = languages.gather(installation.config.data, survey_plan)
        campaigns.load(installation, COMMAND_LINE, survey_plan, clock.now(), spoken=spoken)
    click.echo(text("plan.load.done", plan=survey_plan.code))
