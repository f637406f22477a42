"""From results to what leaves the house: the report's content, its PDF and XLSX, and its figures.

All of them are laid out from one :class:`Assessment`, so that they can't show different figures.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from scoring import charts
from scoring.charts import Chart, Pace
from scoring.record import DomainResult, SurveyResult
from survey.clock import local_day
from survey.database.engine import Database
from survey.documents import pdf, xlsx
from survey.documents.compose import consolidated, for_unit
from survey.documents.content import CampaignFacts, Heading, ReportContent, UnitFacts
from survey.documents.publish import published
from survey.errors import Refusal
from survey.services import quotas, results
from survey.services.actors import EVERY_UNIT, Actor
from survey.services.campaigns import CampaignRecord
from survey.services.quotas import Board

DAY = dt.timedelta(days=1)
FOREST, PROFILE, LEVELS, PACE = "forest", "profile", "levels", "pace"


@dataclass(frozen=True, slots=True)
class Assessment:
    """A campaign's results at one moment, with the facts that every output needs beside them."""

    campaign: CampaignRecord
    board: Board
    result: SurveyResult
    facts: CampaignFacts
    units: tuple[UnitFacts, ...]
    heading: Heading

    def within(self, result: SurveyResult, unit: str | None) -> DomainResult:
        """Return a unit's part of *result*, or the whole province's, pooled over forms."""
        return result.province_pooled if unit is None else result.units[self.campaign.unit_id(unit) - 1]

    def report(self, unit: str | None = None) -> ReportContent:
        """Return the content of the consolidated report, or of one unit's."""
        parts = (self.facts, self.units, self.heading)
        return consolidated(self.result, *parts) if unit is None else for_unit(self.result, unit, *parts)


def assessment(database: Database, actor: Actor, campaign: CampaignRecord, now: dt.datetime) -> Assessment:
    """Return the results of *campaign* with the counts of the units that *actor* reaches."""
    board = quotas.progress(database, actor, campaign, now)
    return Assessment(
        campaign=campaign,
        board=board,
        result=results.assess(database, campaign),
        facts=_facts(campaign, now),
        units=tuple(
            UnitFacts(p.unit.code, p.unit.name, p.target, p.valid, p.awaiting, p.late, p.excluded)
            for p in board.units
        ),
        heading=_heading(campaign),
    )


def require_reach(actor: Actor, unit: str | None) -> None:
    """Refuse an actor that may not see the results of the unit, or of the whole province (None).

    Raises:
        Refusal: ``unit_out_of_reach``; ``role_out_of_reach``.
    """
    if unit is not None:
        actor.require(unit)
    elif actor.role not in EVERY_UNIT:
        raise Refusal("role_out_of_reach")


def report_pdf(assessed: Assessment, unit: str | None = None) -> bytes:
    """Return the official report as PDF: the consolidated one, or one unit's."""
    content = assessed.report(unit)
    pictures = {place.id: _report_chart(assessed, unit).png() for place in content.figures()}
    return pdf.render(content, pictures)


def report_xlsx(assessed: Assessment, unit: str | None = None) -> bytes:
    """Return the figures of the report as XLSX."""
    return xlsx.render(assessed.report(unit))


def figure(assessed: Assessment, name: str, unit: str | None = None) -> Chart:
    """Return one figure: ``forest``, ``profile``, ``levels`` or ``pace``; small cells are hidden in it.

    Raises:
        Refusal: ``page_unknown`` for another name.
    """
    return _figure(assessed, name, unit, rehearsal=assessed.campaign.rehearsal)


def _figure(assessed: Assessment, name: str, unit: str | None, *, rehearsal: bool) -> Chart:
    if name == PACE:
        return charts.pace(_pace(assessed.board), rehearsal=rehearsal)
    shown, criteria = published(assessed.result), assessed.facts.criteria
    if name == FOREST:
        return charts.forest(shown, _unit_names(assessed), rehearsal=rehearsal)
    domain = assessed.within(shown, unit)
    if name == PROFILE:
        return charts.criterion_profile(shown, domain, criteria, rehearsal=rehearsal)
    if name == LEVELS:
        return charts.level_bars(domain, criteria, rehearsal=rehearsal)
    raise Refusal("page_unknown")


def _report_chart(assessed: Assessment, unit: str | None) -> Chart:
    # The page that the figure stands on carries the mark of a rehearsal already.
    return _figure(assessed, FOREST if unit is None else PROFILE, unit, rehearsal=False)


def _unit_names(assessed: Assessment) -> dict[str, str]:
    return {unit.code: unit.name for unit in assessed.campaign.plan.units}


def _pace(board: Board) -> Pace:
    window = board.campaign.plan.window
    length = (window.closes_on - window.opens_on).days
    elapsed = min(max((board.today - window.opens_on).days + 1, 1), length)
    counts = tuple(board.daily.get(window.opens_on + n * DAY, 0) for n in range(elapsed))
    return Pace(window.opens_on, length, sum(unit.target for unit in board.units), counts)


def _facts(campaign: CampaignRecord, now: dt.datetime) -> CampaignFacts:
    questionnaire, window = campaign.questionnaire, campaign.plan.window
    return CampaignFacts(
        name=campaign.plan.title,
        first_day=window.opens_on,
        last_day=window.closes_on - DAY,
        as_of=local_day(now),
        questionnaire=questionnaire.ref,
        criteria={c.id: c.text("vi") for c in questionnaire.criteria},
        items={item.id: item.text("vi") for item in questionnaire.items},
        overall_item=questionnaire.overall.text("vi"),
        rehearsal=campaign.rehearsal,
    )


def _heading(campaign: CampaignRecord) -> Heading:
    words = campaign.plan.headings
    return Heading(
        governing_body=words.governing_body,
        agency=words.agency,
        place=words.place,
        symbol=words.number_symbol,
        legal_bases=words.legal_bases,
        addressees=(words.addressee,),
        recipients=words.recipients,
        authority=words.signer_titles,
        signer=words.signer_name,
    )
