"""What somebody of the office does about a kiosk on a phone: binds one, lets one be left, takes its records in."""

from __future__ import annotations

import base64
import binascii

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileSize
from wtforms.validators import InputRequired, Length, Optional

from survey import clock
from survey.errors import Refusal
from survey.services.installation.campaign_records import CampaignRecord
from survey.services.kiosks import backup_files, devices, exits
from survey.services.kiosks.backup_files import BackupFileOutcome
from survey.services.kiosks.devices import NewKiosk
from survey.vocabulary import Role, Unfinished
from survey.web import language
from survey.web.access import actor, allow
from survey.web.app_context import current_installation
from survey.web.form_fields import TextField, WholeNumberField
from survey.web.plain_requests import whole_number
from survey.web.request_bodies import takes_up_to

kiosk_phone = Blueprint("kiosk_phone", __name__)

BINDING = (Role.ADMIN, Role.TCCB)
LEAVING = (*BINDING, Role.UNIT_HEAD)
LARGEST_FILE = 4_000_000


class BindForm(FlaskForm):
    """Where the device in front of the person is to stand, and its rules."""

    place = TextField(validators=[InputRequired(), Length(max=160)])
    idle_seconds = WholeNumberField(validators=[InputRequired()])
    unfinished = TextField(validators=[InputRequired()])


class RecordsForm(FlaskForm):
    """The records of a device, as its file or as what was read from its codes."""

    file = FileField(validators=[Optional(), FileSize(LARGEST_FILE)])
    text = TextField(validators=[Optional()])


class GrantForm(FlaskForm):
    """A grant: nothing but the token against forged posts."""


@kiosk_phone.get("/noi-bo/kiosk/may/<shown>")
@allow(*BINDING)
def device(shown: str) -> ResponseReturnValue:
    """Ask at which counter the device that shows this code is to stand."""
    _hash_of(shown)
    return _device(shown)


@kiosk_phone.post("/noi-bo/kiosk/may/<shown>")
@allow(*BINDING)
def bind(shown: str) -> ResponseReturnValue:
    """Make the device that shows this code a kiosk; what is wrong is told on the same page."""
    named, form = _hash_of(shown), BindForm()
    code, _, rest = (form.place.data or "").partition("/")
    unit, _, typed = rest.partition("/")
    counter = whole_number(typed)
    if not form.validate_on_submit() or counter is None:
        return _device(shown, form, Refusal("kiosk_faulty"))
    installation = current_installation()
    try:
        campaign = installation.campaigns.get(code)
        new = NewKiosk(unit, counter, form.idle_seconds.data or 0, form.unfinished.data or "", shown=named)
        devices.add(installation, actor(), campaign, new, clock.now())
    except Refusal as refusal:
        return _device(shown, form, refusal)
    return redirect(url_for("kiosks.listing", campaign=campaign.code), 303)


@kiosk_phone.get("/noi-bo/<campaign>/kiosk/<int:number>/mo/<code>")
@allow(*LEAVING)
def leave(campaign: str, number: int, code: str) -> ResponseReturnValue:
    """Show which kiosk asks to be left, before anybody grants it."""
    record = current_installation().campaigns.get(campaign)
    unit_id = exits.check(current_installation(), actor(), record, number, code, clock.now())
    return _exit(record, unit_id, number, code, granted=False)


@kiosk_phone.post("/noi-bo/<campaign>/kiosk/<int:number>/mo/<code>")
@allow(*LEAVING)
def grant(campaign: str, number: int, code: str) -> ResponseReturnValue:
    """Let the kiosk be left."""
    record, installation = current_installation().campaigns.get(campaign), current_installation()
    unit_id = exits.check(installation, actor(), record, number, code, clock.now())
    exits.grant(installation, actor(), record, number, code, clock.now())
    return _exit(record, unit_id, number, code, granted=True)


@kiosk_phone.get("/noi-bo/<campaign>/kiosk/phieu-cho")
@allow(*LEAVING)
def records(campaign: str) -> ResponseReturnValue:
    """Ask for the records that a kiosk cannot send by itself."""
    return _records(campaign)


@kiosk_phone.post("/noi-bo/<campaign>/kiosk/phieu-cho")
@allow(*LEAVING)
@takes_up_to(LARGEST_FILE)
def take(campaign: str) -> ResponseReturnValue:
    """Take in a kiosk's file, or what was read from the codes on its screen."""
    form = RecordsForm()
    content = form.file.data.read() if form.file.data else (form.text.data or "").encode()
    if not form.validate_on_submit() or not content.strip():
        return _records(campaign, form, refusal=Refusal("kiosk_file_bad"))
    try:
        taken = backup_files.take(current_installation(), actor(), content, clock.now())
    except Refusal as refusal:
        return _records(campaign, form, refusal=refusal)
    return _records(campaign, taken=taken)


def _exit(record: CampaignRecord, unit_id: int, number: int, code: str, *, granted: bool) -> str:
    return render_template(
        "unit/kiosk_exit.html",
        campaign=record,
        unit=record.unit(unit_id),
        number=number,
        match=exits.match(code),
        form=GrantForm(),
        granted=granted,
    )


def _device(shown: str, form: BindForm | None = None, refusal: Refusal | None = None) -> ResponseReturnValue:
    page = render_template(
        "unit/kiosk_device.html",
        campaigns=current_installation().campaigns.all(),
        match=exits.match(shown),
        form=form or BindForm(idle_seconds=60, unfinished=Unfinished.DISCARD, place=request.args.get("noi")),
        refusal=refusal,
        lines=refusal.lines(language.of_request()) if refusal else (),
    )
    return page, refusal.status if refusal else 200


def _records(
    campaign: str,
    form: RecordsForm | None = None,
    refusal: Refusal | None = None,
    taken: BackupFileOutcome | None = None,
) -> ResponseReturnValue:
    page = render_template(
        "unit/kiosk_records.html",
        campaign=current_installation().campaigns.get(campaign),
        form=form or RecordsForm(formdata=None),
        refusal=refusal,
        lines=refusal.lines(language.of_request()) if refusal else (),
        taken=taken,
    )
    return page, refusal.status if refusal else 200


def _hash_of(shown: str) -> bytes:
    """Return what a device shows of its key: a hash of its hash.

    Raises:
        Refusal: ``kiosk_link_bad``.
    """
    try:
        decoded = base64.urlsafe_b64decode(shown + "=" * (-len(shown) % 4))
    except (ValueError, binascii.Error) as error:
        raise Refusal("kiosk_link_bad") from error
    if len(decoded) != devices.KEY_BYTES:
        raise Refusal("kiosk_link_bad")
    return decoded
