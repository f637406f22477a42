"""``./hailong units``: every unit with its minimum target and its counts."""

from __future__ import annotations

import click
from rich.console import Console
from rich.table import Table

from survey import clock
from survey.cli.opening import opened_installation
from survey.cli.options import campaign_option, data_option
from survey.cli.texts import text
from survey.services.accounts.actors import COMMAND_LINE
from survey.services.results import quotas

HEADS = ("code", "unit", "target", "valid", "awaiting", "late", "excluded")


@click.command(help=text("units.help"))
@data_option
@campaign_option
def units(data: str | None, campaign: str | None) -> None:
    """Print the quota board as a table."""
    with opened_installation(data) as installation:
        record = installation.campaigns.only(campaign)
        board = quotas.progress(installation, COMMAND_LINE, record, clock.now())
    table = Table(
        *(text(f"units.{head}") for head in HEADS),
        title=text("units.rehearsal") if record.rehearsal else None,
    )
    for unit in board.units:
        counts = (unit.target, unit.valid, unit.awaiting, unit.late, unit.excluded)
        table.add_row(unit.unit.code, unit.unit.name, *map(str, counts))
    Console().print(table)
