"""Results by unit and criterion, figures, and the reports to take away."""

from __future__ import annotations

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from scoring.results import FORMULAS
from survey.documents.pages import analysis_page, overview
from survey.services.installation.campaign_records import CampaignRecord
from survey.services.results import analysis, reports
from survey.services.results.reports import Assessment
from survey.vocabulary import Role
from survey.web.access import actor, allow
from survey.web.app_context import current_installation

results = Blueprint("results", __name__)

EVERY_UNIT = (Role.ADMIN, Role.TCCB)
RESULTS = (*EVERY_UNIT, Role.UNIT_HEAD)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PDF = "application/pdf"


@results.get("/noi-bo/<campaign>/ket-qua")
@allow(*RESULTS)
def province(campaign: str) -> ResponseReturnValue:
    """Show every unit by criterion; a unit head is led to the own unit."""
    if actor().unit_code is not None:
        return redirect(url_for("results.unit", campaign=campaign, unit=actor().unit_code))
    assessed = _assessed(campaign, None)
    asked = request.args.get("cong-thuc", "")
    formula = next((one for one in FORMULAS if one == asked), assessed.result.official)
    shown = overview.of_province(assessed.result, assessed.facts, assessed.units, assessed.heading, formula)
    return render_template(
        "tccb/results.html", campaign=assessed.campaign, assessed=assessed, shown=shown, formula=formula
    )


@results.get("/noi-bo/<campaign>/ket-qua/<unit>")
@allow(*RESULTS)
def unit(campaign: str, unit: str) -> ResponseReturnValue:
    """Show the results of one unit."""
    assessed = _assessed(campaign, unit)
    facts = (assessed.facts, assessed.units, assessed.heading)
    record, findings = assessed.campaign, analysis.remarks(current_installation(), assessed, unit)
    return render_template(
        "unit/results.html",
        campaign=record,
        unit=record.unit(record.unit_id(unit)),
        shown=overview.of_unit(assessed.result, unit, *facts),
        advice=() if findings is None else analysis_page.advice(assessed.result, *facts, findings),
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
    """Give the consolidated report as PDF."""
    return _file(reports.report_pdf(_studied(campaign, None)), f"bao-cao-{campaign}.pdf", PDF)


@results.get("/noi-bo/<campaign>/bao-cao.xlsx")
@allow(*EVERY_UNIT)
def report_xlsx(campaign: str) -> ResponseReturnValue:
    """Give the figures of the consolidated report as XLSX."""
    return _file(reports.report_xlsx(_studied(campaign, None)), f"bao-cao-{campaign}.xlsx", XLSX)


@results.get("/noi-bo/<campaign>/ket-qua/<unit>/bao-cao.pdf")
@allow(*RESULTS)
def unit_pdf(campaign: str, unit: str) -> ResponseReturnValue:
    """Give the report of one unit as PDF."""
    body = reports.report_pdf(_studied(campaign, unit), unit)
    return _file(body, f"bao-cao-{campaign}-{unit}.pdf", PDF)


@results.get("/noi-bo/<campaign>/ket-qua/<unit>/bao-cao.xlsx")
@allow(*RESULTS)
def unit_xlsx(campaign: str, unit: str) -> ResponseReturnValue:
    """Give the figures of one unit's report as XLSX."""
    body = reports.report_xlsx(_studied(campaign, unit), unit)
    return _file(body, f"bao-cao-{campaign}-{unit}.xlsx", XLSX)


def _assessed(code: str, unit: str | None) -> Assessment:
    """Return the campaign's results for somebody who may see the unit's, or the province's (None)."""
    record = _within_reach(code, unit)
    return reports.assessment(current_installation(), actor(), record)


def _studied(code: str, unit: str | None) -> Assessment:
    """Return the same with the analysis, which only a report needs."""
    record = _within_reach(code, unit)
    return analysis.assessment(current_installation(), actor(), record)


def _within_reach(code: str, unit: str | None) -> CampaignRecord:
    record = current_installation().campaigns.get(code)
    if unit is not None:
        record.unit_id(unit)
    reports.require_reach(actor(), unit)
    return record


def _file(body: bytes, name: str, mimetype: str) -> Response:
    answer = Response(body, mimetype=mimetype)
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    return answer
