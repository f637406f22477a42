"""The sentences of the paper form, one table per language, from ``texts.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

DEFAULT_LANGUAGE = "vi"
_SOURCE = Path(__file__).with_name("texts.toml")


def paper_texts(lang: str) -> Mapping[str, str]:
    """Return the sentences of a language; Vietnamese for an unknown one."""
    every = _every_language()
    return every.get(lang, every[DEFAULT_LANGUAGE])


def paper_languages() -> tuple[str, ...]:
    """Return the languages that the paper form speaks, the default one first."""
    return tuple(_every_language())


@cache
def _every_language() -> Mapping[str, Mapping[str, str]]:
    return tomllib.loads(_SOURCE.read_text(encoding="utf-8"))
