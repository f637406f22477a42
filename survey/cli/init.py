"""``./hailong init``: makes the data directory, the keys and the database, or upgrades them."""

from __future__ import annotations

import click

from survey import logs
from survey.cli.options import data_option
from survey.cli.texts import text
from survey.config import from_environment
from survey.keys import secret_path
from survey.services.installation.installation import initialise


@click.command(help=text("init.help"))
@data_option
def init(data: str | None) -> None:
    """Set the installation up; what is already there stays."""
    logs.configure()
    config = from_environment(data)
    if initialise(config):
        click.echo(text("init.trusted", secret=secret_path(config.data)), err=True)
    click.echo(text("init.done", data=config.data))
