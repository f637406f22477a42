"""Scanned forms: upload, and the doubts that only a person can settle."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from flask_wtf.file import FileRequired, MultipleFileField
from werkzeug.datastructures import FileStorage
from wtforms.validators import InputRequired, Length, Optional

from survey import clock
from survey.documents.reports.formats import plain
from survey.errors import Fault, Refusal, sentence_of
from survey.plans.plan import PlanUnit
from survey.services.installation.campaign_records import CampaignRecord
from survey.services.paper import doubtful_forms, scans
from survey.services.paper.doubtful_forms import WaitingScan
from survey.services.paper.scans import TakenIn
from survey.vocabulary import Role
from survey.web import language
from survey.web.access import ANY_ROLE, actor, allow
from survey.web.app_context import current_installation
from survey.web.form_fields import TextField
from survey.web.paper.entry_form import barred_sentence
from survey.web.request_bodies import takes_up_to

pages = Blueprint("scans", __name__)

SCANNING = (Role.ADMIN, Role.UNIT_HEAD, Role.OFFICER)
LARGEST_UPLOAD = 60_000_000
LONGEST_NAME = 60
DONE = "scans"


class UploadForm(FlaskForm):
    """The files, and the unit whose forms they are."""

    files = MultipleFileField(validators=[FileRequired()])
    unit = TextField(validators=[Optional(), Length(max=64)])


class DoubtForm(FlaskForm):
    """The form whose doubts are settled; an answer has the name of its question."""

    number = TextField(validators=[InputRequired(), Length(max=24)])
    unit = TextField(validators=[Optional(), Length(max=64)])


@pages.get("/noi-bo/<campaign>/phieu-quet")
@allow(*ANY_ROLE)
def queue(campaign: str) -> ResponseReturnValue:
    """Show what waits for a person in a unit, or the doubts of the form in ``?so=``."""
    record = current_installation().campaigns.get(campaign)
    unit = _asked(record, request.args.get("don-vi"))
    waiting = doubtful_forms.waiting(current_installation(), actor(), record, unit.code)
    number = request.args.get("so", "")
    if number not in {scan.number for scan in waiting} or actor().role not in SCANNING:
        return _queue(record, unit, waiting)
    q, lang = record.questionnaire, language.of_request()
    form = doubtful_forms.doubtful(current_installation(), actor(), record, unit.code, number)
    return render_template(
        "officer/doubts.html",
        campaign=record,
        unit=unit,
        form=form,
        reasons={doubt.field: sentence_of(Fault(doubt.reason, doubt.field), lang) for doubt in form.doubts},
        items={item.field: item for item in (*q.items, q.overall)},
        questions={question.field: question for question in q.profile},
        numbers={item.field: number for number, item in enumerate((*q.items, q.overall), start=1)},
        language=lang,
    )


@pages.post("/noi-bo/<campaign>/phieu-quet")
@allow(*SCANNING)
@takes_up_to(LARGEST_UPLOAD)
def upload(campaign: str) -> ResponseReturnValue:
    """Read the files and show what became of each."""
    installation, form = current_installation(), UploadForm()
    record = installation.campaigns.get(campaign)
    unit = _asked(record, form.unit.data)
    actor().require(unit.code)
    if not form.validate_on_submit():
        raise Refusal("request_bad")
    with tempfile.TemporaryDirectory(dir=installation.config.data) as folder:
        saved = _saved(form.files.data, Path(folder))
        taken = scans.take_in(installation, actor(), record, unit.code, list(saved), clock.now(), names=saved)
    waiting = doubtful_forms.waiting(installation, actor(), record, unit.code)
    return _queue(record, unit, waiting, taken)


@pages.post("/noi-bo/<campaign>/phieu-quet/tra-loi")
@allow(*SCANNING)
def answer_doubts(campaign: str) -> ResponseReturnValue:
    """Complete a form with what a person saw, and lead to the next one that waits."""
    installation, form = current_installation(), DoubtForm()
    record = installation.campaigns.get(campaign)
    unit = _asked(record, form.unit.data)
    actor().require(unit.code)
    if not form.validate_on_submit():
        raise Refusal("request_bad")
    number = str(form.number.data)
    chosen = request.form.to_dict()
    doubtful_forms.answer_doubts(installation, actor(), record, unit.code, number, chosen, clock.now())
    flash({"number": number}, DONE)  # type: ignore[arg-type]
    waiting = doubtful_forms.waiting(installation, actor(), record, unit.code)
    asked = next(({"so": scan.number} for scan in waiting if not scan.barred), {})
    code = unit.code
    return redirect(url_for("scans.queue", campaign=campaign, **{"don-vi": code}, **asked), 303)  # type: ignore[arg-type]


def _queue(
    record: CampaignRecord, unit: PlanUnit, waiting: Sequence[WaitingScan], taken: TakenIn | None = None
) -> str:
    lang = language.of_request()
    problems = [
        (problem.location, sentence_of(Fault(problem.code, problem.location, problem.details), lang))
        for problem in (taken.problems if taken else ())
    ]
    return render_template(
        "officer/scans.html",
        campaign=record,
        unit=unit,
        waiting=[(scan.number, barred_sentence(scan.number, scan.barred)) for scan in waiting],
        taken=taken,
        problems=problems,
    )


def _saved(files: Sequence[FileStorage], folder: Path) -> dict[Path, str]:
    """Save the files under names of our own and return what their sender calls each: that is no path of ours."""
    saved = {}
    for number, file in enumerate(files, start=1):
        path = folder / f"{number:04}"
        file.save(path)
        file.close()
        saved[path] = plain(Path(file.filename or "").name, LONGEST_NAME) or path.name
    return saved


def _asked(record: CampaignRecord, chosen: str | None) -> PlanUnit:
    """Return the unit that is asked for, else one's own, else the first of the plan."""
    return record.unit(record.unit_id(chosen or actor().unit_code or record.plan.units[0].code))
