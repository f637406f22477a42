"""Questionnaires that ship with the product: what they ask, and that a version never changes."""

from __future__ import annotations

import json

import pytest

from forms.faults import FaultyInstrument
from forms.questionnaire import (
    bundled_questionnaires,
    load_questionnaire,
    questionnaire_from_json,
    questionnaire_json,
)
from tests.unit.forms.rendering import GOLDEN

REFS = ("bhxh-2024@1", "sipas-5@1", "vss-2025@1")


def test_the_bundle_is_complete() -> None:
    assert bundled_questionnaires() == REFS


def test_the_2024_survey_has_the_plan_s_criteria_and_points() -> None:
    q = load_questionnaire("bhxh-2024@1")
    points = [(each.id, each.max_points, len(each.items)) for each in q.criteria]
    assert points == [("C1", 2, 4), ("C2", 1.5, 5), ("C3", 1.5, 4), ("C4", 3, 4), ("C5", 3, 5), ("C6", 2, 4)]
    assert sum(each.max_points for each in q.criteria) == 13
    assert (len(q.items), q.overall.field, q.items[0].field, q.items[-1].field) == (
        26,
        "overall",
        "c1_1",
        "c6_4",
    )
    assert [each.field for each in q.profile] == ["p_who", "p_area", "p_how", "p_done", "p_sex", "p_age"]


def test_items_know_their_criterion_and_fields_are_unique() -> None:
    for ref in REFS:
        q = load_questionnaire(ref)
        items, questions = (*q.items, q.overall), q.offered
        fields = [each.field for each in items] + [each.field for each in questions] + ["comment", "key"]
        assert len(set(fields)) == len(fields)
        assert all(item.id.split(".")[0] == item.criterion for item in q.items)


def test_sensitive_question_is_off_until_a_campaign_opts_in() -> None:
    q = load_questionnaire("bhxh-2024@1")
    assert "ethnic" not in [each.id for each in q.profile]
    wider = q.opt_in("ethnic")
    assert [each.id for each in wider.profile][-1] == "ethnic"
    assert questionnaire_from_json(questionnaire_json(wider)) == wider
    assert "ethnic" not in [each.id for each in q.profile]


@pytest.mark.parametrize("unknown", ["sex", "nothing"])
def test_only_sensitive_questions_can_be_opted_in(unknown: str) -> None:
    with pytest.raises(ValueError, match=unknown):
        load_questionnaire("bhxh-2024@1").opt_in(unknown)


def test_the_five_groups_of_the_national_survey() -> None:
    q = load_questionnaire("vss-2025@1")
    assert len(q.profile[0].options) == 5
    assert [each.id for each in q.criteria if each.part == "policy"] == ["P1", "P2", "P3", "P4"]
    assert [each.id for each in q.criteria if each.part == "service"] == ["S1", "S2", "S3", "S4", "S5"]
    assert len(load_questionnaire("sipas-5@1").criteria) == 5


@pytest.mark.parametrize("ref", REFS)
def test_a_shipped_version_never_changes(ref: str) -> None:
    """Campaigns compare years by ref, so a new wording needs a new version and a new golden file."""
    golden = json.loads((GOLDEN / f"{ref}.json").read_text(encoding="utf-8"))
    assert questionnaire_json(load_questionnaire(ref)) == golden
    assert questionnaire_from_json(golden) == load_questionnaire(ref)


def test_a_text_falls_back_to_the_default_language() -> None:
    level = load_questionnaire("bhxh-2024@1").levels[0]
    assert (level.text("en"), level.text("fr")) == ("Very dissatisfied", "Rất không hài lòng")


def test_an_unknown_ref_is_a_fault_with_its_name() -> None:
    with pytest.raises(FaultyInstrument) as caught:
        load_questionnaire("bhxh-1999@1")
    (fault,) = caught.value.faults
    assert (fault.code, fault.details["ref"]) == ("questionnaire_unknown", "bhxh-1999@1")
    assert "questionnaire_unknown" in str(caught.value)
