"""What a results page shows of a unit, or of the province, while its full tables are not out."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from scoring.disclosure.hidden_cells import CellKey
from scoring.results import SurveyResult
from survey.documents.reports.record import CampaignFacts, ReportHeading, Table, UnitFacts
from survey.documents.reports.release_facts import ReleaseFacts
from survey.documents.reports.report_context import ReportContext, context_of
from survey.documents.reports.sections import release_sentences, release_tables


@dataclass(frozen=True, slots=True)
class InterimView:
    """Sentences and tables of interim figures; without ``criteria`` there are none yet.

    ``standing`` and ``matrix`` compare units, so they are the province's alone.
    """

    headline: str
    caution: str
    why: tuple[str, ...]
    notes: tuple[str, ...]
    standing: Table | None
    criteria: Table | None
    matrix: Table | None


def of_province(
    result: SurveyResult,
    facts: CampaignFacts,
    units: Sequence[UnitFacts],
    heading: ReportHeading,
    release: ReleaseFacts,
    hidden: Collection[CellKey],
) -> InterimView:
    """Return what is out of every unit and of the province while the province's full tables are not."""
    context = context_of(result, facts, units, heading, hidden)
    whole = context.result.province_pooled
    return InterimView(
        headline=release_sentences.headline(context, whole),
        caution=context.text("release.not_official"),
        why=release_sentences.why(context, release),
        notes=release_sentences.limits(context, None),
        standing=release_tables.standing(context, release),
        criteria=release_tables.criteria(context, whole) if release.units else None,
        matrix=release_tables.matrix(context) if release.units else None,
    )


def of_unit(
    result: SurveyResult,
    unit: str,
    facts: CampaignFacts,
    units: Sequence[UnitFacts],
    heading: ReportHeading,
    release: ReleaseFacts,
    hidden: Collection[CellKey],
) -> InterimView:
    """Return what is out of one unit while its full tables are not; *result* is the whole campaign's."""
    context = context_of(result, facts, units, heading, hidden).about(unit)
    domain = {each.id: each for each in context.result.units}[unit]
    return InterimView(
        headline=release_sentences.headline(context, domain),
        caution=context.text("release.not_official"),
        why=release_sentences.why(context, release),
        notes=release_sentences.limits(context, unit),
        standing=None,
        criteria=release_tables.criteria(context, domain) if unit in release.units else None,
        matrix=None,
    )


def standing(
    result: SurveyResult,
    facts: CampaignFacts,
    units: Sequence[UnitFacts],
    heading: ReportHeading,
    release: ReleaseFacts,
    hidden: Collection[CellKey],
) -> Table:
    """Return what is out of every unit, as a table of its own: beside the province's full tables, too."""
    context: ReportContext = context_of(result, facts, units, heading, hidden)
    return release_tables.standing(context, release)
