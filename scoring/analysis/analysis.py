"""One look at a campaign beyond its figures: order, targets, points, drivers, data quality, precision."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass
from typing import Any

from scoring.analysis.drivers import Drivers
from scoring.analysis.quota_precision import QuotaPrecision, form_spread, quota_precisions
from scoring.analysis.unit_profile import (
    UnitRemarks,
    criterion_estimates,
    overall_drivers,
    overall_importance,
    unit_remarks,
)
from scoring.comparison.ranking import Ranking, ranking
from scoring.disclosure.suppression import THRESHOLD
from scoring.points.awards import PointTable
from scoring.points.target_probabilities import DomainPoints, TargetProbabilities, chances, domain_points
from scoring.quality import Collected
from scoring.quality.review import Review, review, tellable, unflagged
from scoring.results import DomainResult, SurveyResult
from scoring.summary import Questions, Rules, summarise
from scoring.tally import MarkArray

SCHEMA_VERSION = 1

CellKey = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Study:
    """What is looked at: the forms with their circumstances, the questions and rules, the units of the plan.

    ``marks`` uint8 (n, items and overall item), in the order of ``collected``, whose own marks are the items alone.
    ``population`` and ``quota`` are in the order of ``units``. ``tables``: the point table of the plan, then examples.
    ``targets`` in per cent. ``hidden`` are the cells (domain, index) that no output may show. ``own`` are the codes of
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
    own: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Without:
    """The results without the flagged forms, and of which units (and whether of all) they may be shown."""

    result: SurveyResult
    units: tuple[bool, ...]
    together: bool


@dataclass(frozen=True, slots=True)
class Insight:
    """Everything that a campaign's results say beyond the figures, as codes and numbers; no sentence, no name.

    ``chances`` and ``points`` begin with the province pooled over forms. ``points`` hold the plan's table for
    every domain, ``examples`` other tables for the province only. ``seed`` repeats every random step.
    """

    schema_version: int
    seed: int
    targets: tuple[float, ...]
    ranking: Ranking
    chances: tuple[TargetProbabilities, ...]
    weighted: TargetProbabilities | None
    points: tuple[DomainPoints, ...]
    examples: tuple[DomainPoints, ...]
    drivers: Drivers | None
    remarks: tuple[UnitRemarks, ...]
    review: Review
    without: Without | None
    precision: tuple[QuotaPrecision, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the record as plain values, field names unchanged; points of tables are decimals."""
        return asdict(self)


def look(study: Study, result: SurveyResult, *, seed: int) -> Insight:
    """Return the insight of a campaign into whose results ``result`` the same forms went.

    Units with fewer than ten forms, and cells in ``study.hidden``, enter nothing that could be printed. Edge cases:
    without forms every part is empty or None, never 0. Each part's formula and source: its own module.
    """
    hidden = frozenset(unit for unit, index in study.hidden if index == result.province_pooled.overall.id)
    found = review(study.collected, len(study.units), seed=seed, own=study.own)
    whole, table = result.province_pooled, study.tables[0]
    return Insight(
        schema_version=SCHEMA_VERSION,
        seed=seed,
        targets=study.targets,
        ranking=ranking(
            result.units, result.official, result.level, seed=seed, fewest=THRESHOLD, hidden=hidden
        ),
        chances=tuple(_chances(study, result, domain, hidden) for domain in (whole, *result.units)),
        weighted=_weighted(study, result, hidden),
        points=tuple(_domain_points(study, result, domain, table) for domain in (whole, *result.units)),
        examples=tuple(_domain_points(study, result, whole, example) for example in study.tables[1:]),
        drivers=overall_drivers(study.marks, study.collected.unit, study.questions, result.level, seed=seed),
        remarks=remarks_of(study, result),
        review=found,
        without=_without(study, result, found),
        precision=quota_precisions(
            list(zip(study.quota, study.population, strict=True)), _spread(study, result), result.level
        ),
    )


def remarks_of(study: Study, result: SurveyResult) -> tuple[UnitRemarks, ...]:
    """Return what may be said about every unit, weighed by what matters for the overall item over all units."""
    marks, unit = study.marks, study.collected.unit
    return unit_remarks(
        study.units,
        criterion_estimates(marks, unit, study.population, study.questions, study.rules),
        overall_importance(marks, unit, study.questions),
        result.level,
        criteria=[criterion.id for criterion in study.questions.criteria],
        hidden=study.hidden,
    )


def _chances(
    study: Study, result: SurveyResult, domain: DomainResult, hidden: Collection[str]
) -> TargetProbabilities:
    return chances(domain, result.official, study.targets, fewest=THRESHOLD, hidden=hidden)


def _weighted(study: Study, result: SurveyResult, hidden: Collection[str]) -> TargetProbabilities | None:
    domain = result.province_weighted
    return None if domain is None else _chances(study, result, domain, hidden)


def _domain_points(
    study: Study, result: SurveyResult, domain: DomainResult, table: PointTable
) -> DomainPoints:
    return domain_points(table, result, domain, study.questions.criteria, hidden=study.hidden)


def _without(study: Study, result: SurveyResult, found: Review) -> Without | None:
    """Return the results without the flagged forms; None where there is none, or nothing but flagged ones."""
    kept = unflagged(found, study.marks.shape[0])
    if not found.forms_flagged or not kept.any():
        return None
    unit = study.collected.unit
    again = summarise(
        study.marks[kept], unit[kept], study.units, study.population, study.questions, study.rules
    )
    forms = [domain.forms for domain in result.units]
    each, together = tellable(forms, found.flagged)
    overall = result.province_pooled.overall.id
    shown = tuple(
        told and (domain.id, overall) not in study.hidden
        for told, domain in zip(each, result.units, strict=True)
    )
    whole = (result.province_pooled.id, overall) not in study.hidden
    return Without(again, shown, together and whole)


def _spread(study: Study, result: SurveyResult) -> float | None:
    columns = [column for criterion in study.questions.criteria for column in criterion.columns]
    return form_spread(study.marks, study.collected.unit, columns, result.official)
