"""``./hailong demo``: a rehearsal on the bundled plan with invented responses, ready to be tried."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

import click

from survey import clock, logs, server
from survey.cli.account import create
from survey.cli.opening import opened_installation
from survey.cli.options import data_option
from survey.cli.texts import text
from survey.config import from_environment
from survey.errors import Refusal
from survey.plans import check as plans
from survey.services import rehearsal
from survey.services.accounts import accounts
from survey.services.accounts.actors import COMMAND_LINE
from survey.services.counter import links
from survey.services.installation.campaign_records import CampaignRecord
from survey.services.installation.installation import Installation, initialise
from survey.services.results import releases
from survey.vocabulary import Role
from survey.web.application import assemble

HOST = "127.0.0.1"
PLAN = "binh-dinh-2024"
UNIT = "an-nhon"
SIGN_INS = (
    ("quantri@hailong.demo", text("demo.person.admin"), Role.ADMIN, None),
    ("tccb@hailong.demo", text("demo.person.tccb"), Role.TCCB, None),
    ("thutruong@hailong.demo", text("demo.person.unit_head"), Role.UNIT_HEAD, UNIT),
    ("vienchuc@hailong.demo", text("demo.person.officer"), Role.OFFICER, UNIT),
)


@click.command(help=text("demo.help"))
@data_option
@click.option(
    "--port", default=8000, show_default=True, type=click.IntRange(0, 65535), help=text("option.port")
)
def demo(data: str | None, port: int) -> None:
    """Set the rehearsal up where it is not there yet, and serve it until Ctrl-C."""
    logs.configure()
    config = from_environment(data)
    initialise(config)
    with opened_installation(data, HOST, port) as installation:
        campaign = _rehearsal(installation)
        password = open_accounts(installation)
        server.serve(
            assemble(installation),
            HOST,
            port,
            threads=config.threads,
            on_ready=lambda address: _tell(installation, campaign, address, password),
        )


def _rehearsal(installation: Installation) -> CampaignRecord:
    """Return the rehearsal of this installation; begin it where there is none."""
    known = installation.campaigns.all()
    if any(not campaign.rehearsal for campaign in known):
        raise Refusal("demo_data_foreign", path=str(installation.config.data))
    if known:
        releases.make(
            installation, COMMAND_LINE, known[0], clock.now()
        )  # what was answered since, if it may be
        return known[0]
    click.echo(text("demo.making"), err=True)
    return rehearsal.begin(installation, COMMAND_LINE, plans.read(PLAN), clock.now())


def open_accounts(installation: Installation) -> str:
    """Return the password of the rehearsal's accounts, made once for each installation."""
    path = _password_path(installation)
    if not accounts.listing(installation):
        password = "-".join(secrets.token_hex(2) for _ in range(4))
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(password)
        for email, name, role, unit in SIGN_INS:
            create(installation, email, name, role, unit, password)
    return path.read_text("ascii")


def _password_path(installation: Installation) -> Path:
    return installation.config.data / "keys" / "demo-password.txt"


def _tell(installation: Installation, campaign: CampaignRecord, address: str, password: str) -> None:
    """Print where to look and how to sign in."""
    installation.config.remember()
    sealed = next(
        link for link in links.of_campaign(installation, COMMAND_LINE, campaign) if link.unit == UNIT
    )
    form = address + sealed.url.removeprefix(installation.config.public_url)
    rows = (
        (text("demo.form"), form),
        (text("demo.entry"), f"{address}/noi-bo/{campaign.code}/nhap-phieu"),
        (text("demo.results"), f"{address}/noi-bo/{campaign.code}/ket-qua"),
    )
    click.echo(text("demo.title"))
    for name, url in rows:
        click.echo(f"  {name:24} {url}")
    click.echo(text("demo.sign_ins", password=password))
    for email, name, _, _ in SIGN_INS:
        click.echo(f"  {name:24} {email}")
    click.echo(text("demo.stop"))
