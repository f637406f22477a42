"""``./hailong plan-size`` asks the planning functions and says the answer in a sentence."""

from __future__ import annotations

import json

import pytest

from scoring.planning import forms_for_margin, forms_to_show_target, margin
from survey.cli import boundary


def printed(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert boundary.run(["plan-size", *words]) == boundary.DONE
    return capsys.readouterr().out


@pytest.fixture(autouse=True)
def _vietnamese(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HAILONG_LANG", raising=False)


def test_without_a_question_it_says_what_the_minimum_quotas_give(capsys: pytest.CaptureFixture[str]) -> None:
    lines = printed(capsys).splitlines()
    assert [line.split()[0] for line in lines] == ["50", "80"]
    assert f"±{100 * margin(80, None, 0.9, 0.95):.1f} điểm".replace(".", ",") in lines[1]


def test_a_wanted_margin_and_a_target_are_answered(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--margin", "5", "--target", "85", "--share", "95", "--population", "2600", "--json"]
    answer = json.loads(printed(capsys, *words))
    assert answer["margin"]["forms"] == forms_for_margin(0.05, 2600, 0.95, 0.95)
    assert answer["target"]["forms"] == forms_to_show_target(0.95, 0.85, 2600, 0.95, 0.8)
    assert answer["forms"] == []


def test_a_target_above_the_truth_cannot_be_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert "Không số phiếu nào" in printed(capsys, "--target", "95", "--share", "90")


def test_more_forms_than_transactions_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert boundary.run(["plan-size", "--forms", "80", "--population", "50"]) == boundary.FAULTY
    assert "80" in capsys.readouterr().err.splitlines()[1]


def test_english_is_spoken_when_asked(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HAILONG_LANG", "en")
    assert printed(capsys, "--forms", "50", "--share", "100").startswith("50 forms: margin ±")
