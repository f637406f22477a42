"""Options that several commands share, so that each means the same everywhere."""

from __future__ import annotations

import click

from survey.cli.language import say

data_option = click.option(
    "--data",
    metavar="DIR",
    envvar="HAILONG_DATA",
    type=click.Path(file_okay=False),
    default=None,
    help=say(
        "Nơi đặt cơ sở dữ liệu, khóa và tệp; hoặc biến HAILONG_DATA; mặc định ./instance.",
        "Where the database, the keys and the files lie; or HAILONG_DATA; ./instance by default.",
    ),
)
"""``--data DIR``: passes ``data: str | None``, to be given to :func:`survey.config.from_environment`."""

campaign_option = click.option(
    "--campaign",
    metavar="CODE",
    default=None,
    help=say(
        "Mã đợt khảo sát; cần khi có nhiều hơn một đợt.",
        "The campaign's code; needed where there is more than one.",
    ),
)
"""``--campaign CODE``: passes ``campaign: str | None``."""
