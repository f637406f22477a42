"""Write the figures of a report as XLSX: numbers as numbers, every text as text, ready to print."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from typing import Any

import xlsxwriter

from survey.documents.reports.formats import NOTHING
from survey.documents.reports.record import Cell, Column, ReportContent, Table, TableRow, Value, Worksheet

_OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}
_A4 = 9
_NAME_WIDTH, _TEXT_WIDTH, _FIGURE_WIDTH = 44, 70, 13
_FONT = "Times New Roman"


@dataclass(frozen=True, slots=True)
class _Formats:
    """The cell formats of one workbook."""

    banner: Any
    title: Any
    plain: Any
    wrapped: Any
    head: Any
    text: Any
    count: Any
    share: Any
    nothing: Any
    total: dict[int, Any] = field(default_factory=dict)

    def of(self, value: Value, column: Column, *, total: bool) -> Any:
        """Return the format of a value in a column, its bold twin in a row of totals."""
        if value is None:
            return self.nothing
        cell_format = self._plain_of(value, column)
        return self.total[id(cell_format)] if total else cell_format

    def _plain_of(self, value: Value, column: Column) -> Any:
        if isinstance(value, str):
            return self.text
        # A whole number among shares is a rounded figure: 87, never 87.00.
        return self.count if column.kind == "count" or isinstance(value, int) else self.share


def render(report: ReportContent) -> bytes:
    """Return the tables and caveats of a report as a workbook.

    A figure is stored as it is printed, rounded to two decimals, so that no reader finds another one.
    Cells that the report hides hold a dash.
    """
    book = io.BytesIO()
    workbook = xlsxwriter.Workbook(book, _OPTIONS)
    workbook.set_properties(
        {
            "title": report.summary,
            "subject": report.title,
            "author": report.letterhead.agency,
            "keywords": report.watermark,
            "created": datetime.combine(report.date, time(), UTC),
        }
    )
    formats = _formats(workbook)
    for key in report.worksheets:
        _sheet(workbook, report, key, formats)
    workbook.close()
    return book.getvalue()


def _formats(workbook: Any) -> _Formats:
    font = {"font_name": _FONT, "font_size": 12, "valign": "vcenter"}
    cell = {**font, "border": 1}
    kinds: dict[str, dict[str, Any]] = {
        "text": {**cell, "text_wrap": True},
        "count": {**cell, "num_format": "#,##0"},
        "share": {**cell, "num_format": "0.00"},
    }
    formats = {name: workbook.add_format(kind) for name, kind in kinds.items()}
    return _Formats(
        banner=workbook.add_format({**font, "bold": True, "font_color": "#9B1C1C"}),
        title=workbook.add_format({**font, "bold": True}),
        plain=workbook.add_format(font),
        wrapped=workbook.add_format({**font, "text_wrap": True, "valign": "top"}),
        head=workbook.add_format(
            {**cell, "bold": True, "text_wrap": True, "align": "center", "bg_color": "#EDEDED"}
        ),
        nothing=workbook.add_format({**cell, "align": "right"}),
        total={
            id(formats[name]): workbook.add_format({**kind, "bold": True}) for name, kind in kinds.items()
        },
        **formats,
    )


def _sheet(workbook: Any, report: ReportContent, key: Worksheet, formats: _Formats) -> None:
    sheet = workbook.add_worksheet(report.worksheets[key])
    tables = [table for table in report.tables() if table.worksheet == key]
    row = _top(sheet, report, formats, whole=key == "summary")
    frozen = (row, 0)
    for table in tables:
        row = _table(sheet, table, row, formats)
        if len(tables) == 1 and key != "notes":
            frozen = (row - len(_body(table)) - len(table.notes) - 1, 1)
    if key == "notes":
        _notes(sheet, report, row, formats)
    _print_setup(sheet, report, frozen)
    for place, width in enumerate(_widths(tables, key)):
        sheet.set_column(place, place, width)


def _top(sheet: Any, report: ReportContent, formats: _Formats, *, whole: bool) -> int:
    """Write the lines above the tables and return the first free row."""
    head = report.letterhead
    lines = [(report.banner, formats.banner)] if report.banner else []
    if whole:
        lines += [(line, formats.plain) for line in (head.governing_body, head.agency)]
        dated = " – ".join(part for part in (head.number, head.place_and_date) if part)
        lines += [(dated, formats.plain), (report.title, formats.title)]
    lines.append((report.summary, formats.title))
    for row, (line, form) in enumerate(lines):
        sheet.write_string(row, 0, line, form)
    return len(lines) + 1


def _table(sheet: Any, table: Table, top: int, formats: _Formats) -> int:
    """Write a table and return the first free row after its notes and a blank one."""
    sheet.write_string(top, 0, table.title, formats.title)
    for place, label in enumerate(_labels(table)):
        sheet.write_string(top + 1, place, label, formats.head)
    row = top + 2
    for group, line in _body(table):
        _line(sheet, row, (*group, *line.cells), table, formats, total=line.kind == "total")
        row += 1
    for note in table.notes:
        sheet.write_string(row, 0, note, formats.plain)
        row += 1
    return row + 1


def _labels(table: Table) -> tuple[str, ...]:
    group = (table.group_label,) if table.group_label else ()
    return (*group, *(part for column in table.columns for part in column.parts))


def _body(table: Table) -> tuple[tuple[tuple[Cell, ...], TableRow], ...]:
    """Return the rows of figures, each with the cell of its group where the table has groups."""
    lines: list[tuple[tuple[Cell, ...], TableRow]] = []
    group: tuple[Cell, ...] = (Cell(("",), ("",)),) if table.group_label else ()
    for row in table.rows:
        if row.kind == "group":
            group = row.cells
        else:
            lines.append((group, row))
    return tuple(lines)


def _line(
    sheet: Any, row: int, line: Sequence[Cell], table: Table, formats: _Formats, *, total: bool
) -> None:
    for place, (value, column) in enumerate(_values(line, table)):
        form = formats.of(value, column, total=total)
        if value is None:
            sheet.write_string(row, place, NOTHING, form)
        elif isinstance(value, str):
            sheet.write_string(row, place, value, form)
        else:
            sheet.write_number(row, place, value, form)


def _values(line: Sequence[Cell], table: Table) -> Iterator[tuple[Value, Column]]:
    group = (Column(table.group_label, "name", 1, (table.group_label,)),) if table.group_label else ()
    for cell, column in zip(line, (*group, *table.columns), strict=True):
        for value in cell.values:
            yield value, column


def _notes(sheet: Any, report: ReportContent, top: int, formats: _Formats) -> None:
    for row, caveat in enumerate(report.caveats, top):
        sheet.merge_range(row, 0, row, 3, "", formats.wrapped)
        sheet.write_string(row, 0, caveat, formats.wrapped)
        sheet.set_row(row, 17 * (1 + len(caveat) // 120))


def _print_setup(sheet: Any, report: ReportContent, frozen: tuple[int, int]) -> None:
    sheet.set_landscape()
    sheet.set_paper(_A4)
    sheet.set_margins(left=0.8, right=0.6, top=0.8, bottom=0.8)
    sheet.fit_to_pages(1, 0)
    sheet.freeze_panes(*frozen)
    sheet.repeat_rows(0, frozen[0] - 1)
    if report.watermark:
        sheet.set_header(f"&C{report.watermark}")
    sheet.set_footer("&C&P/&N")
    sheet.hide_gridlines(2)


def _widths(tables: Sequence[Table], key: Worksheet) -> tuple[float, ...]:
    """Return the width of each column: the widest that any table of the sheet asks for."""
    widest: list[float] = []
    for table in tables:
        kinds = ["name"] if table.group_label else []
        kinds += [column.kind for column in table.columns for _ in column.parts]
        name = _TEXT_WIDTH if key in {"notes", "items"} else _NAME_WIDTH
        asked = [name if kind == "name" else _FIGURE_WIDTH for kind in kinds]
        widest += [0] * (len(asked) - len(widest))
        widest = [max(old, new) for old, new in zip(widest, asked + [0] * len(widest), strict=False)]
    return tuple(widest)
