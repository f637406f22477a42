"""The QR codes of the counters, to be printed and put up."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from forms import qr
from survey.services import links as addresses
from survey.web.access import ANY_ROLE, actor, allow
from survey.web.current import installation

links = Blueprint("links", __name__)


@links.get("/noi-bo/<campaign>/ma-qr")
@allow(*ANY_ROLE)
def codes(campaign: str) -> ResponseReturnValue:
    """Show the QR codes of the units that whoever has signed in may see, one sheet for each counter."""
    opened = installation()
    record = opened.campaigns.get(campaign)
    found = addresses.of_campaign(opened, actor(), record)
    pictures = {link.url: _picture(link.url) for link in found}
    return render_template("unit/codes.html", campaign=record, links=found, pictures=pictures)


def _picture(url: str) -> Markup:
    """Draw the code; the page names it, so the picture itself is silent."""
    # A path of numbers that we drew ourselves; no foreign text is in it.
    return Markup(qr.svg(url).replace('role="img"', 'aria-hidden="true"', 1))  # noqa: S704
