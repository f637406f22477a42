"""``./hailong erase-order``: the night's work by hand, for a timer of the role that owns the tables."""

from __future__ import annotations

import click

from survey.cli.opening import opened_installation
from survey.cli.options import data_option
from survey.cli.texts import text
from survey.services.collection.arrival_order import erase_arrival_order


@click.command(help=text("erase_order.help"))
@data_option
def erase_order(data: str | None) -> int:
    """Erase the order of arrival; exit with 1, and say so, where that could not be now."""
    with opened_installation(data) as installation:
        done = erase_arrival_order(installation)
    if done:
        click.echo(text("erase_order.done"))
        return 0
    click.echo(text("erase_order.kept"), err=True)
    return 1
