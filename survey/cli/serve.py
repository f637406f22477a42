"""``./hailong serve``: runs the server."""

from __future__ import annotations

import click

from survey import clock, server
from survey.cli.opening import opened_installation
from survey.cli.options import data_option
from survey.cli.texts import text
from survey.services.accounts.actors import COMMAND_LINE
from survey.services.collection import board_counts
from survey.services.collection.arrival_order import NightlyErasure, erase_arrival_order
from survey.services.installation.installation import Installation
from survey.services.invitations import lists
from survey.services.kiosks import alerts
from survey.services.results.releases import DueReleases
from survey.web.application import assemble

MINUTE = 60.0


@click.command(help=text("serve.help"))
@data_option
@click.option("--host", default="127.0.0.1", show_default=True, help=text("serve.host"))
@click.option(
    "--port", default=8000, show_default=True, type=click.IntRange(0, 65535), help=text("option.port")
)
def serve(data: str | None, host: str, port: int) -> None:
    """Serve until Ctrl-C."""
    with opened_installation(data, host, port) as installation:

        def ready(address: str) -> None:
            installation.config.remember()
            click.echo(text("serve.running", address=address))

        board_counts.count_due(installation, clock.now())  # what was due while the door was shut
        _look_after(installation)
        server.serve(
            assemble(installation),
            host,
            port,
            threads=installation.config.threads,
            on_ready=ready,
        )
        installation.background.close()
        erase_arrival_order(installation)


def _look_after(installation: Installation) -> None:
    """Do every minute what nobody asks for: tell of kiosks that hold answers, make and erase what is due."""
    background, nightly = installation.background, NightlyErasure(installation)
    releases = DueReleases(installation)
    background.every(MINUTE, "kiosk_alerts", lambda: alerts.watch(installation, clock.now()))
    background.every(MINUTE, "board", lambda: board_counts.count_due(installation, clock.now()))
    background.every(MINUTE, "erase", lambda: lists.erase_due(installation, COMMAND_LINE, clock.now()))
    background.every(MINUTE, "releases", lambda: releases.make(clock.now()))
    background.every(MINUTE, "arrival_order", lambda: nightly.attempt(clock.now()))
