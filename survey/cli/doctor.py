"""``./hailong doctor``: what is really in force, and what is wrong."""

from __future__ import annotations

import click

from survey import version as product
from survey.cli.opening import opened_installation
from survey.cli.options import data_option
from survey.cli.texts import text
from survey.services.installation import schema
from survey.services.installation.health import database_facts, free_bytes, readiness


@click.command(help=text("doctor.help"))
@data_option
def doctor(data: str | None) -> int:
    """Print the facts and the checks; exit with 1 when a check fails."""
    with opened_installation(data) as installation:
        facts = {"version": product.version(), "schema": schema.head(), "data": str(installation.config.data)}
        facts |= {"public_url": installation.config.public_url, "https": str(installation.config.https)}
        mail = installation.config.mail
        facts |= {"mail": f"{mail.host}:{mail.port} {mail.tls}" if mail else text("doctor.no_mail")}
        facts |= database_facts(installation)
        facts |= {"free_disk": f"{free_bytes(installation) / 1e9:.1f} GB"}
        checks = readiness(installation)
    for name, value in facts.items():
        click.echo(f"{name:20} {value}")
    for name, passed in checks.items():
        click.echo(f"{'✓' if passed else '✗'} {text(f'doctor.{name}')}")
    return 0 if all(checks.values()) else 1
