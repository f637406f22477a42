"""Reads the tables of texts that lie beside the code as TOML; whoever asks for a text that is missing is told its name."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

DEFAULT_LANGUAGE = "vi"


class MissingTextError(LookupError):
    """Raised where a table has no text of a name; says which table and which name."""


class TextTable(dict[str, Any]):
    """Texts by their names, in tables as deep as their file has them."""

    def __init__(self, texts: Mapping[str, Any], name: str) -> None:
        """Take over texts; ``name`` is how a missing one is reported."""
        super().__init__(
            {
                key: TextTable(each, f"{name}.{key}") if isinstance(each, Mapping) else each
                for key, each in texts.items()
            }
        )
        self._name = name

    def __missing__(self, key: str) -> Any:
        """Raise MissingTextError."""
        raise MissingTextError(f"{self._name} has no text {key!r}")


@cache
def read_texts(path: Path) -> TextTable:
    """Return the texts of a TOML file, read once."""
    return TextTable(tomllib.loads(path.read_text("utf-8")), path.stem)


def texts_in(lang: str, path: Path) -> TextTable:
    """Return the table of a language of a file that has one for each; Vietnamese for an unknown language."""
    tables = read_texts(path)
    chosen: TextTable = tables.get(lang) or tables[DEFAULT_LANGUAGE]
    return chosen
