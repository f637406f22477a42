"""Everything a report is made from, in one frozen record, and the questions its parts ask of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from scoring.disclosure.hidden_cells import CellKey, hidden_cells
from scoring.results import DomainResult, Estimate, IndexResult, SurveyResult
from survey.documents.reports.formats import plain, short_percent
from survey.documents.reports.printed_result import printed_result
from survey.documents.reports.record import CampaignFacts, ReportHeading, UnitFacts
from survey.documents.reports.texts import ReportTexts, bundled


@dataclass(frozen=True, slots=True)
class ShownIndex:
    """An index with the official estimate that may be published; it has a value."""

    index: IndexResult
    estimate: Estimate
    value: float


@dataclass(frozen=True, slots=True)
class ReportContext:
    """Results, facts, words and the cells that must stay hidden.

    ``withheld`` are the units, or the province, whose full tables are not out: no table shows them but those of
    rounded figures.
    """

    result: SurveyResult
    campaign: CampaignFacts
    units: Mapping[str, UnitFacts]
    heading: ReportHeading
    texts: ReportTexts
    hidden: frozenset[CellKey]
    withheld: frozenset[str] = frozenset()

    def about(self, unit: str) -> ReportContext:
        """Return what a document about one unit is made from: it shows no other, so none is missing in it."""
        return replace(self, withheld=self.withheld & {unit, self.result.province_pooled.id})

    def text(self, key: str, **values: str) -> str:
        """Return a sentence of the texts."""
        return self.texts.text(key, **values)

    @property
    def level(self) -> str:
        """Return the confidence level as read: ``95 %``."""
        return short_percent(100 * self.result.level)

    @property
    def official(self) -> str:
        """Return the official formula's sign: ``F1``."""
        return self.text(f"formula.{self.result.official}")

    @property
    def official_name(self) -> str:
        """Return the official formula's sign and name."""
        name = self.text(f"formula.{self.result.official}_name")
        return self.text("formula.official_name", label=self.official, name=name)

    def unit_name(self, unit: str) -> str:
        """Return a unit's name, or its id where the caller gave no facts."""
        facts = self.units.get(unit)
        return plain(unit if facts is None else facts.name)

    def hides(self, domain: DomainResult, index: IndexResult) -> bool:
        """Say whether a cell must not be published."""
        return domain.id in self.withheld or (domain.id, index.id) in self.hidden

    def shown(self, domain: DomainResult, index: IndexResult) -> bool:
        """Say whether a cell may be published and has anything to show."""
        return not self.hides(domain, index) and index.answers > 0

    def released(self, domain: DomainResult, index: IndexResult) -> Estimate | None:
        """Return what is out of a cell: rounded while the full tables are not; None where there is nothing."""
        if domain.id not in self.withheld:
            return self.estimate(domain, index)
        release = self.campaign.release
        if release is None or not (
            release.units if domain.id == self.result.province_pooled.id else domain.id in release.units
        ):
            return None
        official = index.by(self.result.official)
        return official if official.value is not None else None

    def estimate(self, domain: DomainResult, index: IndexResult) -> Estimate | None:
        """Return the official estimate of a cell, or None where it stays hidden or empty."""
        official = index.by(self.result.official)
        return official if self.shown(domain, index) and official.value is not None else None

    def shown_indices(self, domain: DomainResult, indices: Iterable[IndexResult]) -> list[ShownIndex]:
        """Return these indices of a domain with their estimates, without those that stay hidden or empty."""
        estimates = ((index, self.estimate(domain, index)) for index in indices)
        return [
            ShownIndex(index, estimate, estimate.value)
            for index, estimate in estimates
            if estimate is not None and estimate.value is not None
        ]

    def index_name(self, index: str) -> str:
        """Return the Vietnamese text of a criterion or item."""
        return plain(self.campaign.criteria.get(index) or self.campaign.items.get(index, index))


def context_of(
    result: SurveyResult,
    campaign: CampaignFacts,
    units: Sequence[UnitFacts],
    heading: ReportHeading,
    hidden: Collection[CellKey] | None = None,
    texts: ReportTexts | None = None,
) -> ReportContext:
    """Return what a report or a page is made from: the results as they are printed, the bundled texts by default.

    ``hidden`` are the cells that stay hidden; unless given, those that disclosure control finds.
    """
    cells = frozenset(hidden_cells(result) if hidden is None else hidden)
    return ReportContext(
        result=printed_result(result, cells),
        campaign=campaign,
        units={unit.id: unit for unit in units},
        heading=heading,
        texts=texts or bundled(),
        hidden=cells,
        withheld=_withheld(result, campaign),
    )


def _withheld(result: SurveyResult, campaign: CampaignFacts) -> frozenset[str]:
    release = campaign.release
    if release is None:
        return frozenset()
    units = {unit.id for unit in result.units if not release.is_full(unit.id)}
    return frozenset(units if release.is_full(None) else {*units, result.province_pooled.id})
