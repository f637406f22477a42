"""``./hailong close-verification``: cuts the link between paper forms and answers, for good."""

from __future__ import annotations

import click

from survey import clock
from survey.cli.language import say
from survey.cli.opening import opened_installation
from survey.cli.options import campaign_option, data_option
from survey.services.accounts.actors import COMMAND_LINE
from survey.services.paper import closing


@click.command(
    help=say(
        "Kết thúc việc xác minh phiếu giấy: cắt liên hệ giữa số phiếu và câu trả lời.",
        "Close the verification of paper: cut the link between form numbers and answers.",
    )
)
@data_option
@campaign_option
@click.option(
    "--when-ready",
    is_flag=True,
    help=say(
        "Dùng cho lịch chạy hằng đêm: kết thúc các đợt đã xong mọi việc, đợt chưa xong thì để nguyên.",
        "For a nightly schedule: close the campaigns with nothing open, leave the others.",
    ),
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
    return say(
        f"Đã kết thúc xác minh; cắt liên hệ của {forms} phiếu với câu trả lời.",
        f"Verification is closed; {forms} forms no longer lead to their answers.",
    )


def _waits(code: str) -> str:
    words = {
        "verification_closed": say("đã kết thúc từ trước.", "was closed before."),
        "verification_too_early": say("còn đang thu phiếu.", "still collects."),
        "verification_unexplained": say("còn việc chưa xong.", "something is still open."),
    }
    return words[code]
