"""The same shares by R's ``survey`` and by ``svy``, where they are installed: seconds, and None where not.

Both get fewer forms than the million, because they would take minutes: ratios are taken at their size.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from scoring.tally import FormTable

R_PROGRAM = """
suppressMessages(library(survey))
d <- read.csv(commandArgs(TRUE)[1])
started <- proc.time()[["elapsed"]]
des <- svydesign(ids=~1, strata=~unit, fpc=~N, data=d)
for (q in grep("^q", names(d), value=TRUE)) {
  part <- des[!is.na(d[[q]]), ]
  m <- svymean(as.formula(paste0("~", q)), part)
  cat(coef(m), SE(m), "\\n")
}
cat("seconds", proc.time()[["elapsed"]] - started, "\\n")
"""

SVY_PROGRAM = """
import sys, time
import polars, svy
d = polars.read_csv(sys.argv[1])
started = time.perf_counter()
sample = svy.Sample(data=d, design=svy.Design(stratum="unit", wgt="w"))
for name in d.columns:
    if name.startswith("q"):
        sample.estimation.mean(y=name, drop_nulls=True)
print("seconds", time.perf_counter() - started)
"""


def write_shares(table: FormTable, path: Path) -> None:
    """Write one row a form: unit, N, weight, and 1, 0 or nothing per item."""
    marks, stratum = table.marks, table.stratum
    weight = (table.population / table.forms)[stratum]
    names = ",".join(f"q{number}" for number in range(marks.shape[1]))
    text = np.where(marks == 0, "", (marks >= 4).astype(np.uint8).astype(str))
    with path.open("w") as file:
        file.write(f"unit,N,w,{names}\n")
        for unit, size, row in zip(stratum, weight, text, strict=True):
            file.write(f"{unit},{table.population[unit]:.0f},{float(size)!r},{','.join(row)}\n")


def r_survey(table: FormTable) -> float | None:
    """Return the seconds that R's survey takes for all shares with stratified standard errors."""
    program = shutil.which("Rscript")
    return None if program is None else _run(table, [program, "-e", R_PROGRAM])


def svy(table: FormTable) -> float | None:
    """Return the seconds that svy takes; ``HAILONG_BENCH_SVY`` may name an interpreter that has it."""
    python = os.environ.get("HAILONG_BENCH_SVY", sys.executable)
    return _run(table, [python, "-c", SVY_PROGRAM])


def _run(table: FormTable, command: list[str]) -> float | None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "forms.csv"
        write_shares(table, path)
        done = subprocess.run([*command, str(path)], capture_output=True, text=True, check=False)
    last = done.stdout.split()
    return float(last[-1]) if done.returncode == 0 and last else None
