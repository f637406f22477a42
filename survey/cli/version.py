"""``./hailong version``: which version of the product this is."""

from __future__ import annotations

import click

from survey import version as product
from survey.cli.language import say


@click.command(help=say("Cho biết phiên bản của chương trình.", "Tell the version of the program."))
def version() -> None:
    """Print the version."""
    click.echo(product.version())
