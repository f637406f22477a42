"""The planted defects of the labelled set are flagged, and nothing else is."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from scoring.case.score import score_case

LABELLED = Path(__file__).parents[3] / "golden" / "scoring" / "v6_quality_labelled"
KINDS = {"fabricate": "fabricated", "duplicate": "near_duplicate", "straight": "straight_line"}


@pytest.fixture(scope="module")
def flags() -> list[dict[str, Any]]:
    return [r for r in score_case(LABELLED)["results"] if r["stat"] == "quality_flag"]


def test_exactly_the_planted_officers_are_flagged(flags: list[dict[str, Any]]) -> None:
    planted = json.loads((LABELLED / "case.json").read_text())["planted_officers"]
    found = {flag["officer"]: flag["kind"] for flag in flags if "officer" in flag}
    assert found == {officer: KINDS[defect] for officer, defect in planted.items()}
    for flag in flags:
        if "officer" in flag:
            assert flag["p"] <= flag["p_holm"] <= 0.05
            assert flag["unit"] == flag["officer"].split("-")[0]


def test_exactly_the_impossibly_fast_forms_are_flagged(flags: list[dict[str, Any]]) -> None:
    with (LABELLED / "labels.csv").open() as file:
        fast = {row["response_id"] for row in csv.DictReader(file) if row["label"] == "too_fast"}
    assert {flag["response_id"] for flag in flags if flag["kind"] == "too_fast"} == fast


def test_a_form_without_an_id_is_named_by_its_row(tmp_path: Path) -> None:
    (tmp_path / "case.json").write_text((LABELLED / "case.json").read_text())
    questions = ",".join(f"q{number:02}" for number in range(1, 27))
    answers = ",".join(["4"] * 26)
    rows = [f"unit,seconds,{questions}", f"U0,200,{answers}", f"U0,1,{answers}"]
    (tmp_path / "responses.csv").write_text("\n".join(rows))
    (flag,) = (r for r in score_case(tmp_path)["results"] if r["stat"] == "quality_flag")
    assert (flag["kind"], flag["response_id"], flag["unit"], flag["p"]) == ("too_fast", "2", "U0", None)
