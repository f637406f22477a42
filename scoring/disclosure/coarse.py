"""The coarse view of results: what may be known of a unit while its forms still come in."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import replace

from scoring.results import DomainResult, Estimate, Formula, IndexResult, SurveyResult

COARSE = "coarse"


def coarse(result: SurveyResult, domains: Collection[str]) -> SurveyResult:
    """Return the results with the named domains made coarse.

    Of a coarse domain remain its number of forms and, by the official formula, its criteria and its overall index:
    the value as a whole point (half away from zero), the ends of its interval rounded outward to whole points. There
    are no counts by level or item, no items, no overall question, no other formula and no standard errors. Such
    estimates have the note ``coarse``.
    """

    def view(domain: DomainResult) -> DomainResult:
        return _coarse_domain(domain, result) if domain.id in domains else domain

    weighted = result.province_weighted
    return replace(
        result,
        units=tuple(view(unit) for unit in result.units),
        province_pooled=view(result.province_pooled),
        province_weighted=None if weighted is None else view(weighted),
    )


def is_coarse(domain: DomainResult) -> bool:
    """Say whether a domain is shown coarsely."""
    return domain.overall.f1.note == COARSE


def _coarse_domain(domain: DomainResult, result: SurveyResult) -> DomainResult:
    kept = {index.id for index in domain.criteria}
    parts = domain.mapped(lambda index: _coarse_index(index, result.official if index.id in kept else None))
    overall = _coarse_index(domain.overall, result.official)
    # The rule that the campaign did not choose would be a second look at the same answers.
    if result.overall_rule == "pooled":
        return replace(parts, overall=overall, overall_pooled=overall)
    return replace(parts, overall=overall, overall_weighted=overall)


def _coarse_index(index: IndexResult, official: Formula | None) -> IndexResult:
    nothing = Estimate(None, None, None, None, None, "none", COARSE)

    def seen(formula: Formula) -> Estimate:
        return _coarse_estimate(index.by(formula)) if formula == official else nothing

    return replace(
        index,
        forms=0,
        answers=0,
        no_opinion=0,
        blank=0,
        levels=(0, 0, 0, 0, 0),
        f1=seen("f1"),
        f2=seen("f2"),
        f3=seen("f3"),
    )


def _coarse_estimate(estimate: Estimate) -> Estimate:
    if estimate.value is None:
        return Estimate(None, None, None, None, None, "none", COARSE)
    return Estimate(
        value=float(math.floor(estimate.value + 0.5)),
        se=None,
        df=None,
        low=None if estimate.low is None else float(math.floor(estimate.low)),
        high=None if estimate.high is None else float(math.ceil(estimate.high)),
        method=estimate.method,
        note=COARSE,
    )
