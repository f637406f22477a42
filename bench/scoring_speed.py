"""Scoring as the pages run it: the whole record of results, for 850, 20,000 and a million forms, beside R.

``python -m bench scoring_speed`` measures in a fresh process with one BLAS thread, in processor time, so that
other work on the machine does not count. R's ``survey`` takes part where it is installed (see
:mod:`bench.scoring_rivals`), in turns with our own runs.
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

from bench.scoring_rivals import RivalRun, r_survey
from scoring.index import WeightedCriterion
from scoring.results import SurveyResult
from scoring.summary import Questions, Rules, summarise
from scoring.tally import FormTable, arrange

SIZES = (850, 20_000, 1_000_000)
RIVALS, TURNS = 20_000, 5
ITEMS, UNITS = 26, 11
CUTS = (0, 4, 9, 13, 17, 22, 26)
WEIGHTS = (2.0, 1.5, 1.5, 3.0, 3.0, 2.0)
CRITERIA = tuple(
    WeightedCriterion(f"C{number}", weight, tuple(range(CUTS[number], CUTS[number + 1])))
    for number, weight in enumerate(WEIGHTS)
)
GROUPS = [*([item] for item in range(ITEMS)), *(criterion.columns for criterion in CRITERIA), range(ITEMS)]


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


def whole_record(table: FormTable) -> SurveyResult:
    """Compute the whole record of results, as the pages do: every index of every unit and the province."""
    names = tuple(f"q{number}" for number in range(ITEMS))
    units = [f"U{number}" for number in range(UNITS)]
    population = [int(size) for size in table.population]
    return summarise(table.marks, table.stratum, units, population, Questions(names, CRITERIA), Rules())


def spent(work: Callable[[FormTable], object], table: FormTable) -> float:
    """Return the processor seconds of one run."""
    started = time.process_time()
    work(table)
    return time.process_time() - started


def peak(work: Callable[[FormTable], object], table: FormTable) -> float:
    """Return the most memory that the work held above its data, in MB."""
    tracemalloc.start()
    work(table)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return most / 1e6


def row(name: str, times: list[float], more: str = "") -> None:
    """Print one line of the table."""
    least, median = 1000 * min(times), 1000 * statistics.median(times)
    print(f"{name:<46}{least:>12.1f}{median:>12.1f}  {more}", flush=True)


def measure() -> None:
    """Print the table."""
    print(f"{'processor time':<46}{'best ms':>12}{'median ms':>12}")
    for forms in SIZES:
        table, runs = made_up(forms), 7 if forms > RIVALS else 25
        whole_record(table)
        times = [spent(whole_record, table) for _ in range(runs)]
        row(f"{forms:,} forms: the whole record", times, f"{peak(whole_record, table):.1f} MB above the data")
    beside_r(made_up(RIVALS))


def beside_r(table: FormTable) -> None:
    """Measure R and ourselves in turns on the same forms, and print ratios of medians."""
    ours: list[float] = []
    theirs: list[RivalRun] = []
    for _ in range(TURNS):
        ours += [spent(whole_record, table) for _ in range(5)]
        run = r_survey(table, GROUPS, whole_record(table))
        if run is None:
            print("R with its package survey: not installed")
            return
        theirs.append(run)
    row(f"ours in turns with R, {RIVALS:,} forms", ours)
    print(f"largest relative difference of an estimate: {max(run.difference for run in theirs):.1e}")
    for name, times in (
        ("R survey, svyratio for each index", [run.by_ratio for run in theirs]),
        ("R survey, svytotal of all at once", [run.by_totals for run in theirs]),
    ):
        row(name, times, f"{statistics.median(times) / statistics.median(ours):.0f} times ours")


def main() -> None:
    """Measure in a process of its own, so that nothing imported before decides the BLAS threads."""
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
    subprocess.run([sys.executable, "-m", "bench.scoring_speed"], env=environment, check=True)


if __name__ == "__main__":
    measure()
