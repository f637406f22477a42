"""The quota board: how far every unit is from its minimum, and how many days are left."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from survey import clock
from survey.services.kiosks import devices
from survey.services.results import quotas
from survey.services.results.quotas import Board, Progress
from survey.web.access import ANY_ROLE, actor, allow
from survey.web.app_context import current_installation
from survey.web.office_frame import to_campaign

board = Blueprint("board", __name__)


@board.get("/noi-bo/chi-tieu")
@allow(*ANY_ROLE)
def show() -> ResponseReturnValue:
    """Lead to the board of the campaign."""
    return to_campaign("board.campaign")


@board.get("/noi-bo/<campaign>/chi-tieu")
@allow(*ANY_ROLE)
def campaign(campaign: str) -> ResponseReturnValue:
    """Show the board of the units that whoever has signed in may see."""
    installation = current_installation()
    record = installation.campaigns.get(campaign)
    quota_board = quotas.shown(installation, actor(), record, clock.now())
    return render_template(
        "tccb/board.html",
        campaign=record,
        board=quota_board,
        alarms=devices.alarms(installation, actor(), record, clock.now()),
        standing=lambda unit: standing(quota_board, unit),
    )


def standing(quota_board: Board, unit: Progress) -> str:
    """Return in one word how a unit stands: ``met``, ``missed``, ``on_course``, ``empty`` or ``behind``."""
    if unit.valid >= unit.target:
        return "met"
    if not quota_board.days_to_close:
        return "missed"
    if unit.valid >= unit.expected:
        return "on_course"
    return "behind" if unit.valid else "empty"
