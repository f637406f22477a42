"""``./hailong version``: which version of the product this is."""

from __future__ import annotations

import click

from survey import version as product
from survey.cli.texts import text


@click.command(help=text("version.help"))
def version() -> None:
    """Print the version."""
    click.echo(product.version())
