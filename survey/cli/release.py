"""``./hailong release``: makes a release of the figures where the rules allow it."""

from __future__ import annotations

import click

from survey import clock
from survey.cli.opening import opened_installation
from survey.cli.options import campaign_option, data_option
from survey.cli.texts import text
from survey.services.accounts.actors import COMMAND_LINE
from survey.services.results import releases, snapshots
from survey.services.results.snapshots import ReleasedUnit


@click.command(help=text("release.help"))
@data_option
@campaign_option
@click.option("--unit", default=None, help=text("release.unit"))
@click.option("--open", "points", multiple=True, help=text("release.open"))
@click.option("--without", "lacking", multiple=True, help=text("release.without"))
def release(
    data: str | None,
    campaign: str | None,
    unit: str | None,
    points: tuple[str, ...],
    lacking: tuple[str, ...],
) -> None:
    """Make the release and say what stands for each unit."""
    if lacking and (unit or points):
        raise click.UsageError(text("release.choice"))
    with opened_installation(data) as installation:
        record, now = installation.campaigns.only(campaign), clock.now()
        if unit is not None:
            number = releases.make_full(installation, COMMAND_LINE, record, unit, points, now)
        elif lacking:
            number = releases.make_province_full(installation, COMMAND_LINE, record, lacking, now)
        else:
            number = releases.make(installation, COMMAND_LINE, record, now)
        snapshot = snapshots.current(installation, record)
    click.echo(text("release.made", number=number) if number else text("release.unchanged"))
    for unit_id, each in enumerate(record.plan.units, start=1):
        click.echo(f"{each.code}\t{_standing(snapshot.units.get(unit_id))}")


def _standing(unit: ReleasedUnit | None) -> str:
    if unit is None:
        return text("release.none")
    return text(f"release.{unit.grade}", forms=unit.forms, day=f"{unit.due_at:%d/%m/%Y}")
