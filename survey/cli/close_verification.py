"""``./hailong close-verification``: cuts the link between paper forms and answers, for good."""

from __future__ import annotations

import click

from survey import clock
from survey.cli.opening import opened_installation
from survey.cli.options import campaign_option, data_option
from survey.cli.texts import text
from survey.services.accounts.actors import COMMAND_LINE
from survey.services.paper import closing


@click.command(help=text("close_verification.help"))
@data_option
@campaign_option
@click.option(
    "--when-ready",
    is_flag=True,
    help=text("close_verification.when_ready"),
)
def close_verification(data: str | None, campaign: str | None, *, when_ready: bool) -> None:
    """Cut the links and say how many there were."""
    with opened_installation(data) as installation:
        if when_ready:
            chosen = (
                installation.campaigns.all() if campaign is None else [installation.campaigns.get(campaign)]
            )
            for done in closing.close_ready(installation, COMMAND_LINE, chosen, clock.now()):
                click.echo(f"{done.campaign}: {_cut(done.forms) if not done.waits else _waits(done.waits)}")
            return
        record = installation.campaigns.only(campaign)
        click.echo(_cut(closing.close_verification(installation, COMMAND_LINE, record, clock.now())))


def _cut(forms: int) -> str:
    return text("close_verification.done", forms=forms)


def _waits(code: str) -> str:
    reasons = {
        "verification_closed": text("close_verification.closed_before"),
        "verification_too_early": text("close_verification.still_collects"),
        "verification_unexplained": text("close_verification.open"),
    }
    return reasons[code]
