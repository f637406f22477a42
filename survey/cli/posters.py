"""``./hailong posters``: posters, table tents and pocket cards of the counters as PDF and SVG."""

from __future__ import annotations

from pathlib import Path

import click

from survey.cli.opening import opened_installation
from survey.cli.options import campaign_option, data_option
from survey.cli.texts import text
from survey.services.accounts.actors import COMMAND_LINE
from survey.services.counter import posters as drawn

KINDS = ("a4", "a5", "tent", "card")


@click.command(help=text("posters.help"))
@data_option
@campaign_option
@click.option("--unit", default=None, help=text("option.one_unit"))
@click.option(
    "--kind",
    "kinds",
    multiple=True,
    type=click.Choice(KINDS),
    help=text("posters.kind"),
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(),
    help=text("option.folder"),
)
def posters(
    data: str | None, campaign: str | None, unit: str | None, kinds: tuple[str, ...], out: Path
) -> None:
    """Write every file and name it."""
    with opened_installation(data) as installation:
        record = installation.campaigns.only(campaign)
        files = drawn.every(installation, COMMAND_LINE, record, unit, kinds or KINDS)
        for file in files:
            out.mkdir(parents=True, exist_ok=True)
            path = out / file.name
            path.write_bytes(file.body)
            click.echo(path)
