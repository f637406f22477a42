"""One look at a campaign beyond its figures: order, targets, points, drivers, data quality, precision."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass
from typing import Any

from scoring.analysis.drivers import Drivers
from scoring.analysis.quota_precision import QuotaPrecision, form_spread, quota_precisions
from scoring.analysis.unit_profile import (
    FindingsOfUnit,
    criterion_estimates,
    findings_by_unit,
    overall_drivers,
    overall_importance,
)
from scoring.arrays import MarkArray
from scoring.comparison.ranking import Ranking, ranking
from scoring.disclosure.hidden_cells import CellKey
from scoring.disclosure.suppression import THRESHOLD
from scoring.points.awards import PointTable
from scoring.points.target_probabilities import (
    DomainPoints,
    TargetProbabilities,
    domain_points,
    target_probabilities,
)
from scoring.quality import Collected
from scoring.quality.review import Review, disclosable, review, unflagged
from scoring.results import DomainResult, SurveyResult
from scoring.summary import Questions, Rules, summarise

SCHEMA_VERSION = 1


@dataclass(frozen=True, slots=True)
class AnalysisInput:
    """What is looked at: the forms with their circumstances, the questions and rules, the units of the plan.

    ``marks`` uint8 (n, items and overall item), in the order of ``collected``, whose own marks are the items alone.
    ``population`` and ``quota`` are in the order of ``units``. ``tables``: the point table of the plan, then examples.
    ``targets`` in per cent. ``hidden`` are the cells (domain, index) that no output may show. ``self_service`` are the codes of
    the channels by which citizens answer without an officer.
    """

    marks: MarkArray
    collected: Collected
    questions: Questions
    rules: Rules
    units: tuple[str, ...]
    population: tuple[int | None, ...]
    quota: tuple[int, ...]
    tables: tuple[PointTable, ...]
    targets: tuple[float, ...]
    hidden: frozenset[CellKey]
    self_service: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class ResultsExcludingFlagged:
    """The results without the flagged forms, and of which units (and whether of all) they may be shown."""

    result: SurveyResult
    units: tuple[bool, ...]
    together: bool


@dataclass(frozen=True, slots=True)
class Analysis:
    """Everything that a campaign's results say beyond the figures, as codes and numbers; no sentence, no name.

    ``target_probabilities`` and ``points`` begin with the province pooled over forms. ``points`` hold the plan's table for
    every domain, ``examples`` other tables for the province only. ``seed`` repeats every random step.
    """

    schema_version: int
    seed: int
    targets: tuple[float, ...]
    ranking: Ranking
    target_probabilities: tuple[TargetProbabilities, ...]
    weighted: TargetProbabilities | None
    points: tuple[DomainPoints, ...]
    examples: tuple[DomainPoints, ...]
    drivers: Drivers | None
    findings: tuple[FindingsOfUnit, ...]
    review: Review
    excluding_flagged: ResultsExcludingFlagged | None
    precision: tuple[QuotaPrecision, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the record as plain values, field names unchanged; points of tables are decimals."""
        return asdict(self)


def analyse(inputs: AnalysisInput, result: SurveyResult, *, seed: int) -> Analysis:
    """Return the analysis of a campaign into whose results ``result`` the same forms went.

    Units with fewer than ten forms, and cells in ``inputs.hidden``, enter nothing that could be printed. Edge cases:
    without forms every part is empty or None, never 0. Each part's formula and source: its own module.
    """
    hidden = frozenset(unit for unit, index in inputs.hidden if index == result.province_pooled.overall.id)
    reviewed = review(inputs.collected, len(inputs.units), seed=seed, self_service=inputs.self_service)
    whole, table = result.province_pooled, inputs.tables[0]
    return Analysis(
        schema_version=SCHEMA_VERSION,
        seed=seed,
        targets=inputs.targets,
        ranking=ranking(
            result.units, result.official, result.level, seed=seed, fewest=THRESHOLD, hidden=hidden
        ),
        target_probabilities=tuple(
            _target_probabilities(inputs, result, domain, hidden) for domain in (whole, *result.units)
        ),
        weighted=_weighted(inputs, result, hidden),
        points=tuple(_domain_points(inputs, result, domain, table) for domain in (whole, *result.units)),
        examples=tuple(_domain_points(inputs, result, whole, example) for example in inputs.tables[1:]),
        drivers=overall_drivers(
            inputs.marks, inputs.collected.unit, inputs.questions, result.level, seed=seed
        ),
        findings=findings_of_units(inputs, result),
        review=reviewed,
        excluding_flagged=_excluding_flagged(inputs, result, reviewed),
        precision=quota_precisions(
            list(zip(inputs.quota, inputs.population, strict=True)), _spread(inputs, result), result.level
        ),
    )


def findings_of_units(inputs: AnalysisInput, result: SurveyResult) -> tuple[FindingsOfUnit, ...]:
    """Return what may be said about every unit, weighed by what matters for the overall item over all units."""
    marks, unit = inputs.marks, inputs.collected.unit
    return findings_by_unit(
        inputs.units,
        criterion_estimates(marks, unit, inputs.population, inputs.questions, inputs.rules),
        overall_importance(marks, unit, inputs.questions),
        result.level,
        criteria=[criterion.id for criterion in inputs.questions.criteria],
        hidden=inputs.hidden,
    )


def _target_probabilities(
    inputs: AnalysisInput, result: SurveyResult, domain: DomainResult, hidden: Collection[str]
) -> TargetProbabilities:
    return target_probabilities(domain, result.official, inputs.targets, fewest=THRESHOLD, hidden=hidden)


def _weighted(
    inputs: AnalysisInput, result: SurveyResult, hidden: Collection[str]
) -> TargetProbabilities | None:
    domain = result.province_weighted
    return None if domain is None else _target_probabilities(inputs, result, domain, hidden)


def _domain_points(
    inputs: AnalysisInput, result: SurveyResult, domain: DomainResult, table: PointTable
) -> DomainPoints:
    return domain_points(table, result, domain, inputs.questions.criteria, hidden=inputs.hidden)


def _excluding_flagged(
    inputs: AnalysisInput, result: SurveyResult, reviewed: Review
) -> ResultsExcludingFlagged | None:
    """Return the results without the flagged forms; None where there is none, or nothing but flagged ones."""
    kept = unflagged(reviewed, inputs.marks.shape[0])
    if not reviewed.forms_flagged or not kept.any():
        return None
    unit = inputs.collected.unit
    again = summarise(
        inputs.marks[kept], unit[kept], inputs.units, inputs.population, inputs.questions, inputs.rules
    )
    forms = [domain.forms for domain in result.units]
    each, together = disclosable(forms, reviewed.flagged)
    overall = result.province_pooled.overall.id
    shown = tuple(
        disclosed and (domain.id, overall) not in inputs.hidden
        for disclosed, domain in zip(each, result.units, strict=True)
    )
    whole = (result.province_pooled.id, overall) not in inputs.hidden
    return ResultsExcludingFlagged(again, shown, together and whole)


def _spread(inputs: AnalysisInput, result: SurveyResult) -> float | None:
    columns = [column for criterion in inputs.questions.criteria for column in criterion.columns]
    return form_spread(inputs.marks, inputs.collected.unit, columns, result.official)
