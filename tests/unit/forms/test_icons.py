"""Every bundled questionnaire has a drawing for each criterion and item, and no drawing is left over."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from forms.icons import _data, icons
from forms.questionnaire import bundled_questionnaires, load_questionnaire

PATH = re.compile(r"M[-\d. MmHhVvLlAaCcSsZz]+")


@pytest.mark.parametrize("ref", bundled_questionnaires())
def test_every_question_of_a_bundled_questionnaire_has_a_drawing(ref: str) -> None:
    q = load_questionnaire(ref)
    found = icons(q)
    items = {each.id: each.field for each in (*q.items, q.overall)}
    criteria = {each.id for each in q.criteria}
    assert set(found) == criteria | set(items.values())
    assert set(_data()["questionnaires"][q.id]) == criteria | set(items)


def test_another_questionnaire_simply_has_none() -> None:
    assert icons(replace(load_questionnaire("bhxh-2024@1"), id="other")) == {}


def test_every_drawing_is_a_line_and_is_used() -> None:
    data = _data()
    used = {name for chosen in data["questionnaires"].values() for name in chosen.values()}
    assert used == set(data["drawings"])
    for line in data["drawings"].values():
        assert PATH.fullmatch(line)
        assert all(abs(float(number)) <= 24 for number in re.findall(r"-?\d*\.?\d+", line))
