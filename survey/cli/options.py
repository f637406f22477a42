"""Options that several commands share, so that each means the same everywhere."""

from __future__ import annotations

import click

from survey.cli.texts import text

data_option = click.option(
    "--data",
    metavar="DIR",
    envvar="HAILONG_DATA",
    type=click.Path(file_okay=False),
    default=None,
    help=text("option.data"),
)
"""``--data DIR``: passes ``data: str | None``, to be given to :func:`survey.config.from_environment`."""

campaign_option = click.option(
    "--campaign",
    metavar="CODE",
    default=None,
    help=text("option.campaign"),
)
"""``--campaign CODE``: passes ``campaign: str | None``."""
