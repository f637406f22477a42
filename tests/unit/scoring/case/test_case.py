"""Reading a case: every fault of every file with its line and column, and the forms that come out."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from scoring.case.case import Case, read_case
from scoring.case.score import STEPS, score_case
from scoring.faults import FaultyData

SETUP: dict[str, Any] = {"criteria": [{"id": "C1", "weight": 2, "questions": ["q1", "q2"]}]}
UNITS = "unit,N\nU0,10\nU1,20\n"
FORMS = "response_id,unit,q1,q2\nR1,U1,5,\nR2,U0,4,3\nR3,U1,1,2\n"


def _write(
    directory: Path, responses: str | bytes | None = FORMS, units: str | None = UNITS, setup: Any = None
) -> Path:
    text = setup if isinstance(setup, str) else json.dumps({**SETUP, **(setup or {})})
    (directory / "case.json").write_text(text)
    if units is not None:
        (directory / "units.csv").write_text(units)
    if isinstance(responses, bytes):
        (directory / "responses.csv").write_bytes(responses)
    elif responses is not None:
        (directory / "responses.csv").write_text(responses)
    return directory


def _read(directory: Path) -> Case:
    return read_case(directory, lambda _: None)


def _faults(directory: Path) -> list[tuple[str, str]]:
    with pytest.raises(FaultyData) as caught:
        _read(directory)
    return [(fault.location, fault.code) for fault in caught.value.faults]


def test_forms_are_sorted_by_unit_and_the_file_s_order_is_kept(tmp_path: Path) -> None:
    case = _read(_write(tmp_path))
    assert case.table.marks.tolist() == [[4, 3], [5, 0], [1, 2]]
    assert case.table.order.tolist() == [1, 0, 2]
    assert case.responses.ids == ("R1", "R2", "R3")
    assert [unit.population for unit in case.units] == [10, 20]
    assert case.years == (None,)


def test_packed_responses_and_unknown_populations(tmp_path: Path) -> None:
    _write(tmp_path, None, None)
    (tmp_path / "responses.csv.gz").write_bytes(gzip.compress(FORMS.encode("utf-8-sig")))
    case = _read(tmp_path)
    assert [(unit.name, unit.population) for unit in case.units] == [("U0", None), ("U1", None)]
    assert case.table.columns.shape == (2, 3)


def test_optional_columns(tmp_path: Path) -> None:
    forms = (
        "unit,year,channel,officer,w,seconds,entered_at,q1,q2\n"
        "U0,2024,qr,,1.5,,,5,5\n"
        "U0,2023,paper,o1,2,30,2024-08-05T09:30:00,5,5\n"
    )
    case = _read(_write(tmp_path, forms, "unit,N,N_qr,N_paper\nU0,,4,5\n"))
    responses = case.responses
    assert case.years == (2023, 2024)
    assert (responses.channel, responses.officer) == (("qr", "paper"), ("", "o1"))
    assert responses.seconds is not None
    assert responses.seconds[1] == 30
    assert responses.entered_at is not None
    assert responses.entered_at[0] is None
    assert case.table.weights is not None
    assert case.table.weights.tolist() == [2, 1.5]
    assert case.units[0].channels == {"qr": 4, "paper": 5}


def test_every_faulty_line_and_column_of_all_files_is_named(tmp_path: Path) -> None:
    forms = (
        "response_id,unit,year,channel,w,seconds,entered_at,q1,q2\n"
        "R1,U0,2024,qr,1,1,,5,6\n"
        "R1,U9,24,qr,0,-1,yesterday,x,5\n"
        ",U0,2024,fax,abc,1,,5,5\n"
        "R4,U0\n"
        "\n"
        "R5,U0,2024,,1,1,,5,5\n"
    )
    units = "unit,N,N_qr\nU0,10,10\nU0,-1,4\n,5,6\n"
    assert _faults(_write(tmp_path, forms, units)) == [
        ("units.csv:3:unit", "case_name_repeated"),
        ("units.csv:3:N", "case_count"),
        ("units.csv:3:N", "case_channel_sum"),
        ("units.csv:4:unit", "case_name_missing"),
        ("units.csv:4:N", "case_channel_sum"),
        ("responses.csv:2:q2", "case_answer"),
        ("responses.csv:3:q1", "case_answer"),
        ("responses.csv:3:unit", "case_unit_unknown"),
        ("responses.csv:3:response_id", "case_name_repeated"),
        ("responses.csv:3:year", "case_year"),
        ("responses.csv:3:w", "case_positive_number"),
        ("responses.csv:3:seconds", "case_positive_number"),
        ("responses.csv:3:entered_at", "case_time"),
        ("responses.csv:4:response_id", "case_name_missing"),
        ("responses.csv:4:channel", "case_channel_unknown"),
        ("responses.csv:4:w", "case_positive_number"),
        ("responses.csv:5", "case_cells"),
        ("responses.csv:7:channel", "case_name_missing"),
    ]


@pytest.mark.parametrize(
    ("responses", "fault"),
    [
        (None, ("responses.csv", "case_file_missing")),
        ("", ("responses.csv:1", "case_no_rows")),
        ("unit,q1,q2\n", ("responses.csv:1", "case_no_rows")),
        ("unit,q1\nU0,5\n", ("responses.csv:1:q2", "case_column_missing")),
        ("unit,q1,q2,q1\nU0,5,5,5\n", ("responses.csv:1:q1", "case_column_repeated")),
        ('unit,q1,q2\nU0,5,5\nU0,"5,5\n', ("responses.csv:3", "case_not_csv")),
        (b"unit,q1,q2\nU0,5,\xff\n", ("responses.csv:1", "case_not_utf8")),
        ("unit,q1,q2\n" + "U0,5,5\n" * 11, ("responses.csv: U0", "case_more_forms_than_transactions")),
    ],
)
def test_faulty_responses(tmp_path: Path, responses: str | bytes | None, fault: tuple[str, str]) -> None:
    assert _faults(_write(tmp_path, responses)) == [fault]


def test_units_may_be_nameless_nowhere(tmp_path: Path) -> None:
    assert _faults(_write(tmp_path, "unit,q1,q2\n,5,5\n", None)) == [
        ("responses.csv:2:unit", "case_name_missing")
    ]


@pytest.mark.parametrize(
    ("units", "fault"),
    [("unit,M\nU0,1\n", ("units.csv:1:N", "case_column_missing")), ("", ("units.csv:1", "case_no_rows"))],
)
def test_faulty_units(tmp_path: Path, units: str, fault: tuple[str, str]) -> None:
    assert fault in _faults(_write(tmp_path, units=units))


@pytest.mark.parametrize("cut", [b"not gzip", gzip.compress(FORMS.encode())[:-9]], ids=["other", "cut"])
def test_a_damaged_gzip_file_is_named(tmp_path: Path, cut: bytes) -> None:
    _write(tmp_path, None)
    (tmp_path / "responses.csv.gz").write_bytes(cut)
    assert ("responses.csv.gz", "case_not_gzip") in _faults(tmp_path)


@pytest.mark.parametrize(
    ("setup", "fault"),
    [
        ("{", ("case.json: 1:2", "case_not_json")),
        ("[]", ("case.json: ", "case_not_json")),
        ("[" * 100_000, ("case.json: ", "case_not_json")),
        ({"criteria": []}, ("case.json: criteria", "case_list")),
        ({"criteria": [1]}, ("case.json: criteria[0]", "case_object")),
        ({"criteria": [{"id": "C", "weight": 1}]}, ("case.json: criteria[0].questions", "case_list")),
        ({"level": 1}, ("case.json: level", "case_number")),
        ({"level": True}, ("case.json: level", "case_number")),
        ({"satisfied_from": 6}, ("case.json: satisfied_from", "case_whole_number")),
        ({"targets": 0.9}, ("case.json: targets", "case_list")),
        ({"targets": [0.9, "x"]}, ("case.json: targets[1]", "case_number")),
        ({"rank_year": 2024}, ("case.json: rank_year", "case_rank_year")),
        ({"rank_year": "x"}, ("case.json: rank_year", "case_whole_number")),
    ],
)
def test_faulty_settings(tmp_path: Path, setup: Any, fault: tuple[str, str]) -> None:
    assert _faults(_write(tmp_path, setup=setup)) == [fault]


def test_faulty_criteria_are_all_named(tmp_path: Path) -> None:
    criteria = [
        {"id": "C1", "weight": 0, "questions": ["q1", "q1", 3]},
        {"id": "C1", "weight": 1, "questions": ["q2"]},
    ]
    assert _faults(_write(tmp_path, setup={"criteria": criteria})) == [
        ("case.json: criteria[0].questions[1]", "case_name_repeated"),
        ("case.json: criteria[0].questions[2]", "case_name_missing"),
        ("case.json: criteria[0].weight", "case_number"),
        ("case.json: criteria[1].id", "case_name_repeated"),
    ]


def test_missing_and_unreadable_settings(tmp_path: Path) -> None:
    assert _faults(tmp_path) == [("case.json: ", "case_file_missing")]
    (tmp_path / "case.json").write_bytes(b"\xff")
    assert _faults(tmp_path) == [("case.json: ", "case_not_utf8")]


def test_one_question_alone_can_be_read(tmp_path: Path) -> None:
    setup = {"criteria": [{"id": "C1", "weight": 2, "questions": ["q1"]}]}
    assert _read(_write(tmp_path, setup=setup)).table.marks.ravel().tolist() == [4, 5, 1]


def test_progress_counts_every_step_once(tmp_path: Path) -> None:
    steps: list[int] = []
    score_case(_write(tmp_path), progress=steps.append)
    assert sum(steps) == STEPS
    assert min(steps) >= 0


def test_many_faults_make_a_short_message() -> None:
    assert str(FaultyData([])) == "0 faults: "


def _results(directory: Path, stat: str) -> list[dict[str, Any]]:
    return [record for record in score_case(directory)["results"] if record["stat"] == stat]


def test_unknown_populations_give_plain_intervals_and_none_that_needs_them(tmp_path: Path) -> None:
    share = _results(_write(tmp_path, units=None), "share")[2]
    assert share["srs"]["wilson"][1] == 1
    for name in ("hypergeometric_exact", "blaker", "wilson_fpc"):
        assert share["srs"][name] == [None, None]
    assert share["srs"]["n_eff_fpc"] is None


def test_a_question_that_nobody_answered_is_null(tmp_path: Path) -> None:
    forms = FORMS.replace("R2,U0,4,3", "R2,U0,4,")
    share = next(
        r for r in _results(_write(tmp_path, forms), "share")
        if r["question"] == "q2" and r["domain"] == {"unit": "U0"}
    )  # fmt: skip
    assert (share["n"], share["estimate"], share["p_meets_85"]) == (0, None, None)
    assert share["srs"]["jeffreys"] == [None, None]


def test_channels_are_domains_of_their_own(tmp_path: Path) -> None:
    forms = "unit,channel,q1,q2\nU0,qr,5,5\nU0,qr,1,1\nU1,paper,4,4\nU1,qr,4,4\n"
    shares = _results(_write(tmp_path, forms), "share")
    by_channel = {
        r["domain"]["channel"]: r for r in shares if "channel" in r["domain"] and r["question"] == "q1"
    }
    assert {name: (r["n"], r["x"]) for name, r in by_channel.items()} == {"qr": (3, 2), "paper": (1, 1)}
    # U0: both forms by QR, weight 5 each; U1: one of two, weight 10.
    assert by_channel["qr"]["estimate"] == pytest.approx((5 + 10) / 20)


def test_a_known_channel_without_forms_drops_what_cannot_be_calibrated(tmp_path: Path) -> None:
    forms = "unit,channel,q1,q2\nU0,qr,5,5\nU0,qr,1,1\nU1,paper,4,4\nU1,qr,4,3\n"
    units = "unit,N,N_qr,N_paper\nU0,10,9,1\nU1,20,10,10\n"
    designs = {
        r["design"] for r in _results(_write(tmp_path, forms, units), "overall_pooled") if "design" in r
    }
    assert designs == {"rake"}


def test_three_years_are_compared_one_by_one_and_unknown_tests_are_null(tmp_path: Path) -> None:
    forms = "unit,year,q1,q2\n" + "".join(
        f"U0,{year},{a},{a}\nU0,{year},1,5\nU1,{year},5,5\n" for year, a in ((2022, 5), (2023, 4), (2024, 2))
    )
    differences = _results(_write(tmp_path, forms), "year_difference")
    assert [r["years"] for r in differences[::3]] == [[2022, 2023], [2023, 2024]]
    unit = next(r for r in differences if r["domain"] == {"unit": "U1"})
    assert (unit["p"], unit["p_holm"], unit["estimate"]) == (None, None, 0.0)


def test_a_unit_that_was_not_asked_in_one_year_has_no_difference(tmp_path: Path) -> None:
    forms = "unit,year,q1,q2\nU0,2023,5,4\nU0,2023,1,4\nU0,2024,5,5\nU0,2024,3,5\nU1,2024,5,4\nU1,2024,1,5\n"
    differences = _results(_write(tmp_path, forms), "year_difference")
    unit = next(r for r in differences if r["domain"] == {"unit": "U1"})
    assert (unit["estimate"], unit["p"], unit["p_holm"], unit["ci"]) == (
        None,
        None,
        None,
        {"mean": [None, None]},
    )
    other = next(r for r in differences if r["domain"] == {"unit": "U0"})
    assert other["p_holm"] == other["p"]


def test_ranks_need_two_units_with_an_estimate(tmp_path: Path) -> None:
    assert _results(_write(tmp_path, FORMS.replace("R2,U0,4,3", "R2,U0,,")), "ranks") == []
    (ranks,) = _results(_write(tmp_path), "ranks")
    assert ranks["unit"] == ["U0", "U1"]
    # One form of ten says nothing about the place.
    assert ranks["kww_bonferroni"] == {"L": [1, 1], "U": [2, 2]}


def test_a_census_keeps_its_standard_error_of_zero_in_the_ranks(tmp_path: Path) -> None:
    forms = "unit,q1,q2\nU0,5,5\nU0,5,5\nU1,1,1\nU1,2,2\n"
    (ranks,) = _results(_write(tmp_path, forms, "unit,N\nU0,2\nU1,2\n"), "ranks")
    assert ranks["kww_bonferroni"] == {"L": [1, 2], "U": [1, 2]}
