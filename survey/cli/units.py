"""``./hailong units``: every unit with its minimum target and its counts."""

from __future__ import annotations

import json
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from survey import clock
from survey.cli.opening import opened_installation
from survey.cli.options import campaign_option, data_option
from survey.cli.texts import text
from survey.services.accounts.actors import COMMAND_LINE
from survey.services.results import quotas
from survey.services.results.quotas import Board, Progress

COUNTS = ("target", "valid", "awaiting", "late", "excluded")
HEADS = ("code", "unit", *COUNTS)


@click.command(help=text("units.help"))
@data_option
@campaign_option
@click.option("--json", "as_json", is_flag=True, help=text("option.json"))
def units(data: str | None, campaign: str | None, *, as_json: bool) -> None:
    """Print the counts of this moment as a table, or as JSON."""
    with opened_installation(data) as installation:
        record = installation.campaigns.only(campaign)
        board = quotas.progress(installation, COMMAND_LINE, record, clock.now())
    if as_json:
        click.echo(json.dumps(_json(board), ensure_ascii=False, indent=2))
        return
    table = Table(
        *(text(f"units.{head}") for head in HEADS),
        title=text("units.rehearsal") if record.rehearsal else None,
    )
    for unit in board.units:
        counts = (str(getattr(unit, name)) for name in COUNTS)
        table.add_row(unit.unit.code, unit.unit.name, *counts)
    Console().print(table)


def _json(board: Board) -> dict[str, Any]:
    campaign = board.campaign
    return {
        "campaign": campaign.code,
        "rehearsal": campaign.rehearsal,
        "units": [_unit(each) for each in board.units],
    }


def _unit(unit: Progress) -> dict[str, Any]:
    counts = {name: getattr(unit, name) for name in (*COUNTS, "uncounted", "missing", "expected")}
    return {"unit": unit.unit.code, "name": unit.unit.name} | counts | {"channels": dict(unit.channels)}
