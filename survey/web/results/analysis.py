"""The page of analysis: how sure the order, the targets and the points are, and what the review of the forms found."""

from __future__ import annotations

import base64

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from survey import clock
from survey.documents.pages import analysis_page
from survey.services.results import analysis as analyses
from survey.services.results import release_times, reports
from survey.services.results.reports import Assessment
from survey.vocabulary import Role
from survey.web.access import actor, allow
from survey.web.app_context import current_installation

analysis = Blueprint("analysis", __name__)


@analysis.get("/noi-bo/<campaign>/phan-tich")
@allow(Role.ADMIN, Role.TCCB)
def show(campaign: str) -> ResponseReturnValue:
    """Show everything that the results say beyond their figures, from the forms of the province's full tables."""
    installation = current_installation()
    record = installation.campaigns.get(campaign)
    assessed = analyses.assessment(installation, actor(), record)
    if assessed.analysis is None:
        return _not_yet(assessed)
    page = analysis_page.of_province(
        assessed.result,
        assessed.facts,
        assessed.units,
        assessed.heading,
        assessed.analysis,
        analyses.officer_names(installation, actor(), assessed),
        assessed.hidden,
    )
    return render_template(
        "tccb/analysis.html",
        campaign=record,
        page=page,
        province=assessed.snapshot.province,
        picture_of=lambda name: _inline(assessed, name),
    )


def _not_yet(assessed: Assessment) -> ResponseReturnValue:
    """Say why there is no analysis, of which units the full tables are missing, and when the next are due."""
    record = assessed.campaign
    return render_template(
        "tccb/analysis_unreleased.html",
        campaign=record,
        closed=clock.now() >= record.closes_at,
        lacking=[record.unit(record.unit_id(code)).name for code in assessed.snapshot.lacking],
        next_due=release_times.next_due(record.plan.releases, record.plan.window.opens_on, clock.now()),
    )


def _inline(assessed: Assessment, name: str) -> str:
    """Return a figure as an address that holds it: another request would compute the whole analysis again."""
    drawn = reports.figure(assessed, name).svg()
    return "data:image/svg+xml;base64," + base64.b64encode(drawn.encode()).decode("ascii")
