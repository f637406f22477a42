"""Lay out a table: widths, repeated headings, whole groups kept on a page, notes underneath."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from reportlab.lib.units import mm
from reportlab.platypus import CondPageBreak, Flowable, KeepTogether, LongTable, Paragraph, Spacer

from survey.documents.content import Cell, Column, ColumnKind, Row, Table
from survey.documents.pdf_style import (
    GROUP_FILL,
    HEAD_FILL,
    LINE,
    SMALL,
    TABLE,
    TEXT_WIDTH,
    Alignment,
    Styles,
)

_WHOLE = 9
_DENSE = 8
_ALIGNMENT: dict[ColumnKind, Alignment] = {
    "number": "centre",
    "name": "left",
    "count": "right",
    "percent": "centre",
    "estimate": "centre",
}


def table_flow(table: Table, styles: Styles) -> list[Flowable]:
    """Return caption and table; a short table stays whole, a long one breaks between rows.

    The notes are the table's last row, so that a page break never leaves them alone.
    """
    size = TABLE if len(table.columns) <= _DENSE else TABLE - 1.5
    rows: list[list[Any]] = [_heading(table.columns, styles, size)]
    rows += [_row(row, table.columns, styles, size) for row in table.rows]
    rows.append([[styles.paragraph(note, styles.note) for note in table.notes] or ""])
    laid = LongTable(
        [[*row, *[""] * (len(table.columns) - len(row))] for row in rows],
        colWidths=_widths(table.columns),
        repeatRows=1,
        style=list(_rules(table, dense=size < TABLE)),
    )
    caption = styles.paragraph(table.title, styles.centred("caption", 12, bold=True))
    flow: list[Flowable] = [Spacer(0, 4), caption, Spacer(0, 4), laid, Spacer(0, 8)]
    return [KeepTogether(flow)] if len(table.rows) <= _WHOLE else [CondPageBreak(60 * mm), *flow]


def _widths(columns: Sequence[Column]) -> list[float]:
    whole = sum(column.width for column in columns)
    return [TEXT_WIDTH * column.width / whole for column in columns]


def _heading(columns: Sequence[Column], styles: Styles, size: float) -> list[Paragraph]:
    style = styles.cell("centre", size - 0.5, bold=True)
    return [styles.paragraph(column.label, style) for column in columns]


def _row(row: Row, columns: Sequence[Column], styles: Styles, size: float) -> list[Paragraph]:
    if row.kind == "group":
        return [styles.paragraph(row.cells[0].lines[0], styles.cell("left", size, bold=True))]
    bold = row.kind == "total"
    pairs = zip(row.cells, columns, strict=True)
    return [_cell(cell, styles, _ALIGNMENT[column.kind], size, bold=bold) for cell, column in pairs]


def _cell(cell: Cell, styles: Styles, alignment: Alignment, size: float, *, bold: bool) -> Paragraph:
    first, *rest = cell.lines
    below = "".join(
        f'<br/><font name="{styles.text()}" size="{min(SMALL, size - 1)}">{styles.markup(line)}</font>'
        for line in rest
    )
    return Paragraph(styles.markup(first) + below, styles.cell(alignment, size, bold=bold))


def _rules(table: Table, *, dense: bool) -> Iterator[tuple[Any, ...]]:
    side = 2 if dense else 3.5
    yield ("GRID", (0, 0), (-1, -2), 0.4, LINE)
    yield ("VALIGN", (0, 0), (-1, -1), "MIDDLE")
    yield ("LEFTPADDING", (0, 0), (-1, -2), side)
    yield ("RIGHTPADDING", (0, 0), (-1, -2), side)
    yield ("TOPPADDING", (0, 0), (-1, -1), 1.5)
    yield ("BOTTOMPADDING", (0, 0), (-1, -2), 2.5)
    yield ("BACKGROUND", (0, 0), (-1, 0), HEAD_FILL)
    yield ("SPAN", (0, -1), (-1, -1))
    yield ("LEFTPADDING", (0, -1), (-1, -1), 0)
    yield ("RIGHTPADDING", (0, -1), (-1, -1), 0)
    yield ("NOSPLIT", (0, -3), (-1, -1))
    groups = [place for place, row in enumerate(table.rows, 1) if row.kind == "group"]
    ends = [*(place - 1 for place in groups[1:]), len(table.rows)] if groups else []
    for start, end in zip(groups, ends, strict=True):
        yield ("SPAN", (0, start), (-1, start))
        yield ("BACKGROUND", (0, start), (-1, start), GROUP_FILL)
        yield ("NOSPLIT", (0, start), (-1, end if table.whole_groups else min(end, start + 2)))
