"""The tags of languages (BCP 47), with names by which an office calls the languages of its province."""

from __future__ import annotations

import re
from collections.abc import Mapping

# What ships with the product, by the name under which a page offers it.
BUNDLED: Mapping[str, str] = {"vi": "Tiếng Việt", "en": "English"}
# Spoken in the provinces of the first campaigns; the tags are those of ISO 639-3.
EXPECTED: Mapping[str, tuple[str, str]] = {
    "bana": ("bdq", "Ba Na"),
    "hre": ("hre", "H'rê"),
    "cham-hroi": ("hro", "Chăm H'roi"),
    "jrai": ("jra", "Jrai"),
}
TAG = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,2}", re.ASCII)


def tag_of(text: str) -> str | None:
    """Return the tag that a text is or names, None where it is neither."""
    found = EXPECTED.get(text.lower())
    if found is not None:
        return found[0]
    return text if TAG.fullmatch(text) else None


def vietnamese_name(tag: str) -> str:
    """Return how the office calls a language, its tag where we don't know."""
    return BUNDLED.get(tag) or next((name for each, name in EXPECTED.values() if each == tag), tag)
