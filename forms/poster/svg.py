"""Draws a sheet as SVG for whoever lays it out further: text stays text, in the width that was measured."""

from __future__ import annotations

from xml.sax.saxutils import escape, quoteattr

from forms.poster.drawing import Placed, PosterSheet, Rectangle, Rule, Simple, Symbol, Text

# The first four have the same widths; with another face the lines keep their length all the same.
_FAMILY = "Liberation Sans, Arimo, Arial, Helvetica, DejaVu Sans, sans-serif"


def svg(sheet: PosterSheet) -> str:
    """Return the sheet as an SVG document in millimetres."""
    placed = "".join(_placed(each) for each in sheet.placed)
    width, height = _number(sheet.width), _number(sheet.height)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}mm" height="{height}mm"'
        f' viewBox="0 0 {width} {height}" lang="vi" font-family={quoteattr(_FAMILY)}>'
        f'<title>{escape(sheet.title)}</title><path fill="#fff" d="M0 0h{width}v{height}H0z"/>{placed}</svg>\n'
    )


def _placed(placed: Placed) -> str:
    turn = " rotate(180)" if placed.turned else ""
    marks = "".join(_drawn(mark) for mark in placed.marks)
    return f'<g transform="translate({_number(placed.x)} {_number(placed.y)}){turn}">{marks}</g>'


def _drawn(mark: Simple) -> str:
    match mark:
        case Text():
            return _text(mark)
        case Rectangle():
            return _rectangle(mark)
        case Rule():
            return _rule(mark)
        case Symbol():
            return _symbol(mark)


def _text(mark: Text) -> str:
    weight = ' font-weight="700"' if mark.face == "bold" else ""
    anchor = ' text-anchor="middle"' if mark.align == "middle" else ""
    return (
        f'<text x="{_number(mark.x)}" y="{_number(mark.y)}" font-size="{_number(mark.size)}"{weight}{anchor}'
        f' fill="{mark.colour}" textLength="{_number(mark.width)}" lengthAdjust="spacingAndGlyphs">'
        f"{escape(mark.text)}</text>"
    )


def _rectangle(mark: Rectangle) -> str:
    line = f' stroke="{mark.colour}" stroke-width="{_number(mark.line)}"' if mark.line else ""
    return (
        f'<rect x="{_number(mark.x)}" y="{_number(mark.y)}" width="{_number(mark.width)}"'
        f' height="{_number(mark.height)}" rx="{_number(mark.radius)}" fill="{mark.fill or "none"}"{line}/>'
    )


def _rule(mark: Rule) -> str:
    dash = ' stroke-dasharray="2 1.5"' if mark.dashed else ""
    start = f"M{_number(mark.x)} {_number(mark.y)}"
    end = f"L{_number(mark.to_x)} {_number(mark.to_y)}"
    return f'<path d="{start}{end}" stroke="{mark.colour}" stroke-width="{_number(mark.line)}"{dash}/>'


def _symbol(mark: Symbol) -> str:
    path = "".join(f"M{run.x} {run.y}h{run.length}v1h-{run.length}z" for run in mark.code.runs)
    cell = f"{mark.side / mark.code.side:.5f}"
    position = f"translate({_number(mark.x)} {_number(mark.y)}) scale({cell})"
    return f'<path transform="{position}" shape-rendering="crispEdges" d="{path}"/>'


def _number(value: float) -> str:
    return f"{value:.3f}".rstrip("0").rstrip(".")
