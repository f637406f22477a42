"""``./hailong score``: the statistics of a data set in files, without a campaign or a database."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import Any

import click

from scoring.case.score import STEPS, score_case
from scoring.faults import FaultyInput
from survey.cli.language import say
from survey.cli.progress import advancing
from survey.errors import Refusal


@click.command(
    help=say(
        "Tính mọi thống kê của bộ dữ liệu trong CASE_DIR (case.json, units.csv, responses.csv hoặc .csv.gz) và "
        "ghi ra một tệp JSON. Tệp nào có chỗ chưa đúng thì nêu từng dòng, từng cột và không ghi gì cả.",
        "Compute every statistic of the data set in CASE_DIR (case.json, units.csv, responses.csv or .csv.gz) "
        "and write them as JSON. Faulty files: every line and column is named and nothing is written.",
    )
)
@click.argument("case_dir", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--out",
    required=True,
    metavar="FILE.json",
    type=click.Path(dir_okay=False, path_type=Path),
    help=say("Tệp kết quả.", "The file to write."),
)
@click.option(
    "--jobs",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    help=say("Số luồng tính song song.", "How many threads compute at once."),
)
@click.option(
    "--level",
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    default=None,
    help=say(
        "Độ tin cậy, ví dụ 0.95; mặc định theo case.json.",
        "Confidence level, such as 0.95; the one of case.json by default.",
    ),
)
def score(case_dir: Path, out: Path, jobs: int, level: float | None) -> None:
    """Score a case and write its records."""
    try:
        with advancing(say("Đang tính", "Scoring"), STEPS) as advance:
            results = score_case(case_dir, level, jobs, advance)
    except FaultyInput as faulty:
        raise Refusal("case_faulty", faulty.faults, count=len(faulty.faults)) from faulty
    _write(out, results)
    click.echo(say(f"{len(results['results'])} kết quả: {out}", f"{len(results['results'])} results: {out}"))


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
