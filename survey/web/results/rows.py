"""The page on which TCCB takes the rows behind the full tables away, with the password asked again."""

from __future__ import annotations

from flask import Blueprint, Response, render_template
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import PasswordField
from wtforms.validators import InputRequired, Length

from survey import clock
from survey.errors import Refusal
from survey.extensions import limiter
from survey.services.installation.campaign_records import CampaignRecord
from survey.services.results import released_rows
from survey.vocabulary import Role
from survey.web import language
from survey.web.access import actor, allow
from survey.web.accounts.password_check import require_password
from survey.web.app_context import current_installation

rows = Blueprint("rows", __name__)

TAKING = (Role.ADMIN, Role.TCCB)


class PasswordForm(FlaskForm):
    """The password of whoever is signed in."""

    password = PasswordField(validators=[InputRequired(), Length(max=128)])


@rows.get("/noi-bo/<campaign>/du-lieu-phieu")
@allow(*TAKING)
def offer(campaign: str) -> ResponseReturnValue:
    """Say what the file holds and what it is for, and ask for the password once it may leave."""
    return _page(current_installation().campaigns.get(campaign))


@rows.post("/noi-bo/<campaign>/du-lieu-phieu")
@allow(*TAKING)
@limiter.limit("10 per minute")
def give(campaign: str) -> ResponseReturnValue:
    """Give the rows as CSV to whoever knows the account's password."""
    installation = current_installation()
    record, form = installation.campaigns.get(campaign), PasswordForm()
    try:
        require_password(str(form.password.data) if form.validate_on_submit() else "")
        text = released_rows.export(installation, actor(), record, clock.now())
    except Refusal as refusal:
        return _page(record, refusal)
    answer = Response(text, mimetype="text/csv")
    answer.headers.set("Content-Disposition", "attachment", filename=f"phieu-{campaign}.csv")
    return answer


def _page(record: CampaignRecord, refusal: Refusal | None = None) -> ResponseReturnValue:
    page = render_template(
        "tccb/rows.html",
        campaign=record,
        out=released_rows.are_out(current_installation(), actor(), record),
        form=PasswordForm(formdata=None),
        refusal=refusal,
        sentence=refusal.sentence(language.of_request()) if refusal else "",
    )
    return page, refusal.status if refusal else 200
