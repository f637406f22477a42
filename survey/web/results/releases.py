"""TCCB's acts about releases: the full tables of a unit with something open, or of the province without some units."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from survey import clock
from survey.services.results import releases as figures
from survey.vocabulary import Role
from survey.web.access import actor, allow
from survey.web.app_context import current_installation

releases = Blueprint("releases", __name__)

DONE = "released"
NAMED = "con"


@releases.post("/noi-bo/<campaign>/cong-bo")
@allow(Role.ADMIN, Role.TCCB)
def province(campaign: str) -> ResponseReturnValue:
    """Release the full tables of the province without the units that are named."""
    installation = current_installation()
    record, named = installation.campaigns.get(campaign), request.form.getlist(NAMED)
    number = figures.make_province_full(installation, actor(), record, named, clock.now())
    return _done(campaign, number, "")


@releases.post("/noi-bo/<campaign>/cong-bo/<unit>")
@allow(Role.ADMIN, Role.TCCB)
def unit(campaign: str, unit: str) -> ResponseReturnValue:
    """Release the full tables of a unit although what is named is open."""
    installation = current_installation()
    record, named = installation.campaigns.get(campaign), request.form.getlist(NAMED)
    number = figures.make_full(installation, actor(), record, unit, named, clock.now())
    return _done(campaign, number, record.unit(record.unit_id(unit)).name)


def _done(campaign: str, number: int | None, unit: str) -> ResponseReturnValue:
    flash({"number": number, "unit": unit}, DONE)  # type: ignore[arg-type]
    return redirect(url_for("results.province", campaign=campaign), 303)
