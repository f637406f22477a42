"""Every language says the same things, with the same gaps to fill."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pytest

from forms.questionnaire import bundled_questionnaires, load_questionnaire
from forms.texts import page_languages, page_texts


def sentences(table: Mapping[str, Any], path: str = "") -> dict[str, str]:
    flat: dict[str, str] = {}
    for key, value in table.items():
        place = f"{path}.{key}" if path else key
        flat |= sentences(value, place) if isinstance(value, Mapping) else {place: value}
    return flat


def gaps(text: str) -> list[str]:
    return sorted(re.findall(r"\{(\w*)\}", text))


def test_vietnamese_comes_first_and_answers_for_unknown_languages() -> None:
    assert page_languages()[0] == "vi"
    assert page_texts("fr") == page_texts("vi")
    assert page_texts("en") != page_texts("vi")


@pytest.mark.parametrize("lang", page_languages())
def test_a_language_is_complete(lang: str) -> None:
    ours, vietnamese = sentences(page_texts(lang)), sentences(page_texts("vi"))
    assert ours.keys() == vietnamese.keys()
    for place, text in ours.items():
        assert text.strip() == text != ""
        assert gaps(text) == gaps(vietnamese[place]), place


def test_every_shipped_questionnaire_speaks_the_pages_languages() -> None:
    for ref in bundled_questionnaires():
        assert set(page_languages()) <= set(load_questionnaire(ref).languages)
