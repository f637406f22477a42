"""The head of the first page: agency and state, title, place for the stamp, thanks and how to answer."""

from __future__ import annotations

from forms.layout import FIRST_PAGE_CODES, FIRST_TOP, LEFT, MARGIN, MARK, RIGHT, STAMP_ZONE, Edition
from forms.paper.pen import Pen, Type
from forms.paper.texts import BatchTexts

_AGENCY = (LEFT + MARK + 3, 70.0)  # left edge and width
_STATE = (99.0, 87.0)
_TITLE = (STAMP_ZONE[0] + STAMP_ZONE[2] + 1, FIRST_PAGE_CODES[0][0] - 3)
_RING = 18.0
_SAMPLE = 0.7  # of a box that is to be ticked


def draw_heading(pen: Pen, texts: BatchTexts) -> None:
    """Draw the two blocks of the letterhead, the title, the unit's name and the place for the stamp."""
    _agency(pen, texts)
    _state(pen, texts)
    left, right = _TITLE
    middle, width = (left + right) / 2, right - left
    pen.text(middle, 34.5, texts.title.upper(), Type(pen.faces.serif_bold, 15), "middle", width)
    if texts.subtitle:
        pen.text(middle, 40.5, texts.subtitle, Type(pen.faces.serif, 12), "middle", width)
    unit = texts["served_by"].format(unit=texts.unit_name)
    pen.text(middle, 47.0, unit, Type(pen.faces.serif_bold, 13), "middle", width)
    if texts.stamp_diameter is None:
        x, y = STAMP_ZONE[0] + STAMP_ZONE[2] / 2, STAMP_ZONE[1] + STAMP_ZONE[3] / 2
        pen.ring(x, y, _RING)
        pen.canvas.setFillGray(0.45)
        pen.text(x, y + _RING - 3.5, texts["stamp_here"], Type(pen.faces.serif_italic, 9), "middle")
        pen.canvas.setFillGray(0)


def _agency(pen: Pen, texts: BatchTexts) -> None:
    x, width = _AGENCY
    middle = x + width / 2
    pen.text(middle, MARGIN + 3.6, texts.governing_body.upper(), Type(pen.faces.serif, 10), "middle", width)
    bold = Type(pen.faces.serif_bold, 10)
    drawn = pen.text(middle, MARGIN + 8.2, texts.agency.upper(), bold, "middle", width)
    pen.line(middle - drawn / 5, MARGIN + 9.6, middle + drawn / 5, MARGIN + 9.6, 0.25)


def _state(pen: Pen, texts: BatchTexts) -> None:
    x, width = _STATE
    middle = x + width / 2
    pen.text(middle, MARGIN + 3.6, texts["state"], Type(pen.faces.serif_bold, 10), "middle", width)
    drawn = pen.text(middle, MARGIN + 8.2, texts["motto"], Type(pen.faces.serif_bold, 11), "middle", width)
    pen.line(middle - drawn / 2, MARGIN + 9.6, middle + drawn / 2, MARGIN + 9.6, 0.25)


def draw_intro(pen: Pen, texts: BatchTexts, edition: Edition) -> None:
    """Draw the thanks and three lines that show how to answer and how to correct."""
    plain = Type(pen.faces.sans, edition.type_size - 0.5, edition.leading)
    line = (edition.intro - 1) / (edition.intro // edition.leading)
    how_line = max(line, edition.box * _SAMPLE + 0.7)
    lines = 2 if edition.option_columns > 2 else 3
    room = edition.intro - 1 - lines * how_line
    thanks = f"{texts['greeting']} {texts['thanks']}"
    pen.paragraph(LEFT, FIRST_TOP, RIGHT - LEFT, room, thanks, plain)
    _how(pen, texts, edition, FIRST_TOP + room, how_line)


def _how(pen: Pen, texts: BatchTexts, edition: Edition, top: float, line: float) -> None:
    bold = Type(pen.faces.sans_bold, edition.type_size - 0.5)
    y, side = top + line / 2, edition.box * _SAMPLE
    x = _sampled(pen, LEFT, y, texts["how"], bold, side, "x")
    if edition.option_columns > 2:
        pen.text(x + 4, y + 1.4, texts["how_pen"], bold, width=RIGHT - x - 4)
    else:
        y += line
        pen.text(LEFT, y + 2, texts["how_pen"], bold, width=RIGHT - LEFT)
    _sampled(pen, LEFT, y + line, texts["how_mistake"], bold, side, "fx")


def _sampled(pen: Pen, x: float, y: float, text: str, kind: Type, side: float, samples: str) -> float:
    """Write a line and small boxes after it, ``x`` crossed and ``f`` filled; return where it ends."""
    x += pen.text(x, y + kind.size * 0.125, text, kind, width=RIGHT - x - 3 * side) + 2
    for sample in samples:
        top = y - side / 2
        pen.rectangle(x, top, side, side, filled=sample == "f")
        if sample == "x":
            pen.line(x + 0.7, top + 0.7, x + side - 0.7, top + side - 0.7, 0.5)
            pen.line(x + side - 0.7, top + 0.7, x + 0.7, top + side - 0.7, 0.5)
        x += side + 2.5
    return x
