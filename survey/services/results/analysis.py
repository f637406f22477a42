"""What a campaign's results say beyond their figures: order, targets, points, drivers, data quality, precision.

Computed from the forms of the last release when somebody asks for it, and kept nowhere. Officers are account ids here;
only :func:`officer_names` tells who they are, and only to those who see every unit.
"""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import select

from scoring.analysis import analysis as pure
from scoring.analysis.analysis import AnalysisInput
from scoring.analysis.unit_profile import FindingsOfUnit
from scoring.defaults import SEED
from scoring.disclosure.hidden_cells import hidden_cells
from scoring.points import point_tables
from scoring.points.awards import PointTable
from scoring.results import SurveyResult
from survey.models import Account
from survey.services.accounts.actors import Actor
from survey.services.installation.campaign_records import CampaignRecord
from survey.services.installation.installation import Installation
from survey.services.results import estimates, figures, release_sets, reports
from survey.services.results.estimates import Gathered
from survey.services.results.reports import Assessment
from survey.services.results.snapshots import WHOLE
from survey.vocabulary import SELF_SERVICE

EXAMPLE = "bands-example"


def assessment(
    installation: Installation, actor: Actor, campaign: CampaignRecord, period: str = WHOLE
) -> Assessment:
    """Return the assessment of *campaign* with its analysis, both from the forms of the same release.

    Without full tables of the province there is no analysis: it looks at single items and forms.
    """
    released = figures.current(installation, campaign, period)
    plain = reports.assembled(installation, actor, released)
    province, result = released.snapshot.province, released.of_province
    if province is None or result is None:
        return plain
    forms = figures.of_province(released.snapshot, province)
    gathered = estimates.gathered(installation, campaign, forms)
    inputs = _inputs(gathered, campaign, result, plain)
    return replace(plain, analysis=pure.analyse(inputs, result, seed=SEED), officers=gathered.officers)


def remarks(installation: Installation, assessed: Assessment, unit: str) -> FindingsOfUnit | None:
    """Return what may be said about one unit's criteria, without the cost of the whole analysis.

    None while the unit's full tables are not out.
    """
    snapshot = assessed.snapshot
    if not snapshot.is_full(unit):
        return None
    campaign = assessed.campaign
    forms = release_sets.members(campaign, snapshot.period, figures.LAST)
    gathered = estimates.gathered(installation, campaign, forms)
    result = estimates.summary(gathered.mark_table, campaign)
    inputs = _inputs(gathered, campaign, result, assessed)
    return pure.findings_of_units(inputs, result)[campaign.unit_id(unit) - 1]


def officer_names(installation: Installation, actor: Actor, assessed: Assessment) -> tuple[str, ...]:
    """Return the account names behind the officer codes of an analysis.

    Raises:
        Refusal: ``role_out_of_reach``.
    """
    actor.require_every_unit()
    query = select(Account.id, Account.name).where(Account.id.in_(set(assessed.officers)))
    with installation.database.read() as session:
        known = {row.id: row.name for row in session.execute(query)}
    return tuple(known[account] for account in assessed.officers)


def _inputs(
    gathered: Gathered, campaign: CampaignRecord, result: SurveyResult, assessed: Assessment
) -> AnalysisInput:
    units = campaign.plan.units
    return AnalysisInput(
        marks=gathered.mark_table.marks,
        collected=gathered.collected,
        questions=estimates.questions(campaign.questionnaire),
        rules=estimates.rules(campaign),
        units=tuple(unit.code for unit in units),
        population=estimates.populations(gathered.mark_table, campaign),
        quota=tuple(unit.target for unit in units),
        tables=_tables(campaign),
        targets=assessed.facts.targets,
        hidden=assessed.hidden | hidden_cells(result),
        self_service=tuple(estimates.CHANNEL_CODES[channel] for channel in SELF_SERVICE),
    )


def _tables(campaign: CampaignRecord) -> tuple[PointTable, ...]:
    """Return the plan's point table, and the example beside it where it knows these criteria."""
    chosen, example = point_tables.load(campaign.plan.point_table), point_tables.load(EXAMPLE)
    fits = all(example.criterion(criterion.id) for criterion in campaign.questionnaire.criteria)
    return (chosen, example) if fits and chosen.id != example.id else (chosen,)
