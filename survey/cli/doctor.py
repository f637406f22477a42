"""``./hailong doctor``: what is really in force, and what is wrong."""

from __future__ import annotations

import click

from survey import version as product
from survey.cli.language import say
from survey.cli.opening import opened_installation
from survey.cli.options import data_option
from survey.services.installation import schema
from survey.services.installation.health import database_facts, free_bytes, readiness

CHECKS = {
    "write": ("ghi được cơ sở dữ liệu", "the database can be written"),
    "disk": ("còn đủ chỗ trên đĩa", "there is room on the disk"),
    "schema": ("cơ sở dữ liệu đúng phiên bản", "the schema is current"),
}


@click.command(help=say("Kiểm tra cài đặt và dữ liệu.", "Check the installation and its data."))
@data_option
def doctor(data: str | None) -> int:
    """Print the facts and the checks; exit with 1 when a check fails."""
    with opened_installation(data) as installation:
        facts = {"version": product.version(), "schema": schema.head(), "data": str(installation.config.data)}
        facts |= {"public_url": installation.config.public_url, "https": str(installation.config.https)}
        mail = installation.config.mail
        facts |= {"mail": f"{mail.host}:{mail.port} {mail.tls}" if mail else say("không có", "none")}
        facts |= database_facts(installation.database)
        facts |= {"free_disk": f"{free_bytes(installation.config.data) / 1e9:.1f} GB"}
        checks = readiness(installation)
    for name, value in facts.items():
        click.echo(f"{name:20} {value}")
    for name, passed in checks.items():
        click.echo(f"{'✓' if passed else '✗'} {say(*CHECKS[name])}")
    return 0 if all(checks.values()) else 1
