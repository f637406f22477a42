"""``./hailong backup``: copies the running database, in an order that tells nothing."""

from __future__ import annotations

from pathlib import Path

import click

from survey import clock
from survey.cli.opening import opened_installation
from survey.cli.options import data_option
from survey.cli.texts import text
from survey.services.accounts.actors import COMMAND_LINE
from survey.services.backup import copies


@click.command(help=text("backup.help"))
@data_option
@click.option(
    "--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help=text("backup.out")
)
def backup(data: str | None, out: Path) -> None:
    """Write the copy and say what is still to be kept beside it."""
    with opened_installation(data) as installation:
        size = copies.back_up(installation, COMMAND_LINE, out, clock.now())
        secret = installation.config.data / "keys"
    click.echo(text("backup.done", out=str(out), size=f"{size / 1e6:.1f}", keys=str(secret)))
