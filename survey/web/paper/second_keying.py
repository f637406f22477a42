"""The second pair of eyes: blind second keying, what two keyings have differently, numbers that came twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import BooleanField
from wtforms.validators import InputRequired, Length

from survey import clock
from survey.documents.reports.sections import keying_section
from survey.documents.reports.texts import bundled
from survey.errors import LocatedFault, Refusal, sentence_of
from survey.plans.plan import PlanUnit
from survey.services.collection import duplicate_serials
from survey.services.installation.campaign_records import CampaignRecord
from survey.services.paper import keying_accuracy, second_keying
from survey.vocabulary import Role
from survey.web import language
from survey.web.access import ANY_ROLE, actor, allow
from survey.web.app_context import current_installation
from survey.web.field_faults import FieldFault
from survey.web.form_fields import TextField
from survey.web.paper.entry_form import EntryForm, barred_sentence, sheet_of

pages = Blueprint("second_keying", __name__)

KEYING = (Role.OFFICER, Role.UNIT_HEAD)
SETTLING = (Role.TCCB, Role.UNIT_HEAD, Role.OFFICER)
LOOKING = (Role.ADMIN, Role.TCCB, Role.UNIT_HEAD)
DONE = "second"


class ResolveForm(FlaskForm):
    """Whether the sheet that came first counts after all."""

    number = TextField(validators=[InputRequired(), Length(max=24)])
    first_counts = BooleanField()


class AdjudicationForm(FlaskForm):
    """The form whose two keyings are adjudicated; a field's choice has the field's name."""

    number = TextField(validators=[InputRequired(), Length(max=24)])


@pages.get("/noi-bo/<campaign>/nhap-lan-hai")
@allow(*KEYING)
def second(campaign: str) -> ResponseReturnValue:
    """List the forms that wait for a second keying, or show the entry page of the one in ``?so=``."""
    record = current_installation().campaigns.get(campaign)
    if number := request.args.get("so", ""):
        second_keying.require_may_key(current_installation(), actor(), record, number)
        return _entry(record, number, {}, ())
    own = _own(record)
    waiting = second_keying.waiting(current_installation(), actor(), record, own.code)
    rows = [(form, barred_sentence(form.number, form.barred)) for form in waiting]
    return render_template("officer/second.html", campaign=record, unit=own, rows=rows)


@pages.post("/noi-bo/<campaign>/nhap-lan-hai")
@allow(*KEYING)
def save_second(campaign: str) -> ResponseReturnValue:
    """Take a second keying in and say only whether it agrees."""
    record, given = current_installation().campaigns.get(campaign), EntryForm()
    number = given.form_number.data or ""
    faults: list[LocatedFault] = []
    sheet = sheet_of(record, request.form.to_dict(flat=False), faults)
    if sheet is None:
        return _entry(record, number, request.form.to_dict(flat=False), faults), 422
    agrees = second_keying.key_second(current_installation(), actor(), record, number, sheet, clock.now())
    flash({"number": number, "agrees": agrees}, DONE)  # type: ignore[arg-type]
    if "tiep" in request.args:  # it was keyed instead of counted: back to the queue, behind it
        return redirect(url_for("verification.show", campaign=campaign, sau=number), 303)
    return redirect(url_for("second_keying.second", campaign=campaign), 303)


@pages.get("/noi-bo/<campaign>/doi-chieu")
@allow(*ANY_ROLE)
def discrepancies(campaign: str) -> ResponseReturnValue:
    """List what waits for a third person and numbers that came in twice, or show the form in ``?so=``."""
    installation = current_installation()
    record = installation.campaigns.get(campaign)
    unit = _asked(record)
    if number := request.args.get("so", ""):
        return _discrepancy(record, unit, number)
    return render_template(
        "unit/discrepancies.html",
        campaign=record,
        unit=unit,
        discrepancies=second_keying.discrepancies(installation, actor(), record, unit.code),
        duplicates=duplicate_serials.unresolved(installation, actor(), record, unit.code),
        accuracy=_accuracy(record),
    )


def _discrepancy(record: CampaignRecord, unit: PlanUnit, number: str) -> str:
    q = record.questionnaire
    return render_template(
        "unit/discrepancy.html",
        campaign=record,
        unit=unit,
        form=second_keying.discrepancy(current_installation(), actor(), record, number),
        items={item.field: item for item in (*q.items, q.overall)},
        questions={question.field: question for question in q.profile},
        numbers={item.field: place for place, item in enumerate((*q.items, q.overall), start=1)},
        language=language.of_request(),
    )


@pages.post("/noi-bo/<campaign>/doi-chieu")
@allow(*SETTLING)
def adjudicate(campaign: str) -> ResponseReturnValue:
    """Adjudicate a form on which two keyings differ."""
    installation, form = current_installation(), AdjudicationForm()
    record = installation.campaigns.get(campaign)
    if not form.validate_on_submit():
        raise Refusal("request_bad")
    number = str(form.number.data)
    second_keying.adjudicate(installation, actor(), record, number, request.form.to_dict(), clock.now())
    return _resolved(campaign, number)


@pages.post("/noi-bo/<campaign>/doi-chieu/trung-so")
@allow(*LOOKING)
def resolve(campaign: str) -> ResponseReturnValue:
    """Say which of the sheets under one number counts."""
    installation, form = current_installation(), ResolveForm()
    record = installation.campaigns.get(campaign)
    if not form.validate_on_submit():
        raise Refusal("request_bad")
    number, counts = str(form.number.data), bool(form.first_counts.data)
    duplicate_serials.resolve(installation, actor(), record, number, clock.now(), first_counts=counts)
    return _resolved(campaign, number)


def _accuracy(record: CampaignRecord) -> tuple[str, ...]:
    """Return what the report says of double keying, for those who answer for the whole campaign."""
    if actor().unit_code is not None:
        return ()
    return keying_section.sentences(bundled(), keying_accuracy.of_campaign(current_installation(), record))


def _resolved(campaign: str, number: str) -> ResponseReturnValue:
    flash({"number": number}, DONE)  # type: ignore[arg-type]
    chosen = {} if actor().unit_code else {"don-vi": request.form.get("unit") or None}
    return redirect(url_for("second_keying.discrepancies", campaign=campaign, **chosen), 303)  # type: ignore[arg-type]


def _own(record: CampaignRecord) -> PlanUnit:
    return record.unit(record.unit_id(actor().unit_code or ""))


def _asked(record: CampaignRecord) -> PlanUnit:
    """Return the unit that is asked for, else one's own, else the first of the plan."""
    asked = request.args.get("don-vi") or actor().unit_code or record.plan.units[0].code
    return record.unit(record.unit_id(asked))


def _entry(
    record: CampaignRecord, number: str, values: Mapping[str, Sequence[str]], faults: Sequence[LocatedFault]
) -> str:
    lang = language.of_request()
    return render_template(
        "officer/entry.html",
        form=EntryForm(formdata=None, form_number=number),
        q=record.questionnaire,
        campaign=record,
        unit=_own(record),
        second=True,
        values=values,
        faults=[FieldFault(fault.location, sentence_of(fault, lang)) for fault in faults],
        language=lang,
    )
