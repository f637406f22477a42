"""Typefaces for the form: Liberation 2 where Debian installed it, else DejaVu from matplotlib.

Version 1 of Liberation bears the same names and lacks the Vietnamese letters, so that the letters are looked
up, never assumed. Every face is embedded as the subset that the form needs.
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

from forms.faults import FaultyInstrument, InstrumentFault

_INSTALLED = Path("/usr/share/fonts/truetype/liberation2")
_STYLES = ("serif", "serif-bold", "serif-italic", "sans", "sans-bold")
_LIBERATION = ("Serif-Regular", "Serif-Bold", "Serif-Italic", "Sans-Regular", "Sans-Bold")
_DEJAVU = ("Serif", "Serif-Bold", "Serif-Italic", "Sans", "Sans-Bold")
_MISSING = "□"
_VOWELS = "aăâeêioôơuưyAĂÂEÊIOÔƠUƯY"
_TONES = ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
VIETNAMESE = frozenset(unicodedata.normalize("NFC", v + t) for v in _VOWELS for t in _TONES) | set("đĐ")


@dataclass(frozen=True, slots=True)
class Faces:
    """The registered names of the five faces and the letters that all of them have."""

    serif: str
    serif_bold: str
    serif_italic: str
    sans: str
    sans_bold: str
    letters: frozenset[int]

    def drawable(self, text: str) -> str:
        """Return the text composed, with a box for each character that the faces cannot draw."""
        composed = unicodedata.normalize("NFC", text)
        return "".join(letter if ord(letter) in self.letters else _MISSING for letter in composed)


@cache
def faces() -> Faces:
    """Return the first family with every Vietnamese letter; the fault ``paper_no_font`` if there is none."""
    for family, files in _candidates():
        if registered := _registered(family, files):
            return registered
    raise FaultyInstrument([InstrumentFault("paper_no_font", "")])


def _candidates() -> Iterator[tuple[str, tuple[Path, ...]]]:
    yield "Liberation", tuple(_INSTALLED / f"Liberation{style}.ttf" for style in _LIBERATION)
    matplotlib = find_spec("matplotlib")
    folders = (matplotlib.submodule_search_locations if matplotlib else None) or [""]
    folder = Path(folders[0]) / "mpl-data" / "fonts" / "ttf"
    yield "DejaVu", tuple(folder / f"DejaVu{style}.ttf" for style in _DEJAVU)


def _registered(family: str, files: tuple[Path, ...]) -> Faces | None:
    names = [f"paper-{family}-{style}" for style in _STYLES]
    try:
        fonts = [TTFont(name, str(file)) for name, file in zip(names, files, strict=True)]
    except TTFError:
        return None
    letters = frozenset.intersection(*(frozenset(font.face.charToGlyph) for font in fonts))
    if not {ord(letter) for letter in VIETNAMESE} <= letters:
        return None
    for font in fonts:
        pdfmetrics.registerFont(font)
    serif, serif_bold, serif_italic, sans, sans_bold = names
    return Faces(serif, serif_bold, serif_italic, sans, sans_bold, letters)
