"""``./hailong close-verification``: cuts the link between paper forms and answers, for good."""

from __future__ import annotations

import click

from survey import clock
from survey.cli.language import say
from survey.cli.opening import opened
from survey.cli.options import campaign_option, data_option
from survey.services import closing
from survey.services.actors import COMMAND_LINE


@click.command(
    help=say(
        "Kết thúc việc xác minh phiếu giấy: cắt liên hệ giữa số phiếu và câu trả lời.",
        "Close the verification of paper: cut the link between form numbers and answers.",
    )
)
@data_option
@campaign_option
def close_verification(data: str | None, campaign: str | None) -> None:
    """Cut the links and say how many there were."""
    with opened(data) as installation:
        record = installation.campaigns.only(campaign)
        forms = closing.close_verification(installation.database, COMMAND_LINE, record, clock.now())
    click.echo(
        say(
            f"Đã kết thúc xác minh; cắt liên hệ của {forms} phiếu với câu trả lời.",
            f"Verification is closed; {forms} forms no longer lead to their answers.",
        )
    )
