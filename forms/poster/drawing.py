"""A drawing as data: marks in millimetres from the top left corner, which PDF and SVG both draw."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from forms.paper.codes import Code

Face = Literal["plain", "bold"]
Align = Literal["left", "middle"]

INK, KEY, DIM, PAPER, PALE, ALARM = "#000000", "#0b4f5a", "#333333", "#ffffff", "#eef3f3", "#8f1d17"
POINT = 25.4 / 72


@dataclass(frozen=True, slots=True)
class Text:
    """One line with its baseline at ``y`` and the width that it takes; ``size`` in mm."""

    x: float
    y: float
    text: str
    face: Face
    size: float
    width: float
    align: Align = "left"
    colour: str = INK

    def scaled(self, by: float) -> Text:
        """Return the line, larger or smaller about the origin."""
        return replace(self, x=self.x * by, y=self.y * by, size=self.size * by, width=self.width * by)


@dataclass(frozen=True, slots=True)
class Rectangle:
    """A rectangle with rounded corners, filled or outlined or both."""

    x: float
    y: float
    width: float
    height: float
    radius: float = 0.0
    fill: str | None = None
    line: float = 0.0
    colour: str = KEY

    def scaled(self, by: float) -> Rectangle:
        """Return the box, larger or smaller about the origin."""
        moved = replace(self, x=self.x * by, y=self.y * by, width=self.width * by, height=self.height * by)
        return replace(moved, radius=self.radius * by, line=self.line * by)


@dataclass(frozen=True, slots=True)
class Rule:
    """A straight line, dashed where it is a fold."""

    x: float
    y: float
    to_x: float
    to_y: float
    line: float = 0.25
    colour: str = KEY
    dashed: bool = False

    def scaled(self, by: float) -> Rule:
        """Return the line, longer or shorter about the origin."""
        moved = replace(self, x=self.x * by, y=self.y * by, to_x=self.to_x * by, to_y=self.to_y * by)
        return replace(moved, line=self.line * by)


@dataclass(frozen=True, slots=True)
class Symbol:
    """A QR code without its quiet border, which the layout keeps free."""

    x: float
    y: float
    side: float
    code: Code

    def scaled(self, by: float) -> Symbol:
        """Return the code, larger or smaller about the origin."""
        return replace(self, x=self.x * by, y=self.y * by, side=self.side * by)


Simple = Text | Rectangle | Rule | Symbol


@dataclass(frozen=True, slots=True)
class Placed:
    """Marks whose origin is moved to a place of the sheet; turned, they run from there to the left and upwards."""

    x: float
    y: float
    marks: tuple[Simple, ...]
    turned: bool = False


@dataclass(frozen=True, slots=True)
class PosterSheet:
    """A sheet of paper and what is drawn on it."""

    width: float
    height: float
    title: str
    placed: tuple[Placed, ...]


def scaled(marks: Iterable[Simple], by: float) -> tuple[Simple, ...]:
    """Return every mark, larger or smaller about the origin."""
    return tuple(mark.scaled(by) for mark in marks)
