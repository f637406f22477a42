"""Results by unit and criterion as far as they are released, figures, and the reports to take away."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from scoring.results import FORMULAS
from survey import clock
from survey.documents.pages import analysis_page, interim_page, overview
from survey.documents.reports.texts import bundled
from survey.errors import Refusal
from survey.services.installation.campaign_records import CampaignRecord
from survey.services.results import analysis, release_times, reports, snapshots
from survey.services.results.reports import Assessment
from survey.services.results.snapshots import WHOLE
from survey.vocabulary import Role
from survey.web.access import actor, allow
from survey.web.app_context import current_installation
from survey.web.results import unreleased

results = Blueprint("results", __name__)

EVERY_UNIT = (Role.ADMIN, Role.TCCB)
RESULTS = (*EVERY_UNIT, Role.UNIT_HEAD)
MIMETYPES = {
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
PERIOD = "ky"


@results.get("/noi-bo/<campaign>/ket-qua")
@allow(*RESULTS)
def province(campaign: str) -> ResponseReturnValue:
    """Show every unit by criterion as far as it is released; a unit head is led to the own unit."""
    if actor().unit_code is not None:
        return redirect(url_for("results.unit", campaign=campaign, unit=actor().unit_code))
    assessed = _assessed(campaign, None)
    facts = (assessed.facts, assessed.units, assessed.heading)
    released = (*facts, assessed.release, assessed.hidden)
    asked = request.args.get("cong-thuc", "")
    formula = next((one for one in FORMULAS if one == asked), assessed.result.official)
    is_full = assessed.snapshot.is_full(None)
    return render_template(
        "tccb/results.html",
        **_frame(assessed, None),
        interim=None if is_full else interim_page.of_province(assessed.result, *released),
        shown=overview.of_province(assessed.result, *facts, formula, assessed.hidden) if is_full else None,
        standing=interim_page.standing(assessed.result, *released) if assessed.snapshot.lacking else None,
        formula=formula,
    )


@results.get("/noi-bo/<campaign>/ket-qua/<unit>")
@allow(*RESULTS)
def unit(campaign: str, unit: str) -> ResponseReturnValue:
    """Show the results of one unit as far as they are released."""
    assessed = _assessed(campaign, unit)
    facts = (assessed.facts, assessed.units, assessed.heading)
    frame = {"unit": assessed.campaign.unit(assessed.campaign.unit_id(unit)), **_frame(assessed, unit)}
    findings = analysis.remarks(current_installation(), assessed, unit)
    if findings is None:
        view = interim_page.of_unit(assessed.result, unit, *facts, assessed.release, assessed.hidden)
        return render_template("unit/results.html", **frame, interim=view, shown=None, advice=())
    return render_template(
        "unit/results.html",
        **frame,
        interim=None,
        shown=overview.of_unit(assessed.result, unit, *facts, assessed.hidden),
        advice=analysis_page.advice(assessed.result, *facts, findings, assessed.hidden),
    )


@results.get("/noi-bo/<campaign>/hinh/<name>.svg")
@allow(*RESULTS)
def figure(campaign: str, name: str) -> ResponseReturnValue:
    """Give one figure of the province, or of the unit named by ``?don-vi=``."""
    unit = request.args.get("don-vi") or None
    drawn = reports.figure(_assessed(campaign, unit), name, unit)
    return Response(drawn.svg(), mimetype="image/svg+xml")


@results.get("/noi-bo/<campaign>/bao-cao.pdf")
@allow(*EVERY_UNIT)
def report_pdf(campaign: str) -> ResponseReturnValue:
    """Give the consolidated report as PDF, or what is released before it."""
    return _download(campaign, None, "pdf")


@results.get("/noi-bo/<campaign>/bao-cao.xlsx")
@allow(*EVERY_UNIT)
def report_xlsx(campaign: str) -> ResponseReturnValue:
    """Give the figures of the consolidated report as XLSX, or what is released before it."""
    return _download(campaign, None, "xlsx")


@results.get("/noi-bo/<campaign>/ket-qua/<unit>/bao-cao.pdf")
@allow(*RESULTS)
def unit_pdf(campaign: str, unit: str) -> ResponseReturnValue:
    """Give the report of one unit as PDF, or what is released before it."""
    return _download(campaign, unit, "pdf")


@results.get("/noi-bo/<campaign>/ket-qua/<unit>/bao-cao.xlsx")
@allow(*RESULTS)
def unit_xlsx(campaign: str, unit: str) -> ResponseReturnValue:
    """Give the figures of one unit's report as XLSX, or what is released before it."""
    return _download(campaign, unit, "xlsx")


def _frame(assessed: Assessment, unit: str | None) -> Mapping[str, Any]:
    """Return what both pages say around the figures: of which release and period they are, and what TCCB may do."""
    installation, campaign, snapshot = current_installation(), assessed.campaign, assessed.snapshot
    now = clock.now()
    return {
        "campaign": campaign,
        "snapshot": snapshot,
        "released": snapshot.province or snapshot
        if unit is None
        else snapshot.units.get(campaign.unit_id(unit)),
        "next_due": _next_due(assessed, unit, now),
        "periods": snapshots.periods(installation, campaign),
        "period_name": bundled().period,
        "unreleased": unreleased.of_page(installation, actor(), assessed, unit, now),
    }


def _next_due(assessed: Assessment, unit: str | None, now: dt.datetime) -> dt.datetime | None:
    """Return when figures are next due; None where the full tables are out, and for a period, which has ended."""
    if assessed.snapshot.period or assessed.snapshot.is_full(unit):
        return None
    plan = assessed.campaign.plan
    return release_times.next_due(plan.releases, plan.window.opens_on, now)


def _assessed(code: str, unit: str | None) -> Assessment:
    """Return the campaign's results for somebody who may see the unit's, or the province's (None)."""
    record = _within_reach(code, unit)
    return reports.assessment(current_installation(), actor(), record, _period(record))


def _studied(code: str, unit: str | None) -> Assessment:
    """Return the same with the analysis, which only a report needs."""
    record = _within_reach(code, unit)
    return analysis.assessment(current_installation(), actor(), record, _period(record))


def _period(record: CampaignRecord) -> str:
    """Return the code of the period that is asked for, empty for the whole campaign."""
    asked = request.args.get(PERIOD, WHOLE)
    if asked and asked not in snapshots.periods(current_installation(), record):
        raise Refusal("period_unknown")
    return asked


def _within_reach(code: str, unit: str | None) -> CampaignRecord:
    record = current_installation().campaigns.get(code)
    if unit is not None:
        record.unit_id(unit)
    reports.require_reach(actor(), unit)
    return record


def _download(code: str, unit: str | None, suffix: str) -> Response:
    """Give the report of the province or a unit; what is released before it carries another name."""
    assessed = _studied(code, unit)
    render = reports.report_pdf if suffix == "pdf" else reports.report_xlsx
    answer = Response(render(assessed, unit), mimetype=MIMETYPES[suffix])
    what = "bao-cao" if assessed.snapshot.is_full(unit) else "so-lieu-tam-thoi"
    parts = [
        what,
        code,
        *([unit] if unit else []),
        *([assessed.snapshot.period] if assessed.snapshot.period else []),
    ]
    answer.headers.set("Content-Disposition", "attachment", filename=f"{'-'.join(parts)}.{suffix}")
    return answer
