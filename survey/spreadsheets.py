"""Cells of text in files that spreadsheets open: what they would take for a formula is guarded by an apostrophe."""

from __future__ import annotations

# A spreadsheet may take what begins like this for a formula; the wide signs are the same to some.
FORMULA = frozenset("=+-@\t\r'＝＋－＠")


def guarded(text: str) -> str:
    """Return a text so that a spreadsheet takes it for text, never for a formula."""
    return f"'{text}" if text[:1] in FORMULA else text


def unguarded(text: str) -> str:
    """Return the text that :func:`guarded` guarded."""
    return text[1:] if text[:1] == "'" and text[1:2] in FORMULA else text
