"""What the commands say, as data: the sentences of ``texts.toml`` in the language in force."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from survey.cli.language import language

LANGUAGES = {"vi", "en"}


def text(key: str, /, **values: object) -> str:
    """Return the sentence *key* (``"plan.load.done"``) with its places filled.

    Raises:
        KeyError: where there is no such sentence, or a place of it is left empty.
    """
    sentence = sentences()[key][language()]
    return sentence.format_map(values) if values else sentence


@cache
def sentences() -> Mapping[str, Mapping[str, str]]:
    """Return every sentence in both languages by its key.

    Raises:
        ValueError: for one that is not there in both languages and in no other.
    """
    tables = tomllib.loads(Path(__file__).with_name("texts.toml").read_text("utf-8"))
    return dict(_flattened(tables))


def _flattened(table: Mapping[str, Any], place: str = "") -> Iterator[tuple[str, Mapping[str, str]]]:
    if any(isinstance(value, str) for value in table.values()):
        if set(table) != LANGUAGES:
            raise ValueError(f"texts.toml: {place} must be there in {sorted(LANGUAGES)}")
        yield place, table
        return
    for name, inner in table.items():
        yield from _flattened(inner, f"{place}.{name}" if place else name)
