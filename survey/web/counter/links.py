"""The codes of the counters: posters to put up, the check of one that hangs, and the account of cards."""

from __future__ import annotations

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms.validators import InputRequired, Length, NumberRange

from survey import clock
from survey.errors import Refusal
from survey.services.counter import board_totals, posters, tickets
from survey.services.counter import links as addresses
from survey.services.installation.unit_keys import BatchRef, CounterRef
from survey.web.access import ANY_ROLE, actor, allow
from survey.web.app_context import current_installation
from survey.web.counter.address_pictures import code_of
from survey.web.form_fields import TextField, WholeNumberField

links = Blueprint("links", __name__)

CARDS = "cards"
MOST_BATCHES = 1_000_000
TYPES = {"pdf": "application/pdf", "svg": "image/svg+xml"}


class CheckForm(FlaskForm):
    """An address as somebody typed it or pasted it from a telephone."""

    address = TextField(validators=[Length(min=1, max=posters.LONGEST_ADDRESS)])


class GivenForm(FlaskForm):
    """How many more cards of a batch went out, or, below zero, were miscounted."""

    unit = TextField(validators=[Length(min=1, max=64)])
    batch = WholeNumberField(validators=[InputRequired(), NumberRange(1, MOST_BATCHES)])
    count = WholeNumberField(
        validators=[InputRequired(), NumberRange(-tickets.MOST_CARDS, tickets.MOST_CARDS)]
    )


class VoidForm(FlaskForm):
    """The code of a card that is lost or spoiled."""

    code = TextField(validators=[Length(min=1, max=60)])


@links.get("/noi-bo/<campaign>/ma-qr")
@allow(*ANY_ROLE)
def codes(campaign: str) -> ResponseReturnValue:
    """Show the QR codes of the units that whoever has signed in may see, one sheet for each counter."""
    installation = current_installation()
    record = installation.campaigns.get(campaign)
    counter_links = addresses.of_campaign(installation, actor(), record)
    pictures = {link.url: code_of(link.url) for link in counter_links}
    return render_template("unit/codes.html", campaign=record, links=counter_links, pictures=pictures)


@links.get(
    "/noi-bo/<campaign>/ma-qr/<unit>/<int:counter>/<any(a4, a5, tent, card):kind>.<any(pdf, svg):form>"
)
@allow(*ANY_ROLE)
def poster(campaign: str, unit: str, counter: int, kind: str, form: str) -> ResponseReturnValue:
    """Give a counter's poster, tent or sheet of cards."""
    installation = current_installation()
    record = installation.campaigns.get(campaign)
    file = posters.one(installation, actor(), record, CounterRef(unit, counter), kind, form)
    answer = Response(file.body, mimetype=TYPES[form])
    answer.headers.set("Content-Disposition", "attachment", filename=file.name)
    return answer


@links.route("/noi-bo/<campaign>/kiem-tra-ma", methods=("GET", "POST"))
@allow(*ANY_ROLE)
def check(campaign: str) -> ResponseReturnValue:
    """Tell whether the address on a poster is genuine, and whose it is."""
    installation, form = current_installation(), CheckForm()
    checked = posters.check(installation, str(form.address.data)) if form.validate_on_submit() else None
    return render_template(
        "unit/check.html",
        campaign=installation.campaigns.get(campaign),
        form=form,
        checked=checked,
        site=installation.config.public_url,
    )


@links.get("/noi-bo/<campaign>/the-ma")
@allow(*ANY_ROLE)
def cards(campaign: str) -> ResponseReturnValue:
    """Show what became of every batch of cards with one-time codes."""
    installation = current_installation()
    record = installation.campaigns.get(campaign)
    return render_template(
        "unit/tickets.html",
        campaign=record,
        batches=board_totals.of_batches(installation, actor(), record),
        given=GivenForm(formdata=None),
        spoiled=VoidForm(formdata=None),
    )


@links.post("/noi-bo/<campaign>/the-ma/phat")
@allow(*ANY_ROLE)
def give(campaign: str) -> ResponseReturnValue:
    """Note how many cards were handed to citizens."""
    installation, form = current_installation(), GivenForm()
    if not form.validate_on_submit():
        raise Refusal("request_bad")
    record, batch = (
        installation.campaigns.get(campaign),
        BatchRef(str(form.unit.data), int(form.batch.data or 0)),
    )
    tickets.hand_out(installation, actor(), record, batch, int(form.count.data or 0), clock.now())
    flash({"done": "given"}, CARDS)  # type: ignore[arg-type]
    return redirect(url_for("links.cards", campaign=campaign), 303)


@links.post("/noi-bo/<campaign>/the-ma/huy")
@allow(*ANY_ROLE)
def void(campaign: str) -> ResponseReturnValue:
    """Make a lost or spoiled card void."""
    installation, form = current_installation(), VoidForm()
    if not form.validate_on_submit():
        raise Refusal("request_bad")
    tickets.void(
        installation, actor(), installation.campaigns.get(campaign), str(form.code.data), clock.now()
    )
    flash({"done": "void"}, CARDS)  # type: ignore[arg-type]
    return redirect(url_for("links.cards", campaign=campaign), 303)
