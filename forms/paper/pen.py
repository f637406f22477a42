"""Drawing in the layout's millimetres, with text that shrinks before it leaves its place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from reportlab.lib.units import mm
from reportlab.lib.utils import simpleSplit
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from forms.layout import OUTLINE, PAGE_HEIGHT
from forms.paper.codes import Code
from forms.paper.fonts import Faces

Align = Literal["left", "middle", "right"]
_POINT = 1 / mm
_SMALLEST = 0.55  # of the wished size
_CAP = 0.36  # half the height of capitals, in type sizes: centres a line on its place


@dataclass(frozen=True, slots=True)
class Type:
    """A face, its size in points and the distance of its lines in mm."""

    face: str
    size: float
    leading: float = 0.0

    @property
    def line(self) -> float:
        """Return the distance of two lines in mm."""
        return self.leading or self.size * 1.2 * _POINT


@dataclass(frozen=True, slots=True)
class Pen:
    """Draws on a canvas; every place is in mm from the page's top left corner."""

    canvas: Canvas
    faces: Faces

    def text(
        self, x: float, y: float, text: str, kind: Type, align: Align = "left", width: float = 999
    ) -> float:
        """Write one line with its baseline at ``y``, smaller where it is wider than ``width``; return its width."""
        shown = self.faces.drawable(text)
        wanted = stringWidth(shown, kind.face, kind.size) * _POINT
        size = kind.size * min(1.0, width / wanted) if wanted else kind.size
        drawn = min(wanted, width)
        start = x - {"left": 0.0, "middle": drawn / 2, "right": drawn}[align]
        self.canvas.setFont(kind.face, size)
        self.canvas.drawString(start * mm, (PAGE_HEIGHT - y) * mm, shown)
        return drawn

    def paragraph(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        text: str,
        kind: Type,
        align: Align = "left",
        *,
        from_top: bool = False,
    ) -> None:
        """Write a paragraph in the middle of its height or from its top, smaller where it must."""
        shown, size, line = self.faces.drawable(text), kind.size, kind.line
        lines = simpleSplit(shown, kind.face, size, width * mm)
        while (
            len(lines) * line > height or _widest(lines, kind.face, size) > width
        ) and size > kind.size * _SMALLEST:
            size -= 0.25
            line = kind.line * size / kind.size
            lines = simpleSplit(shown, kind.face, size, width * mm)
        top = y + (0.0 if from_top else (height - len(lines) * line) / 2)
        left = x + {"left": 0.0, "middle": width / 2, "right": width}[align]
        for index, each in enumerate(lines):
            baseline = top + (index + 0.5) * line + size * _CAP * _POINT
            self.text(left, baseline, each, Type(kind.face, size), align)

    def line(
        self, x: float, y: float, to_x: float, to_y: float, width: float = 0.2, grey: float = 0.0
    ) -> None:
        """Draw a straight line."""
        self.canvas.setStrokeGray(grey)
        self.canvas.setLineWidth(width * mm)
        self.canvas.line(x * mm, (PAGE_HEIGHT - y) * mm, to_x * mm, (PAGE_HEIGHT - to_y) * mm)

    def rectangle(
        self, x: float, y: float, width: float, height: float, line: float = OUTLINE, *, filled: bool = False
    ) -> None:
        """Draw a black outline around a rectangle, or fill it."""
        self.canvas.setStrokeGray(0)
        self.canvas.setFillGray(0)
        self.canvas.setLineWidth(line * mm)
        bottom = (PAGE_HEIGHT - y - height) * mm
        self.canvas.rect(x * mm, bottom, width * mm, height * mm, stroke=1, fill=1 if filled else 0)

    def ring(self, x: float, y: float, radius: float) -> None:
        """Draw a pale dashed circle."""
        self.canvas.saveState()
        self.canvas.setStrokeGray(0.55)
        self.canvas.setLineWidth(0.25 * mm)
        self.canvas.setDash(1.2 * mm, 1.2 * mm)
        self.canvas.circle(x * mm, (PAGE_HEIGHT - y) * mm, radius * mm)
        self.canvas.restoreState()

    def code(self, code: Code, x: float, y: float, side: float) -> None:
        """Draw a QR code or a mark with its top left corner here; one path, so that no seams show."""
        cell = side * mm / code.side
        # Whole numbers need no formatting: reportlab's own rectangles would take two thirds of a batch's time.
        path = " ".join(f"{run.x} {-run.y - 1} {run.length} 1 re" for run in code.runs)
        self.canvas.saveState()
        self.canvas.setFillGray(0)
        self.canvas.translate(x * mm, (PAGE_HEIGHT - y) * mm)
        self.canvas.scale(cell, cell)
        self.canvas.addLiteral(f"{path} f")
        self.canvas.restoreState()


def _widest(lines: list[str], face: str, size: float) -> float:
    return max((stringWidth(line, face, size) for line in lines), default=0.0) * _POINT
