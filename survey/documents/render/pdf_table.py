"""Lay out a table: widths, repeated headings, whole groups kept on a page, notes underneath."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.platypus import CondPageBreak, Flowable, KeepTogether, LongTable, Paragraph

from survey.documents.render.pdf_style import (
    GROUP_FILL,
    HEAD_FILL,
    LINE,
    TABLE,
    TEXT_WIDTH,
    Alignment,
    Styles,
)
from survey.documents.reports.record import Cell, Column, ColumnKind, Table, TableRow

_WHOLE = 9
_SHORT = 100
_ROOM = 60 * mm
_SMALLEST = 4.0
_BELOW = 0.86
SIDE = 3.0
_PADDING = 2 * SIDE + 0.5
_NARROWEST = 26 * mm
_DENSE = 8
_ALIGNMENT: dict[ColumnKind, Alignment] = {
    "number": "centre",
    "name": "left",
    "count": "right",
    "percent": "centre",
    "estimate": "centre",
}


def table_flow(table: Table, styles: Styles, headings: Sequence[Flowable] = ()) -> list[Flowable]:
    """Return headings, caption and table; a short table stays whole, a long one breaks between rows.

    The notes are the table's last row, so that a page break never leaves them alone.
    """
    widths, size = _fit(table, styles)
    rows: list[list[Any]] = [_heading(table.columns, styles, size)]
    rows += [_row(row, table.columns, styles, size) for row in table.rows]
    rows.append([[styles.paragraph(note, styles.note) for note in table.notes] or ""])
    laid = LongTable(
        [[*row, *[""] * (len(table.columns) - len(row))] for row in rows],
        colWidths=widths,
        repeatRows=1,
        style=list(_rules(table, styles)),
        spaceAfter=8,
    )
    caption = styles.paragraph(table.title, styles.caption)
    if len(table.rows) <= _WHOLE:
        return [KeepTogether([*headings, caption, laid])]
    return [CondPageBreak(_ROOM + len(headings) * 10 * mm), *headings, caption, laid]


def _fit(table: Table, styles: Styles) -> tuple[list[float], float]:
    """Return widths and a size of letters at which no figure and no word of a heading must break.

    The letters become smaller until all columns fit the page.
    """
    longest = _longest(table, styles)
    least = [_NARROWEST if column.kind == "name" else 0.0 for column in table.columns]
    size = TABLE if len(table.columns) <= _DENSE else TABLE - 1.5
    while size > _SMALLEST and sum(_wanted(longest, least, size)) > TEXT_WIDTH:
        size -= 0.25
    return _widths([column.width for column in table.columns], _wanted(longest, least, size)), size


def _widths(shares: Sequence[float], wanted: Sequence[float]) -> list[float]:
    """Share out the page's width; columns with room to spare give it to those that need it."""
    whole = sum(shares)
    pairs = [(TEXT_WIDTH * share / whole, want) for share, want in zip(shares, wanted, strict=True)]
    missing = sum(max(0.0, want - width) for width, want in pairs)
    spare = sum(max(0.0, width - want) for width, want in pairs)
    given = min(1.0, missing / spare) if spare else 0.0
    return [want if want > width else width - given * (width - want) for width, want in pairs]


def _wanted(longest: list[float], least: list[float], size: float) -> list[float]:
    """Return the least widths of the columns at a size of letters."""
    return [max(long * size + _PADDING, narrow) for long, narrow in zip(longest, least, strict=True)]


def _longest(table: Table, styles: Styles) -> list[float]:
    """Return the widest unbreakable piece of each column at a size of 1."""
    bold, plain = styles.text(bold=True), styles.text()
    longest = [_longest_word(column.label, bold) for column in table.columns]
    for row in table.rows:
        for place, cell in enumerate(row.cells if row.kind != "group" else ()):
            if table.columns[place].kind != "name":
                longest[place] = max(longest[place], _longest_word(cell.lines[0], bold))
            for line in cell.lines[1:]:
                longest[place] = max(longest[place], _BELOW * stringWidth(line, plain, 1))
    return longest


def _longest_word(text: str, font: str) -> float:
    return max((stringWidth(word, font, 1) for word in text.split(" ")), default=0.0)


def _heading(columns: Sequence[Column], styles: Styles, size: float) -> list[Paragraph]:
    style = styles.cell("centre", size - 0.5, bold=True)
    return [styles.paragraph(column.label, style) for column in columns]


def _row(row: TableRow, columns: Sequence[Column], styles: Styles, size: float) -> list[Paragraph]:
    if row.kind == "group":
        return [styles.paragraph(row.cells[0].lines[0], styles.cell("left", size, bold=True))]
    bold = row.kind == "total"
    pairs = zip(row.cells, columns, strict=True)
    return [_cell(cell, styles, _ALIGNMENT[column.kind], size, bold=bold) for cell, column in pairs]


def _cell(cell: Cell, styles: Styles, alignment: Alignment, size: float, *, bold: bool) -> Paragraph:
    first, *rest = cell.lines
    below = "".join(
        f'<br/><font name="{styles.text()}" size="{_BELOW * size:.2f}">{styles.markup(line)}</font>'
        for line in rest
    )
    return Paragraph(styles.markup(first) + below, styles.cell(alignment, size, bold=bold))


def _rules(table: Table, styles: Styles) -> Iterator[tuple[Any, ...]]:
    yield ("FONTNAME", (0, 0), (-1, -1), styles.text())  # empty cells, too, are set in some font
    yield ("GRID", (0, 0), (-1, -2), 0.4, LINE)
    yield ("VALIGN", (0, 0), (-1, -1), "MIDDLE")
    yield ("LEFTPADDING", (0, 0), (-1, -2), SIDE)
    yield ("RIGHTPADDING", (0, 0), (-1, -2), SIDE)
    yield ("TOPPADDING", (0, 0), (-1, -1), 1.5)
    yield ("BOTTOMPADDING", (0, 0), (-1, -2), 2.5)
    yield ("BACKGROUND", (0, 0), (-1, 0), HEAD_FILL)
    yield ("SPAN", (0, -1), (-1, -1))
    yield ("LEFTPADDING", (0, -1), (-1, -1), 0)
    yield ("RIGHTPADDING", (0, -1), (-1, -1), 0)
    yield ("NOSPLIT", (0, -3 if len(table.rows) > 2 and _longest_name(table) <= _SHORT else -2), (-1, -1))
    groups = [place for place, row in enumerate(table.rows, 1) if row.kind == "group"]
    ends = [*(place - 1 for place in groups[1:]), len(table.rows)] if groups else []
    for start, end in zip(groups, ends, strict=True):
        yield ("SPAN", (0, start), (-1, start))
        yield ("BACKGROUND", (0, start), (-1, start), GROUP_FILL)
        yield ("NOSPLIT", (0, start), (-1, _kept(table, start, end)))


def _kept(table: Table, start: int, end: int) -> int:
    """Return the last row that stays with its group's name; never more than surely fits a page."""
    short = _longest_name(table) <= _SHORT
    if table.whole_groups and end - start < 13 and short:
        return end
    return min(end, start + (2 if short else 1))


def _longest_name(table: Table) -> int:
    """Return the length of the longest text in the table's rows."""
    return max(len(cell.lines[0]) for row in table.rows for cell in row.cells)
