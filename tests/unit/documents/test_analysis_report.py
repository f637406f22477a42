"""The parts of a report that compare, weigh and doubt: honest, complete, the same in every output."""

from __future__ import annotations

import io
from collections import Counter
from dataclasses import replace
from functools import cache
from typing import get_args

import openpyxl
import pytest

from scoring.analysis.analysis import Analysis, analyse
from scoring.analysis.unit_findings import FindingCode
from scoring.charts.numerals import number
from scoring.disclosure.hidden_cells import hidden_cells
from scoring.quality import ChannelEffect, FlagKind
from survey.documents.pages import analysis_page
from survey.documents.render import pdf, xlsx
from survey.documents.reports.compose import consolidated, for_unit
from survey.documents.reports.record import Paragraph, ReportContent, Table
from survey.documents.reports.texts import bundled
from survey.vocabulary import Channel
from tests.unit.documents.reading import figures_in, sentences, text_of
from tests.unit.documents.sample import CAMPAIGN, CRITERIA, HEADING, facts
from tests.unit.scoring.analysis.campaigns import NAMES, Campaign, campaign, copied

FACTS = replace(CAMPAIGN, items=dict.fromkeys(NAMES, "Câu hỏi"))
OFFICERS = tuple(f"Người Nhập {place}" for place in range(40))


def _studied(made: Campaign, **changes: object) -> tuple[Campaign, Analysis]:
    inputs = replace(made.inputs, hidden=hidden_cells(made.result), **changes)  # type: ignore[arg-type]
    return made, analyse(inputs, made.result, seed=7)


@cache
def _made() -> tuple[Campaign, Analysis]:
    """A campaign of units far apart, one of them small, with an officer who copied."""
    moods = (4.7, 4.1, 4.15, 3.4, 4.0)
    return _studied(copied(campaign((50, 80, 80, 80, 6), moods=moods), 4))


def _report(made: Campaign, analysis: Analysis, unit: str | None = None) -> ReportContent:
    parts = (FACTS, facts(made.result), HEADING)
    if unit is None:
        return consolidated(made.result, *parts, analysis=analysis)
    return for_unit(made.result, unit, *parts, analysis=analysis)


def _table(report: ReportContent, name: str) -> Table:
    return next(table for table in report.tables() if table.id == name)


def _column(table: Table, place: int) -> list[str]:
    return [row.cells[place].lines[0] for row in table.rows]


def _text(report: ReportContent) -> str:
    return " ".join(sentences(report))


@pytest.mark.parametrize("unit", [None, "u2"])
def test_content_pdf_and_workbook_show_the_same_figures(unit: str | None) -> None:
    report = _report(*_made(), unit)
    said = Counter[str]()
    for sentence in sentences(report):
        said += figures_in(sentence)
    for section in report.sections:
        said += figures_in(section.title)
    assert figures_in(text_of(pdf.render(report))) == said
    book = openpyxl.load_workbook(io.BytesIO(xlsx.render(report)))
    for table in report.tables():
        sheet = book[report.worksheets[table.worksheet]]
        top = next(cell.row for cell in sheet["A"] if cell.value == table.title)
        found = sheet.iter_rows(min_row=top + 2, values_only=True)
        body = (row for row in table.rows if row.kind != "group")
        skip = 1 if table.group_label else 0
        for row, line in zip(body, found, strict=False):
            wanted = ["–" if value is None else value for cell in row.cells for value in cell.values]
            assert [value if value is not None else "" for value in line[skip : skip + len(wanted)]] == wanted


def test_the_sheets_hold_what_the_report_holds() -> None:
    assert list(_report(*_made()).worksheets.values()) == [
        "Tổng hợp",
        "Theo đơn vị x tiêu chí",
        "Theo câu hỏi",
        "Chỉ tiêu",
        "So sánh, mục tiêu",
        "Điểm",
        "Độ chính xác, chất lượng",
        "Ghi chú",
    ]


def test_no_rank_stands_without_its_sets_and_ties_are_called_ties() -> None:
    made, analysis = _made()
    table = _table(_report(made, analysis), "league")
    labels = [column.label for column in table.columns]
    assert labels[4:8] == [
        "Hạng",
        "Khoảng hạng, từng đơn vị",
        "Khoảng hạng, cả bảng",
        "Khoảng hạng, đối chiếu",
    ]
    value = dict(zip(analysis.ranking.units, analysis.ranking.value, strict=True))
    shown = [float(line.replace(",", ".")) for line in _column(table, 3)]
    assert shown == sorted(shown, reverse=True)
    assert sorted(shown) == pytest.approx(sorted(value.values()), abs=0.005)
    for row in table.rows:
        low, high = row.cells[6].values
        assert row.cells[4].lines == ((str(low),) if low == high else (str(low), "đồng hạng"))
    assert any(len(row.cells[4].lines) == 2 for row in table.rows)


def test_units_without_a_place_are_named_with_the_reason() -> None:
    made, analysis = _made()
    text = _text(_report(made, analysis))
    names = {unit.id: unit.name for unit in facts(made.result)}
    assert analysis.ranking.left_out
    for unit in analysis.ranking.left_out:
        assert names[unit] not in _column(_table(_report(made, analysis), "league"), 1)
    said = next(line for line in sentences(_report(made, analysis)) if line.startswith("Không xếp hạng:"))
    assert all(names[unit] in said for unit in analysis.ranking.left_out)
    assert "dưới 10 phiếu" in said
    assert "hạng đi kèm khoảng hạng" in text


def test_no_figure_of_a_hidden_unit_is_printed_anywhere() -> None:
    made, analysis = _made()
    text = _text(_report(made, analysis))
    cells = {unit for unit, index in hidden_cells(made.result) if index == "overall"}
    assert len(cells) > 1
    for unit in made.result.units:
        value = unit.overall.f1.value
        assert value is not None
        assert (number(value) in text) == (unit.id not in cells)
    rows = {row.cells[0].lines[0]: row for row in _table(_report(made, analysis), "chances").rows}
    names = {unit.id: unit.name for unit in facts(made.result)}
    for code in cells - {"province"}:
        assert [cell.lines for cell in rows[names[code]].cells[2:]] == [("–",)] * 4


def test_units_that_nothing_separates_are_said_to_be_tied() -> None:
    made, analysis = _studied(campaign((40, 40, 40), seed=3))
    text = _text(_report(made, analysis))
    assert "cả 3 đơn vị phải coi là đồng hạng" in text
    assert "không cặp nào khác nhau rõ" in text


def test_clear_differences_are_said_with_the_better_unit_first() -> None:
    made, analysis = _made()
    said = next(line for line in sentences(_report(made, analysis)) if line.startswith("Các cặp khác nhau"))
    pair = analysis.ranking.separated[0]
    better = max((pair.first, pair.second), key=lambda place: analysis.ranking.value[place])
    names = {unit.id: unit.name for unit in facts(made.result)}
    assert said.removeprefix("Các cặp khác nhau rõ nhất: ").startswith(
        f"{names[analysis.ranking.units[better]]} cao hơn "
    )


def test_one_unit_alone_is_not_ranked() -> None:
    made, analysis = _studied(campaign((80,)))
    report = _report(made, analysis)
    assert "Chưa có đủ hai đơn vị" in _text(report)
    assert "league" not in {table.id for table in report.tables()}
    assert "ranks" not in {figure.id for figure in report.figures()}


def test_an_unapproved_table_says_so_and_an_approved_one_does_not() -> None:
    made, analysis = _made()
    report = _report(made, analysis)
    assert "CHƯA PHÊ DUYỆT" in _table(report, "points-proportional").title
    assert "CHƯA PHÊ DUYỆT" in _table(report, "points-bands-example").title
    assert any("CHƯA PHÊ DUYỆT" in column.label for column in _table(report, "weak").columns)
    table = replace(made.inputs.tables[0], approved_by="Sở Nội vụ", approved_on="05/8/2024")
    made, analysis = _studied(made, tables=(table,))
    report = _report(made, analysis)
    assert "CHƯA PHÊ DUYỆT" not in _text(report) + " ".join(
        column.label for table in report.tables() for column in table.columns
    )
    assert "do Sở Nội vụ phê duyệt ngày 05/8/2024" in _text(report)


def test_points_of_a_band_that_nobody_knows_are_never_zero() -> None:
    made, analysis = _studied(campaign((80, 80), moods=(4.25, 4.25)))
    table = _table(_report(made, analysis), "points-bands-example")
    unknown = [worth.award for worth in analysis.examples[0].criteria if worth.award.points is None]
    assert unknown
    shown = {row.cells[0].lines[0].split(".")[0]: row.cells[3] for row in table.rows[:-1]}
    assert all(shown[award.criterion].values == ("chưa\u00a0rõ",) for award in unknown)
    assert table.rows[-1].cells[3].values == ("chưa\u00a0rõ",)


def test_for_f2_the_targets_stand_once() -> None:
    made, analysis = _studied(campaign((80, 80), official="f2"))
    labels = [column.label for column in _table(_report(made, analysis), "chances").columns]
    assert labels[2:] == ["F2 ≥ 85\u00a0%", "F2 ≥ 90\u00a0%"]
    assert "số câu thành hài lòng" in " ".join(
        column.label for column in _table(_report(made, analysis), "points-proportional").columns
    )


def test_signs_are_counted_in_the_report_and_named_on_the_desk_only() -> None:
    made, analysis = _made()
    report = _report(made, analysis)
    counts = {row.cells[0].lines[0]: row.cells[1].values[0] for row in _table(report, "quality").rows}
    assert counts == {"Nhiều phiếu gần như giống hệt nhau": 1}
    assert "Dấu hiệu, không phải kết luận" in _text(report)
    assert "signs" not in {table.id for table in report.tables()}
    page = analysis_page.of_province(made.result, FACTS, facts(made.result), HEADING, analysis, OFFICERS)
    signs = next(block for block in page.quality if isinstance(block, Table) and block.id == "signs")
    assert _column(signs, 1) == [OFFICERS[4]]
    assert not any(name in _text(report) for name in OFFICERS)


def test_the_page_shows_the_tables_of_the_report() -> None:
    made, analysis = _made()
    report = _report(made, analysis)
    page = analysis_page.of_province(made.result, FACTS, facts(made.result), HEADING, analysis, OFFICERS)
    blocks = (
        *page.ranking.blocks,
        *page.targets.blocks,
        *page.points.blocks,
        *page.drivers.blocks,
        *page.precision,
    )
    tables = [block for block in blocks if isinstance(block, Table)]
    assert [table.id for table in tables] == [
        "league",
        "chances",
        "points-proportional",
        "points-bands-example",
        "drivers",
        "advice",
        "precision",
    ]
    for table in tables:
        printed = _table(report, table.id)
        assert (table.rows, table.columns, table.notes) == (printed.rows, printed.columns, printed.notes)
    assert page.caution in _text(report)


@pytest.mark.parametrize(("fewest", "shown"), [(20, "4,60"), (9, "–")])
def test_the_report_tells_what_goes_with_the_channel_where_nobody_can_be_told(
    fewest: int, shown: str
) -> None:
    made, analysis = _made()
    units = made.result.units
    unit = max(range(len(units)), key=lambda place: units[place].forms)
    names = (Channel.QR, Channel.INVITATION)
    effect = ChannelEffect(unit, (0, 1), (4.1, 4.6), (units[unit].forms - fewest, fewest), 0.01, 0.02)
    found = replace(analysis, review=replace(analysis.review, channels=(effect,), channel_names=names))
    table = _table(_report(made, found), "channels")
    assert [row.kind for row in table.rows] == ["group", "plain", "plain"]
    assert [cell.lines[0] for cell in table.rows[2].cells] == ["Thư mời", str(fewest), shown, "0,020"]
    page = analysis_page.of_province(made.result, FACTS, facts(made.result), HEADING, found, OFFICERS)
    assert table.rows in [block.rows for block in page.quality if isinstance(block, Table)]
    assert pdf.render(_report(made, found)).startswith(b"%PDF")


def test_results_without_flagged_forms_stand_beside_those_with_them() -> None:
    made, analysis = _made()
    assert analysis.excluding_flagged is not None
    rows = _table(_report(made, analysis), "without").rows
    assert rows[0].cells[1].values == (made.result.province_pooled.forms,)
    left = made.result.province_pooled.forms - analysis.review.forms_flagged
    assert analysis.excluding_flagged.together == (rows[1].cells[1].values == (left,))
    fewer = replace(analysis, excluding_flagged=replace(analysis.excluding_flagged, together=False))
    report = _report(made, fewer)
    assert _table(report, "without").rows[1].cells[1].lines == ("–",)
    assert "không tách riêng kết quả" in _text(report)


def test_the_difference_on_the_desk_is_that_of_the_printed_figures() -> None:
    made, analysis = _studied(copied(campaign((50, 80, 80, 80)), 4))
    page = analysis_page.of_province(made.result, FACTS, facts(made.result), HEADING, analysis, OFFICERS)
    table = next(one for one in page.quality if isinstance(one, Table) and one.id == "without-units")
    (row,) = table.rows
    before, after, change = (row.cells[place].values[0] for place in (3, 4, 5))
    assert isinstance(before, float)
    assert isinstance(after, float)
    assert change == pytest.approx(after - before, abs=1e-9)


def test_what_the_quotas_give_names_the_quotas() -> None:
    made, analysis = _made()
    report = _report(made, analysis)
    assert "50 và 80 phiếu cho biết điều gì" in [section.title for section in report.sections]
    rows = _table(report, "precision").rows
    assert [row.cells[0].values[0] for row in rows] == [50, 50, 80, 80]
    assert rows[2].cells[3].values == (6.68,)  # the worked value of scoring.planning.margin
    assert rows[2].cells[5].values == (16.75,)  # and of difference_that_shows


def test_weak_criteria_wait_for_the_pen() -> None:
    made, analysis = _made()
    table = _table(_report(made, analysis), "weak")
    below = [index for index in made.result.province_pooled.criteria if (index.f1.value or 0) < 90]
    assert below
    assert [line.split(".")[0] for line in _column(table, 0)] == [index.id for index in below]
    for row in table.rows:
        assert [cell.values for cell in row.cells[3:]] == [("",)] * 4
        assert len(row.cells[4].lines) > 3
    assert [column.label for column in table.columns][3:] == [
        "Điểm của hội đồng",
        "Nguyên nhân",
        "Phương án khắc phục",
        "Đơn vị chịu trách nhiệm",
    ]


def test_where_no_criterion_is_weak_the_lowest_one_stands() -> None:
    made, analysis = _studied(campaign((80, 80), moods=(5.6, 5.6)))
    table = _table(_report(made, analysis), "weak")
    lowest = min(made.result.province_pooled.criteria, key=lambda index: index.f1.value or 0.0)
    assert (lowest.f1.value or 0) >= 90
    assert [line.split(".")[0] for line in _column(table, 0)] == [lowest.id]
    assert "không có tiêu chí nào dưới" in table.title


def test_the_report_of_a_unit_tells_of_that_unit_alone() -> None:
    made, analysis = _made()
    report = _report(made, analysis, "u2")
    assert {table.id for table in report.tables()} >= {"chances", "precision", "weak"}
    assert not {table.id for table in report.tables()} & {"league", "quality", "advice", "signs"}
    names = {unit.id: unit.name for unit in facts(made.result)}
    assert _column(_table(report, "chances"), 0)[0] == names["u2"]
    assert names["u3"] not in _text(report)


def test_no_answers_at_all_still_make_a_report_with_its_insight() -> None:
    made, analysis = _studied(campaign((0, 0)))
    for unit in (None, "u1"):
        report = _report(made, analysis, unit)
        assert pdf.render(report).startswith(b"%PDF")
        assert "weak" not in {table.id for table in report.tables()}
    assert "Không có phiếu nào còn liên kết với người nhập" in _text(_report(made, analysis))


@pytest.mark.parametrize(
    "key",
    [
        *(f"advice.{code}" for code in get_args(FindingCode)),
        *(f"quality.{kind}" for kind in get_args(FlagKind)),
        *(f"quality.seen_{kind}" for kind in get_args(FlagKind)),
        *(f"quality.channel_{channel}" for channel in Channel),
    ],
)
def test_every_code_has_its_sentence(key: str) -> None:
    assert bundled().sentences[key]


def test_paragraphs_leave_no_place_open() -> None:
    report = _report(*_made())
    said = [block.text for block in report.blocks() if isinstance(block, Paragraph)]
    assert said
    assert not any("{" in line or "None" in line or "nan" in line.split() for line in said)
    assert set(CRITERIA) == {index.id for index in _made()[0].result.province_pooled.criteria}
