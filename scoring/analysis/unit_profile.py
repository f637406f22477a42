"""The criteria of one unit side by side: their values with the full covariance, and what drives the overall item."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from scoring.analysis.drivers import Drivers, drivers, importance
from scoring.analysis.unit_findings import UnitFinding, unit_findings
from scoring.arrays import CodeArray, FloatArray, MarkArray
from scoring.defaults import SATISFIED_FROM
from scoring.design import Moments, moments, select
from scoring.index import Estimates, Scheme, WeightedCriterion, build_scheme, estimate
from scoring.results import CriterionRule, Formula
from scoring.summary import Questions, Rules
from scoring.tally import LEVELS, arrange, counted, mean_levels

MOST_FORMS = 4_000


@dataclass(frozen=True, slots=True)
class FindingsOfUnit:
    """What may be said about one unit; the findings name criteria by their places in the questionnaire."""

    unit: str
    forms: int
    findings: tuple[UnitFinding, ...]


@dataclass(frozen=True, slots=True)
class CriterionEstimates:
    """Estimates of the k criteria of each unit, on 0..1 of the official scale, with form-level covariance."""

    units: tuple[Estimates, ...]
    forms: tuple[int, ...]


def criterion_estimates(
    marks: MarkArray, unit: CodeArray, population: Sequence[int | None], questions: Questions, rules: Rules
) -> CriterionEstimates:
    """Estimate every criterion of every unit by the official formula and the campaign's criterion rule.

    ``marks`` uint8 (n, items), ``unit`` intp (n,). F1 is taken as F3, of which it is a linear image, so that
    comparisons are the same. Edge cases: a criterion without answers is NaN. Formulas: :mod:`scoring.index`.
    """
    table = arrange(marks, unit, population)
    everything = moments(table, rules.satisfied_from)
    scheme = build_scheme(table.columns.shape[0], questions.criteria)
    first = _first(scheme, rules.criterion, rules.official)
    chosen = slice(first, first + len(questions.criteria))
    strata = np.eye(len(population), dtype=np.bool_)
    return CriterionEstimates(
        tuple(_criteria(scheme, select(everything, only), chosen) for only in strata),
        tuple(int(number) for number in everything.forms),
    )


def _first(scheme: Scheme, rule: CriterionRule, formula: Formula) -> int:
    """Return the place of the first criterion among the estimates of a scheme."""
    first = scheme.pooled if rule == "pooled" else scheme.means
    return first if formula == "f2" else scheme.size + first


def _criteria(scheme: Scheme, part: Moments, chosen: slice) -> Estimates:
    estimates = estimate(scheme, part)
    return Estimates(estimates.value[chosen], estimates.covariance[chosen, chosen])


def findings_by_unit(
    units: Sequence[str],
    estimated: CriterionEstimates,
    weight: Sequence[float] | None,
    level: float,
    *,
    criteria: Sequence[str],
    hidden: Collection[tuple[str, str]] = (),
) -> tuple[FindingsOfUnit, ...]:
    """Return the findings about every unit; criteria that must stay hidden take no part in them.

    ``weight`` is the importance of each criterion for the overall item over all units, or None; see
    :func:`scoring.analysis.unit_findings.unit_findings`.
    """
    findings = []
    for unit, estimates, forms in zip(units, estimated.units, estimated.forms, strict=True):
        dark = [(unit, criterion) in hidden for criterion in criteria]
        value = np.where(dark, np.nan, estimates.value)
        findings.append(
            FindingsOfUnit(unit, forms, unit_findings(value, estimates.covariance, forms, weight, level))
        )
    return tuple(findings)


def criterion_scores(marks: MarkArray, criteria: Sequence[WeightedCriterion]) -> FloatArray:
    """Return each form's mean level per criterion, float (n, k); NaN where it answered none of its items."""
    columns = [mean_levels(marks[:, list(criterion.columns)]) for criterion in criteria]
    return np.column_stack(columns) if columns else np.empty((marks.shape[0], 0))


def overall_drivers(
    marks: MarkArray, unit: CodeArray, questions: Questions, level: float, *, seed: int
) -> Drivers | None:
    """Return how much each criterion goes along with the overall item over all units, with intervals.

    None where the questionnaire asks no overall item or the forms do not allow it; see
    :func:`scoring.analysis.drivers.drivers`. Beyond :data:`MOST_FORMS` forms so many are drawn by ``seed``, since resampling
    all of them takes memory in proportion and the intervals are narrow by then.
    """
    if questions.overall_item is None:
        return None
    if unit.size > MOST_FORMS:
        chosen = np.sort(np.random.default_rng(seed).choice(unit.size, MOST_FORMS, replace=False))
        marks, unit = marks[chosen], unit[chosen]
    scores = criterion_scores(marks, questions.criteria)
    return drivers(scores, _levels(marks, questions.overall_item), unit, level, seed=seed)


def overall_importance(marks: MarkArray, unit: CodeArray, questions: Questions) -> tuple[float, ...] | None:
    """Return the shares of :func:`overall_drivers` without their intervals, at a hundredth of the cost."""
    if questions.overall_item is None:
        return None
    scores = criterion_scores(marks, questions.criteria)
    return importance(scores, _levels(marks, questions.overall_item), unit)


def _levels(marks: MarkArray, column: int) -> FloatArray:
    return mean_levels(marks[:, [column]])


def form_scores(marks: MarkArray, formula: Formula, satisfied_from: int = SATISFIED_FROM) -> FloatArray:
    """Return each form's own index over its counted marks, 0..1, float (n,); NaN for a form without any.

    For F2 the share of satisfied answers, else the mean level less 1 over 4. Worked value: levels 5, 4, 3: F2
    2/3, else 3/4.
    """
    if formula != "f2":
        return (mean_levels(marks) - 1) / (LEVELS - 1)
    levels = counted(marks)
    satisfied = levels & (marks >= satisfied_from)
    number = levels.sum(axis=1)
    share: FloatArray = np.where(number > 0, satisfied.sum(axis=1) / np.maximum(number, 1), np.nan)
    return share
