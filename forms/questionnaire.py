"""The questionnaire as a frozen record, read from TOML or from the copy that a campaign keeps.

The shape of the data is the same in both; ``forms.questionnaire_check`` says what is allowed.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import Any

from forms.faults import FaultyInstrument, InstrumentFault
from forms.questionnaire_check import questionnaire_faults

DEFINITIONS = Path(__file__).parent / "definitions"
OVERALL = "overall"
COMMENT = "comment"


@dataclass(frozen=True, slots=True, kw_only=True)
class MultilingualText:
    """A text in every language of its questionnaire, the default language first."""

    texts: Mapping[str, str]

    def text(self, lang: str) -> str:
        """Return the text in a language, or in the default language where there is none."""
        return self.texts.get(lang) or next(iter(self.texts.values()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Level(MultilingualText):
    """One step of the scale: 1 is the worst, 5 the best."""

    value: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Item(MultilingualText):
    """A statement to be rated. ``criterion`` is None for the overall item."""

    id: str
    criterion: str | None = None

    @property
    def field(self) -> str:
        """Return the name of the item's field on every form."""
        return self.id.lower().replace(".", "_")


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion(MultilingualText):
    """A group of items with the maximum of points that it earns in the reform index."""

    id: str
    max_points: float
    items: tuple[Item, ...]
    part: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Part(MultilingualText):
    """A heading over several criteria, for surveys that ask about more than one matter."""

    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Option(MultilingualText):
    """One answer to a profile question, kept as one letter."""

    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Question(MultilingualText):
    """An optional question about the respondent. A sensitive one is asked only where opted in."""

    id: str
    options: tuple[Option, ...]
    sensitive: bool = False

    @property
    def field(self) -> str:
        """Return the name of the question's field on every form."""
        return f"p_{self.id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Questionnaire(MultilingualText):
    """A whole questionnaire; its own text is its title.

    ``offered`` holds every profile question of the definition, ``profile`` those that are asked.
    """

    id: str
    version: int
    languages: tuple[str, ...]
    levels: tuple[Level, ...]
    no_opinion: MultilingualText
    declined: MultilingualText
    parts: tuple[Part, ...]
    criteria: tuple[Criterion, ...]
    overall: Item
    comment: MultilingualText
    offered: tuple[Question, ...]
    opted_in: tuple[str, ...]

    @property
    def ref(self) -> str:
        """Return the id and version by which a plan names this questionnaire."""
        return f"{self.id}@{self.version}"

    @property
    def items(self) -> tuple[Item, ...]:
        """Return the items of all criteria in the order of the form, without the overall item."""
        return tuple(chain.from_iterable(criterion.items for criterion in self.criteria))

    @property
    def profile(self) -> tuple[Question, ...]:
        """Return the profile questions that are asked: sensitive ones only where opted in."""
        return tuple(each for each in self.offered if not each.sensitive or each.id in self.opted_in)

    def opt_in(self, *questions: str) -> Questionnaire:
        """Return a copy that also asks these sensitive questions; an unknown id is a ValueError."""
        sensitive = {each.id for each in self.offered if each.sensitive}
        if unknown := set(questions) - sensitive:
            raise ValueError(f"no sensitive question {sorted(unknown)} in {self.ref}")
        wanted = {*self.opted_in, *questions}
        return replace(self, opted_in=tuple(each.id for each in self.offered if each.id in wanted))


def parse_questionnaire(toml_text: str) -> Questionnaire:
    """Read a questionnaire from TOML; raise FaultyInstrument with all faults and their places."""
    try:
        data = tomllib.loads(toml_text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise FaultyInstrument([syntax_fault(error)]) from None
    return questionnaire_from_json(data)


def questionnaire_from_json(data: Mapping[str, Any]) -> Questionnaire:
    """Read a questionnaire from plain values; raise FaultyInstrument with all faults and their places."""
    if faults := questionnaire_faults(data):
        raise FaultyInstrument(faults)
    return _build(data)


def questionnaire_json(q: Questionnaire) -> dict[str, Any]:
    """Return a questionnaire as plain JSON values in the shape of its TOML."""
    return {
        "id": q.id,
        "version": q.version,
        "languages": list(q.languages),
        "title": dict(q.texts),
        "no_opinion": dict(q.no_opinion.texts),
        "declined": dict(q.declined.texts),
        "levels": [{"value": each.value, "text": dict(each.texts)} for each in q.levels],
        **({"parts": [{"id": each.id, "text": dict(each.texts)} for each in q.parts]} if q.parts else {}),
        "criteria": [_criterion_json(each) for each in q.criteria],
        "overall": {"text": dict(q.overall.texts)},
        "profile": [_question_json(each) for each in q.offered],
        "comment": {"text": dict(q.comment.texts)},
        "opted_in": list(q.opted_in),
    }


def bundled_questionnaires() -> tuple[str, ...]:
    """Return the refs of the questionnaires that ship with the product."""
    return tuple(sorted(_shipped()))


def load_questionnaire(ref: str) -> Questionnaire:
    """Return a bundled questionnaire by its ref such as ``bhxh-2024@1``."""
    try:
        return _shipped()[ref]
    except KeyError:
        raise FaultyInstrument([InstrumentFault("questionnaire_unknown", "", {"ref": ref[:60]})]) from None


@lru_cache(maxsize=1)
def _shipped() -> Mapping[str, Questionnaire]:
    shipped = [parse_questionnaire(path.read_text(encoding="utf-8")) for path in DEFINITIONS.glob("*.toml")]
    return {each.ref: each for each in shipped}


def syntax_fault(error: Exception) -> InstrumentFault:
    """Return where and that a text is no TOML."""
    where = re.search(r"at line (\d+), column (\d+)", str(error))
    line, column = (int(where[1]), int(where[2])) if where else (0, 0)
    place = f"line {line}, column {column}" if where else "end of file"
    return InstrumentFault("questionnaire_syntax", place, {"line": line, "column": column})


def _build(data: Mapping[str, Any]) -> Questionnaire:
    languages = tuple(data["languages"])
    return Questionnaire(
        id=data["id"],
        version=data["version"],
        languages=languages,
        texts=_texts(data["title"], languages),
        no_opinion=MultilingualText(texts=_texts(data["no_opinion"], languages)),
        declined=MultilingualText(texts=_texts(data["declined"], languages)),
        levels=tuple(_level(each, languages) for each in data["levels"]),
        parts=tuple(_part(each, languages) for each in data.get("parts", ())),
        criteria=tuple(_criterion(each, languages) for each in data["criteria"]),
        overall=Item(id=OVERALL, texts=_texts(data["overall"]["text"], languages)),
        comment=MultilingualText(texts=_texts(data["comment"]["text"], languages)),
        offered=tuple(_question(each, languages) for each in data.get("profile", ())),
        opted_in=tuple(data.get("opted_in", ())),
    )


def _texts(raw: Mapping[str, str], languages: Sequence[str]) -> dict[str, str]:
    return {lang: raw[lang] for lang in languages}


def _level(raw: Mapping[str, Any], languages: Sequence[str]) -> Level:
    return Level(value=raw["value"], texts=_texts(raw["text"], languages))


def _part(raw: Mapping[str, Any], languages: Sequence[str]) -> Part:
    return Part(id=raw["id"], texts=_texts(raw["text"], languages))


def _item(raw: Mapping[str, Any], criterion: str, languages: Sequence[str]) -> Item:
    return Item(id=raw["id"], criterion=criterion, texts=_texts(raw["text"], languages))


def _option(raw: Mapping[str, Any], languages: Sequence[str]) -> Option:
    return Option(value=raw["value"], texts=_texts(raw["text"], languages))


def _criterion(raw: Mapping[str, Any], languages: Sequence[str]) -> Criterion:
    return Criterion(
        id=raw["id"],
        max_points=raw["max_points"],
        items=tuple(_item(each, raw["id"], languages) for each in raw["items"]),
        part=raw.get("part"),
        texts=_texts(raw["text"], languages),
    )


def _question(raw: Mapping[str, Any], languages: Sequence[str]) -> Question:
    return Question(
        id=raw["id"],
        options=tuple(_option(each, languages) for each in raw["options"]),
        sensitive=raw.get("sensitive", False),
        texts=_texts(raw["text"], languages),
    )


def _criterion_json(criterion: Criterion) -> dict[str, Any]:
    return {
        "id": criterion.id,
        **({"part": criterion.part} if criterion.part else {}),
        "max_points": criterion.max_points,
        "text": dict(criterion.texts),
        "items": [{"id": each.id, "text": dict(each.texts)} for each in criterion.items],
    }


def _question_json(question: Question) -> dict[str, Any]:
    return {
        "id": question.id,
        "text": dict(question.texts),
        **({"sensitive": True} if question.sensitive else {}),
        "options": [{"value": each.value, "text": dict(each.texts)} for each in question.options],
    }
