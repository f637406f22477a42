"""The sentences of the citizen's pages, one table per language, from ``page_texts.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

DEFAULT_LANGUAGE = "vi"
_SOURCE = Path(__file__).with_name("page_texts.toml")


def page_texts(lang: str) -> Mapping[str, Any]:
    """Return the sentences of every page and the kiosk; Vietnamese for unknown languages."""
    every = _every_language()
    return every.get(lang, every[DEFAULT_LANGUAGE])


def page_languages() -> tuple[str, ...]:
    """Return the languages that the citizen's pages speak, the default one first."""
    return tuple(_every_language())


def with_fallback(words: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the sentences of a further language, those that it lacks in Vietnamese."""
    return _over(_every_language()[DEFAULT_LANGUAGE], words)


def _over(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: _over(value, above.get(key, {})) if isinstance(value, Mapping) else above.get(key, value)
        for key, value in below.items()
    }


@lru_cache(maxsize=1)
def _every_language() -> Mapping[str, Mapping[str, Any]]:
    return tomllib.loads(_SOURCE.read_text(encoding="utf-8"))
