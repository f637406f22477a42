"""Scoring of a million forms (26 items, 11 units, 4 % blanks), and of the 850 of the real plan.

``python -m bench scoring_speed`` measures in a fresh process with one BLAS thread, best and median of several
runs. R's ``survey`` and ``svy`` take part where they are installed (see :mod:`bench.scoring_rivals`).
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable

import numpy as np

from bench.scoring_rivals import r_survey, svy
from scoring.comparison.differences import unit_differences
from scoring.design import expand, expansion, moments, select
from scoring.index import WeightedCriterion, build_scheme, estimate
from scoring.shares import count_shares, shares
from scoring.summary import Questions, Rules, summarise
from scoring.tally import FormTable, arrange, count

MILLION, ITEMS, UNITS = 1_000_000, 26, 11
RIVALS = 20_000
CUTS = (0, 4, 9, 13, 17, 22, 26)
WEIGHTS = (2.0, 1.5, 1.5, 3.0, 3.0, 2.0)
CRITERIA = tuple(
    WeightedCriterion(f"C{number}", weight, tuple(range(CUTS[number], CUTS[number + 1])))
    for number, weight in enumerate(WEIGHTS)
)
SCHEME = build_scheme(ITEMS, CRITERIA)


def made_up(forms: int, seed: int = 1) -> FormTable:
    """Return forms with correlated answers and 4 % blanks, already sorted by unit."""
    rng = np.random.default_rng(seed)
    mood = rng.normal(size=forms).astype(np.float32)
    marks = np.empty((forms, ITEMS), dtype=np.uint8, order="F")
    for item in range(ITEMS):
        level = 4.3 + 0.45 * mood + 0.6 * rng.normal(size=forms).astype(np.float32)
        marks[:, item] = np.clip(np.rint(level), 1, 5)
        marks[rng.random(forms) < 0.04, item] = 0
    unit = np.sort(rng.integers(0, UNITS, forms))
    return arrange(marks, unit, [forms] * UNITS)


def some_shares(table: FormTable) -> None:
    """Estimate every item's share with its stratified standard error from the stored columns."""
    weight = table.population / table.forms
    shares(count_shares(table), table.forms, table.population, weight)


def everything(table: FormTable) -> None:
    """Estimate all indices of all units and the province, their covariances, and all differences."""
    found = moments(table)
    weighted = expand(found, expansion(found))
    estimate(SCHEME, weighted)
    each = [estimate(SCHEME, select(weighted, np.arange(UNITS) == unit)) for unit in range(UNITS)]
    for place in range(SCHEME.size):
        unit_differences([e.value[place] for e in each], [e.se[place] for e in each], 0.95)


def whole_summary(table: FormTable) -> None:
    """Compute the whole record of results, as the pages do."""
    names = tuple(f"q{number}" for number in range(ITEMS))
    units = [f"U{number}" for number in range(UNITS)]
    population = [int(size) for size in table.population]
    summarise(table.marks, table.stratum, units, population, Questions(names, CRITERIA), Rules())


def timed(work: Callable[[FormTable], object], table: FormTable, runs: int) -> tuple[float, float]:
    """Return the best and the median time in seconds."""
    times = []
    for _ in range(runs):
        started = time.perf_counter()
        work(table)
        times.append(time.perf_counter() - started)
    return min(times), statistics.median(times)


def peak(work: Callable[[FormTable], object], table: FormTable) -> float:
    """Return the most memory that the work held above its data, in MB."""
    tracemalloc.start()
    work(table)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return most / 1e6


def row(name: str, best: float, median: float, goal: str, more: str = "") -> None:
    """Print one line of the table."""
    print(f"{name:<46}{1000 * best:>10.1f}{1000 * median:>10.1f}  {goal:<12}{more}", flush=True)


def measure() -> None:
    """Print the table."""
    print(f"{'':<46}{'best ms':>10}{'median':>10}  {'goal':<12}")
    table = made_up(MILLION)
    row("read the columns once", *timed(lambda t: t.columns.view(np.uint64).max(), table, 9), "-")
    row("count all levels per unit and item", *timed(count, table, 9), "-")
    row(
        "shares with stratified SE", *timed(some_shares, table, 9), "20 ms",
        f"{peak(some_shares, table):.1f} MB above the data",
    )  # fmt: skip
    row(
        "all indices, covariances, differences", *timed(everything, table, 5), "1000 ms",
        f"{peak(everything, table):.1f} MB above the data (goal 150)",
    )  # fmt: skip
    row("850 forms: the whole record", *timed(whole_summary, made_up(850), 15), "20 ms")
    small = made_up(RIVALS)
    ours, _ = timed(some_shares, small, 9)
    for name, rival in (("R survey", r_survey(small)), ("svy", svy(small))):
        if rival is None:
            print(f"{name}: not installed")
        else:
            row(f"{name}: shares of {RIVALS} forms", rival, rival, "-", f"{rival / ours:.0f} times ours")


def main() -> None:
    """Measure in a process of its own, so that nothing imported before decides the BLAS threads."""
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
    subprocess.run([sys.executable, "-m", "bench.scoring_speed"], env=environment, check=True)


if __name__ == "__main__":
    measure()
