"""The texts of posters and cards, from ``texts.toml``."""

from __future__ import annotations

from pathlib import Path

from forms.text_tables import TextTable, read_texts

_SOURCE = Path(__file__).with_name("texts.toml")


def poster_texts() -> TextTable:
    """Return every text by its name."""
    return read_texts(_SOURCE)
