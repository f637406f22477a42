"""``./hailong import-kiosk``: takes in the records that a kiosk wrote to a file."""

from __future__ import annotations

from pathlib import Path

import click

from survey import clock
from survey.cli.opening import opened_installation
from survey.cli.options import data_option
from survey.cli.texts import text
from survey.errors import Refusal
from survey.services.accounts.actors import COMMAND_LINE
from survey.services.kiosks import backup_files


@click.command(help=text("import_kiosk.help"))
@click.argument("file", type=click.Path(path_type=Path))
@data_option
def import_kiosk(file: Path, data: str | None) -> None:
    """Import the file and say what became of its records."""
    try:
        content = file.read_bytes()
    except OSError as error:
        raise Refusal("file_unreadable", path=str(file), why=error.strerror) from error
    with opened_installation(data) as installation:
        taken = backup_files.take(installation, COMMAND_LINE, content, clock.now())
    click.echo(text("import_kiosk.done", new=taken.new, known=taken.known, refused=taken.refused))
