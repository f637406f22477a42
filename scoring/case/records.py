"""One record per statistic of a case: the estimates of every domain, ready for JSON."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from scoring import exact
from scoring.case.case import Case
from scoring.design import Lonely, Moments
from scoring.index import Estimates, Scheme, estimate
from scoring.intervals import (
    Interval,
    agresti_coull,
    clopper_pearson,
    effective_n,
    jeffreys,
    mean_t,
    wilson,
    wilson_svy,
    with_fpc,
    xlogit,
)
from scoring.points.posterior import probability_at_least
from scoring.tally import Counts

StatisticRecord = dict[str, Any]
LONELY: tuple[Lonely, ...] = ("adjust", "average", "certainty", "remove")
COUNT_METHODS = {
    "wilson": wilson,
    "clopper_pearson": clopper_pearson,
    "jeffreys": jeffreys,
    "agresti_coull": agresti_coull,
}


@dataclass(frozen=True, slots=True)
class CaseDomain:
    """A part of the survey that gets records of its own.

    ``label`` identifies it in the records. ``counts`` are those of its forms only. ``simple`` is True where
    it is one stratum of equally weighted forms, so that intervals on the counts hold.
    """

    label: Mapping[str, str | int]
    moments: Moments
    counts: Counts
    simple: bool

    @property
    def df(self) -> float:
        """Degrees of freedom of an index: forms - strata with forms."""
        return float(self.moments.inside.sum() - np.count_nonzero(self.moments.inside))


def number(value: float | None) -> float | None:
    """Return a finite float, or None."""
    return None if value is None or not math.isfinite(value) else float(value)


def ends(interval: Interval | None) -> list[float | None]:
    """Return an interval as JSON."""
    return [None, None] if interval is None else [number(interval.low), number(interval.high)]


def domain_records(case: Case, scheme: Scheme, domain: CaseDomain, level: float) -> list[StatisticRecord]:
    """Return shares, criteria and overall indices of one domain."""
    estimates = estimate(scheme, domain.moments)
    return [
        *_shares(case, scheme, domain, estimates, level),
        *_criteria(case, scheme, domain, estimates, level),
        *_overall(case, scheme, domain, estimates, level),
    ]


def _shares(
    case: Case, scheme: Scheme, domain: CaseDomain, estimates: Estimates, level: float
) -> Iterator[StatisticRecord]:
    satisfied = domain.counts.satisfied(case.setup.satisfied_from).sum(axis=0)
    se = estimates.se
    for item, question in enumerate(case.setup.questions):
        answered = domain.counts.answered[:, item]
        n, x = int(answered.sum()), int(satisfied[item])
        df = float(n - np.count_nonzero(answered))
        share, share_se = float(estimates.value[item]), float(se[item])
        mean, mean_se = 1 + 4 * float(estimates.value[scheme.size + item]), 4 * float(se[scheme.size + item])
        record: StatisticRecord = {
            "stat": "share",
            "question": question,
            "domain": dict(domain.label),
            "n": n,
            "x": x,
        }
        record |= _figures(share, share_se, df, level)
        record["ci"]["wilson_svy"] = ends(wilson_svy(share, share_se, df, level))
        record["mean_score"] = {
            "estimate": number(mean),
            "se": number(mean_se),
            "ci_t": ends(mean_t(mean, mean_se, df, level)),
        }
        if domain.simple:
            record["srs"] = _srs(x, n, float(domain.moments.population[0]), level)
            for target in case.setup.targets:
                record[f"p_meets_{100 * target:g}"] = (
                    number(probability_at_least(x, n, target)) if n else None
                )
        yield record


def _figures(value: float, se: float, df: float, level: float) -> StatisticRecord:
    return {
        "estimate": number(value),
        "se": number(se),
        "df": df,
        "ci": {"mean": ends(mean_t(value, se, df, level)), "xlogit": ends(xlogit(value, se, df, level))},
    }


def _srs(x: int, n: int, population: float, level: float) -> StatisticRecord:
    if n == 0:
        none = [*COUNT_METHODS, *(f"{name}_fpc" for name in COUNT_METHODS), "hypergeometric_exact", "blaker"]
        return {name: [None, None] for name in none} | {"n_eff_fpc": None}
    record: StatisticRecord = {name: ends(method(x, n, level)) for name, method in COUNT_METHODS.items()}
    return record | _of_known_population(x, n, population, level)


def _of_known_population(x: int, n: int, population: float, level: float) -> StatisticRecord:
    """Return what can only be computed where N is known, and is None elsewhere."""
    if math.isnan(population):
        unknown = {"hypergeometric_exact": ends(None), "blaker": ends(None), "n_eff_fpc": None}
        return unknown | {f"{name}_fpc": ends(None) for name in COUNT_METHODS}
    corrected = {
        f"{name}_fpc": ends(with_fpc(method, x, n, population, level))
        for name, method in COUNT_METHODS.items()
    }
    return {
        "hypergeometric_exact": ends(exact.hypergeometric(x, n, int(population), level)),
        "blaker": ends(exact.blaker(x, n, int(population), level)),
        "n_eff_fpc": effective_n(n, population),
        **corrected,
    }


def _criteria(
    case: Case, scheme: Scheme, domain: CaseDomain, estimates: Estimates, level: float
) -> Iterator[StatisticRecord]:
    for stat, first in (("criterion_pooled", scheme.pooled), ("criterion_mean_of_shares", scheme.means)):
        for place, criterion in enumerate(case.setup.criteria, start=first):
            record = {"stat": stat, "criterion": criterion.id, "domain": dict(domain.label)}
            yield record | _figures(
                float(estimates.value[place]), float(estimates.se[place]), domain.df, level
            )


def _overall(
    case: Case, scheme: Scheme, domain: CaseDomain, estimates: Estimates, level: float
) -> Iterator[StatisticRecord]:
    total = sum(criterion.weight for criterion in case.setup.criteria)
    weights = {"weights": [criterion.weight / total for criterion in case.setup.criteria]}
    for stat, place, more in (
        ("overall_weighted", scheme.overall_weighted, weights),
        ("overall_pooled", scheme.overall_pooled, {}),
    ):
        record = {"stat": stat, "domain": dict(domain.label), **more}
        yield record | _figures(float(estimates.value[place]), float(estimates.se[place]), domain.df, level)


def lonely_records(scheme: Scheme, domain: CaseDomain) -> Iterator[StatisticRecord]:
    """Return the pooled overall index under each option for strata with one form; none where there are none."""
    moments = domain.moments
    if not np.any((moments.forms == 1) & ~(moments.population == 1)):
        return
    for option in LONELY:
        estimates = estimate(scheme, moments, option)
        yield {
            "stat": "overall_pooled_lonely",
            "option": option,
            "domain": dict(domain.label),
            "estimate": number(estimates.value[scheme.overall_pooled]),
            "se": number(estimates.se[scheme.overall_pooled]),
        }


def calibrated_records(
    case: Case, scheme: Scheme, design: str, estimates: Estimates, unit: str
) -> Iterator[StatisticRecord]:
    """Return the records of a calibrated design: all indices for ``ALL``, the overall one for a unit."""
    se = estimates.se

    def record(stat: str, place: int, **names: str) -> StatisticRecord:
        figures = {"estimate": number(estimates.value[place]), "se": number(se[place])}
        return {"stat": stat, "design": design, **names, "domain": {"unit": unit}, **figures}

    yield record("overall_pooled", scheme.overall_pooled)
    if unit == "ALL":
        for place, criterion in enumerate(case.setup.criteria, start=scheme.pooled):
            yield record("criterion_pooled", place, criterion=criterion.id)
        for place, question in enumerate(case.setup.questions):
            yield record("share", place, question=question)
