"""``./hailong alerts``: what the server looks after every minute, once, for those who run it from cron."""

from __future__ import annotations

import click

from survey import clock
from survey.cli.opening import opened_installation
from survey.cli.options import data_option
from survey.cli.texts import text
from survey.services.accounts.actors import COMMAND_LINE
from survey.services.invitations import lists
from survey.services.kiosks import alerts as kiosk_alerts


@click.command(help=text("alerts.help"))
@data_option
def alerts(data: str | None) -> None:
    """Print each kiosk with an open incident."""
    with opened_installation(data) as installation:
        incidents = kiosk_alerts.watch(installation, clock.now())
        lists.erase_due(installation, COMMAND_LINE, clock.now())
    if not incidents:
        click.echo(text("alerts.none"), err=True)
    for campaign, status in incidents:
        kiosk = status.kiosk
        unit = campaign.unit(kiosk.unit_id).code
        numbers = "\tnumbers=impossible" if status.impossible else ""
        click.echo(f"{campaign.code}\t{unit}\tkiosk={kiosk.number}\twaiting={kiosk.waiting}{numbers}")
