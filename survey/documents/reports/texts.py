"""The reports' sentences as data, checked at load: every fault at once, with its place."""

from __future__ import annotations

import string
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from typing import Any

from scoring.faults import DataFault, FaultyData
from survey.documents.reports.formats import day_figures, month_figures, period_parts, plain

_LONGEST_LIST = 4000


@dataclass(frozen=True, slots=True)
class ReportTexts:
    """Sentences by key (``"table.title"``)."""

    sentences: Mapping[str, str]

    def text(self, key: str, **values: str) -> str:
        """Return a sentence with its places filled; foreign text in them is made plain first."""
        return self.sentences[key].format(
            **{name: plain(value, _LONGEST_LIST) for name, value in values.items()}
        )

    def long_date(self, day: date | None) -> str:
        """Return the date line; the unset date leaves room for the pen."""
        if day is None:
            return self.text("head.no_date")
        return self.text("head.date", day=day_figures(day), month=month_figures(day), year=str(day.year))

    def period(self, code: str) -> str:
        """Return how a part of a campaign is named inside a sentence: ``tháng 8/2024``, ``quý III/2024``."""
        kind, number, year = period_parts(code)
        return self.text(f"period.{kind}", **{kind: number}, year=year)


@cache
def bundled() -> ReportTexts:
    """Return the wording that ships with the product."""
    text = resources.files("survey.documents.reports").joinpath("texts.toml").read_text(encoding="utf-8")
    return ReportTexts(dict(_flattened(tomllib.loads(text))))


def parse(text: str) -> ReportTexts:
    """Read an office's own wording and check it against the bundled one.

    It must hold the same sentences; a sentence may leave a place out but cannot invent one. Raises
    ``FaultyData`` with ``wording_not_toml``, ``wording_missing``, ``wording_unknown``,
    ``wording_not_text``, ``wording_broken_place`` and ``wording_unknown_place``.
    """
    try:
        sentences = dict(_flattened(tomllib.loads(text)))
    except tomllib.TOMLDecodeError as error:
        raise FaultyData((DataFault("wording_not_toml", "", {"problem": str(error)}),)) from error
    faults = tuple(_faults(sentences, bundled().sentences))
    if faults:
        raise FaultyData(faults)
    return ReportTexts(sentences)


def places(sentence: str) -> frozenset[str]:
    """Return the names of a sentence's places; raises ValueError where a brace means anything else."""
    parts = [part for part in string.Formatter().parse(sentence) if part[1] is not None]
    if any(layout or conversion for _, _, layout, conversion in parts):
        raise ValueError("a place holds a name and nothing else")
    return frozenset(str(name) for _, name, _, _ in parts)


def _flattened(tables: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in tables.items():
        if isinstance(value, dict):
            yield from _flattened(value, f"{prefix}{name}.")
        else:
            yield prefix + name, value


def _faults(sentences: Mapping[str, Any], wanted: Mapping[str, str]) -> Iterator[DataFault]:
    for key in wanted:
        if key not in sentences:
            yield DataFault("wording_missing", key, {})
    for key, sentence in sentences.items():
        if key not in wanted:
            yield DataFault("wording_unknown", key, {})
        elif not isinstance(sentence, str) or not sentence.strip():
            yield DataFault("wording_not_text", key, {})
        else:
            yield from _place_faults(key, sentence, places(wanted[key]))


def _place_faults(key: str, sentence: str, allowed: frozenset[str]) -> Iterator[DataFault]:
    try:
        named = places(sentence)
    except ValueError:
        yield DataFault("wording_broken_place", key, {})
        return
    for name in sorted(named - allowed):
        yield DataFault("wording_unknown_place", key, {"name": name})
