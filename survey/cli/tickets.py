"""``./hailong tickets print | give | void | list``: cards with one-time codes, and their accounts."""

from __future__ import annotations

import json
from pathlib import Path

import click

from forms import ticket_code
from survey import clock
from survey.cli.files import written_for_the_owner
from survey.cli.opening import opened_installation
from survey.cli.options import campaign_option, data_option
from survey.cli.texts import text
from survey.services.accounts.actors import COMMAND_LINE
from survey.services.counter import ticket_cards
from survey.services.counter import tickets as codes
from survey.services.installation.unit_keys import BatchRef

unit_option = click.option("--unit", required=True, help=text("option.unit"))
batch_option = click.option("--batch", type=click.IntRange(1), required=True, help=text("tickets.batch"))


@click.group(help=text("tickets.help"))
def tickets() -> None:
    """Group the commands about one-time codes."""


@tickets.command(name="print", help=text("tickets.print.help"))
@data_option
@campaign_option
@unit_option
@click.option(
    "--count",
    type=click.IntRange(1, codes.MOST_CARDS),
    required=True,
    help=text("tickets.print.count"),
)
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    help=text("tickets.print.out"),
)
@click.option(
    "--json",
    "listing",
    type=click.Path(dir_okay=False, path_type=Path),
    default=None,
    help=text("tickets.print.json"),
)
def print_cards(
    data: str | None, campaign: str | None, unit: str, count: int, out: Path, listing: Path | None
) -> None:
    """Write the cards, readable by nobody else: who has the file can use the codes."""
    with opened_installation(data) as installation:
        record = installation.campaigns.only(campaign)
        cards = codes.make(installation, COMMAND_LINE, record, unit, count, clock.now())
        written_for_the_owner(out, ticket_cards.drawn(installation, record, unit, cards))
    if listing is not None:
        rows = [
            {
                "code": ticket_code.grouped(card.code),
                "url": card.url,
                "short": ticket_code.grouped(card.short),
                "unit": unit,
                "batch": card.batch,
                "number": card.number,
            }
            for card in cards
        ]
        written_for_the_owner(listing, json.dumps(rows, ensure_ascii=False, indent=2).encode())
    click.echo(text("tickets.print.done", batch=cards[0].batch, count=count, out=out))


@tickets.command(help=text("tickets.give.help"))
@data_option
@campaign_option
@unit_option
@batch_option
@click.option("--count", type=int, required=True, help=text("tickets.give.count"))
def give(data: str | None, campaign: str | None, unit: str, batch: int, count: int) -> None:
    """Add to the number of cards that went out."""
    with opened_installation(data) as installation:
        record = installation.campaigns.only(campaign)
        codes.hand_out(installation, COMMAND_LINE, record, BatchRef(unit, batch), count, clock.now())


@tickets.command(help=text("tickets.void.help"))
@data_option
@campaign_option
@click.argument("code")
def void(data: str | None, campaign: str | None, code: str) -> None:
    """Make one card void, by its long or short code."""
    with opened_installation(data) as installation:
        record = installation.campaigns.only(campaign)
        batch = codes.void(installation, COMMAND_LINE, record, code, clock.now())
    click.echo(text("tickets.void.done", batch=batch))


@tickets.command(name="list", help=text("tickets.list.help"))
@data_option
@campaign_option
@click.option("--json", "as_json", is_flag=True, help=text("option.json"))
def listing(data: str | None, campaign: str | None, *, as_json: bool) -> None:
    """Print the account of every batch."""
    with opened_installation(data) as installation:
        record = installation.campaigns.only(campaign)
        batches = codes.batch_totals(installation, COMMAND_LINE, record)
    names = ("unit", "batch", "printed", "handed_out", "spent", "void", "left")
    rows = [{name: getattr(account, name) for name in names} for account in batches]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    if not rows:
        click.echo(text("tickets.list.none"), err=True)
    for row in rows:
        click.echo(
            "\t".join(f"{name}={value}" if name != "unit" else str(value) for name, value in row.items())
        )
