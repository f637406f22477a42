"""Records that compare: units between two years, ranks of the units, and all pairs of units."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from scoring.arrays import BoolArray, FloatArray
from scoring.case.case import Case
from scoring.case.records import StatisticRecord, ends, number
from scoring.comparison.differences import TestedDifference, YearPoint, year_differences
from scoring.comparison.ranks import (
    RankSets,
    kww_bonferroni,
    kww_independent,
    mrsw_marginal,
    mrsw_simultaneous,
    pairwise_bonferroni,
    pairwise_units_holm,
)
from scoring.defaults import SEED
from scoring.design import Moments, select
from scoring.estimates import effective_forms
from scoring.index import Scheme, estimate
from scoring.intervals import form_bound, interval_error, mean_t, t_quantile, wilson
from scoring.multiplicity import holm


@dataclass(frozen=True, slots=True)
class _RankEntrant:
    """A unit to be ranked; ``safe`` is the standard error for ranking, ``se`` the one to report."""

    name: str
    value: float
    se: float
    safe: float


def comparison_records(
    case: Case, scheme: Scheme, weighted: Moments, level: float
) -> Iterator[StatisticRecord]:
    """Yield year differences where there are years, and rank sets of the units of one year."""
    yield from _years(case, scheme, weighted, level)
    yield from _ranks(case, scheme, weighted, level)


def _point(case: Case, scheme: Scheme, weighted: Moments, strata: BoolArray, year: int) -> YearPoint:
    part = select(weighted, strata)
    estimates = estimate(scheme, part)
    place = scheme.overall_pooled
    df = float(part.inside.sum() - np.count_nonzero(part.inside))
    return YearPoint(year, float(estimates.value[place]), float(estimates.se[place]), df)


def _strata(case: Case, unit: int | None, place: int) -> BoolArray:
    strata = np.zeros(case.table.population.size, dtype=np.bool_)
    strata[place :: len(case.years)] = unit is None
    if unit is not None:
        strata[case.stratum(unit, place)] = True
    return strata


def _years(case: Case, scheme: Scheme, weighted: Moments, level: float) -> Iterator[StatisticRecord]:
    years = [year for year in case.years if year is not None]
    by_unit: dict[int | None, list[TestedDifference]] = {}
    for unit in (None, *range(len(case.units))):
        points = [
            _point(case, scheme, weighted, _strata(case, unit, place), year)
            for place, year in enumerate(years)
        ]
        by_unit[unit] = year_differences(points, level)
    for place in range(len(years) - 1):
        differences = {unit: row[place] for unit, row in by_unit.items()}
        adjusted = _adjusted(differences)
        for unit, difference in differences.items():
            record = _difference(case, unit, difference, level)
            if len(years) > 2:
                record["years"] = years[place : place + 2]
            if unit is not None:
                record["p_holm"] = number(adjusted.get(unit))
            yield record


def _adjusted(differences: Mapping[int | None, TestedDifference]) -> dict[int, float]:
    """Return Holm's p-value of each unit that was tested; ALL is no further test of the family."""
    p = {unit: each.p for unit, each in differences.items() if unit is not None and each.p is not None}
    return dict(zip(p, holm(list(p.values())), strict=True))


def _difference(case: Case, unit: int | None, row: TestedDifference, level: float) -> StatisticRecord:
    interval = None
    if row.estimate is not None and row.se is not None and row.df is not None:
        interval = mean_t(row.estimate, row.se, row.df, level)
    return {
        "stat": "year_difference",
        "domain": {"unit": "ALL" if unit is None else case.units[unit].name},
        "estimate": row.estimate,
        "se": row.se,
        "df": row.df,
        "t": row.t,
        "p": row.p,
        "ci": {"mean": ends(interval)},
    }


def _ranks(case: Case, scheme: Scheme, weighted: Moments, level: float) -> Iterator[StatisticRecord]:
    """Yield the rank sets of the units that have an estimate in the year to be ranked (default: the last)."""
    wanted = case.setup.rank_year
    place = len(case.years) - 1 if wanted is None else case.years.index(wanted)
    points = [_point(case, scheme, weighted, _strata(case, u, place), 0) for u in range(len(case.units))]
    year = {} if case.years[place] is None else {"year": case.years[place]}
    entrants = [
        _RankEntrant(case.units[unit].name, point.value, point.se, _honest(case, unit, place, point, level))
        for unit, point in enumerate(points)
        if not np.isnan(point.value)
    ]
    if len(entrants) > 1:
        yield from _rank_records(entrants, year, level)


def _rank_records(
    entrants: Sequence[_RankEntrant], year: StatisticRecord, level: float
) -> Iterator[StatisticRecord]:
    names = [entrant.name for entrant in entrants]
    value = np.array([entrant.value for entrant in entrants])
    se = np.array([entrant.se for entrant in entrants])
    safe = np.array([entrant.safe for entrant in entrants])
    marginal = mrsw_marginal(value, safe, level, seed=SEED)
    yield {
        "stat": "ranks", **year, "unit": names, "estimate": value.tolist(), "se": se.tolist(),
        "rank": list(marginal.rank),
        "kww_bonferroni": _sets(kww_bonferroni(value, safe, level)),
        "kww_independent": _sets(kww_independent(value, safe, level)),
        "pairwise_bonferroni": _sets(pairwise_bonferroni(value, safe, level)),
    }  # fmt: skip
    together = mrsw_simultaneous(value, safe, level, seed=SEED)
    yield {
        "stat": "ranks_mrsw", **year, "unit": names,
        "marginal": _sets(marginal), "simultaneous": _sets(together), "seed": SEED,
    }  # fmt: skip
    tests = pairwise_units_holm(value, safe)
    yield {
        "stat": "pairwise_units_holm",
        "pairs": [f"{names[first]}-{names[second]}" for first, second in tests.pairs],
        "p": list(tests.p),
        "p_holm": list(tests.p_holm),
    }


def _honest(case: Case, unit: int, place: int, point: YearPoint, level: float) -> float:
    """Return the standard error for ranking; one of 0 that is no census is taken from the interval."""
    stratum = case.stratum(unit, place)
    forms, population = case.table.forms[stratum], case.table.population[stratum]
    if point.se > 0 or forms == population:
        return point.se
    sizes: FloatArray = effective_forms(np.array([[forms]]), np.array([population]), np.ones(1))
    bound = form_bound(point.value, wilson(float(sizes[0]), float(sizes[0]), level).low)
    return interval_error(bound, t_quantile(np.inf, level) or np.nan)


def _sets(sets: RankSets) -> StatisticRecord:
    return {"L": list(sets.low), "U": list(sets.high)}
