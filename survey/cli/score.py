"""``./hailong score``: the statistics of a data set in files, without a campaign or a database."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import Any

import click

from scoring.case.score import STEPS, score_case
from scoring.faults import FaultyData
from survey.cli.progress import advancing
from survey.cli.texts import text
from survey.errors import Refusal


@click.command(help=text("score.help"))
@click.argument("case_dir", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--out",
    required=True,
    metavar="FILE.json",
    type=click.Path(dir_okay=False, path_type=Path),
    help=text("score.out"),
)
@click.option(
    "--jobs",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    help=text("score.jobs"),
)
@click.option(
    "--level",
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    default=None,
    help=text("score.level"),
)
def score(case_dir: Path, out: Path, jobs: int, level: float | None) -> None:
    """Score a case and write its records."""
    try:
        with advancing(text("score.progress"), STEPS) as advance:
            results = score_case(case_dir, level, jobs, advance)
    except FaultyData as faulty:
        raise Refusal("case_faulty", faulty.faults, count=len(faulty.faults)) from faulty
    _write(out, results)
    click.echo(text("score.done", count=len(results["results"]), out=out))


def _write(out: Path, results: dict[str, Any]) -> None:
    """Write the whole file or none of it."""
    handle, name = tempfile.mkstemp(dir=out.parent, prefix=f".{out.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(results, file, ensure_ascii=False, allow_nan=False, indent=1)
            file.write("\n")
        Path(name).chmod(0o644)
        os.replace(name, out)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
