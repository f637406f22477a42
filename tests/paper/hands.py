"""People who fill in forms: each with a pen, a way to mark, and a share of slips.

Shares no code and no constants with ``forms.scan.training``: lines are drawn by Pillow, as polygons of a hand
that trembles, in sizes and places of their own.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from random import Random

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from forms.layout import Box
from tests.paper.takes import rough

Point = tuple[float, float]
FINER = 3

BLANK_SHARE, DOUBLED_SHARE, CORRECTED_SHARE = 0.020, 0.007, 0.008


def _cross(hand: Random) -> list[list[Point]]:
    reach = hand.uniform(0.55, 1.25)
    corners = [(-1, -1), (1, 1), (1, -1), (-1, 1)]
    ends = [(reach * x + hand.gauss(0, 0.14), reach * y + hand.gauss(0, 0.14)) for x, y in corners]
    return [[ends[0], ends[1]], [ends[2], ends[3]]]


def _tick(hand: Random) -> list[list[Point]]:
    lift = hand.uniform(0.9, 2.0)
    return [[(-0.75, hand.uniform(-0.3, 0.2)), (-0.2, 0.75), (hand.uniform(0.6, 1.5), 0.75 - lift)]]


def _slash(hand: Random) -> list[list[Point]]:
    lean = hand.uniform(-1, 1)
    return [[(-lean, hand.uniform(0.6, 1.1)), (lean, -hand.uniform(0.6, 1.1))]]


def _bar(hand: Random) -> list[list[Point]]:
    return [[(-hand.uniform(0.5, 1.1), hand.gauss(0, 0.2)), (hand.uniform(0.5, 1.1), hand.gauss(0, 0.2))]]


def _spot(hand: Random) -> list[list[Point]]:
    size = hand.uniform(0.12, 0.35)
    return [[(size * math.cos(a), size * math.sin(a)) for a in (0, 2, 4, 6, 1, 3, 5)]]


def _ring(hand: Random) -> list[list[Point]]:
    wide, high, tilt = hand.uniform(0.6, 1.4), hand.uniform(0.6, 1.4), hand.uniform(0, 6)
    return [
        [
            (wide * math.cos(tilt + a * 0.36), high * math.sin(tilt + a * 0.36))
            for a in range(int(hand.uniform(16, 20)))
        ]
    ]


def _solid(hand: Random) -> list[list[Point]]:
    edge, steps = hand.uniform(0.7, 1.05), hand.randint(7, 12)
    zigzag = [(edge if i % 2 else -edge, edge * (2 * i / steps - 1)) for i in range(steps + 1)]
    return [zigzag, [(y, x) for x, y in zigzag]] if hand.random() < 0.5 else [zigzag]


def _struck_out(hand: Random) -> list[list[Point]]:
    return [[((-1.3 if i % 2 else 1.3) * hand.uniform(0.7, 1), hand.uniform(-1, 1)) for i in range(9)]]


_WAYS: Sequence[tuple[Callable[[Random], list[list[Point]]], float]] = (
    (_cross, 45),
    (_tick, 30),
    (_solid, 7),
    (_slash, 6),
    (_bar, 4),
    (_spot, 4),
    (_ring, 4),
)
# Red, green, blue; thickness in mm; how much of the paper the ink covers.
_PENS: Sequence[tuple[tuple[int, int, int], float, float]] = (
    ((28, 44, 140), 0.40, 0.92),
    ((20, 60, 180), 0.55, 0.85),
    ((35, 32, 36), 0.45, 0.90),
    ((10, 10, 14), 0.85, 0.97),
    ((95, 96, 102), 0.50, 0.62),
    ((70, 90, 170), 0.30, 0.60),
)


@dataclass(frozen=True)
class Person:
    """Somebody with one pen and a habit."""

    hand: Random
    way: Callable[[Random], list[list[Point]]]
    colour: tuple[int, int, int]
    thickness: float
    cover: float

    def mark(
        self, page: Image.Image, dots: float, box: Box, way: Callable[[Random], list[list[Point]]]
    ) -> None:
        """Draw one mark on a page of that many dots per mm."""
        half = box.side / 2
        off = (self.hand.gauss(0, 0.09 * box.side), self.hand.gauss(0, 0.09 * box.side))
        reach = round(2.4 * half * dots) + 4
        layer = Image.new("L", (2 * reach * FINER, 2 * reach * FINER), 0)
        pen = ImageDraw.Draw(layer)
        width = max(1, round(self.thickness * self.hand.uniform(0.85, 1.15) * dots * FINER))
        for stroke in way(self.hand):
            points = [(x * half + off[0], y * half + off[1]) for x, y in _trembling(self.hand, stroke)]
            pen.line(
                [((x * dots + reach) * FINER, (y * dots + reach) * FINER) for x, y in points],
                255,
                width,
                "curve",
            )
        ink = layer.resize((2 * reach, 2 * reach), Image.Resampling.BOX)
        if self.cover < 0.7:  # pencil and dry pens leave a grain
            grain = rough(ink.size, 90, self.hand).filter(ImageFilter.GaussianBlur(0.6))
            ink = ImageChops.multiply(ink, grain.point(lambda value: min(255, round(value * 1.6))))
        strength = self.cover * self.hand.uniform(0.85, 1.0)
        ink = ink.point(lambda value: round(value * strength))
        middle = (round(box.middle[0] * dots) - reach, round(box.middle[1] * dots) - reach)
        page.paste(self.colour, (middle[0], middle[1]), ink)


def _trembling(hand: Random, stroke: Sequence[Point]) -> list[Point]:
    """Return a stroke with points between its own, each a little off."""
    shaken: list[Point] = []
    for (x, y), (to_x, to_y) in pairwise(stroke):
        for step in range(6):
            part = step / 6
            shaken.append(
                (x + (to_x - x) * part + hand.gauss(0, 0.025), y + (to_y - y) * part + hand.gauss(0, 0.025))
            )
    return [*shaken, stroke[-1]]


def somebody(hand: Random) -> Person:
    """Return a person with a pen and a favourite mark."""
    ways, shares = zip(*_WAYS, strict=True)
    colour, thickness, cover = hand.choice(_PENS)
    return Person(hand, hand.choices(ways, shares)[0], colour, thickness, cover)


def answer(
    person: Person, pages: Mapping[int, Image.Image], boxes: Sequence[Box], dots: float
) -> dict[str, list[str]]:
    """Fill in a form; return the true answer to each question, empty for a blank or doubled one."""
    truth: dict[str, list[str]] = {}
    ways, shares = zip(*_WAYS, strict=True)
    for q, group in groupby(boxes, key=lambda box: box.q):
        row = list(group)
        first, second = person.hand.sample(row, 2)
        way = person.way if person.hand.random() < 0.85 else person.hand.choices(ways, shares)[0]
        fate = person.hand.random()
        truth[q] = [] if fate < BLANK_SHARE + DOUBLED_SHARE else [first.opt]
        if fate >= BLANK_SHARE:
            person.mark(pages[first.page], dots, first, way)
        if BLANK_SHARE <= fate < BLANK_SHARE + DOUBLED_SHARE + CORRECTED_SHARE:
            person.mark(pages[second.page], dots, second, way)
        if BLANK_SHARE + DOUBLED_SHARE <= fate < BLANK_SHARE + DOUBLED_SHARE + CORRECTED_SHARE:
            person.mark(pages[second.page], dots, second, person.hand.choice([_solid, _struck_out]))
    return truth
