"""``./hailong export-responses``: writes every response as CSV, in an order without meaning."""

from __future__ import annotations

from pathlib import Path

import click

from survey import clock
from survey.cli.files import opened_for_the_owner
from survey.cli.opening import opened_installation
from survey.cli.options import campaign_option, data_option
from survey.cli.texts import text
from survey.services.accounts.actors import COMMAND_LINE
from survey.services.collection import csv_transfer


@click.command(help=text("export_responses.help"))
@data_option
@campaign_option
@click.option(
    "--out",
    type=click.Path(dir_okay=False, allow_dash=True, path_type=Path),
    default="-",
    help=text("export_responses.out"),
)
def export_responses(data: str | None, campaign: str | None, out: Path) -> None:
    """Write the responses to the file, readable by nobody else, and say why it is to be kept safe."""
    with opened_installation(data) as installation:
        record = installation.campaigns.only(campaign)
        rows = csv_transfer.export_csv(installation, COMMAND_LINE, record, clock.now())
        click.echo(text("export_responses.why"), err=True)
        with opened_for_the_owner(out) as file:
            file.writelines(row.encode() for row in rows)
