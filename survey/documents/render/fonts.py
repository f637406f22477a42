"""A serif typeface with every Vietnamese letter: Liberation Serif 2 where installed, else DejaVu Serif.

DejaVu Serif comes with matplotlib; its folder is found without importing matplotlib. Version 1 of
Liberation Serif bears the same name and lacks the Vietnamese letters, so the letters are looked up, never
assumed.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFError, TTFont

_INSTALLED = Path("/usr/share/fonts/truetype/liberation2")
_STYLES = ("Regular", "Bold", "Italic", "BoldItalic")
_MISSING = "□"
_VOWELS = "aăâeêioôơuưy"
_TONES = ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")


@dataclass(frozen=True, slots=True)
class Family:
    """A registered family: the names of its four styles and the characters that all of them have."""

    regular: str
    bold: str
    italic: str
    bold_italic: str
    letters: frozenset[int]

    def drawable(self, text: str) -> str:
        """Return the text with a box for each character that the family cannot draw."""
        return "".join(letter if ord(letter) in self.letters else _MISSING for letter in text)


class NoFontError(RuntimeError):
    """No family with all Vietnamese letters is installed; matplotlib's own fonts are missing too."""


def vietnamese() -> frozenset[str]:
    """Return every letter of Vietnamese, small and capital, composed."""
    small = {unicodedata.normalize("NFC", vowel + tone) for vowel in _VOWELS for tone in _TONES} | {"đ"}
    plain = set("bcdghklmnpqrstvx")
    return frozenset(small | plain | {letter.upper() for letter in small | plain})


@cache
def serif() -> Family:
    """Return the first family that has every letter, registered with reportlab under its own name."""
    for name, files in _candidates():
        family = _registered(name, files)
        if family is not None:
            return family
    raise NoFontError("neither Liberation Serif 2 nor matplotlib's DejaVu Serif was found")


@cache
def fallback() -> Family:
    """Return DejaVu Serif, the family that every installation has."""
    family = _registered(*_dejavu())
    if family is None:
        raise NoFontError("matplotlib's DejaVu Serif was not found")
    return family


def _candidates() -> Iterator[tuple[str, tuple[Path, ...]]]:
    yield "LiberationSerif", tuple(_INSTALLED / f"LiberationSerif-{style}.ttf" for style in _STYLES)
    yield _dejavu()


def _dejavu() -> tuple[str, tuple[Path, ...]]:
    package = find_spec("matplotlib")
    places = (package.submodule_search_locations if package else None) or [""]
    folder = Path(places[0]) / "mpl-data" / "fonts" / "ttf"
    names = ("DejaVuSerif", "DejaVuSerif-Bold", "DejaVuSerif-Italic", "DejaVuSerif-BoldItalic")
    return "DejaVuSerif", tuple(folder / f"{name}.ttf" for name in names)


def _registered(name: str, files: tuple[Path, ...]) -> Family | None:
    try:
        fonts = [TTFont(f"{name}-{style}", str(file)) for style, file in zip(_STYLES, files, strict=True)]
    except TTFError:
        return None
    letters = frozenset.intersection(*(frozenset(font.face.charToGlyph) for font in fonts))
    if not {ord(letter) for letter in vietnamese()} <= letters:
        return None
    for font in fonts:
        pdfmetrics.registerFont(font)
    regular, bold, italic, bold_italic = (font.fontName for font in fonts)
    pdfmetrics.registerFontFamily(regular, regular, bold, italic, bold_italic)
    return Family(regular, bold, italic, bold_italic, letters)
