"""Pages of released comments: a head reads the own unit's, TCCB those of all and erases what tells of a person."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms.validators import AnyOf, Length, Optional

from survey import clock
from survey.errors import Refusal
from survey.services.comments import erasure, released_texts
from survey.vocabulary import ErasureReason, Role
from survey.web.access import actor, allow
from survey.web.app_context import current_installation
from survey.web.form_fields import TextField
from survey.web.plain_requests import whole_number

comments = Blueprint("comments", __name__)

EVERY_UNIT = (Role.ADMIN, Role.TCCB)
READING = (*EVERY_UNIT, Role.UNIT_HEAD)
DONE = "comments"
LAST_PAGE = 10**6


class ErasureForm(FlaskForm):
    """Which text is to be erased, why, and the list that is shown again: a unit's, or that of bodies set aside."""

    reference = TextField(validators=[Length(min=16, max=16)])
    reason = TextField(validators=[AnyOf([reason.value for reason in ErasureReason])])
    unit = TextField(validators=[Optional(), Length(max=64)])
    asides = TextField(validators=[Optional(), AnyOf(["1"])])


@comments.get("/noi-bo/<campaign>/gop-y")
@allow(*READING)
def listing(campaign: str) -> ResponseReturnValue:
    """Show whose comments are readable, and those of all units; a unit head is led to the own unit."""
    if actor().unit_code is not None:
        return redirect(url_for("comments.unit", campaign=campaign, unit=actor().unit_code))
    installation, record = current_installation(), current_installation().campaigns.get(campaign)
    return render_template(
        "tccb/comments.html",
        campaign=record,
        counts=released_texts.counts(installation, actor(), record),
        shown=released_texts.of_all_units(installation, actor(), record, _page()),
        **_erasing(),
    )


@comments.get("/noi-bo/<campaign>/gop-y/<unit>")
@allow(*READING)
def unit(campaign: str, unit: str) -> ResponseReturnValue:
    """Show the readable comments of one unit."""
    record = current_installation().campaigns.get(campaign)
    shown = released_texts.of_unit(current_installation(), actor(), record, unit, _page())
    return render_template(
        "unit/comments.html",
        campaign=record,
        unit=record.unit(record.unit_id(unit)),
        shown=shown,
        **_erasing(),
    )


@comments.get("/noi-bo/<campaign>/gui-lai-khac")
@allow(*EVERY_UNIT)
def asides(campaign: str) -> ResponseReturnValue:
    """Show the readable bodies that contradict what was sent before under the same key."""
    record = current_installation().campaigns.get(campaign)
    return render_template(
        "tccb/asides.html",
        campaign=record,
        bodies=released_texts.asides(current_installation(), actor(), record),
        **_erasing(),
    )


@comments.post("/noi-bo/<campaign>/gop-y/xoa")
@allow(*EVERY_UNIT)
def erase(campaign: str) -> ResponseReturnValue:
    """Erase one comment for good, with its minute."""
    record, form = current_installation().campaigns.get(campaign), ErasureForm()
    if not form.validate_on_submit():
        raise Refusal("request_bad")
    reason = ErasureReason(str(form.reason.data))
    erasure.erase_comment(
        current_installation(), actor(), record, str(form.reference.data), reason, clock.now()
    )
    flash({"erased": True}, DONE)  # type: ignore[arg-type]
    if form.asides.data:
        return redirect(url_for("comments.asides", campaign=campaign), 303)
    if form.unit.data in record.unit_ids:
        return redirect(url_for("comments.unit", campaign=campaign, unit=form.unit.data), 303)
    return redirect(url_for("comments.listing", campaign=campaign), 303)


def _erasing() -> dict[str, object]:
    return {"reasons": list(ErasureReason), "form": ErasureForm(formdata=None)}


def _page() -> int:
    return min(max(whole_number(request.args.get("trang", "")) or 1, 1), LAST_PAGE)
