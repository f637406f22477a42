"""Printed forms: where every sheet is, the minutes over them, and printing."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField
from wtforms.validators import AnyOf, InputRequired, Length, Optional

from forms.layout import EDITIONS
from survey import clock
from survey.errors import LocatedFault, Refusal
from survey.services.collection import serial_ranges
from survey.services.installation.campaign_records import CampaignRecord
from survey.services.installation.installation import Installation
from survey.services.paper import batches, closing, minutes, separate_duties, stamp_images
from survey.services.paper.batches import PrintOrder
from survey.services.paper.minutes import MinuteDraft
from survey.vocabulary import PaperAct, Role, SheetState
from survey.web import language
from survey.web.access import ANY_ROLE, actor, allow
from survey.web.app_context import current_installation
from survey.web.form_fields import LongTextField, TextField, WholeNumberField
from survey.web.request_bodies import takes_up_to

pages = Blueprint("sheets", __name__)

PRINTING = (Role.ADMIN, Role.UNIT_HEAD)
CLOSING = (Role.ADMIN, Role.TCCB, Role.UNIT_HEAD)
RECORDING = tuple(act.value for act in minutes.RECORDED)
LARGEST_STAMP = 5_000_000
PDF = "application/pdf"
DONE = "paper"


class MinuteForm(FlaskForm):
    """What is said to have been done with sheets."""

    act = TextField(validators=[AnyOf(RECORDING)])
    ranges = LongTextField(validators=[InputRequired()])
    witness = TextField(validators=[Optional(), Length(max=minutes.LONGEST_WITNESS)])
    note = TextField(validators=[Optional(), Length(max=minutes.LONGEST_NOTE)])


class PrintForm(FlaskForm):
    """How many forms are to be printed, and how."""

    count = WholeNumberField(validators=[InputRequired()])
    edition = TextField(validators=[AnyOf(tuple(EDITIONS))])
    seal = BooleanField()
    sign = BooleanField()


class BatchForm(FlaskForm):
    """The first number of the batch whose PDF is wanted."""

    first = WholeNumberField(validators=[InputRequired()])


class CloseForm(FlaskForm):
    """Who witnesses the end of a unit's account."""

    witness = TextField(validators=[InputRequired(), Length(max=minutes.LONGEST_WITNESS)])


class EndForm(FlaskForm):
    """That whoever ends the verification knows that it is for good."""

    sure = BooleanField(validators=[InputRequired()])


class StampForm(FlaskForm):
    """The picture of the stamp and its size."""

    picture = FileField(validators=[FileRequired()])
    diameter = TextField(validators=[AnyOf(("36", "34"))])


@pages.get("/noi-bo/<campaign>/phieu-in")
@allow(*ANY_ROLE)
def board(campaign: str) -> ResponseReturnValue:
    """Show the account of every unit, today or at the end of a day; who has a unit is led to it."""
    if actor().unit_code is not None:
        return redirect(url_for("sheets.unit_page", campaign=campaign, unit=actor().unit_code))
    installation = current_installation()
    record = installation.campaigns.get(campaign)
    until = _day(request.args.get("ngay", ""))
    unfinished = closing.still_open(installation, actor(), record)
    return render_template(
        "tccb/sheets.html",
        campaign=record,
        until=until,
        units=minutes.board(installation, actor(), record, until),
        states=list(SheetState),
        has_stamp=stamp_images.is_kept(installation, record),
        ended=unfinished is None,
        too_early=clock.now() < record.closes_at,
        open_points=_lines(unfinished or ()),
    )


@pages.get("/noi-bo/<campaign>/phieu-in/<unit>")
@allow(*ANY_ROLE)
def unit_page(campaign: str, unit: str) -> ResponseReturnValue:
    """Show a unit's sheets and what can be done with them."""
    record = current_installation().campaigns.get(campaign)
    return _page(record, unit, MinuteForm(formdata=None))


@pages.post("/noi-bo/<campaign>/phieu-in/<unit>/ghi")
@allow(*ANY_ROLE)
def record_minute(campaign: str, unit: str) -> ResponseReturnValue:
    """Write a minute, or show the page again with every fault and everything that was typed."""
    installation, form = current_installation(), MinuteForm()
    record = installation.campaigns.get(campaign)
    record.unit_key(unit)
    actor().require(unit)
    if not form.validate_on_submit():
        return _page(record, unit, form, Refusal("ranges_faulty")), 422
    try:
        spans = serial_ranges.parse(form.ranges.data or "", batches.expected(installation, record, unit))
        draft = MinuteDraft(
            PaperAct(form.act.data or ""), spans, form.witness.data or "", form.note.data or ""
        )
        number = minutes.record(installation, actor(), record, unit, draft, clock.now())
    except Refusal as refusal:
        if not refusal.faults:
            raise
        return _page(record, unit, form, refusal), refusal.status
    return _done(campaign, unit, number)


@pages.post("/noi-bo/<campaign>/phieu-in/<unit>/in")
@allow(*PRINTING)
def issue(campaign: str, unit: str) -> ResponseReturnValue:
    """Issue numbered forms; their PDF is taken from the page afterwards."""
    form = PrintForm()
    installation, record = _asked(campaign, unit, form)
    with_stamp, signed = bool(form.seal.data), bool(form.sign.data)
    order = PrintOrder(form.count.data or 0, str(form.edition.data), "vi", with_stamp, signed)
    with _scratch(installation) as out:
        printed = batches.print_batch(installation, actor(), record, unit, order, out, clock.now())
    return _done(campaign, unit, printed.minute)


@pages.post("/noi-bo/<campaign>/phieu-in/<unit>/tep-in")
@allow(*PRINTING)
def pdf(campaign: str, unit: str) -> ResponseReturnValue:
    """Give the PDF of a batch; that it was taken is noted."""
    form = BatchForm()
    installation, record = _asked(campaign, unit, form)
    first = form.first.data or 0
    with _scratch(installation) as out:
        batches.render_again(installation, actor(), record, unit, first, out, clock.now())
        answer = Response(out.read_bytes(), mimetype=PDF)
    name = f"phieu-{campaign}-{unit}-{serial_ranges.number_of(first)}.pdf"
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    return answer


@pages.get("/noi-bo/<campaign>/phieu-in/<unit>/bien-ban")
@allow(*ANY_ROLE)
def show_minutes(campaign: str, unit: str) -> ResponseReturnValue:
    """Show the minutes of a unit to be printed and signed: the one of ``?so=``, the account of ``?ngay=``, or all."""
    installation = current_installation()
    record = installation.campaigns.get(campaign)
    heading = {"campaign": record, "unit": record.unit(record.unit_id(unit))}
    if "ngay" in request.args:
        day = _day(request.args["ngay"]) or clock.local_day(clock.now())
        of_day = minutes.of_day(installation, actor(), record, unit, day)
        return render_template("unit/day.html", **heading, of_day=of_day, states=list(SheetState))
    asked = request.args.get("so", "")
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 9 else None
    shown = minutes.minutes(installation, actor(), record, unit, number)
    return render_template("unit/minutes.html", **heading, minutes=shown)


@pages.post("/noi-bo/<campaign>/phieu-in/<unit>/chot")
@allow(*CLOSING)
def close(campaign: str, unit: str) -> ResponseReturnValue:
    """Close a unit's account."""
    form = CloseForm()
    installation, record = _asked(campaign, unit, form)
    witness = form.witness.data or ""
    number = closing.close_unit(installation, actor(), record, unit, witness, clock.now())
    return _done(campaign, unit, number)


@pages.post("/noi-bo/<campaign>/phieu-in/con-dau")
@allow(Role.ADMIN)
@takes_up_to(LARGEST_STAMP)
def keep_stamp(campaign: str) -> ResponseReturnValue:
    """Keep the picture of the seal for forms that are printed from now on."""
    installation, form = current_installation(), StampForm()
    record = installation.campaigns.get(campaign)
    if not form.validate_on_submit():
        raise Refusal("request_bad")
    content = form.picture.data.read(LARGEST_STAMP)
    stamp_images.keep(installation, actor(), record, content, int(str(form.diameter.data)), clock.now())
    flash({"seal": True}, DONE)  # type: ignore[arg-type]
    return redirect(url_for("sheets.board", campaign=campaign), 303)


@pages.post("/noi-bo/<campaign>/phieu-in/ket-thuc")
@allow(Role.ADMIN, Role.TCCB)
def end(campaign: str) -> ResponseReturnValue:
    """Close the verification of the whole campaign, for good."""
    installation, form = current_installation(), EndForm()
    record = installation.campaigns.get(campaign)
    if not form.validate_on_submit():
        raise Refusal("request_bad")
    forms = closing.close_verification(installation, actor(), record, clock.now())
    flash({"ended": forms}, DONE)  # type: ignore[arg-type]
    return redirect(url_for("sheets.board", campaign=campaign), 303)


def _asked(campaign: str, unit: str, form: FlaskForm) -> tuple[Installation, CampaignRecord]:
    """Return what a post about a unit works on; refuse who does not reach the unit, and what is no such post."""
    installation = current_installation()
    record = installation.campaigns.get(campaign)
    record.unit_key(unit)
    actor().require(unit)
    if not form.validate_on_submit():
        raise Refusal("request_bad")
    return installation, record


@contextmanager
def _scratch(installation: Installation) -> Iterator[Path]:
    """Yield the name of a PDF on the disk of the data, gone afterwards."""
    with tempfile.TemporaryDirectory(dir=installation.config.data) as folder:
        yield Path(folder) / "forms.pdf"


def _done(campaign: str, unit: str, number: int) -> ResponseReturnValue:
    flash({"minute": number}, DONE)  # type: ignore[arg-type]
    return redirect(url_for("sheets.unit_page", campaign=campaign, unit=unit), 303)


def _page(record: CampaignRecord, unit: str, form: MinuteForm, refusal: Refusal | None = None) -> str:
    installation = current_installation()
    sheets = minutes.of_unit(installation, actor(), record, unit)
    held = [
        act for act in minutes.RECORDED if act not in minutes.OF_HEADS or actor().role is not Role.OFFICER
    ]
    return render_template(
        "unit/sheets.html",
        campaign=record,
        unit=record.unit(record.unit_id(unit)),
        sheets=sheets,
        states=list(SheetState),
        duties=separate_duties.of_unit(installation, actor(), record, unit),
        acts=held,
        form=form,
        refusal=refusal,
        lines=list(_lines(refusal.faults if refusal else ())),
        batches=batches.batches(installation, actor(), record, unit),
        has_stamp=stamp_images.is_kept(installation, record),
        can_sign=batches.can_sign(installation.config),
        minutes=minutes.minutes(installation, actor(), record, unit),
        open_points=list(_lines(closing.open_points(installation, actor(), record, unit))),
    )


def _lines(faults: Iterable[LocatedFault]) -> list[str]:
    return Refusal("sheets_faulty", faults).lines(language.of_request())


def _day(text: str) -> dt.date | None:
    with suppress(ValueError):
        return dt.date.fromisoformat(text)
    return None
