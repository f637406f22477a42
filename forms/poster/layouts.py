"""Where everything stands on a poster, a table tent and a pocket card; lengths in mm, type in points.

The outer 9 mm stay free, because office printers cannot print there. Nothing needs colour to be
understood: the dark band prints as dark grey.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from forms.poster.drawing import (
    ALARM,
    DIM,
    KEY,
    PALE,
    PAPER,
    Placed,
    PosterSheet,
    Rectangle,
    Rule,
    Simple,
    Symbol,
    scaled,
)
from forms.poster.notice import Notice
from forms.poster.setting import broken, line, lines, wrapped
from forms.poster.symbol import symbol
from forms.poster.texts import poster_texts

A4 = (210.0, 297.0)
A5 = (148.5, 210.0)
HALF = A5[0] / A4[0]
CARD = (90.0, 54.0)
CARDS = (2, 5)
TENT_FACE = 115.0
TENT_TAB = 15.0
MIDDLE, LEFT, INNER = 105.0, 17.0, 176.0
POSTER_CODE = 100.0
SPARE_CODE = 24.0


def a4(notice: Notice) -> PosterSheet:
    """Return the poster for a wall or a door."""
    return PosterSheet(*A4, _title(notice), (Placed(0, 0, tuple(_poster(notice))),))


def a5(notice: Notice) -> PosterSheet:
    """Return the poster for a desk or a window: the same, at half the size."""
    return PosterSheet(*A5, _title(notice), (Placed(0, 0, scaled(_poster(notice), HALF)),))


def tent(notice: Notice) -> PosterSheet:
    """Return an A4 sheet to be folded into a tent that shows the same on both sides."""
    front, back = TENT_TAB + TENT_FACE, TENT_TAB
    face = tuple(_tent_face(notice))
    width, height = A4
    folds = tuple(
        Rule(x, y, x + 12, y, 0.2, DIM, dashed=True)
        for y in (back, front, front + TENT_FACE)
        for x in (0.0, width - 12)
    )
    return PosterSheet(
        width,
        height,
        _title(notice),
        (
            Placed(width, front, face, turned=True),
            Placed(0, front, face),
            Placed(0, 0, (*folds, *_tent_words(front + TENT_FACE))),
        ),
    )


def cards(notice: Notice) -> PosterSheet:
    """Return an A4 sheet of ten pocket cards with marks to cut along."""
    across, down = CARDS
    left, top = (A4[0] - across * CARD[0]) / 2, (A4[1] - down * CARD[1]) / 2
    card = tuple(_card(notice))
    positions = [
        Placed(left + x * CARD[0], top + y * CARD[1], card) for y in range(down) for x in range(across)
    ]
    return PosterSheet(*A4, _title(notice), (*positions, Placed(0, 0, tuple(cut_marks(left, top)))))


KINDS: Mapping[str, Callable[[Notice], PosterSheet]] = {"a4": a4, "a5": a5, "tent": tent, "card": cards}


def _title(notice: Notice) -> str:
    return f"{notice.unit} – {_text('counter').format(counter=notice.counter)}"


def _text(name: str) -> Any:
    return poster_texts()[name]


def _poster(notice: Notice) -> list[Simple]:
    """Return the marks of the poster at the size of A4, from top to bottom."""
    marks: list[Simple] = [
        Rectangle(9, 9, 192, 279, 5, line=0.7),
        line(MIDDLE, 20.5, notice.agency.upper(), 14, INNER, "bold", "middle", KEY),
        *_band(notice),
        *lines(MIDDLE, 63.2, _text("invite").split("|"), 32, INNER, "bold", "middle", leading=1.16),
        line(MIDDLE, 84.8, _text("promise"), 15, INNER, "plain", "middle", DIM),
        Symbol(MIDDLE - POSTER_CODE / 2, 95.3, POSTER_CODE, symbol(notice.address)),
        *_spare(notice, 195.3),
        *_steps(211),
        *_address(notice, 228.8),
        *_genuine(notice, 241.8),
    ]
    if notice.rehearsal:
        marks += _rehearsal(MIDDLE, 5.9, 110, 12.5)
    return marks


def _band(notice: Notice) -> list[Simple]:
    counter = _text("counter").format(counter=notice.counter)
    return [
        Rectangle(LEFT, 25, INNER, 25, 3, fill=KEY),
        line(MIDDLE, 36, notice.unit, 25, INNER - 10, "bold", "middle", PAPER),
        line(MIDDLE, 45.5, counter, 15, INNER - 10, "bold", "middle", PAPER),
    ]


def _spare(notice: Notice, bottom: float) -> list[Simple]:
    """Return the same code once more, small, outside the quiet border of the large one.

    Coarse dirt that touches a finder pattern blinds every reader, however large the code is; hardly any dirt
    spoils both.
    """
    x = LEFT + INNER - SPARE_CODE
    hint = _text("spare").split("|")
    return [
        *lines(x + SPARE_CODE / 2, bottom - SPARE_CODE - 11.6, hint, 8.5, 24, "plain", "middle", DIM),
        Symbol(x, bottom - SPARE_CODE, SPARE_CODE, symbol(notice.address)),
    ]


def _steps(y: float) -> list[Simple]:
    """Return the three steps, each with its number."""
    marks: list[Simple] = []
    for number, (step, x) in enumerate(zip(_text("steps"), (23.0, 76.0, 129.0), strict=True), start=1):
        marks.append(Rectangle(x, y - 5.2, 9, 9, 4.5, fill=KEY))
        marks.append(line(x + 4.5, y + 1.3, str(number), 16, 8, "bold", "middle", PAPER))
        marks += lines(x + 11.5, y - 1.4, step.split("|"), 12.5, 49, "bold")
    return marks


def _address(notice: Notice, y: float) -> list[Simple]:
    parts = broken(notice.address, 12.5, INNER)
    return [
        line(MIDDLE, y - 5.5, _text("typed"), 11.5, INNER, "plain", "middle", DIM),
        *lines(MIDDLE, y, parts, 12.5, INNER, "bold", "middle"),
    ]


def _genuine(notice: Notice, y: float) -> list[Simple]:
    """Return the panel that tells a genuine code, with the check word beside it."""
    claims = [text.format(site=notice.site) for text in _text("genuine_lines")]
    marks: list[Simple] = [
        Rectangle(LEFT, y - 5, INNER, 39.5, 3, fill=PALE),
        line(LEFT + 5, y + 2.4, _text("genuine"), 14, 110, "bold", colour=KEY),
        *(Rectangle(LEFT + 5.2, y + 7.15 + n * 5.6, 1.5, 1.5, 0.75, fill=KEY) for n in range(len(claims))),
        *lines(LEFT + 9, y + 9, claims, 11.5, 110, leading=1.38),
        line(LEFT + 5, y + 31.7, _text("doubt"), 11.5, 114, "bold"),
        Rectangle(138, y, 50, 29.5, 2.5, fill=PAPER, line=0.5),
        line(163, y + 9.5, _text("word"), 12, 46, "plain", "middle", DIM),
        line(163, y + 20.5, notice.word, 22, 45, "bold", "middle"),
        line(MIDDLE, 280.6, _text("paper"), 11.5, INNER, "bold", "middle"),
        line(MIDDLE, 285.2, _text("english"), 9.5, INNER, "plain", "middle", DIM),
    ]
    return marks


def _tent_face(notice: Notice) -> list[Simple]:
    """Return one side of the tent, 210 by 115 mm: the code left, everything else right of it."""
    x, width = 105.0, 91.0
    centre = x + width / 2
    unit = wrapped(notice.unit, 19, width - 8, "bold", 2)
    counter = _text("counter").format(counter=notice.counter)
    genuine = wrapped(_text("genuine_short"), 10.5, width, most=3)
    marks: list[Simple] = [
        Rectangle(11, 7, 84, 101, 3, line=0.6),
        Symbol(20, 19, 66, symbol(notice.address)),
        *lines(53, 97.5, broken(notice.address, 9.5, 78), 9.5, 78, "bold", "middle"),
        line(centre, 13, notice.agency.upper(), 11, width, "bold", "middle", KEY),
        Rectangle(x, 18, width, 28, 3, fill=KEY),
        *lines(centre, 28 if len(unit) == 1 else 26, unit, 19, width - 8, "bold", "middle", PAPER),
        line(centre, 41.5, counter, 12.5, width - 8, "bold", "middle", PAPER),
        *lines(centre, 57.5, _text("invite_short").split("|"), 22, width, "bold", "middle"),
        line(centre, 74, _text("promise"), 10.5, width, "plain", "middle", DIM),
        Rectangle(x, 79, width, 11, 2, fill=PALE),
        line(x + 14, 86.1, f"{_text('word')}:", 11, 30, colour=DIM),
        line(x + 39, 86.4, notice.word, 15.5, width - 42, "bold"),
        *lines(centre, 96, genuine, 10.5, width, "plain", "middle"),
    ]
    if notice.rehearsal:
        marks += _rehearsal(53, 4.3, 78, 11)
    return marks


def _tent_words(y: float) -> list[Simple]:
    return [
        line(MIDDLE, 8.5, _text("tab"), 9, 150, "plain", "middle", DIM),
        line(MIDDLE, y + 10, _text("base"), 9, 180, "plain", "middle", DIM),
        line(MIDDLE, y - 1.5, _text("fold"), 7, 60, "plain", "middle", DIM),
    ]


def _card(notice: Notice) -> list[Simple]:
    """Return one pocket card: 90 by 54 mm, all inside 4 mm of its edge."""
    x, width = 46.0, 40.0
    unit = wrapped(notice.unit, 11, width, "bold", 3)
    counter = _text("counter").format(counter=notice.counter)
    marks: list[Simple] = [
        Symbol(6.5, 5.6, 34.5, symbol(notice.address)),
        *lines(x, 7.6, wrapped(notice.agency.upper(), 6.5, width, "bold", 2), 6.5, width, "bold", colour=KEY),
        *lines(x, 15.6, unit, 11, width, "bold"),
        *lines(x, 27.4, [counter, *_text("invite").split("|")], 8, width),
        Rectangle(x, 36.8, width, 6, 1, fill=PALE),
        line(x + 1.5, 41, f"{_text('word')}:", 7.5, 16, colour=DIM),
        line(x + 18.5, 41.1, notice.word, 9, width - 20, "bold"),
        line(45, 50.4, notice.address, 6.6, 82, "bold", "middle"),
    ]
    if notice.rehearsal:
        return marks + _rehearsal(45, 44.6, 62, 6)
    return [*marks, line(45, 47, _text("genuine_card"), 7, 82, "plain", "middle")]


def cut_marks(left: float, top: float) -> list[Simple]:
    """Return short lines outside the cards, along which to cut."""
    across, down = CARDS
    right, bottom = left + across * CARD[0], top + down * CARD[1]
    xs = [left + n * CARD[0] for n in range(across + 1)]
    ys = [top + n * CARD[1] for n in range(down + 1)]
    upright = [Rule(x, y, x, y + 4, 0.15, DIM) for x in xs for y in (top - 5, bottom + 1)]
    level = [Rule(x, y, x + 4, y, 0.15, DIM) for y in ys for x in (left - 5, right + 1)]
    return [*upright, *level]


def _rehearsal(x: float, y: float, width: float, points: float) -> list[Simple]:
    """Return the bar that nobody can overlook on invented data."""
    height = points * 0.5
    return [
        Rectangle(x - width / 2, y, width, height, 0.8, fill=PAPER, line=0.5, colour=ALARM),
        line(x, y + height * 0.72, _text("rehearsal"), points, width - 3, "bold", "middle", ALARM),
    ]
