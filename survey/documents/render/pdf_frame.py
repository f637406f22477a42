"""The head and the foot of an official document: letterhead grid, signature block, rules."""

from __future__ import annotations

from dataclasses import dataclass

from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.lib.utils import simpleSplit
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.platypus import Flowable, Paragraph

from survey.documents.render.pdf_style import BODY, TEXT_HEIGHT, TEXT_WIDTH, Styles
from survey.documents.reports.record import Letterhead, Signature

_LEFT_SHARE = 0.41
_SIGN_SPACE = 26 * mm


@dataclass(frozen=True, slots=True)
class _LetterheadLine:
    """A centred line: its text, font, size, the middle of its column and its baseline from the top."""

    text: str
    font: str
    size: float
    middle: float
    down: float

    @property
    def width(self) -> float:
        return stringWidth(self.text, self.font, self.size)


class LetterheadGrid(Flowable):
    """The 2 x 2 grid: both columns start on one baseline, number and place-date share another."""

    def __init__(self, head: Letterhead, styles: Styles) -> None:
        super().__init__()
        self._lines, self._rules, self._height = _letterhead(head, styles)

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        """Return the room that the grid takes."""
        return TEXT_WIDTH, self._height

    def draw(self) -> None:
        """Draw every line at its baseline and the two rules."""
        for line in self._lines:
            self.canv.setFont(line.font, line.size)
            self.canv.drawCentredString(line.middle, self._height - line.down, line.text)
        self.canv.setLineWidth(0.7)
        for start, end, down in self._rules:
            self.canv.line(start, self._height - down, end, self._height - down)


_Rule = tuple[float, float, float]


def _letterhead(head: Letterhead, styles: Styles) -> tuple[list[_LetterheadLine], list[_Rule], float]:
    wide = TEXT_WIDTH * (1 - _LEFT_SHARE)
    narrow = TEXT_WIDTH * _LEFT_SHARE
    left, right = narrow / 2, narrow + wide / 2
    bold, plain, italic = styles.text(bold=True), styles.text(), styles.text(italic=True)
    drawable = styles.family.drawable
    size = _fitting(head.state, bold, wide, 12)
    leading = 1.3 * size
    governing = _balanced(drawable(head.governing_body), plain, size, narrow - 8)
    agency = _balanced(drawable(head.agency), bold, size, narrow - 8)
    lines = [
        _LetterheadLine(text, plain, size, left, size + row * leading) for row, text in enumerate(governing)
    ]
    lines += [
        _LetterheadLine(text, bold, size, left, size + row * leading)
        for row, text in enumerate(agency, len(governing))
    ]
    state = _LetterheadLine(drawable(head.state), bold, size, right, size)
    motto = _LetterheadLine(drawable(head.motto), bold, min(size + 1, 14), right, size + leading)
    rules = [*([_rule(motto, 1.0)] if head.motto else []), *(_rule(line, 0.4) for line in lines[-1:])]
    down = max(line.down for line in (*lines, motto)) + 26
    number = _LetterheadLine(
        drawable(head.number), plain, _fitting(head.number, plain, narrow, BODY), left, down
    )
    dated = _LetterheadLine(
        drawable(head.place_and_date), italic, _fitting(head.place_and_date, italic, wide, BODY), right, down
    )
    return [*lines, state, motto, number, dated], rules, down + 8


def _balanced(text: str, font: str, size: float, room: float) -> list[str]:
    """Break text into as few lines as fit the room, of about equal length."""
    lines = _lines(text, font, size, room)
    while room > 20:
        room -= 4
        narrower = _lines(text, font, size, room)
        if len(narrower) > len(lines):
            break
        lines = narrower
    return lines


def _lines(text: str, font: str, size: float, room: float) -> list[str]:
    """Break text at spaces into lines, and a word that is wider than the room between its letters."""
    words = " ".join(part for word in text.split(" ") for part in _parts(word, font, size, room))
    return list(simpleSplit(words, font, size, room))


def _parts(word: str, font: str, size: float, room: float) -> list[str]:
    parts = [""]
    for letter in word:
        if stringWidth(parts[-1] + letter, font, size) > room:
            parts.append("")
        parts[-1] += letter
    return parts


def _rule(line: _LetterheadLine, share: float) -> _Rule:
    half = line.width * share / 2
    return line.middle - half, line.middle + half, line.down + 6


def _fitting(text: str, font: str, room: float, size: float) -> float:
    """Return the size, made smaller where the text would not fit its column on one line."""
    return min(size, (room - 2) / max(stringWidth(text, font, 1), 0.01))


class OutlinedHeading(Paragraph):
    """A heading that enters the outline of bookmarks where it is drawn, and never breaks over pages."""

    def __init__(
        self, text: str, level: int, style: ParagraphStyle, styles: Styles, *, part: bool = False
    ) -> None:
        super().__init__(styles.markup(text), style)
        self.outline_text, self.outline_level, self.starts_part = text, level, part

    def split(self, width: float, height: float) -> list[Flowable]:
        """Move whole to the next page."""
        return []

    def draw(self) -> None:
        """Draw the heading and note its place."""
        key = f"heading-{self.canv.getPageNumber()}-{self.outline_text}"
        self.canv.bookmarkHorizontal(key, 0, self.height)
        self.canv.addOutlineEntry(self.outline_text, key, self.outline_level)
        super().draw()


class ShortRule(Flowable):
    """The centred rule under a title."""

    def __init__(self, width: float) -> None:
        super().__init__()
        self._rule = width

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        """Return the room that the rule takes."""
        return TEXT_WIDTH, 10

    def draw(self) -> None:
        """Draw the rule in the middle of the text's width."""
        self.canv.setLineWidth(0.7)
        self.canv.line((TEXT_WIDTH - self._rule) / 2, 7, (TEXT_WIDTH + self._rule) / 2, 7)


class SignatureBlock(Flowable):
    """Recipients on the left, authority, room for hand and seal, and name on the right.

    A block that is taller than a page is printed smaller, never cut.
    """

    def __init__(self, block: Signature, styles: Styles) -> None:
        super().__init__()
        half = TEXT_WIDTH / 2
        bold, label = styles.text(bold=True), styles.text(bold=True, italic=True)
        drawable = styles.family.drawable
        recipients = [
            part for line in block.recipients for part in _lines(drawable(line), styles.text(), 11, half - 10)
        ]
        authority = [part for line in block.authority for part in _lines(drawable(line), bold, BODY, half)]
        signer = _lines(drawable(block.signer), bold, BODY, half)
        under = BODY + 18 * len(authority) + _SIGN_SPACE
        self._left = [(drawable(block.recipients_label), label, 12.0, BODY)]
        self._left += [
            (line, styles.text(), 11.0, BODY + 16 + 14 * row) for row, line in enumerate(recipients)
        ]
        self._right = [(line, bold, BODY, BODY + 18 * row) for row, line in enumerate(authority)]
        self._right += [(line, bold, BODY, under + 18 * row) for row, line in enumerate(signer)]
        self._tall = max(under, *(line[3] for line in (*self._left, *self._right))) + 8

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        """Return the room that the taller side takes, at most a page with a line of text."""
        self.height = min(self._tall, TEXT_HEIGHT - 3 * BODY)
        return TEXT_WIDTH, self.height

    def draw(self) -> None:
        """Draw both sides from one first baseline."""
        scale = self.height / self._tall
        self.canv.scale(scale, scale)
        for text, font, size, down in self._left:
            self.canv.setFont(font, size)
            self.canv.drawString(0, self._tall - down, text)
        for text, font, size, down in self._right:
            self.canv.setFont(font, size)
            self.canv.drawCentredString(TEXT_WIDTH * 0.75, self._tall - down, text)
