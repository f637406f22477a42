"""Draws sheets as PDF: fonts embedded, codes as one path without seams, the same bytes for the same sheets."""

from __future__ import annotations

import io
from collections.abc import Iterable

from reportlab.lib.colors import HexColor
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from forms.paper.fonts import faces
from forms.poster.drawing import PAPER, POINT, Placed, PosterSheet, Rectangle, Rule, Simple, Symbol, Text
from forms.poster.setting import face_name


def pdf(sheets: Iterable[PosterSheet]) -> bytes:
    """Return a document with one page for each sheet."""
    out = io.BytesIO()
    canvas = Canvas(out, invariant=1, pageCompression=1)
    for number, sheet in enumerate(sheets):
        if not number:
            canvas.setTitle(sheet.title)
        canvas.setPageSize((sheet.width * mm, sheet.height * mm))
        for placed in sheet.placed:
            _place(canvas, sheet, placed)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def _place(canvas: Canvas, sheet: PosterSheet, placed: Placed) -> None:
    """Draw marks with their origin where they are placed; reportlab's y axis points upwards."""
    canvas.saveState()
    canvas.translate(placed.x * mm, (sheet.height - placed.y) * mm)
    if placed.turned:
        canvas.rotate(180)
    for mark in placed.marks:
        _draw(canvas, mark)
    canvas.restoreState()


def _draw(canvas: Canvas, mark: Simple) -> None:
    match mark:
        case Text():
            _text(canvas, mark)
        case Rectangle():
            _rectangle(canvas, mark)
        case Rule():
            _rule(canvas, mark)
        case Symbol():
            _symbol(canvas, mark)


def _text(canvas: Canvas, mark: Text) -> None:
    canvas.setFillColor(HexColor(mark.colour))
    canvas.setFont(face_name(mark.face, faces()), mark.size / POINT)
    start = mark.x - (mark.width / 2 if mark.align == "middle" else 0)
    canvas.drawString(start * mm, -mark.y * mm, mark.text)


def _rectangle(canvas: Canvas, mark: Rectangle) -> None:
    canvas.setLineWidth(mark.line * mm)
    canvas.setStrokeColor(HexColor(mark.colour))
    canvas.setFillColor(HexColor(mark.fill or PAPER))
    size = (mark.width * mm, mark.height * mm, mark.radius * mm)
    bottom = -(mark.y + mark.height) * mm
    canvas.roundRect(mark.x * mm, bottom, *size, stroke=int(mark.line > 0), fill=int(mark.fill is not None))


def _rule(canvas: Canvas, mark: Rule) -> None:
    canvas.saveState()
    canvas.setLineWidth(mark.line * mm)
    canvas.setStrokeColor(HexColor(mark.colour))
    if mark.dashed:
        canvas.setDash(2 * mm, 1.5 * mm)
    canvas.line(mark.x * mm, -mark.y * mm, mark.to_x * mm, -mark.to_y * mm)
    canvas.restoreState()


def _symbol(canvas: Canvas, mark: Symbol) -> None:
    cell = mark.side * mm / mark.code.side
    path = " ".join(f"{run.x} {-run.y - 1} {run.length} 1 re" for run in mark.code.runs)
    canvas.saveState()
    canvas.setFillGray(0)
    canvas.translate(mark.x * mm, -mark.y * mm)
    canvas.scale(cell, cell)
    canvas.addLiteral(f"{path} f")
    canvas.restoreState()
