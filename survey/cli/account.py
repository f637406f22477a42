"""``./hailong account add | list | password | close | open``: who may sign in."""

from __future__ import annotations

import click
from flask_security import hash_password

from survey import clock
from survey.cli.opening import opened_installation
from survey.cli.options import data_option
from survey.cli.texts import text
from survey.errors import Fault, Refusal
from survey.extensions import security
from survey.services.accounts import accounts
from survey.services.accounts.actors import COMMAND_LINE
from survey.services.installation.installation import Installation
from survey.vocabulary import Role
from survey.web.application import assemble


@click.group(help=text("account.help"))
def account() -> None:
    """Group the commands about accounts."""


@account.command(help=text("account.add.help"))
@click.argument("email")
@click.option("--name", required=True, help=text("account.add.name"))
@click.option("--role", required=True, help=text("account.add.role", roles=", ".join(Role)))
@click.option("--unit", default=None, help=text("account.add.unit"))
@click.password_option(envvar="HAILONG_PASSWORD", help=text("option.password"))
@data_option
def add(email: str, name: str, role: str, unit: str | None, password: str, data: str | None) -> None:
    """Make the account, or name everything that is wrong with it."""
    faults = [*accounts.check_account(email, name, role, unit), *accounts.check_password(password)]
    if faults:
        raise Refusal("account_faulty", faults)
    with opened_installation(data) as installation:
        create(installation, email, name, role, unit, password)
    click.echo(text("account.add.done", email=email.lower()))


def create(
    installation: Installation, email: str, name: str, role: str, unit: str | None, password: str
) -> None:
    """Make an account whose password the sign-in library hashes.

    Raises:
        Refusal: ``account_faulty``; ``account_exists``.
    """
    with assemble(installation).app_context():
        hashed = _hashed(password)
        try:
            address = security.mail_util.normalize(email)
        except ValueError as error:
            raise Refusal("account_faulty", [Fault("account_email_bad", "email")]) from error
    new = accounts.NewAccount(address, name, role, unit, hashed)
    accounts.add(installation, COMMAND_LINE, new, clock.now())


def _hashed(password: str) -> str:
    # In the one form in which the sign-in page looks for it: keyboards compose Vietnamese letters in two ways.
    hashed: str = hash_password(security.password_util.normalize(password))
    return hashed


@account.command(help=text("account.password.help"))
@click.argument("email")
@click.password_option(envvar="HAILONG_PASSWORD", help=text("option.password"))
@data_option
def password(email: str, password: str, data: str | None) -> None:
    """Give the account the new password."""
    if faults := accounts.check_password(password):
        raise Refusal("account_faulty", faults)
    with opened_installation(data) as installation:
        with assemble(installation).app_context():
            hashed = _hashed(password)
        accounts.set_password(installation, COMMAND_LINE, email, hashed, clock.now())
    click.echo(text("account.password.done", email=email))


@account.command(help=text("account.close.help"))
@click.argument("email")
@data_option
def close(email: str, data: str | None) -> None:
    """Close the account; what it did stays known as its own."""
    with opened_installation(data) as installation:
        accounts.close(installation, COMMAND_LINE, email, clock.now())
    click.echo(text("account.close.done", email=email))


@account.command(name="open", help=text("account.open.help"))
@click.argument("email")
@data_option
def reopen(email: str, data: str | None) -> None:
    """Open the account again; its password is as it was."""
    with opened_installation(data) as installation:
        accounts.reopen(installation, COMMAND_LINE, email, clock.now())
    click.echo(text("account.open.done", email=email))


@account.command("list", help=text("account.list.help"))
@data_option
def list_(data: str | None) -> None:
    """Print every account, one a line."""
    with opened_installation(data) as installation:
        for record in accounts.listing(installation):
            state = "" if record.active else text("account.list.closed")
            click.echo(f"{record.email}\t{record.role}\t{record.unit_code or '-'}\t{record.name}{state}")
