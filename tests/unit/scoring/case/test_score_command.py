"""``./hailong score``: a file on success, sentences and nothing else on faulty input."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from survey.cli.boundary import FAULTY, run

CASE = Path(__file__).parents[3] / "golden" / "scoring" / "v1_edges"


def test_scoring_writes_all_records(tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    assert run(["score", str(CASE), "--out", str(out), "--jobs", "2", "--level", "0.9"]) == 0
    stats = {record["stat"] for record in json.loads(out.read_text())["results"]}
    assert {"share", "criterion_pooled", "overall_weighted", "overall_pooled"} <= stats


def test_faulty_files_are_named_and_nothing_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("case.json", "units.csv"):
        (tmp_path / name).write_text((CASE / name).read_text())
    text = (CASE / "responses.csv").read_text().splitlines()
    text[2] += "7"
    (tmp_path / "responses.csv").write_text("\n".join(text))
    out = tmp_path / "out.json"
    assert run(["score", str(tmp_path), "--out", str(out)]) == FAULTY
    assert "responses.csv:3:q04" in capsys.readouterr().err
    assert not out.exists()


@pytest.mark.parametrize(
    "words", [["nowhere", "--out", "x"], [str(CASE)], [str(CASE), "--out", "x", "--level", "2"]]
)
def test_a_wrong_command_line_is_faulty(words: list[str]) -> None:
    assert run(["score", *words]) == FAULTY


def test_a_failed_write_leaves_no_remains(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("survey.cli.score.json.dump", full)
    assert run(["score", str(CASE), "--out", str(tmp_path / "out.json")]) == 1
    assert list(tmp_path.iterdir()) == []
