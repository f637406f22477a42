"""A questionnaire that speaks one language more."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from forms.languages.entries import QUESTIONNAIRE
from forms.languages.folder import Language
from forms.questionnaire import Questionnaire, questionnaire_from_json, questionnaire_json


def speaking(q: Questionnaire, language: Language) -> Questionnaire:
    """Return the questionnaire with the texts of a further language; one that it speaks already stays as it is."""
    if language.tag in q.languages:
        return q
    translation = _Translation(language.tag, language.question_texts)
    data = questionnaire_json(q)
    for name in ("title", "no_opinion", "declined"):
        translation.add_to(data[name], name)
    for name in ("overall", "comment"):
        translation.add_to(data[name]["text"], name)
    for level in data["levels"]:
        translation.add_to(level["text"], f"levels.{level['value']}")
    for part in data.get("parts", ()):
        translation.add_to(part["text"], f"parts.{part['id']}")
    for criterion, source in zip(data["criteria"], q.criteria, strict=True):
        translation.add_to(criterion["text"], f"criteria.{criterion['id']}")
        for item, asked in zip(criterion["items"], source.items, strict=True):
            translation.add_to(item["text"], f"items.{asked.field}")
    for question in data["profile"]:
        translation.add_to(question["text"], f"profile.{question['id']}.text")
        for option in question["options"]:
            translation.add_to(option["text"], f"profile.{question['id']}.{option['value']}")
    return questionnaire_from_json({**data, "languages": [*q.languages, language.tag]})


class _Translation:
    def __init__(self, tag: str, texts: Mapping[str, str]) -> None:
        self._tag = tag
        self._texts = texts

    def add_to(self, texts: dict[str, Any], path: str) -> None:
        texts[self._tag] = self._texts[f"{QUESTIONNAIRE}.{path}"]
