"""The keyed paper forms of a unit, by number and state; the head and TCCB exclude and reinstate."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms.validators import AnyOf, Length, Optional

from survey import clock
from survey.errors import Refusal
from survey.plans.plan import PlanUnit
from survey.services.collection import decisions
from survey.services.installation.campaign_records import CampaignRecord
from survey.vocabulary import Reason, Role, State, Verdict
from survey.web.access import ANY_ROLE, actor, allow
from survey.web.app_context import current_installation
from survey.web.form_fields import TextField

pages = Blueprint("paper_checks", __name__)

DECIDED = "decided"
# An officer who could take answers out of the count could choose which ones count.
DECIDING = (Role.ADMIN, Role.TCCB, Role.UNIT_HEAD)


class DecisionForm(FlaskForm):
    """The number of a form, why it is excluded, and the unit whose list is shown again."""

    number = TextField(validators=[Length(min=1, max=24)])
    reason = TextField(validators=[Optional(), AnyOf([reason.value for reason in Reason])])
    unit = TextField(validators=[Optional(), Length(max=64)])


@pages.get("/noi-bo/<campaign>/phieu-giay")
@allow(*ANY_ROLE)
def listing(campaign: str) -> ResponseReturnValue:
    """List the keyed forms of a unit: one's own, or the one chosen with ``?don-vi=``."""
    record = current_installation().campaigns.get(campaign)
    unit = _asked(record)
    forms = decisions.keyed_forms(current_installation(), actor(), record, unit.code)
    chosen = request.args.get("trang-thai", "")
    shown = [form for form in forms if not chosen or form.state == chosen]
    return render_template(
        "unit/keyed.html",
        campaign=record,
        unit=unit,
        counts={state: sum(form.state is state for form in forms) for state in State},
        chosen=chosen,
        rows=shown,
        reasons=list(Reason),
        form=DecisionForm(formdata=None),
    )


@pages.post("/noi-bo/<campaign>/phieu-giay/loai")
@allow(*DECIDING)
def exclude(campaign: str) -> ResponseReturnValue:
    """Take a form out of the count, with a reason."""
    return _decide(campaign, Verdict.EXCLUDED)


@pages.post("/noi-bo/<campaign>/phieu-giay/khoi-phuc")
@allow(*DECIDING)
def reinstate(campaign: str) -> ResponseReturnValue:
    """Count a form again that was excluded."""
    return _decide(campaign, Verdict.REINSTATED)


def _decide(code: str, verdict: Verdict) -> ResponseReturnValue:
    record, form = current_installation().campaigns.get(code), DecisionForm()
    if not form.validate_on_submit():
        raise Refusal("request_bad")
    number = str(form.number.data)
    reason = Reason(form.reason.data) if verdict is Verdict.EXCLUDED and form.reason.data else None
    decisions.decide(current_installation(), actor(), record, number, verdict, clock.now(), reason=reason)
    flash({"number": number, "verdict": verdict.value}, DECIDED)  # type: ignore[arg-type]
    chosen = {} if actor().unit_code else {"don-vi": form.unit.data or None}
    return redirect(url_for("paper_checks.listing", campaign=code, **chosen), 303)  # type: ignore[arg-type]


def _asked(record: CampaignRecord) -> PlanUnit:
    """Return the unit that is asked for, else one's own, else the first of the plan."""
    asked = request.args.get("don-vi") or actor().unit_code or record.plan.units[0].code
    return record.unit(record.unit_id(asked))
