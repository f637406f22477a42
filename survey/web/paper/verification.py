"""Verifying by totals: one form on the screen at a time, whose counts a second person types from the paper."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms.validators import InputRequired, Length, Optional, Regexp

from survey import clock
from survey.errors import Fault, LocatedFault, Refusal, sentence_of
from survey.plans.plan import PlanUnit
from survey.services.installation.campaign_records import CampaignRecord
from survey.services.paper import second_keying, verification
from survey.services.paper.form_totals import BLANK, LEVELS, FormTotals
from survey.services.paper.verification import Comparison, VerificationQueue
from survey.vocabulary import Role
from survey.web import language
from survey.web.access import actor, allow
from survey.web.app_context import current_installation
from survey.web.field_faults import FieldFault
from survey.web.form_fields import TextField
from survey.web.paper.entry_form import canonical

pages = Blueprint("verification", __name__)

CHECKING = (Role.OFFICER, Role.UNIT_HEAD)
PLACE = "verifying"  # in the session: by campaign, the number of the form that was on the screen last
DONE = "verified"
COUNTED = [*(f"level_{level}" for level in LEVELS), "no_opinion", "blank"]
BLANK_KEYS = frozenset(".,-")
# Somebody else was quicker, or found it unlike its paper: the queue goes on.
GONE_ON = frozenset({"decision_not_allowed", "double_keying_needed", "totals_by_same"})


def _count() -> TextField:
    return TextField(validators=[Optional(), Length(max=3), Regexp(r"[0-9]+\Z")])


class TotalsForm(FlaskForm):
    """The totals of one form as they were typed; an empty count is none."""

    number = TextField(validators=[InputRequired(), Length(max=24)])
    level_1, level_2, level_3, level_4, level_5 = (_count() for _ in LEVELS)
    no_opinion, blank = _count(), _count()
    overall = TextField(validators=[InputRequired(), Length(max=1)])

    @property
    def totals(self) -> FormTotals:
        """The totals."""
        levels, (no_opinion, blank) = self._counts()[: len(LEVELS)], self._counts()[len(LEVELS) :]
        overall = str(self.overall.data)
        return FormTotals(levels, no_opinion, blank, BLANK if overall in BLANK_KEYS else overall)

    def _counts(self) -> tuple[int, ...]:
        return tuple(int(self[name].data or 0) for name in COUNTED)


@pages.get("/noi-bo/<campaign>/xac-minh")
@allow(*CHECKING)
def show(campaign: str) -> ResponseReturnValue:
    """Show the form in ``?so=``, the one after that in ``?sau=``, or the one that was on the screen last."""
    record = current_installation().campaigns.get(campaign)
    queue = verification.queue(current_installation(), actor(), record, _own(record).code)
    asked = canonical(request.args.get("so", ""))
    if passed := request.args.get("sau"):
        number = queue.after(passed)
    else:
        number = queue.at(asked or _places().get(campaign, ""))
    if number is not None:
        session[PLACE] = {**_places(), campaign: number}
    return _page(record, queue, number, TotalsForm(formdata=None), missed="" if asked == number else asked)


@pages.post("/noi-bo/<campaign>/xac-minh")
@allow(*CHECKING)
def compare(campaign: str) -> ResponseReturnValue:
    """Compare the counts with the form's keyed answers, and lead to the next form or to its second keying."""
    installation, form = current_installation(), TotalsForm()
    record = installation.campaigns.get(campaign)
    number = str(form.number.data or "")
    if not form.validate_on_submit():
        return _again(record, number, form, [Fault("totals_typed", name) for name in form.errors])
    try:
        found = verification.verify(installation, actor(), record, number, form.totals, clock.now())
    except Refusal as refusal:
        if refusal.faults:
            return _again(record, number, form, refusal.faults)
        if refusal.code not in GONE_ON:
            raise
        return _next(campaign, number, "gone")
    if found is Comparison.TO_BE_KEYED and _may_key(record, number):
        flash({"number": number, "outcome": "key_now"}, DONE)  # type: ignore[arg-type]
        return redirect(url_for("second_keying.second", campaign=campaign, so=number, tiep=1), 303)
    return _next(campaign, number, found.value)


def _next(campaign: str, number: str, outcome: str) -> ResponseReturnValue:
    flash({"number": number, "outcome": outcome}, DONE)  # type: ignore[arg-type]
    return redirect(url_for("verification.show", campaign=campaign, sau=number), 303)


def _again(
    record: CampaignRecord, number: str, form: TotalsForm, faults: Sequence[LocatedFault]
) -> ResponseReturnValue:
    """Show the form again with what was typed; nothing has been compared."""
    queue = verification.queue(current_installation(), actor(), record, _own(record).code)
    if number not in queue.numbers:
        raise Refusal("form_number_unknown", number=number)
    return _page(record, queue, number, form, faults), 422


def _page(
    record: CampaignRecord,
    queue: VerificationQueue,
    number: str | None,
    form: TotalsForm,
    faults: Sequence[LocatedFault] = (),
    missed: str = "",
) -> str:
    lang = language.of_request()
    return render_template(
        "officer/verify.html",
        campaign=record,
        unit=_own(record),
        q=record.questionnaire,
        queue=queue,
        number=number,
        form=form,
        missed=missed,
        may_key=number is not None and _may_key(record, number),
        faults=[FieldFault(fault.location, sentence_of(fault, lang)) for fault in faults],
        language=lang,
    )


def _may_key(record: CampaignRecord, number: str) -> bool:
    """Return whether whoever has signed in may key that form a second time instead of counting."""
    try:
        second_keying.require_may_key(current_installation(), actor(), record, number)
    except Refusal:
        return False
    return True


def _places() -> dict[str, str]:
    return dict(session.get(PLACE, {}))


def _own(record: CampaignRecord) -> PlanUnit:
    return record.unit(record.unit_id(actor().unit_code or ""))
