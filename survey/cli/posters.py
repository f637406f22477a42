"""``./hailong posters``: posters, table tents and pocket cards of the counters as PDF and SVG."""

from __future__ import annotations

from pathlib import Path

import click

from survey.cli.language import say
from survey.cli.opening import opened_installation
from survey.cli.options import campaign_option, data_option
from survey.services.accounts.actors import COMMAND_LINE
from survey.services.counter import posters as drawn

KINDS = ("a4", "a5", "tent", "card")


@click.command(
    help=say(
        "Vẽ áp phích, biển để bàn và thẻ có mã QR của từng quầy (PDF và SVG).",
        "Draw the counters' posters, table tents and pocket cards (PDF and SVG).",
    )
)
@data_option
@campaign_option
@click.option("--unit", default=None, help=say("Chỉ một đơn vị.", "One unit only."))
@click.option(
    "--kind",
    "kinds",
    multiple=True,
    type=click.Choice(KINDS),
    help=say(
        "a4, a5: áp phích; tent: biển để bàn; card: thẻ. Mặc định là tất cả.",
        "a4, a5: posters; tent: table tents; card: pocket cards. All of them by default.",
    ),
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(),
    help=say(
        "Thư mục ghi tệp; mặc định là thư mục hiện tại.",
        "The directory to write to; the current one by default.",
    ),
)
def posters(
    data: str | None, campaign: str | None, unit: str | None, kinds: tuple[str, ...], out: Path
) -> None:
    """Write every file and name it."""
    with opened_installation(data) as installation:
        record = installation.campaigns.only(campaign)
        files = drawn.every(installation, COMMAND_LINE, record, unit, kinds or KINDS)
        for file in files:
            out.mkdir(parents=True, exist_ok=True)
            path = out / file.name
            path.write_bytes(file.body)
            click.echo(path)
