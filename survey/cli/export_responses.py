"""``./hailong export-responses``: writes every response as CSV, in an order without meaning."""

from __future__ import annotations

from typing import TextIO

import click

from survey import clock
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
    type=click.File("w", encoding="utf-8", lazy=True),
    default="-",
    help=text("export_responses.out"),
)
def export_responses(data: str | None, campaign: str | None, out: TextIO) -> None:
    """Write the responses to the file, and say why it is to be kept safe."""
    with opened_installation(data) as installation:
        record = installation.campaigns.only(campaign)
        rows = csv_transfer.export_csv(installation, COMMAND_LINE, record, clock.now())
        click.echo(text("export_responses.why"), err=True)
        out.writelines(rows)
