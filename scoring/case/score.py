"""A case scored whole: every record of every domain, the comparisons, and the flags on data quality."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from scoring.analysis.reliability import reliability
from scoring.arrays import BoolArray, CodeArray, FloatArray
from scoring.calibrate import Calibration, CalibrationMargin, calibrated_moments, post_stratify, rake
from scoring.case.case import Case, read_case
from scoring.case.comparison_records import comparison_records
from scoring.case.quality_records import quality_records
from scoring.case.records import (
    CaseDomain,
    StatisticRecord,
    calibrated_records,
    domain_records,
    lonely_records,
)
from scoring.case.responses import READING, StepsDone
from scoring.design import Moments, expand, expansion, moments, select
from scoring.index import Scheme, build_scheme, estimate
from scoring.tally import Counts, FormTable, arrange, count

STEPS = 1000  # of a whole run, as the progress callback counts them
QUALITY_FROM = 800  # the permutations behind the flags are the last long part
FEWEST_QUESTIONS = 5  # a scale of all questions is worth a reliability from here on


@dataclass(frozen=True, slots=True)
class _KnownMargins:
    """The counts N that are known, of each unit's channels, of the units, and of the channels."""

    unit_and_channel: CalibrationMargin
    unit: CalibrationMargin
    channel: CalibrationMargin


def score_case(
    directory: Path, level: float | None = None, jobs: int = 1, progress: StepsDone = lambda _: None
) -> dict[str, Any]:
    """Score a case and return ``{"results": [...]}``, one record per statistic, NaN written as None.

    ``level`` None takes the case's own. ``jobs`` threads share the domains. ``progress`` is called with
    how many of :data:`STEPS` were done since the last call. Raises FaultyData with every fault.
    """
    case = read_case(directory, progress)
    wanted = case.setup.level if level is None else level
    scheme = build_scheme(len(case.setup.questions), case.setup.criteria)
    weighted = _weighted(case.table, moments(case.table, case.setup.satisfied_from))
    domains = list(_domains(case, weighted))
    results: list[StatisticRecord] = []
    done, left = 0, QUALITY_FROM - READING
    with ThreadPoolExecutor(max_workers=jobs) as pool:
        parts = pool.map(lambda domain: domain_records(case, scheme, domain, wanted), domains)
        for number, records in enumerate(parts, start=1):
            results += records
            progress(left * number // len(domains) - done)
            done = left * number // len(domains)
    everywhere = [
        domain for domain in domains if domain.label["unit"] == "ALL" and "channel" not in domain.label
    ]
    results += [record for domain in everywhere for record in lonely_records(scheme, domain)]
    results += _calibrated(case, scheme)
    results += comparison_records(case, scheme, weighted, wanted)
    results += _reliability(case)
    results += quality_records(case)
    progress(STEPS - READING - done)
    return {"results": results}


def _weighted(table: FormTable, unweighted: Moments) -> Moments:
    """Give forms the weight N / n; forms that bring their own keep it, and with an unknown N all weigh 1."""
    weight = expansion(unweighted)
    return unweighted if table.weights is not None or np.isnan(weight).any() else expand(unweighted, weight)


def _domains(case: Case, weighted: Moments) -> Iterator[CaseDomain]:
    """Yield every unit and ALL, in each year, and ALL by channel where the data have channels."""
    counts = count(case.table)
    years = len(case.years)
    for place, year in enumerate(case.years):
        when = {} if year is None else {"year": year}
        for unit in (None, *range(len(case.units))):
            strata = np.zeros(case.table.population.size, dtype=np.bool_)
            strata[place::years] = unit is None
            if unit is not None:
                strata[case.stratum(unit, place)] = True
            name = "ALL" if unit is None else case.units[unit].name
            simple = unit is not None and case.table.weights is None
            yield CaseDomain(
                {"unit": name, **when}, select(weighted, strata), _select(counts, strata), simple
            )
        yield from _channels(case, place, when)


def _select(counts: Counts, strata: BoolArray) -> Counts:
    return Counts(counts.levels[strata], counts.blank[strata], counts.no_opinion[strata])


def _channels(case: Case, place: int, when: dict[str, int]) -> Iterator[CaseDomain]:
    if case.responses.channel is None:
        return
    channel = np.array(case.responses.channel)[case.table.order]
    in_year = case.table.stratum % len(case.years) == place
    for name in np.unique(channel).tolist():
        inside = in_year & (channel == name)
        part_moments = moments(case.table, case.setup.satisfied_from, inside)
        part = arrange(case.table.marks[inside], case.table.stratum[inside], case.table.population.tolist())
        label = {"unit": "ALL", "channel": name, **when}
        yield CaseDomain(label, _weighted(case.table, part_moments), count(part), simple=False)


def _calibrated(case: Case, scheme: Scheme) -> Iterator[StatisticRecord]:
    """Yield the records of the post-stratified and the raked design, where N is known per unit and channel."""
    channels = case.responses.channel
    known = all(unit.channels for unit in case.units)
    if channels is None or not known or case.years != (None,):
        return
    base, margins = _base_weights(case.table), _margins(case, channels)
    designs: tuple[tuple[str, Callable[[], Calibration]], ...] = (
        ("postStratify", lambda: post_stratify(base, margins.unit_and_channel)),
        ("rake", lambda: rake(base, [margins.unit, margins.channel])),
    )
    for design, calibrate in designs:
        try:
            calibration = calibrate()
        except ValueError:
            continue  # a known count without forms: this design has no estimate
        for name, inside in _unit_domains(case):
            calibrated = calibrated_moments(case.table, calibration, inside, case.setup.satisfied_from)
            yield from calibrated_records(case, scheme, design, estimate(scheme, calibrated), name)


def _margins(case: Case, channels: Sequence[str]) -> _KnownMargins:
    names = sorted({name for unit in case.units for name in unit.channels})
    place = {name: number for number, name in enumerate(names)}
    channel = np.array([place[name] for name in channels], dtype=np.intp)[case.table.order]
    known = np.array([[unit.channels[name] for name in names] for unit in case.units], dtype=np.float64)
    unit = case.table.stratum
    return _KnownMargins(
        CalibrationMargin(unit * len(names) + channel, known.ravel()),
        CalibrationMargin(unit, known.sum(axis=1)),
        CalibrationMargin(channel, known.sum(axis=0)),
    )


def _base_weights(table: FormTable) -> FloatArray:
    if table.weights is not None:
        return table.weights
    weights: FloatArray = (table.population / np.maximum(table.forms, 1))[table.stratum]
    return weights


def _unit_domains(case: Case) -> Iterator[tuple[str, BoolArray]]:
    unit: CodeArray = case.table.stratum
    yield "ALL", np.ones(unit.size, dtype=np.bool_)
    for number, known in enumerate(case.units):
        yield known.name, unit == number


def _reliability(case: Case) -> Iterator[StatisticRecord]:
    """Yield the reliability of all questions together and of each criterion."""
    if len(case.setup.questions) < FEWEST_QUESTIONS:
        return
    everything = tuple(range(len(case.setup.questions)))
    scales = [("ALL", everything), *((c.id, c.columns) for c in case.setup.criteria)]
    for name, columns in scales:
        scale_reliability = reliability(case.responses.marks[:, list(columns)])
        if scale_reliability is not None:
            yield {
                "stat": "reliability",
                "scale": name,
                "n": scale_reliability.n,
                "k": scale_reliability.k,
                "alpha": scale_reliability.alpha,
                "alpha_std": scale_reliability.alpha_std,
                "item_rest": list(scale_reliability.item_rest),
                "omega_total_ml1": scale_reliability.omega,
            }
