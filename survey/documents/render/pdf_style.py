"""Sizes, margins and paragraph styles of decree 30/2020 in one place, in points and millimetres."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import Literal

from reportlab.lib.colors import HexColor, black
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import Paragraph

from survey.documents.render.fonts import Family

PAGE_WIDTH, PAGE_HEIGHT = A4
TOP = BOTTOM = 20 * mm
LEFT = 30 * mm
RIGHT = 15 * mm
TEXT_WIDTH = PAGE_WIDTH - LEFT - RIGHT
TEXT_HEIGHT = PAGE_HEIGHT - TOP - BOTTOM
INDENT = 12.7 * mm
BODY = 13.0
TABLE = 11.0
NOTE = 10.5
HEAD_FILL = HexColor(0xEDEDED)
GROUP_FILL = HexColor(0xF6F6F6)
LINE = HexColor(0x4D4D4D)
REHEARSAL = HexColor(0x9B1C1C)

Alignment = Literal["left", "centre", "right", "justify"]
# The stubs allow the words as well, drawing does not.
_ALIGNED: dict[Alignment, Literal[0, 1, 2, 4]] = {"left": 0, "centre": 1, "right": 2, "justify": 4}


@dataclass(frozen=True, slots=True)
class Styles:
    """Paragraph styles over one family of fonts."""

    family: Family

    def text(self, *, bold: bool = False, italic: bool = False) -> str:
        """Return the name of the font of this weight and slope."""
        family = self.family
        if bold:
            return family.bold_italic if italic else family.bold
        return family.italic if italic else family.regular

    @property
    def body(self) -> ParagraphStyle:
        """Running text: justified, first line indented by 1.27 cm."""
        return self._style("body", BODY, leading=17, alignment="justify", first_line=INDENT, after=6)

    @property
    def basis(self) -> ParagraphStyle:
        """A legal basis: as running text, in italics."""
        return self._style(
            "basis", BODY, italic=True, leading=17, alignment="justify", first_line=INDENT, after=6
        )

    def section(self, level: int) -> ParagraphStyle:
        """Heading of a section, tied to what follows."""
        style = self._style(
            f"section{level}",
            BODY,
            bold=True,
            leading=17,
            first_line=INDENT,
            before=6,
            after=6,
        )
        style.keepWithNext = 1
        return style

    def centred(self, name: str, size: float, *, bold: bool = False, italic: bool = False) -> ParagraphStyle:
        """Centred lines: titles and captions."""
        return self._style(name, size, bold=bold, italic=italic, leading=1.3 * size, alignment="centre")

    def addressee(self, indent: float) -> ParagraphStyle:
        """A line of several addressees, which all start at one indent."""
        style = self._style("addressee", BODY, leading=17)
        style.leftIndent = indent
        return style

    @property
    def caption(self) -> ParagraphStyle:
        """The name of a table or figure."""
        return self._style("caption", 12, bold=True, leading=15, alignment="centre", before=4, after=4)

    @property
    def note(self) -> ParagraphStyle:
        """A note under a table."""
        return self._style("note", NOTE, italic=True, leading=13, alignment="justify", after=2)

    def cell(self, alignment: Alignment, size: float, *, bold: bool = False) -> ParagraphStyle:
        """Text inside a table."""
        return self._style(f"cell-{alignment}", size, bold=bold, leading=1.18 * size, alignment=alignment)

    def paragraph(self, text: str, style: ParagraphStyle) -> Paragraph:
        """Set foreign or own text as a paragraph: drawable letters only, nothing of it markup."""
        return Paragraph(self.markup(text), style)

    def markup(self, text: str) -> str:
        """Return text that reportlab's little language shows as it stands."""
        return escape(self.family.drawable(text), quote=False)

    def _style(
        self,
        name: str,
        size: float,
        *,
        bold: bool = False,
        italic: bool = False,
        leading: float,
        alignment: Alignment = "left",
        first_line: float = 0,
        before: float = 0,
        after: float = 0,
    ) -> ParagraphStyle:
        return ParagraphStyle(
            name,
            fontName=self.text(bold=bold, italic=italic),
            fontSize=size,
            leading=leading,
            alignment=_ALIGNED[alignment],
            textColor=black,
            firstLineIndent=first_line,
            spaceBefore=before,
            spaceAfter=after,
            allowWidows=0,
            allowOrphans=0,
        )
