"""The tags of languages (BCP 47), with names by which an office calls the languages of its province."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from forms.text_tables import read_texts

_TEXTS = read_texts(Path(__file__).with_name("texts.toml"))
BUNDLED: Mapping[str, str] = _TEXTS["bundled"]
EXPECTED: Mapping[str, tuple[str, str]] = {
    shown: (each["tag"], each["name"]) for shown, each in _TEXTS["expected"].items()
}
TAG = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,2}", re.ASCII)


def tag_of(text: str) -> str | None:
    """Return the tag that a text is or names, None where it is neither."""
    expected = EXPECTED.get(text.lower())
    if expected is not None:
        return expected[0]
    return text if TAG.fullmatch(text) else None


def vietnamese_name(tag: str) -> str:
    """Return how the office calls a language, its tag where we don't know."""
    return BUNDLED.get(tag) or next((name for each, name in EXPECTED.values() if each == tag), tag)
