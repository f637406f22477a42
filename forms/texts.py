"""The texts of the citizen's pages, one table per language, from ``page_texts.toml``."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from forms.text_tables import DEFAULT_LANGUAGE, TextTable, read_texts, texts_in

_SOURCE = Path(__file__).with_name("page_texts.toml")


def page_texts(lang: str) -> TextTable:
    """Return the texts of every page and the kiosk; Vietnamese for unknown languages."""
    return texts_in(lang, _SOURCE)


def page_languages() -> tuple[str, ...]:
    """Return the languages that the citizen's pages speak, the default one first."""
    return tuple(read_texts(_SOURCE))


def with_fallback(texts: Mapping[str, Any]) -> TextTable:
    """Return the texts of a further language, those that it lacks in Vietnamese."""
    return TextTable(_over(page_texts(DEFAULT_LANGUAGE), texts), "further language")


def _over(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: _over(value, above.get(key, {})) if isinstance(value, Mapping) else above.get(key, value)
        for key, value in below.items()
    }
