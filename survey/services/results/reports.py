"""From results to what leaves the house: the report's content, its PDF and XLSX, and its figures.

All of them are laid out from one :class:`Assessment`, so that they can't show different figures.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace

from scoring import charts
from scoring.analysis.analysis import Analysis
from scoring.charts import Chart, CollectionPace, Driver
from scoring.disclosure.hidden_cells import CellKey
from scoring.results import DomainResult, SurveyResult, indices
from survey.clock import local_day
from survey.documents.render import pdf, xlsx
from survey.documents.reports import interim
from survey.documents.reports.compose import consolidated, for_unit
from survey.documents.reports.printed_result import printed_result
from survey.documents.reports.record import CampaignFacts, ReportContent, ReportHeading, UnitFacts
from survey.documents.reports.release_facts import ProvinceReleaseFacts, ReleaseFacts, UnitReleaseFacts
from survey.documents.reports.texts import bundled
from survey.errors import Refusal
from survey.plans.plan import PlanUnit
from survey.services.accounts.actors import Actor
from survey.services.installation.campaign_records import CampaignRecord
from survey.services.installation.installation import Installation
from survey.services.results import figures, release_times
from survey.services.results.figures import ReleasedFigures
from survey.services.results.snapshots import WHOLE, ReleasedCounts, ReleasedUnit, Snapshot

DAY = dt.timedelta(days=1)
FOREST, PROFILE, LEVELS, PACE = "forest", "profile", "levels", "pace"
RANKS, IMPORTANCE = "ranks", "importance"
OF_PROVINCE = frozenset({FOREST, RANKS, IMPORTANCE})


@dataclass(frozen=True, slots=True)
class Assessment:
    """A campaign's results as they were released, with the facts that every output needs beside them.

    Results of a unit whose full tables are not out are coarse (:mod:`scoring.disclosure.coarse`); ``hidden`` are the cells
    that no printed output shows. ``daily`` counts the released forms of
    the units that whoever asks reaches, by unit and day.

    ``analysis`` is only there where it was asked for (:func:`survey.services.results.analysis.assessment`), and with it
    ``officers``: the accounts behind its officer codes.
    """

    snapshot: Snapshot
    result: SurveyResult
    hidden: frozenset[CellKey]
    daily: Mapping[str, Mapping[dt.date, int]]
    facts: CampaignFacts
    units: tuple[UnitFacts, ...]
    heading: ReportHeading
    release: ReleaseFacts
    analysis: Analysis | None = None
    officers: tuple[int, ...] = ()

    @property
    def campaign(self) -> CampaignRecord:
        """The campaign that it is about."""
        return self.snapshot.campaign

    def required_analysis(self) -> Analysis:
        """Return the analysis of an assessment that was made with one."""
        if self.analysis is None:
            raise LookupError("this assessment was made without an analysis")
        return self.analysis

    def within(self, result: SurveyResult, unit: str | None) -> DomainResult:
        """Return a unit's part of *result*, or the whole province's, pooled over forms."""
        return result.province_pooled if unit is None else result.units[self.campaign.unit_id(unit) - 1]

    def report(self, unit: str | None = None) -> ReportContent:
        """Return the content of the consolidated report, or of one unit's; interim figures while that is not out."""
        parts, analysis = (self.facts, self.units, self.heading), self.analysis
        if not self.snapshot.is_full(unit):
            parts_of_interim = (*parts, self.release)
            if unit is None:
                return interim.of_province(self.result, *parts_of_interim, hidden=self.hidden)
            return interim.of_unit(self.result, unit, *parts_of_interim, hidden=self.hidden)
        if unit is None:
            return consolidated(self.result, *parts, hidden=self.hidden, analysis=analysis)
        return for_unit(self.result, unit, *parts, hidden=self.hidden, analysis=analysis)


def assessment(
    installation: Installation, actor: Actor, campaign: CampaignRecord, period: str = WHOLE
) -> Assessment:
    """Return the released results of *campaign*, with the counts of the units that *actor* reaches."""
    return assembled(installation, actor, figures.current(installation, campaign, period))


def assembled(installation: Installation, actor: Actor, released: ReleasedFigures) -> Assessment:
    """Return the assessment around figures that are at hand already."""
    snapshot = released.snapshot
    campaign = snapshot.campaign
    reached = {n: unit for n, unit in enumerate(campaign.plan.units, start=1) if actor.reaches(unit.code)}
    days = figures.daily(installation, snapshot, reached)
    release = _release_facts(snapshot)
    return Assessment(
        snapshot=snapshot,
        result=released.result,
        hidden=released.hidden,
        daily={campaign.unit(unit_id).code: counts for unit_id, counts in days.items()},
        facts=_facts(snapshot, release),
        units=tuple(
            _unit_facts(unit, snapshot.counts.get(n, ReleasedCounts())) for n, unit in reached.items()
        ),
        heading=_heading(campaign),
        release=release,
    )


def _release_facts(snapshot: Snapshot) -> ReleaseFacts:
    campaign, province = snapshot.campaign, snapshot.province
    return ReleaseFacts(
        number=snapshot.number,
        day=None if snapshot.due_at is None else local_day(snapshot.due_at),
        times=campaign.plan.releases.times,
        units={campaign.unit(unit_id).code: _unit_release(unit) for unit_id, unit in snapshot.units.items()},
        province=None
        if province is None
        else ProvinceReleaseFacts(
            province.number,
            local_day(province.due_at),
            tuple(campaign.unit(unit_id).code for unit_id in province.units),
        ),
    )


def _unit_release(unit: ReleasedUnit) -> UnitReleaseFacts:
    plain = UnitReleaseFacts(unit.grade, unit.number, local_day(unit.due_at), unit.forms, unit.open_points)
    amendment = unit.amendment
    if amendment is None:
        return plain
    return replace(
        plain,
        changed=amendment.changed,
        reasons=amendment.reasons,
        conclusion_changes=amendment.conclusion_changes,
    )


def _unit_facts(unit: PlanUnit, counts: ReleasedCounts) -> UnitFacts:
    return UnitFacts(
        id=unit.code,
        name=unit.name,
        target=unit.target,
        valid=counts.valid,
        awaiting=counts.awaiting,
        late=counts.late,
        excluded=counts.excluded,
        keying=counts.keying,
    )


def require_reach(actor: Actor, unit: str | None) -> None:
    """Refuse an actor that may not see the results of the unit, or of the whole province (None).

    Raises:
        Refusal: ``unit_out_of_reach``; ``role_out_of_reach``.
    """
    if unit is not None:
        actor.require(unit)
    else:
        actor.require_every_unit()


def report_pdf(assessed: Assessment, unit: str | None = None) -> bytes:
    """Return the official report as PDF: the consolidated one, or one unit's."""
    content = assessed.report(unit)
    pictures = {place.id: _report_chart(assessed, place.id, unit).png() for place in content.figures()}
    return pdf.render(content, pictures)


def report_xlsx(assessed: Assessment, unit: str | None = None) -> bytes:
    """Return the figures of the report as XLSX."""
    return xlsx.render(assessed.report(unit))


def figure(assessed: Assessment, name: str, unit: str | None = None) -> Chart:
    """Return one figure: ``forest``, ``profile``, ``levels`` or ``pace``; with an analysis ``ranks``, ``importance``.

    Small cells are hidden in all of them. What shows the units beside each other is the province's alone: a unit that is
    named has none of it.

    Raises:
        Refusal: ``page_unknown`` for another name; ``levels_not_released`` while the full tables are not out.
    """
    if name == LEVELS and not assessed.snapshot.is_full(unit):
        closes = f"{assessed.campaign.closes_at:%d/%m/%Y}"
        raise Refusal("levels_not_released", closes=closes)
    if unit is not None and name in OF_PROVINCE:
        raise Refusal("page_unknown")
    return _figure(assessed, name, unit, rehearsal=assessed.campaign.rehearsal)


def _figure(assessed: Assessment, name: str, unit: str | None, *, rehearsal: bool) -> Chart:
    if name == PACE:
        return charts.pace(_pace(assessed, unit), rehearsal=rehearsal)
    shown, criteria = printed_result(assessed.result, _undrawn(assessed)), assessed.facts.criteria
    if name == FOREST:
        return charts.forest(shown, _unit_names(assessed), rehearsal=rehearsal)
    if name == RANKS and assessed.analysis is not None:
        table = assessed.analysis.ranking
        names = _unit_names(assessed)
        return charts.rank_sets(table.units, table.marginal, table.simultaneous, names, rehearsal=rehearsal)
    if name == IMPORTANCE and assessed.analysis is not None:
        drivers = _drivers(shown, assessed.analysis)
        return charts.importance(drivers, criteria, rehearsal=rehearsal)
    domain = assessed.within(shown, unit)
    if name == PROFILE:
        return charts.criterion_profile(shown, domain, criteria, rehearsal=rehearsal)
    if name == LEVELS:
        return charts.level_bars(domain, criteria, rehearsal=rehearsal)
    raise Refusal("page_unknown")


def _undrawn(assessed: Assessment) -> frozenset[CellKey]:
    """Return the cells that no figure shows: the hidden ones; beside full tables of the province no rounded ones."""
    snapshot = assessed.snapshot
    if not snapshot.is_full(None):
        return assessed.hidden
    units = [unit for unit in assessed.result.units if not snapshot.is_full(unit.id)]
    return assessed.hidden | {(unit.id, index.id) for unit in units for index in indices(unit)}


def _report_chart(assessed: Assessment, place: str, unit: str | None) -> Chart:
    # A unit's report shows its criteria where the consolidated one shows the units.
    name = PROFILE if place == FOREST and unit is not None else place
    # The page that the figure stands on carries the mark of a rehearsal already.
    return _figure(assessed, name, unit, rehearsal=False)


def _drivers(shown: SurveyResult, analysis: Analysis) -> tuple[Driver, ...]:
    """Return what the figure of importance draws: criteria whose index may be shown, with both intervals."""
    effects = analysis.drivers
    if effects is None:
        return ()
    drawn = []
    for place, index in enumerate(shown.province_pooled.criteria):
        one = index.by(shown.official)
        if one.value is not None and one.low is not None and one.high is not None:
            weight = [
                100 * value for value in (effects.share[place], effects.low[place], effects.high[place])
            ]
            drawn.append(Driver(index.id, one.value, one.low, one.high, *weight))
    return tuple(drawn)


def _unit_names(assessed: Assessment) -> dict[str, str]:
    return {unit.code: unit.name for unit in assessed.campaign.plan.units}


def _pace(assessed: Assessment, unit: str | None) -> CollectionPace:
    """Return how the released forms came in, day by day: those of one unit, or of all that are reached."""
    window, facts = assessed.campaign.plan.window, assessed.facts
    length = (window.closes_on - window.opens_on).days
    if not assessed.snapshot.number:
        return CollectionPace(window.opens_on, length, sum(each.target for each in assessed.units), ())
    elapsed = min(max((facts.as_of - window.opens_on).days + 1, 1), length)
    units = [each for each in assessed.units if unit in {None, each.id}]
    days = [window.opens_on + n * DAY for n in range(elapsed)]
    counts = tuple(sum(assessed.daily[each.id].get(day, 0) for each in units) for day in days)
    return CollectionPace(window.opens_on, length, sum(each.target for each in units), counts)


def _facts(snapshot: Snapshot, release: ReleaseFacts) -> CampaignFacts:
    campaign = snapshot.campaign
    questionnaire, window = campaign.questionnaire, campaign.plan.window
    period = release_times.period(campaign.plan.releases, window, snapshot.period)
    title, named = campaign.plan.title, bundled().period(period.code) if period else ""
    return CampaignFacts(
        name=bundled().text("period.named", name=title, period=named) if period else title,
        first_day=period.first if period else window.opens_on,
        last_day=(period.end if period else window.closes_on) - DAY,
        as_of=window.opens_on if snapshot.counted_at is None else local_day(snapshot.counted_at),
        questionnaire=questionnaire.ref,
        criteria={c.id: c.text("vi") for c in questionnaire.criteria},
        items={item.id: item.text("vi") for item in questionnaire.items},
        overall_item=questionnaire.overall.text("vi"),
        rehearsal=campaign.rehearsal,
        release=release,
        period=named,
    )


def _heading(campaign: CampaignRecord) -> ReportHeading:
    headings = campaign.plan.headings
    return ReportHeading(
        governing_body=headings.governing_body,
        agency=headings.agency,
        place=headings.place,
        symbol=headings.number_symbol,
        legal_bases=headings.legal_bases,
        addressees=(headings.addressee,),
        recipients=headings.recipients,
        authority=headings.signer_titles,
        signer=headings.signer_name,
    )
