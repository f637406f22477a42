"""``./hailong serve``: runs the server."""

from __future__ import annotations

import click

from survey import server
from survey.cli.language import say
from survey.cli.opening import opened
from survey.cli.options import data_option
from survey.web.application import assemble


@click.command(help=say("Chạy máy chủ.", "Run the server."))
@data_option
@click.option(
    "--host", default="127.0.0.1", show_default=True, help=say("Địa chỉ lắng nghe.", "Address to listen on.")
)
@click.option(
    "--port", default=8000, show_default=True, type=click.IntRange(0, 65535), help=say("Cổng.", "Port.")
)
def serve(data: str | None, host: str, port: int) -> None:
    """Serve until Ctrl-C."""
    with opened(data, host, port) as installation:

        def ready(address: str) -> None:
            installation.config.remember()
            click.echo(say(f"Đang chạy: {address}", f"Running: {address}"))

        server.serve(
            assemble(installation),
            host,
            port,
            threads=installation.config.threads,
            on_ready=ready,
        )
        installation.forget_order()
