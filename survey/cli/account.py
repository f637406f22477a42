"""``./hailong account add | list | password | close | open``: who may sign in."""

from __future__ import annotations

import click
from flask_security import hash_password

from survey import clock
from survey.cli.language import say
from survey.cli.opening import opened_installation
from survey.cli.options import data_option
from survey.errors import Fault, Refusal
from survey.extensions import security
from survey.services.accounts import accounts
from survey.services.accounts.actors import COMMAND_LINE
from survey.services.installation.installation import Installation
from survey.vocabulary import Role
from survey.web.application import assemble


@click.group(help=say("Thêm và liệt kê tài khoản.", "Add and list accounts."))
def account() -> None:
    """Group the commands about accounts."""


@account.command(
    help=say("Thêm một tài khoản; mật khẩu được hỏi riêng.", "Add an account; the password is asked for.")
)
@click.argument("email")
@click.option("--name", required=True, help=say("Họ và tên.", "Full name."))
@click.option("--role", required=True, help=say("Vai trò: " + ", ".join(Role), "Role: " + ", ".join(Role)))
@click.option(
    "--unit", default=None, help=say("Mã đơn vị (viên chức, thủ trưởng).", "Unit code (officer, head).")
)
@click.password_option(
    envvar="HAILONG_PASSWORD", help=say("Nên để trống; sẽ được hỏi.", "Better left out; it is asked for.")
)
@data_option
def add(email: str, name: str, role: str, unit: str | None, password: str, data: str | None) -> None:
    """Make the account, or name everything that is wrong with it."""
    faults = [*accounts.check_account(email, name, role, unit), *accounts.check_password(password)]
    if faults:
        raise Refusal("account_faulty", faults)
    with opened_installation(data) as installation:
        create(installation, email, name, role, unit, password)
    click.echo(say(f"Đã tạo tài khoản {email.lower()}.", f"Made the account {email.lower()}."))


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


@account.command(
    help=say(
        "Đặt mật khẩu mới cho người quên mật khẩu; mọi phiên đăng nhập của tài khoản kết thúc.",
        "Set a new password for who has forgotten it; all the account's sessions end.",
    )
)
@click.argument("email")
@click.password_option(
    envvar="HAILONG_PASSWORD", help=say("Nên để trống; sẽ được hỏi.", "Better left out; it is asked for.")
)
@data_option
def password(email: str, password: str, data: str | None) -> None:
    """Give the account the new password."""
    if faults := accounts.check_password(password):
        raise Refusal("account_faulty", faults)
    with opened_installation(data) as installation:
        with assemble(installation).app_context():
            hashed = _hashed(password)
        accounts.set_password(installation, COMMAND_LINE, email, hashed, clock.now())
    click.echo(say(f"Đã đặt mật khẩu mới cho {email}.", f"Set a new password for {email}."))


@account.command(
    help=say("Đóng tài khoản: không đăng nhập được nữa.", "Close an account: nobody signs in with it.")
)
@click.argument("email")
@data_option
def close(email: str, data: str | None) -> None:
    """Close the account; what it did stays known as its own."""
    with opened_installation(data) as installation:
        accounts.close(installation, COMMAND_LINE, email, clock.now())
    click.echo(say(f"Đã đóng tài khoản {email}.", f"Closed the account {email}."))


@account.command(name="open", help=say("Mở lại tài khoản đã đóng.", "Open a closed account again."))
@click.argument("email")
@data_option
def reopen(email: str, data: str | None) -> None:
    """Open the account again; its password is as it was."""
    with opened_installation(data) as installation:
        accounts.reopen(installation, COMMAND_LINE, email, clock.now())
    click.echo(say(f"Đã mở lại tài khoản {email}.", f"Opened the account {email} again."))


@account.command("list", help=say("Liệt kê tài khoản.", "List the accounts."))
@data_option
def list_(data: str | None) -> None:
    """Print every account, one a line."""
    with opened_installation(data) as installation:
        for record in accounts.listing(installation):
            state = "" if record.active else say("\tngừng hoạt động", "\tclosed")
            click.echo(f"{record.email}\t{record.role}\t{record.unit_code or '-'}\t{record.name}{state}")
