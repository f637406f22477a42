"""Fields, limits and times that a kiosk shares with the service."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from forms import answers
from forms.faults import FaultyInstrument
from forms.questionnaire import COMMENT, load_questionnaire, questionnaire_json
from survey.services.kiosks import devices
from tests.unit.javascript.vectors import vectors

GIVEN, WAITING = vectors("answers"), vectors("waiting")
ASKED = load_questionnaire(GIVEN["answers_of"])


def parse(fields: dict[str, str]) -> answers.AnswerSheet:
    return answers.parse(ASKED, {name: [value] for name, value in fields.items()})


@pytest.mark.parametrize("case", GIVEN["questionnaires"], ids=lambda case: case["ref"])
def test_the_service_reads_the_fields_that_the_screens_ask_for(case: dict[str, Any]) -> None:
    q = replace(load_questionnaire(case["ref"]), opted_in=tuple(case["opted_in"]))
    rated = [*(item.field for item in q.items), q.overall.field]
    assert [*rated, *(question.field for question in q.profile), COMMENT] == case["fields"]
    told = questionnaire_json(q)
    assert [[item["id"] for item in each["items"]] for each in told["criteria"]] == [
        each["items"] for each in case["criteria"]
    ]
    assert [each["id"] for each in told["profile"]] == [each["id"] for each in case["profile"]]


@pytest.mark.parametrize("fields", GIVEN["taken"])
def test_what_the_device_keeps_is_taken(fields: dict[str, str]) -> None:
    assert parse(fields) != answers.AnswerSheet("", "", "")


@pytest.mark.parametrize("fields", GIVEN["empty"])
def test_what_the_device_does_not_keep_would_not_be_taken(fields: dict[str, str]) -> None:
    with pytest.raises(FaultyInstrument) as faulty:
        parse(fields)
    assert [fault.code for fault in faulty.value.faults] == ["answers_empty"]


@pytest.mark.parametrize(("typed", "kept"), GIVEN["comments"])
def test_a_comment_is_kept_as_the_device_keeps_it(typed: str, kept: str) -> None:
    assert answers.tidy_comment(typed) == answers.tidy_comment(kept) == kept


def test_a_comment_is_as_long_as_the_device_lets_it_be() -> None:
    longest = GIVEN["longest_comment"]
    assert len(parse({"comment": "x" * longest}).comment) == longest
    with pytest.raises(FaultyInstrument):
        parse({"comment": "x" * (longest + 1)})


def test_the_service_counts_the_times_that_the_device_keeps() -> None:
    assert WAITING["heartbeat_minutes"] == devices.HEARTBEAT_MINUTES
    assert dt.timedelta(minutes=WAITING["too_long_minutes"]) == devices.TOO_LONG
