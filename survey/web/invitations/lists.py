"""The office's page about invitations: a list comes in, letters go out, and what became of them."""

from __future__ import annotations

import threading
from contextlib import suppress

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms.validators import InputRequired, Length, Optional

from survey import clock
from survey.clock import local_day
from survey.errors import Refusal, catalogue
from survey.mail.letters import Letter
from survey.services.counter import board_totals
from survey.services.installation.campaign_records import CampaignRecord
from survey.services.installation.installation import Installation
from survey.services.invitations import csv_files, letters, lists, sending
from survey.services.invitations.letters import MailingRound
from survey.services.invitations.lists import ListOverview
from survey.services.invitations.sending import MailingLease, Throttle
from survey.vocabulary import Role
from survey.web import language
from survey.web.access import actor, allow
from survey.web.app_context import current_installation
from survey.web.form_fields import TextField
from survey.web.request_bodies import takes_up_to

invitations = Blueprint("invitations", __name__)

# The officers at the counter are those whom the answers rate: they invite nobody.
INVITING = (Role.ADMIN, Role.TCCB, Role.UNIT_HEAD)
LARGEST_UPLOAD = csv_files.LARGEST_FILE + 64 * 1024
DONE = "invitations"
SAMPLE = ("0" * 28, "0" * 12)


class FileForm(FlaskForm):
    """A list of recipients, and whom they rate where the file does not say."""

    file = FileField(validators=[FileRequired()])
    unit = TextField(validators=[Optional(), Length(max=64)])
    title = TextField(validators=[Optional(), Length(max=lists.LONGEST_TITLE)])


class KeyForm(FlaskForm):
    """The reminder key, as it was kept."""

    key = TextField(validators=[Length(max=60)])


class KeptKeyForm(KeyForm):
    """The reminder key on the way out, once somebody has said that it is kept."""

    kept = TextField(validators=[InputRequired()])


@invitations.get("/noi-bo/<campaign>/thu-moi")
@allow(*INVITING)
def listing(campaign: str) -> ResponseReturnValue:
    """Show the lists and, for each unit, how many were invited and have answered in all."""
    return _listing(current_installation().campaigns.get(campaign))


@invitations.post("/noi-bo/<campaign>/thu-moi")
@allow(*INVITING)
@takes_up_to(LARGEST_UPLOAD)
def load(campaign: str) -> ResponseReturnValue:
    """Keep a list of recipients and lead to it; what is wrong with the file is told on the same page."""
    record, form = current_installation().campaigns.get(campaign), FileForm()
    if not form.validate_on_submit():
        return _listing(record, Refusal("invitation_file_none"))
    try:
        number = lists.load(
            current_installation(),
            actor(),
            record,
            form.file.data.read(),
            clock.now(),
            title=form.title.data or form.file.data.filename or "",
            unit=form.unit.data or None,
        )
    except Refusal as refusal:
        return _listing(record, refusal)
    return redirect(url_for("invitations.one", campaign=campaign, number=number), 303)


@invitations.post("/noi-bo/<campaign>/thu-moi/tron-thu")
@allow(*INVITING)
@takes_up_to(LARGEST_UPLOAD)
def merge(campaign: str) -> ResponseReturnValue:
    """Give the file back with a link and a code in every row."""
    record, form = current_installation().campaigns.get(campaign), FileForm()
    if not form.validate_on_submit():
        return _listing(record, Refusal("invitation_file_none"))
    data, unit = form.file.data.read(), form.unit.data or None
    try:
        merged = lists.merge(current_installation(), actor(), record, data, clock.now(), unit=unit)
    except Refusal as refusal:
        return _listing(record, refusal)
    answer = Response(merged, mimetype="text/csv")
    answer.headers.set("Content-Disposition", "attachment", filename=f"tron-thu-{record.code}.csv")
    return answer


@invitations.get("/noi-bo/<campaign>/thu-moi/<int:number>")
@allow(*INVITING)
def one(campaign: str, number: int) -> ResponseReturnValue:
    """Show a list: the letter as it will look, how far it has gone, what did not arrive."""
    return _one(current_installation().campaigns.get(campaign), number)


@invitations.post("/noi-bo/<campaign>/thu-moi/<int:number>/gui")
@allow(*INVITING)
def send(campaign: str, number: int) -> ResponseReturnValue:
    """Begin to send the invitations."""
    record, form = current_installation().campaigns.get(campaign), KeptKeyForm()
    if not form.validate_on_submit():
        return _one(record, number, Refusal("invitation_key_unkept"))
    key = form.key.data or ""
    try:
        sending.begin(current_installation(), actor(), record, number, key, clock.now())
    except Refusal as refusal:
        return _one(record, number, refusal)
    return _go_on(record, number, key)


@invitations.post("/noi-bo/<campaign>/thu-moi/<int:number>/gui-tiep")
@allow(*INVITING)
def resume(campaign: str, number: int) -> ResponseReturnValue:
    """Send what an interruption left behind."""
    return _go_on(current_installation().campaigns.get(campaign), number, _key())


@invitations.post("/noi-bo/<campaign>/thu-moi/<int:number>/nhac")
@allow(*INVITING)
def remind(campaign: str, number: int) -> ResponseReturnValue:
    """Begin to send the one reminder with its links."""
    return _remind(current_installation().campaigns.get(campaign), number, _key())


@invitations.post("/noi-bo/<campaign>/thu-moi/<int:number>/nhac-khong-ma")
@allow(*INVITING)
def remind_without(campaign: str, number: int) -> ResponseReturnValue:
    """Begin to send the one reminder without links, for who has lost the reminder key."""
    _key()
    return _remind(current_installation().campaigns.get(campaign), number, None)


@invitations.post("/noi-bo/<campaign>/thu-moi/<int:number>/xoa")
@allow(*INVITING)
def erase(campaign: str, number: int) -> ResponseReturnValue:
    """Erase the names and addresses of a list."""
    record, _ = current_installation().campaigns.get(campaign), _key()
    try:
        lists.erase(current_installation(), actor(), record, number, clock.now())
    except Refusal as refusal:
        return _one(record, number, refusal)
    flash("erased", DONE)
    return redirect(url_for("invitations.one", campaign=campaign, number=number), 303)


def _remind(record: CampaignRecord, number: int, key: str | None) -> ResponseReturnValue:
    try:
        sending.remind(current_installation(), actor(), record, number, key, clock.now())
    except Refusal as refusal:
        return _one(record, number, refusal)
    return _go_on(record, number, key)


def _go_on(record: CampaignRecord, number: int, key: str | None) -> ResponseReturnValue:
    """Take the round, send it behind the request, and lead to the page that shows how far it is."""
    installation = current_installation()
    try:
        leased = sending.lease(installation, actor(), record, number, key, clock.now())
    except Refusal as refusal:
        return _one(record, number, refusal)
    installation.background.start("invitations", lambda stopping: _sent(installation, leased, stopping))
    return redirect(url_for("invitations.one", campaign=record.code, number=number), 303)


def _sent(installation: Installation, leased: MailingLease, stopping: threading.Event) -> None:
    with suppress(Refusal):  # which the list keeps for its page
        sending.send(installation, leased, Throttle(clock.now, stopping.wait))


def _key() -> str:
    form = KeyForm()
    if not form.validate_on_submit():
        raise Refusal("request_bad")
    return form.key.data or ""


def _listing(record: CampaignRecord, refusal: Refusal | None = None) -> ResponseReturnValue:
    installation, lang = current_installation(), language.of_request()
    page = render_template(
        "unit/invitations.html",
        campaign=record,
        lists=lists.lists(installation, actor(), record, clock.now()),
        batches=board_totals.of_batches(installation, actor(), record, invited=True),
        units=[unit for unit in record.plan.units if actor().reaches(unit.code)],
        over=clock.now() >= record.closes_at,
        fewest=csv_files.FEWEST_OF_A_UNIT,
        refusal=refusal,
        sentence=refusal.sentence(lang) if refusal else "",
        lines=refusal.lines(lang) if refusal else (),
    )
    return page, refusal.status if refusal else 200


def _one(record: CampaignRecord, number: int, refusal: Refusal | None = None) -> ResponseReturnValue:
    installation, lang = current_installation(), language.of_request()
    overview = lists.one(installation, actor(), record, number, clock.now())
    page = render_template(
        "unit/invitation_list.html",
        campaign=record,
        list=overview,
        letter=_sample(record, overview),
        server=installation.config.mail,
        site=installation.config.public_url,
        over=clock.now() >= record.closes_at,
        undelivered=lists.undelivered(installation, actor(), record, number),
        key=letters.fresh_key() if overview.round == 0 else "",
        stopped=_stopped(overview, lang),
        refusal=refusal,
        sentence=refusal.sentence(lang) if refusal else "",
    )
    return page, refusal.status if refusal else 200


def _sample(record: CampaignRecord, overview: ListOverview) -> Letter | None:
    """Return the letter that goes to the first recipient, with a code that is none; None once erased."""
    installation = current_installation()
    first = next(iter(lists.recipients(installation, actor(), record, overview.number)), None)
    if first is None:
        return None
    mailing = MailingRound(
        record, overview.number, max(overview.round, 1), overview.sent_on or local_day(clock.now())
    )
    return letters.letter(installation, mailing, first, SAMPLE if overview.linked else None)


def _stopped(overview: ListOverview, lang: str) -> str:
    """Return the sentence about what stopped the last run, empty where nothing did."""
    server = current_installation().config.mail
    if overview.fault is None:
        return ""
    known = overview.fault if overview.fault in catalogue() else "defect"
    if server is None:
        return Refusal(known).sentence(lang)
    return Refusal(known, host=server.host, port=server.port, user=server.user or "").sentence(lang)
