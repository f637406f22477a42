"""``./hailong links``: the sealed address of every counter."""

from __future__ import annotations

import json
from dataclasses import asdict

import click

from survey.cli.opening import opened_installation
from survey.cli.options import campaign_option, data_option
from survey.cli.texts import text
from survey.services.accounts.actors import COMMAND_LINE
from survey.services.counter import links as addresses


@click.command(help=text("links.help"))
@data_option
@campaign_option
@click.option("--json", "as_json", is_flag=True, help=text("option.json"))
def links(data: str | None, campaign: str | None, *, as_json: bool) -> None:
    """Print the addresses, by unit and counter."""
    with opened_installation(data) as installation:
        addressed = addresses.of_campaign(installation, COMMAND_LINE, installation.campaigns.only(campaign))
    if as_json:
        click.echo(json.dumps([asdict(link) for link in addressed], ensure_ascii=False, indent=2))
        return
    for link in addressed:
        click.echo(f"{link.unit}\t{link.counter}\t{link.url}")
