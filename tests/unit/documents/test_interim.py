"""Interim figures: whole points where a unit is open, no official document, every reason and open point in words."""

from __future__ import annotations

import inspect
import io
import re
from collections.abc import Collection
from dataclasses import replace
from datetime import date

import openpyxl
import pytest

from scoring.disclosure.coarse import coarse
from scoring.disclosure.hidden_cells import CellKey, hidden_cells
from scoring.results import SurveyResult
from survey.documents.render import pdf, xlsx
from survey.documents.reports import interim
from survey.documents.reports.compose import consolidated, for_unit
from survey.documents.reports.record import CampaignFacts, ReportContent
from survey.documents.reports.release_facts import ProvinceReleaseFacts, ReleaseFacts, UnitReleaseFacts
from survey.documents.reports.texts import bundled
from survey.errors import catalogue
from survey.services.paper import closing
from survey.services.results import release_points
from survey.vocabulary import Reason, ReleaseGrade, Verdict
from tests.unit.documents.reading import figures_in, sentences, text_of
from tests.unit.documents.sample import CAMPAIGN, HEADING, NAMES, facts, survey

DAY = date(2024, 8, 20)
FORMS = (62, 45, 33)
UNITS = ("u01", "u02", "u03")
AMENDED = {
    "changed": 4,
    "reasons": {"arrived": 3, "duplicate": 1},
    "conclusion_changes": True,
}


def _release(*grades: ReleaseGrade | None, province: tuple[str, ...] | None = None) -> ReleaseFacts:
    units = {
        unit: UnitReleaseFacts(grade, 2, DAY, forms)
        for unit, grade, forms in zip(UNITS, grades, FORMS, strict=True)
        if grade is not None
    }
    made = None if province is None else ProvinceReleaseFacts(3, DAY, province)
    return ReleaseFacts(2 if units else 0, DAY if units else None, ("12:00", "18:00"), units, made)


COARSE, FULL = ReleaseGrade.COARSE, ReleaseGrade.FULL
MIXED = _release(FULL, COARSE, None)


def _result(release: ReleaseFacts) -> tuple[SurveyResult, Collection[CellKey]]:
    exact = survey(FORMS)
    open_units = {unit for unit in UNITS if not release.is_full(unit)}
    return coarse(exact, open_units | (set() if release.province else {"province"})), hidden_cells(exact)


def _campaign(release: ReleaseFacts, **changes: object) -> CampaignFacts:
    return replace(CAMPAIGN, release=release, **changes)  # type: ignore[arg-type]


def _province(release: ReleaseFacts = MIXED, **changes: object) -> ReportContent:
    result, hidden = _result(release)
    campaign = _campaign(release, **changes)
    return interim.of_province(result, campaign, facts(result), HEADING, release, hidden=hidden)


def _unit(unit: str, release: ReleaseFacts = MIXED) -> ReportContent:
    result, hidden = _result(release)
    return interim.of_unit(result, unit, _campaign(release), facts(result), HEADING, release, hidden=hidden)


def _full(release: ReleaseFacts, unit: str | None = None) -> ReportContent:
    result, hidden = _result(release)
    parts = (_campaign(release), facts(result), HEADING)
    if unit is None:
        return consolidated(result, *parts, hidden=hidden)
    return for_unit(result, unit, *parts, hidden=hidden)


def _text(report: ReportContent) -> str:
    return " ".join(sentences(report))


def test_an_open_units_figures_are_whole_in_print_and_on_the_sheet() -> None:
    report = _unit("u02")
    assert figures_in(text_of(pdf.render(report))) == {}
    (table,) = report.tables()
    assert len(table.rows) == 7
    for row in table.rows:
        value, low, high = row.cells[1].values
        assert (type(value), type(low), type(high)) == (int, int, int)
        assert row.cells[1].lines == (str(value), f"{low}–{high}")
    for sheet in openpyxl.load_workbook(io.BytesIO(xlsx.render(report))).worksheets:
        for cell in (cell for row in sheet.iter_rows() for cell in row):
            assert not isinstance(cell.value, float)
            assert not (isinstance(cell.value, int) and cell.number_format == "0.00")


def test_nobody_takes_it_for_the_report() -> None:
    for report in (_province(), _unit("u02")):
        assert report.signature is None
        assert report.appendices == ()
        assert report.figures() == ()
        assert {table.id for table in report.tables()} <= {"standing", "rounded", "matrix"}
        printed = text_of(pdf.render(report))
        assert "SỐ LIỆU TẠM THỜI (LÀM TRÒN)" in printed
        assert "không thay báo cáo chính thức" in printed
        for official in ("CỘNG HÒA", "Số:", "Nơi nhận", "PHÓ GIÁM ĐỐC", "BÁO CÁO\n"):
            assert official not in printed
        first = openpyxl.load_workbook(io.BytesIO(xlsx.render(report))).worksheets[0]
        assert first["A1"].value == bundled().text("release.banner")


def test_each_unit_says_how_much_of_it_is_out_and_since_when() -> None:
    standing, rounded, matrix = _province().tables()
    cells = {row.cells[0].lines[0]: row.cells for row in standing.rows}
    assert [cell.lines[0] for cell in cells[NAMES[0]][1:4]] == ["bảng đầy đủ", "20/8/2024", "62"]
    assert [cell.lines[0] for cell in cells[NAMES[1]][1:4]] == ["số tròn", "20/8/2024", "45"]
    assert [cell.lines[0] for cell in cells[NAMES[2]][1:4]] == ["chưa có", "–", "–"]
    assert isinstance(cells[NAMES[0]][4].values[0], float)
    assert isinstance(cells[NAMES[1]][4].values[0], int)
    assert all(isinstance(row.cells[1].values[0], int) for row in rounded.rows)
    assert len(matrix.columns) == 8
    assert bundled().text("table.mixed_note") in standing.notes


def test_without_any_release_it_says_so_and_what_is_needed() -> None:
    report = _province(_release(None, None, None))
    assert [table.id for table in report.tables()] == ["standing"]
    assert "Chưa có số liệu nào được công bố." in _text(report)
    assert "khi đủ 30 phiếu hợp lệ" in _text(report)
    assert "12:00 và 18:00" in _text(report)


def test_a_rehearsals_interim_figures_carry_the_marks_of_a_rehearsal() -> None:
    report = _province(rehearsal=True)
    assert (report.banner, report.watermark) == (
        bundled().text("head.rehearsal"),
        bundled().text("head.watermark"),
    )


def test_full_tables_of_a_unit_say_their_release_and_nothing_of_the_open_province() -> None:
    report = _full(MIXED, "u01")
    assert "Số liệu theo lần công bố số 2, ngày 20/8/2024." in _text(report)
    overall = next(table for table in report.tables() if table.id == "overall")
    assert "Toàn tỉnh (để so sánh)" not in {row.cells[0].lines[0] for row in overall.rows}
    assert report.signature is not None


def test_the_provinces_tables_leave_open_units_out_and_name_them() -> None:
    report = _full(_release(FULL, COARSE, FULL, province=("u01", "u03")))
    assert f"Số liệu toàn tỉnh không gồm phiếu của {NAMES[1]}" in _text(report)
    assert f"Số liệu toàn tỉnh không gồm phiếu của {NAMES[1]}" in " ".join(report.caveats)
    for name in ("units", "matrix"):
        table = next(table for table in report.tables() if table.id == name)
        row = next(row for row in table.rows if row.cells[0].lines[0] == NAMES[1])
        assert {line for cell in row.cells[1:] for line in cell.lines} == {"–"}
        assert any(note.startswith("“–”: đơn vị chưa có bảng đầy đủ") for note in table.notes)
    detail = next(table for table in report.tables() if table.id == "detail")
    groups = [row.cells[0].lines[0] for row in detail.rows if row.kind == "group"]
    assert len(groups) == 2
    assert not any(NAMES[1] in group for group in groups)


def test_a_note_says_how_many_forms_changed_why_and_what_follows() -> None:
    release = _release(FULL, FULL, FULL, province=UNITS)
    changed = replace(release.units["u02"], **AMENDED, open_points=("forms_unverified", "scans_waiting"))  # type: ignore[arg-type]
    release = replace(release, units={**release.units, "u02": changed})
    for report in (_full(release), _full(release, "u02")):
        text = _text(report)
        assert f"Sau khi công bố bảng đầy đủ của {NAMES[1]} (ngày 20/8/2024), 4 phiếu đã thay đổi" in text
        assert "3 phiếu mới được tính và 1 phiếu trùng bị loại" in text
        assert "có kết luận về mục tiêu sẽ khác đi" in text
        assert "khi còn: phiếu đã nhập chờ xác minh và phiếu quét còn câu chờ người xem." in text
    assert NAMES[1] not in " ".join(_full(release, "u01").caveats)


def test_a_period_has_its_own_words_and_no_quota() -> None:
    release = _release(FULL, None, None, province=("u01",))
    result, hidden = _result(release)
    campaign = _campaign(release, period="tháng 8/2024")
    report = consolidated(result, campaign, facts(result), HEADING, hidden=hidden)
    assert "quotas" not in {table.id for table in report.tables()}
    assert re.search(r"Trong tháng 8/2024 có \d+ phiếu hợp lệ", _text(report))
    assert "không gồm nơi có dưới 10 phiếu trong kỳ" in _text(report)
    unit = interim.of_unit(result, "u02", campaign, facts(result), HEADING, release, hidden=hidden)
    assert f"{NAMES[1]} không có bảng riêng cho tháng 8/2024: dưới 10 phiếu." in _text(unit)


@pytest.mark.parametrize("code", ["2024-08", "2024-02", "2024-Q3"])
def test_periods_are_named_as_people_say_them(code: str) -> None:
    names = {"2024-08": "tháng 8/2024", "2024-02": "tháng 02/2024", "2024-Q3": "quý III/2024"}
    assert bundled().period(code) == names[code]


def test_every_reason_of_a_change_has_words() -> None:
    for reason in ("arrived", *Reason, *Verdict):
        assert "3" in bundled().text(f"change.{reason}", count="3")


def test_every_point_that_can_be_left_open_has_words() -> None:
    asked = (closing.unexplained, closing._open_serials, release_points)
    sources = "".join(inspect.getsource(each) for each in asked)
    codes = set(re.findall(r'"([a-z_]+)"', sources)) & set(catalogue())
    assert {"forms_unverified", "sheets_still_out", "kiosk_answers_waiting"} <= codes
    for code in codes:
        assert bundled().text(f"open.{code}")


def test_a_hidden_cell_stays_hidden_while_figures_are_rounded() -> None:
    result, hidden = _result(MIXED)
    dark = {*hidden, ("u02", "C3")}
    report = interim.of_unit(
        result, "u02", _campaign(MIXED), facts(result), HEADING, MIXED, hidden=frozenset(dark)
    )
    (table,) = report.tables()
    assert [row.cells[1].lines for row in table.rows if row.cells[0].lines[0].startswith("C3")] == [("–",)]
