"""The validator names every fault of a questionnaire with its place, and no fault of a sound one."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.faults import FaultyInstrument
from forms.questionnaire import (
    load_questionnaire,
    parse_questionnaire,
    questionnaire_from_json,
    questionnaire_json,
)
from forms.questionnaire_check import questionnaire_faults
from tests.unit.forms.rendering import ROOT

Data = dict[str, Any]
SOUND: Data = questionnaire_json(load_questionnaire("vss-2025@1"))


def faults_after(change: Callable[[Data], object]) -> list[tuple[str, str]]:
    data = copy.deepcopy(SOUND)
    change(data)
    return [(fault.code, fault.location) for fault in questionnaire_faults(data)]


def put(path: str, value: object) -> Callable[[Data], object]:
    """Return a change that sets what stands at a dotted path; numbers are places in lists."""
    *way, last = [int(step) if step.isdigit() else step for step in path.split(".")]

    def change(data: Any) -> None:
        for step in way:
            data = data[step]
        data[last] = value

    return change


CASES = [
    ("criteria.2.items.0.text.vi", "  ", "questionnaire_blank_text", "criteria[2].items[0].text.vi"),
    ("criteria.2.items.0.text.vi", "x" * 201, "questionnaire_long_text", "criteria[2].items[0].text.vi"),
    ("title.en", "Two\nlines", "questionnaire_untidy_text", "title.en"),
    ("title.vi", "Ha\u0300i lo\u0300ng", "questionnaire_untidy_text", "title.vi"),
    ("title.vi", 7, "questionnaire_type", "title.vi"),
    ("title", "Phiếu", "questionnaire_type", "title"),
    ("title.fr", "Enquête", "questionnaire_unknown_key", "title.fr"),
    ("id", "BHXH 2024", "questionnaire_bad_id", "id"),
    ("id", 7, "questionnaire_type", "id"),
    ("version", 0, "questionnaire_range", "version"),
    ("version", 1.5, "questionnaire_type", "version"),
    ("version", True, "questionnaire_type", "version"),
    ("languages", [], "questionnaire_count", "languages"),
    ("languages", "vi", "questionnaire_type", "languages"),
    ("languages", ["vi", "en", "vi"], "questionnaire_duplicate", "languages[2]"),
    ("levels", SOUND["levels"][:4], "questionnaire_count", "levels"),
    ("levels", SOUND["levels"][::-1], "questionnaire_levels", "levels"),
    ("criteria", [], "questionnaire_count", "criteria"),
    ("criteria.0", "C1", "questionnaire_type", "criteria[0]"),
    ("criteria.1.id", "P1", "questionnaire_duplicate", "criteria[1].id"),
    ("criteria.1.id", "p 1", "questionnaire_bad_id", "criteria[1].id"),
    ("criteria.1.max_points", math.nan, "questionnaire_range", "criteria[1].max_points"),
    ("criteria.1.max_points", 0, "questionnaire_range", "criteria[1].max_points"),
    ("criteria.1.max_points", "2", "questionnaire_type", "criteria[1].max_points"),
    ("criteria.1.part", "nowhere", "questionnaire_unknown_id", "criteria[1].part"),
    ("criteria.0.items.1.id", "P1.1", "questionnaire_duplicate", "criteria[0].items[1].id"),
    ("criteria.0.items.1.id", "P2.9", "questionnaire_foreign_item", "criteria[0].items[1].id"),
    ("criteria.0.weight", 2, "questionnaire_unknown_key", "criteria[0].weight"),
    ("profile.1.id", "group", "questionnaire_duplicate", "profile[1].id"),
    ("profile.1.options.1.value", "a", "questionnaire_duplicate", "profile[1].options[1].value"),
    ("profile.1.options.1.value", "ab", "questionnaire_bad_id", "profile[1].options[1].value"),
    ("profile.1.sensitive", "yes", "questionnaire_type", "profile[1].sensitive"),
    ("opted_in", ["sex"], "questionnaire_unknown_id", "opted_in[0]"),
    ("overall", {}, "questionnaire_missing", "overall.text"),
]


@pytest.mark.parametrize(("path", "value", "code", "place"), CASES)
def test_one_fault_is_named_with_its_place(path: str, value: object, code: str, place: str) -> None:
    assert (code, place) in faults_after(put(path, value))


def test_a_sound_questionnaire_has_no_fault() -> None:
    assert questionnaire_faults(SOUND) == ()


def test_all_faults_come_at_once() -> None:
    def spoil(data: Data) -> None:
        del data["comment"]
        del data["criteria"][0]["text"]["en"]
        data["criteria"][1]["id"] = "P1"
        data["levels"].reverse()
        data["colour"] = "red"

    found = faults_after(spoil)
    assert ("questionnaire_missing", "comment") in found
    assert ("questionnaire_missing", "criteria[0].text.en") in found
    assert ("questionnaire_duplicate", "criteria[1].id") in found
    assert ("questionnaire_levels", "levels") in found
    assert ("questionnaire_unknown_key", "colour") in found


def test_too_many_items_in_all() -> None:
    def swell(data: Data) -> None:
        text = data["criteria"][0]["items"][0]["text"]
        for criterion in data["criteria"]:
            criterion["items"] = [{"id": f"{criterion['id']}.{n}", "text": text} for n in range(1, 8)]

    assert faults_after(swell) == [("questionnaire_count", "criteria")]


def test_parse_raises_every_fault_of_the_text() -> None:
    path = ROOT / "forms" / "definitions" / "bhxh-2024.toml"
    text = path.read_text(encoding="utf-8").replace('id = "C1.2"', 'id = "C1.1"', 1)
    text = text.replace("max_points = 2\n", "max_points = -2\n", 1)
    with pytest.raises(FaultyInstrument) as caught:
        parse_questionnaire(text)
    assert [(fault.code, fault.location) for fault in caught.value.faults] == [
        ("questionnaire_range", "criteria[0].max_points"),
        ("questionnaire_duplicate", "criteria[0].items[1].id"),
    ]


@pytest.mark.parametrize(
    ("text", "line", "place"),
    [
        ("id = \n", 1, "line 1, column 6"),
        ('a = 1\nb = "', 0, "end of file"),
    ],
)
def test_broken_toml_names_line_and_column(text: str, line: int, place: str) -> None:
    with pytest.raises(FaultyInstrument) as caught:
        parse_questionnaire(text)
    (fault,) = caught.value.faults
    assert (fault.code, fault.location, fault.details["line"]) == ("questionnaire_syntax", place, line)


def test_absurdly_nested_toml_is_refused() -> None:
    with pytest.raises(FaultyInstrument, match="questionnaire_syntax"):
        parse_questionnaire("a = " + "[" * 100_000)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
_PLACES = st.sampled_from(
    [
        *("id", "version", "languages", "languages.0", "title", "overall", "comment", "opted_in"),
        *("levels", "levels.0", "levels.0.value", "parts", "parts.0", "criteria", "criteria.0"),
        *("criteria.0.id", "criteria.0.part", "criteria.0.text", "criteria.0.items"),
        *("criteria.0.items.0", "criteria.0.items.0.id", "profile", "profile.0", "profile.0.sensitive"),
        *("profile.0.options", "profile.0.options.0"),
    ]
)


@given(_PLACES, _JSON)
def test_arbitrary_values_anywhere_are_read_or_refused_and_never_crash(path: str, value: object) -> None:
    data = copy.deepcopy(SOUND)
    put(path, value)(data)
    if questionnaire_faults(data):
        return
    q = questionnaire_from_json(data)
    assert questionnaire_from_json(questionnaire_json(q)) == q
