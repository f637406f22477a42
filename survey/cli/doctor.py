"""``./hailong doctor``: what is really in force, and what is wrong."""

from __future__ import annotations

import click

from survey import version as product
from survey.cli.opening import opened_installation
from survey.cli.options import data_option
from survey.cli.texts import text
from survey.errors import Refusal
from survey.services.installation import privacy, schema, secret_check
from survey.services.installation.health import database_facts, free_bytes, readiness


@click.command(help=text("doctor.help"))
@data_option
def doctor(data: str | None) -> int:
    """Print the facts and the checks; exit with 1 when a check fails.

    Without the right secret there is no more to find out, and what to do about that is the first thing.
    """
    try:
        facts, checks = _examined(data)
    except Refusal as refusal:
        if refusal.code in secret_check.REFUSALS:
            _show({"secret": False})
        raise
    for name, value in facts.items():
        click.echo(f"{name:20} {value}")
    _show(checks)
    return 0 if all(checks.values()) else 1


def _show(checks: dict[str, bool]) -> None:
    for name, passed in checks.items():
        click.echo(f"{'✓' if passed else '✗'} {text(f'doctor.{name}')}")


def _examined(data: str | None) -> tuple[dict[str, str], dict[str, bool]]:
    with opened_installation(data) as installation:
        facts = {"version": product.version(), "schema": schema.head(), "data": str(installation.config.data)}
        facts |= {"public_url": installation.config.public_url, "https": str(installation.config.https)}
        mail = installation.config.mail
        facts |= {"mail": f"{mail.host}:{mail.port} {mail.tls}" if mail else text("doctor.no_mail")}
        facts |= database_facts(installation)
        facts |= {"free_disk": f"{free_bytes(installation) / 1e9:.1f} GB"}
        return facts, readiness(installation) | {"private": privacy.is_kept(installation.config.data)}
