"""``./hailong invitations load | merge | send | remind | list | failed | erase``: invitations by e-mail or post."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import click

from survey import clock
from survey.cli.files import written_for_the_owner
from survey.cli.opening import opened_installation
from survey.cli.options import campaign_option, data_option
from survey.cli.progress import advancing
from survey.cli.texts import text
from survey.errors import Refusal
from survey.mail.transport import SmtpReply
from survey.services.accounts.actors import COMMAND_LINE
from survey.services.counter import tickets
from survey.services.installation.campaign_records import CampaignRecord
from survey.services.installation.installation import Installation
from survey.services.invitations import letters, lists, sending
from survey.services.invitations.sending import Throttle

file_argument = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
number_argument = click.argument("number", type=click.IntRange(1))
unit_option = click.option(
    "--unit",
    default=None,
    help=text("invitations.unit"),
)
code_option = click.option("--code", "key", default=None, help=text("invitations.code"))


@click.group(help=text("invitations.help"))
def invitations() -> None:
    """Group the commands about invitations."""


@invitations.command(help=text("invitations.load.help"))
@file_argument
@data_option
@campaign_option
@unit_option
@click.option("--title", default="", help=text("invitations.load.title"))
def load(file: Path, data: str | None, campaign: str | None, unit: str | None, title: str) -> None:
    """Keep the recipients; nothing is sent yet."""
    with opened_installation(data) as installation:
        record = installation.campaigns.only(campaign)
        number = lists.load(
            installation,
            COMMAND_LINE,
            record,
            file.read_bytes(),
            clock.now(),
            title=title or file.stem,
            unit=unit,
        )
        count = lists.one(installation, COMMAND_LINE, record, number, clock.now()).recipients
    click.echo(text("invitations.load.done", number=number, count=count))


@invitations.command(help=text("invitations.merge.help"))
@file_argument
@data_option
@campaign_option
@unit_option
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    help=text("invitations.merge.out"),
)
def merge(file: Path, data: str | None, campaign: str | None, unit: str | None, out: Path) -> None:
    """Write the mail-merge file, readable by nobody else: who has it can use the codes."""
    with opened_installation(data) as installation:
        record = installation.campaigns.only(campaign)
        content = lists.merge(installation, COMMAND_LINE, record, file.read_bytes(), clock.now(), unit=unit)
        written_for_the_owner(out, content)
    click.echo(text("invitations.merge.done", out=out))


@invitations.command(help=text("invitations.send.help"))
@number_argument
@data_option
@campaign_option
@code_option
def send(number: int, data: str | None, campaign: str | None, key: str | None) -> None:
    """Send what has not gone out. The reminder key is printed once, before the first letter."""
    with opened_installation(data) as installation:
        record = installation.campaigns.only(campaign)
        if lists.one(installation, COMMAND_LINE, record, number, clock.now()).round == 0:
            key = letters.fresh_key()
            sending.begin(installation, COMMAND_LINE, record, number, key, clock.now())
            click.echo(text("invitations.send.key", key=key))
        _run(installation, record, number, key)


@invitations.command(help=text("invitations.remind.help"))
@number_argument
@data_option
@campaign_option
@code_option
@click.option(
    "--without-links",
    is_flag=True,
    help=text("invitations.remind.without_links"),
)
def remind(
    number: int, data: str | None, campaign: str | None, key: str | None, *, without_links: bool
) -> None:
    """Send the one reminder, or go on sending it."""
    if key is None and not without_links:
        raise click.UsageError(text("invitations.remind.no_key"))
    with opened_installation(data) as installation:
        record, now = installation.campaigns.only(campaign), clock.now()
        if lists.one(installation, COMMAND_LINE, record, number, now).round < sending.REMINDER:
            sending.remind(installation, COMMAND_LINE, record, number, key, now)
        _run(installation, record, number, key)


@invitations.command(name="list", help=text("invitations.list.help"))
@data_option
@campaign_option
@click.option("--json", "as_json", is_flag=True, help=text("option.json"))
def listing(data: str | None, campaign: str | None, *, as_json: bool) -> None:
    """Print every list, and every unit's batches with what was answered in all."""
    with opened_installation(data) as installation:
        record = installation.campaigns.only(campaign)
        overviews = lists.lists(installation, COMMAND_LINE, record, clock.now())
        batches = tickets.batch_totals(installation, COMMAND_LINE, record, invited=True)
    shown = [
        {"list": one.number, "title": one.title, "recipients": one.recipients, "round": one.round}
        | {"running": one.running, "erased": one.erased, "fault": one.fault, **one.counts}
        for one in overviews
    ]
    names = ("unit", "batch", "printed", "handed_out", "spent", "void")
    units = [{name: getattr(batch, name) for name in names} for batch in batches]
    if as_json:
        click.echo(json.dumps({"lists": shown, "batches": units}, ensure_ascii=False, indent=2))
        return
    if not (shown or units):
        click.echo(text("invitations.list.none"), err=True)
    for row in (*shown, *units):
        click.echo("\t".join(f"{name}={value}" for name, value in row.items()))


@invitations.command(help=text("invitations.failed.help"))
@number_argument
@data_option
@campaign_option
def failed(number: int, data: str | None, campaign: str | None) -> None:
    """Print each with what the mail server said."""
    with opened_installation(data) as installation:
        record = installation.campaigns.only(campaign)
        for row in lists.undelivered(installation, COMMAND_LINE, record, number):
            click.echo(f"{row.place}\t{row.delivery}\t{row.email}\t{row.name}\t{row.reply}")


@invitations.command(help=text("invitations.erase.help"))
@number_argument
@data_option
@campaign_option
def erase(number: int, data: str | None, campaign: str | None) -> None:
    """Delete names and addresses; the counts stay."""
    with opened_installation(data) as installation:
        record = installation.campaigns.only(campaign)
        lists.erase(installation, COMMAND_LINE, record, number, clock.now())
    click.echo(text("invitations.erase.done", number=number))


def _run(installation: Installation, record: CampaignRecord, number: int, key: str | None) -> None:
    """Send with a bar on a terminal, then say how it stands."""
    now = clock.now()
    left = lists.one(installation, COMMAND_LINE, record, number, now).left
    never = threading.Event()
    with advancing(text("invitations.send.progress"), left) as advance:

        def advanced(_reply: SmtpReply) -> None:
            advance(1)

        leased = sending.lease(installation, COMMAND_LINE, record, number, key, now)
        sending.send(installation, leased, Throttle(clock.now, never.wait, advanced))
    counts = lists.one(installation, COMMAND_LINE, record, number, clock.now()).counts
    click.echo("\t".join(f"{name}={count}" for name, count in counts.items() if count))
    if counts["deferred"]:
        raise Refusal("invitation_deferred", count=counts["deferred"])
