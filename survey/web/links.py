"""The QR codes of the counters, to be printed and put up, and the check of one that hangs already."""

from __future__ import annotations

from flask import Blueprint, Response, render_template
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from markupsafe import Markup
from wtforms import StringField
from wtforms.validators import Length

from forms import qr
from survey.services import links as addresses
from survey.services import posters
from survey.web.access import ANY_ROLE, actor, allow
from survey.web.current import installation

links = Blueprint("links", __name__)

TYPES = {"pdf": "application/pdf", "svg": "image/svg+xml"}


class CheckForm(FlaskForm):
    """An address as somebody typed it or pasted it from a telephone."""

    address = StringField(validators=[Length(min=1, max=posters.LONGEST_ADDRESS)])


@links.get("/noi-bo/<campaign>/ma-qr")
@allow(*ANY_ROLE)
def codes(campaign: str) -> ResponseReturnValue:
    """Show the QR codes of the units that whoever has signed in may see, one sheet for each counter."""
    opened = installation()
    record = opened.campaigns.get(campaign)
    found = addresses.of_campaign(opened, actor(), record)
    pictures = {link.url: _picture(link.url) for link in found}
    return render_template("unit/codes.html", campaign=record, links=found, pictures=pictures)


@links.get(
    "/noi-bo/<campaign>/ma-qr/<unit>/<int:counter>/<any(a4, a5, tent, card):kind>.<any(pdf, svg):form>"
)
@allow(*ANY_ROLE)
def poster(campaign: str, unit: str, counter: int, kind: str, form: str) -> ResponseReturnValue:
    """Give a counter's poster, tent or sheet of cards."""
    opened = installation()
    record = opened.campaigns.get(campaign)
    file = posters.one(opened, actor(), record, (unit, counter), kind, form)
    answer = Response(file.body, mimetype=TYPES[form])
    answer.headers.set("Content-Disposition", "attachment", filename=file.name)
    return answer


@links.route("/noi-bo/<campaign>/kiem-tra-ma", methods=("GET", "POST"))
@allow(*ANY_ROLE)
def check(campaign: str) -> ResponseReturnValue:
    """Tell whether the address on a poster is genuine, and whose it is."""
    opened, form = installation(), CheckForm()
    checked = posters.check(opened, str(form.address.data)) if form.validate_on_submit() else None
    return render_template(
        "unit/check.html",
        campaign=opened.campaigns.get(campaign),
        form=form,
        checked=checked,
        site=opened.config.public_url,
    )


def _picture(url: str) -> Markup:
    """Draw the code; the page names it, so the picture itself is silent."""
    # A path of numbers that we drew ourselves; no foreign text is in it.
    return Markup(qr.svg(url).replace('role="img"', 'aria-hidden="true"', 1))  # noqa: S704
