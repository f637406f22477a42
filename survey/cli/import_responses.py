"""``./hailong import-responses``: takes the rows of a CSV file in, all or none."""

from __future__ import annotations

from pathlib import Path

import click

from survey import clock
from survey.cli.opening import opened_installation
from survey.cli.options import campaign_option, data_option
from survey.cli.texts import text
from survey.errors import Refusal
from survey.services.accounts.actors import COMMAND_LINE
from survey.services.collection import csv_transfer


@click.command(help=text("import_responses.help"))
@click.argument("file", type=click.Path(path_type=Path))
@data_option
@campaign_option
def import_responses(file: Path, data: str | None, campaign: str | None) -> None:
    """Import the file and say how many responses were new."""
    try:
        content = file.read_bytes()
    except OSError as error:
        raise Refusal("file_unreadable", path=str(file), why=error.strerror) from error
    with opened_installation(data) as installation:
        record = installation.campaigns.only(campaign)
        new, known = csv_transfer.import_csv(installation, COMMAND_LINE, record, content, clock.now())
    click.echo(text("import_responses.done", new=new, known=known))
