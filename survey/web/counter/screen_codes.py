"""Codes on an officer's own screen: which counter, the code in large, and how many were shown and used."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from survey import clock
from survey.services.counter import board_totals, screen_codes
from survey.vocabulary import Role
from survey.web.access import ANY_ROLE, actor, allow
from survey.web.app_context import current_installation
from survey.web.counter.address_pictures import code_of

screens = Blueprint("screens", __name__)


@screens.get("/noi-bo/<campaign>/man-hinh")
@allow(*ANY_ROLE)
def choose(campaign: str) -> ResponseReturnValue:
    """Offer the counters of the own unit, and account for the codes of the units within reach."""
    installation = current_installation()
    record = installation.campaigns.get(campaign)
    return render_template(
        "unit/screens.html",
        campaign=record,
        unit=None if actor().unit_code is None else record.unit(record.unit_id(str(actor().unit_code))),
        totals=board_totals.of_screens(installation, actor(), record),
        opens=screen_codes.OPENS - 1,
    )


@screens.get("/noi-bo/<campaign>/man-hinh/<int:counter>")
@allow(Role.OFFICER, Role.UNIT_HEAD)
def show(campaign: str, counter: int) -> ResponseReturnValue:
    """Show the present code of a counter of the own unit; the page asks for the next one by itself."""
    installation = current_installation()
    record = installation.campaigns.get(campaign)
    unit = str(actor().unit_code)
    shown = screen_codes.at_desk(installation, actor(), record, unit, counter, clock.now())
    return render_template(
        "unit/screen.html",
        campaign=record,
        unit=record.unit(record.unit_id(unit)),
        counter=counter,
        shown=shown,
        typed_at=f"{installation.config.public_url.partition('://')[2]}/m",
        picture=code_of(shown.url),
    )
