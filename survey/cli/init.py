"""``./hailong init``: makes the data directory, the keys and the database, or upgrades them."""

from __future__ import annotations

import click

from survey.cli.language import say
from survey.cli.options import data_option
from survey.config import from_environment
from survey.services.installation.installation import initialise


@click.command(
    help=say("Tạo hoặc nâng cấp cơ sở dữ liệu và khóa.", "Create or upgrade the database and the keys.")
)
@data_option
def init(data: str | None) -> None:
    """Set the installation up; what is already there stays."""
    config = from_environment(data)
    initialise(config)
    click.echo(say(f"Đã sẵn sàng: {config.data}", f"Ready: {config.data}"))
