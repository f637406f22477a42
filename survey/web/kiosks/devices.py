"""The office's page about its kiosks: adding, enrolling and revoking them, and what came from each."""

from __future__ import annotations

import datetime as dt

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_wtf import FlaskForm
from wtforms.validators import InputRequired, Length

from survey import clock
from survey.errors import Refusal
from survey.services.installation.campaign_records import CampaignRecord
from survey.services.kiosks import board_statuses, devices, pins
from survey.services.kiosks.devices import NewKiosk
from survey.services.kiosks.record_numbers import Range
from survey.vocabulary import Role, Unfinished
from survey.web import language
from survey.web.access import actor, allow
from survey.web.app_context import current_installation
from survey.web.counter.address_pictures import code_of
from survey.web.form_fields import TextField, WholeNumberField

kiosks = Blueprint("kiosks", __name__)

BINDING = (Role.ADMIN, Role.TCCB)
WATCHING = (*BINDING, Role.UNIT_HEAD, Role.OFFICER)
# The officers at the counter are those whom the answers rate: their PIN comes from the head.
PIN_KEEPERS = (*BINDING, Role.UNIT_HEAD)


class NewKioskForm(FlaskForm):
    """What is asked of a new kiosk."""

    unit = TextField(validators=[InputRequired(), Length(max=64)])
    counter = WholeNumberField(validators=[InputRequired()])
    idle_seconds = WholeNumberField(validators=[InputRequired()])
    unfinished = TextField(validators=[InputRequired()])


class KioskForm(FlaskForm):
    """An act on one kiosk: nothing but the token against forged posts."""


@kiosks.get("/noi-bo/<campaign>/kiosk")
@allow(*WATCHING)
def listing(campaign: str) -> ResponseReturnValue:
    """Show the kiosks of the units that whoever has signed in may see."""
    return _page(current_installation().campaigns.get(campaign))


@kiosks.post("/noi-bo/<campaign>/kiosk")
@allow(*BINDING)
def add(campaign: str) -> ResponseReturnValue:
    """Make a kiosk and show its one-time link; what is wrong is told on the same page."""
    record, form = current_installation().campaigns.get(campaign), NewKioskForm()
    if not form.validate_on_submit():
        return _page(record, form, Refusal("kiosk_faulty"))
    new = NewKiosk(
        form.unit.data or "",
        form.counter.data or 0,
        form.idle_seconds.data or 0,
        form.unfinished.data or "",
    )
    try:
        number, code = devices.add(current_installation(), actor(), record, new, clock.now())
    except Refusal as refusal:
        return _page(record, form, refusal)
    return _link(record, number, code)


@kiosks.post("/noi-bo/<campaign>/kiosk/<int:number>/lien-ket")
@allow(*BINDING)
def renew(campaign: str, number: int) -> ResponseReturnValue:
    """Show a new link for a kiosk that no device holds yet."""
    record = current_installation().campaigns.get(campaign)
    return _link(
        record,
        number,
        devices.renew_link(current_installation(), actor(), record, number, clock.now()),
    )


@kiosks.post("/noi-bo/<campaign>/kiosk/<int:number>/thu-hoi")
@allow(*BINDING)
def revoke(campaign: str, number: int) -> ResponseReturnValue:
    """Take nothing more from a kiosk."""
    record = current_installation().campaigns.get(campaign)
    devices.revoke(current_installation(), actor(), record, number, clock.now())
    return redirect(url_for("kiosks.listing", campaign=campaign), 303)


def _page(
    record: CampaignRecord, form: NewKioskForm | None = None, refusal: Refusal | None = None
) -> ResponseReturnValue:
    installation = current_installation()
    sees_pin = actor().role in PIN_KEEPERS
    page = render_template(
        "unit/kiosks.html",
        campaign=record,
        statuses=board_statuses.of_kiosks(installation, actor(), record, clock.now()),
        ranges=ranges,
        short_moment=short_moment,
        pin=lambda number: pins.digits(installation.keys.kiosk, record, number) if sees_pin else "",
        form=form or NewKioskForm(idle_seconds=60, counter=1, unfinished=Unfinished.DISCARD),
        act=KioskForm(),
        refusal=refusal,
        site=f"{installation.config.public_url}{url_for('kiosk.page')}".partition("://")[2].rstrip("/"),
        lines=refusal.lines(language.of_request()) if refusal else (),
    )
    return page, refusal.status if refusal else 200


def _link(record: CampaignRecord, number: int, code: str) -> ResponseReturnValue:
    # After the sign "#", so that neither a server's log nor a proxy ever sees the code.
    url = f"{current_installation().config.public_url}{url_for('kiosk.page')}#{record.code}/{number}/{code}"
    return render_template(
        "unit/kiosk_link.html", campaign=record, number=number, url=url, picture=code_of(url)
    )


def ranges(numbers: tuple[Range, ...]) -> str:
    """Return ranges as people write them: ``1–143, 150``; a word where there are none."""
    written = [str(first) if first == last else f"{first}–{last}" for first, last in numbers]
    return ", ".join(written) or gettext("không có")


def short_moment(value: dt.datetime) -> str:
    """Return a moment as the page's table writes it, without its year."""
    return f"{value:%H:%M %d/%m}"
