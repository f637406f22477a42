"""The spreadsheet, read back: numbers are numbers, text is text, and it prints."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from functools import cache

import openpyxl
import pytest
from openpyxl import Workbook

from survey.documents.render import xlsx
from survey.documents.reports.compose import consolidated, for_unit
from survey.documents.reports.record import ReportContent
from tests.unit.documents.sample import CAMPAIGN, HEADING, NAMES, facts, survey

HOSTILE = (
    "=SUM(A1:A9)",
    "+1+cmd|' /C calc'!A0",
    "@x",
    "http://example.vn/",
    "123",
    '<b>&"\U0001f600',
    *NAMES[6:],
)


@cache
def _content(*, rehearsal: bool = False, names: tuple[str, ...] = NAMES) -> ReportContent:
    result = survey((62, 83, 83, 83, 83, 83, 83, 83, 83, 83, 5))
    return consolidated(result, replace(CAMPAIGN, rehearsal=rehearsal), facts(result, names), HEADING)


def _book(report: ReportContent) -> Workbook:
    return openpyxl.load_workbook(io.BytesIO(xlsx.render(report)))


def test_the_sheets_of_the_report() -> None:
    assert _book(_content()).sheetnames == [
        "Tổng hợp",
        "Theo đơn vị x tiêu chí",
        "Theo câu hỏi",
        "Chỉ tiêu",
        "Ghi chú",
    ]


def test_every_sheet_is_ready_to_print_and_to_read() -> None:
    for sheet in _book(_content()).worksheets:
        assert sheet.page_setup.orientation == "landscape"
        assert sheet.page_setup.paperSize == 9
        assert sheet.freeze_panes is not None
        assert sheet.print_title_rows is not None
        setup = sheet.sheet_properties.pageSetUpPr
        assert setup is not None
        assert setup.fitToPage


@pytest.mark.parametrize("name", ["Theo đơn vị x tiêu chí", "Theo câu hỏi", "Chỉ tiêu"])
def test_the_heading_of_a_single_table_stays_in_sight_and_repeats(name: str) -> None:
    sheet = _book(_content())[name]
    frozen = sheet[str(sheet.freeze_panes)].row
    head = [cell.value for cell in sheet[frozen - 1]]
    assert head[0] in {"Đơn vị", "Tiêu chí", "STT"}
    assert sheet.print_title_rows == f"$1:${frozen - 1}"
    assert isinstance(sheet.cell(frozen, 1).value, str | int)


def test_figures_are_numbers_with_two_decimals() -> None:
    sheet = _book(_content())["Theo đơn vị x tiêu chí"]
    figures = [cell for row in sheet.iter_rows() for cell in row if isinstance(cell.value, float)]
    assert len(figures) > 9 * 7 * 9 * 0.9
    assert all(cell.number_format == "0.00" for cell in figures)
    assert all(cell.value == float(f"{cell.value:.2f}") for cell in figures)


def test_no_cell_is_a_formula_a_link_or_a_guess_whatever_the_names() -> None:
    report = _content(names=HOSTILE)
    book = _book(report)
    cells = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f" or cell.hyperlink is not None]
    names = [row[1].value for row in book["Chỉ tiêu"].iter_rows(min_row=5, max_row=10)]
    assert names == list(HOSTILE[:6])
    with zipfile.ZipFile(io.BytesIO(xlsx.render(report))) as parts:
        sheets = [parts.read(name) for name in parts.namelist() if name.startswith("xl/worksheets/")]
        assert not any(b"<f>" in sheet or b"hyperlink" in sheet for sheet in sheets)
        assert not [name for name in parts.namelist() if "media" in name]


def test_hidden_cells_hold_a_dash_and_nothing_else() -> None:
    sheet = _book(_content())["Theo đơn vị x tiêu chí"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows() if row[0].value == NAMES[10]]
    assert len(rows) == 7
    assert all(row[2:] == ["–"] * 11 for row in rows)


def test_a_rehearsal_says_so_first_on_every_sheet_and_in_print() -> None:
    for sheet in _book(_content(rehearsal=True)).worksheets:
        assert str(sheet["A1"].value).startswith("DỮ LIỆU MẪU")
        assert sheet.oddHeader is not None
        assert sheet.oddHeader.center is not None
        assert sheet.oddHeader.center.text == "DỮ LIỆU MẪU"
    for sheet in _book(_content()).worksheets:
        assert not any("DỮ LIỆU MẪU" in str(cell.value) for row in sheet.iter_rows() for cell in row)


def test_properties_and_the_same_bytes_again() -> None:
    book = _book(_content())
    assert book.properties.title == _content().summary
    assert book.properties.creator == "BẢO HIỂM XÃ HỘI TỈNH BÌNH ĐỊNH"
    assert str(book.properties.created)[:10] == "2024-10-05"
    assert xlsx.render(_content()) == xlsx.render(_content())


def test_the_workbook_of_a_unit_holds_that_unit_alone() -> None:
    result = survey((62, 83, 83))
    book = _book(for_unit(result, "u02", CAMPAIGN, facts(result), HEADING))
    text = " ".join(str(cell.value) for sheet in book.worksheets for row in sheet.iter_rows() for cell in row)
    assert "BHXH thị xã An Nhơn" in text
    assert "BHXH thị xã Hoài Nhơn" not in text
