"""The same estimates by R's ``survey``, where it is installed: processor seconds, and a check that they agree.

R gets 20,000 forms and not a million, for which it would take minutes: the ratio holds at its size. Values and
standard errors of 33 indices (26 items, six pooled criteria, all items together) on two scales (share, mean
level) are computed in 13 domains (11 units, the province pooled and weighted). ``summarise`` gives intervals,
counts, other indices and the third scale besides; R is not asked for those.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from scoring.results import DomainResult, IndexResult, SurveyResult
from scoring.tally import FormTable

PROGRAM = Path(__file__).with_suffix(".R")


@dataclass(frozen=True, slots=True)
class RivalRun:
    """Processor seconds of R: one ratio after the other, and all totals with their covariance at once.

    ``difference`` is the largest relative one between R's values and standard errors and ours.
    """

    by_ratio: float
    by_totals: float
    difference: float


def r_survey(table: FormTable, groups: Sequence[Sequence[int]], ours: SurveyResult) -> RivalRun | None:
    """Run R's survey on the forms; None where R or the package is missing.

    ``groups`` are the columns of every index; ``ours`` the results of the same forms.
    """
    program = shutil.which("Rscript")
    if program is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        forms, estimates = Path(folder) / "forms.csv", Path(folder) / "estimates.csv"
        _write_forms(table, forms)
        columns = ";".join(",".join(str(column + 1) for column in group) for group in groups)
        done = subprocess.run(
            [program, str(PROGRAM), str(forms), columns, str(estimates)],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            return None
        theirs = np.loadtxt(estimates, delimiter=",")
    by_ratio, by_totals = (float(word) for word in done.stdout.split()[-2:])
    expected = np.array(list(_estimates(ours)))
    return RivalRun(by_ratio, by_totals, float(np.abs(theirs / expected - 1).max()))


def _write_forms(table: FormTable, path: Path) -> None:
    """Write one row a form: unit, N, design weight, and the mark of every item."""
    stratum = table.stratum
    names = [f"q{number}" for number in range(table.columns.shape[0])]
    rows = np.column_stack([stratum, table.population[stratum], (table.population / table.forms)[stratum]])
    header = ",".join(["unit", "N", "w", *names])
    marks = table.marks.astype(np.float64)
    np.savetxt(path, np.hstack([rows, marks]), "%.17g", ",", header=header, comments="")


def _estimates(ours: SurveyResult) -> Iterator[tuple[float, float, float, float]]:
    """Yield share, its error, mean level (1..5), its error, of every index of every domain, in R's order."""
    weighted = ours.province_weighted
    for domain in (*ours.units, ours.province_pooled, *(() if weighted is None else (weighted,))):
        for index in _indices(domain):
            yield (
                (index.f2.value or 0.0) / 100,
                (index.f2.se or 0.0) / 100,
                (index.f1.value or 0.0) / 20,
                (index.f1.se or 0.0) / 20,
            )


def _indices(domain: DomainResult) -> tuple[IndexResult, ...]:
    return (*domain.items, *domain.criteria, domain.overall_pooled)
