"""Frozen, versioned records of a survey's results, and their form as JSON.

Every figure is unrounded. Shares and indices are in per cent, standard errors and interval ends in
percentage points of the same scale. ``None`` means "cannot be said" and a ``note`` says why; it is
never written as zero.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

SCHEMA_VERSION = 1

Formula = Literal["f1", "f2", "f3"]
FORMULAS: tuple[Formula, ...] = ("f1", "f2", "f3")
CriterionRule = Literal["pooled", "mean_of_items"]
OverallRule = Literal["pooled", "weighted"]


@dataclass(frozen=True, slots=True)
class Estimate:
    """One index with its form-level uncertainty.

    ``method`` names the interval: ``wilson_svy``, ``xlogit``, ``form_bound`` where every form is alike,
    ``blaker`` or ``clopper_pearson`` where a guaranteed one was asked for, ``census``, ``none``.
    ``note`` is None or one of ``no_answers``, ``single_form``, ``census``, ``population_unknown``,
    ``suppressed`` (hidden because too few forms stand behind it).
    """

    value: float | None
    se: float | None
    df: float | None
    low: float | None
    high: float | None
    method: str
    note: str | None = None


@dataclass(frozen=True, slots=True)
class IndexResult:
    """An item, a criterion or an overall index: its counts and the three published formulas.

    ``forms`` counts forms with at least one counted answer, ``answers`` the counted answers (levels
    1 to 5), ``levels`` how many of them at each level 1..5. ``items`` are the ids of the items it is made
    of, in the questionnaire's order; an item itself has none.
    """

    id: str
    forms: int
    answers: int
    no_opinion: int
    blank: int
    levels: tuple[int, int, int, int, int]
    f1: Estimate
    f2: Estimate
    f3: Estimate
    items: tuple[str, ...] = ()

    def by(self, formula: Formula) -> Estimate:
        """Return the estimate by one of the three formulas."""
        estimates: dict[Formula, Estimate] = {"f1": self.f1, "f2": self.f2, "f3": self.f3}
        return estimates[formula]


@dataclass(frozen=True, slots=True)
class DomainResult:
    """All indices of one domain: a unit, or the province over its units.

    ``population`` is the number of transactions N, or None where it is not known. ``overall`` follows
    the campaign's rule; the two possible rules stand beside it. ``overall_item`` is the direct
    question about overall satisfaction, which enters no index.
    """

    id: str
    forms: int
    population: int | None
    criteria: tuple[IndexResult, ...]
    items: tuple[IndexResult, ...]
    overall: IndexResult
    overall_pooled: IndexResult
    overall_weighted: IndexResult
    overall_item: IndexResult | None

    def items_of(self, index: IndexResult) -> tuple[IndexResult, ...]:
        """Return the items that an index is made of, such as those of a criterion."""
        return tuple(item for item in self.items if item.id in index.items)

    def mapped(self, change: Callable[[IndexResult], IndexResult]) -> DomainResult:
        """Return the domain with every index, wherever it stands, replaced by what ``change`` makes of it."""
        item = self.overall_item
        return replace(
            self,
            criteria=tuple(change(index) for index in self.criteria),
            items=tuple(change(index) for index in self.items),
            overall=change(self.overall),
            overall_pooled=change(self.overall_pooled),
            overall_weighted=change(self.overall_weighted),
            overall_item=None if item is None else change(item),
        )


def indices(domain: DomainResult) -> tuple[IndexResult, ...]:
    """Return every index of a domain once."""
    item = () if domain.overall_item is None else (domain.overall_item,)
    return (*domain.criteria, *domain.items, domain.overall, *item)


@dataclass(frozen=True, slots=True)
class SurveyResult:
    """The results of one campaign: every unit, and the province pooled and transaction-weighted."""

    schema_version: int
    level: float
    official: Formula
    criterion_rule: CriterionRule
    overall_rule: OverallRule
    units: tuple[DomainResult, ...]
    province_pooled: DomainResult
    province_weighted: DomainResult | None

    def mapped(self, change: Callable[[str, IndexResult], IndexResult]) -> SurveyResult:
        """Return the results with every index replaced by ``change`` of its domain's id and itself."""

        def domain(one: DomainResult) -> DomainResult:
            return one.mapped(lambda index: change(one.id, index))

        weighted = self.province_weighted
        return replace(
            self,
            units=tuple(domain(unit) for unit in self.units),
            province_pooled=domain(self.province_pooled),
            province_weighted=None if weighted is None else domain(weighted),
        )

    def to_json(self) -> dict[str, Any]:
        """Return the record as plain JSON values, field names unchanged."""
        return asdict(self)
