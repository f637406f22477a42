"""What the report says: composed once, honest about what the figures carry."""

from __future__ import annotations

from dataclasses import replace

import pytest

from scoring.results import DomainResult, Formula
from survey.documents.reports.compose import consolidated, for_unit
from survey.documents.reports.record import Paragraph, ReportContent, ReportHeading, Table
from tests.unit.documents.reading import sentences
from tests.unit.documents.sample import CAMPAIGN, HEADING, facts, survey


def _report(**changes: object) -> ReportContent:
    result = survey()
    return consolidated(result, replace(CAMPAIGN, **changes), facts(result), HEADING)  # type: ignore[arg-type]


def _table(report: ReportContent, name: str) -> Table:
    return next(table for table in report.tables() if table.id == name)


def _text(report: ReportContent) -> str:
    return " ".join(sentences(report))


@pytest.mark.parametrize("official", ["f1", "f2", "f3"])
def test_all_three_formulas_are_shown_and_one_is_official(official: Formula) -> None:
    result = survey((50, 80), official=official)
    report = consolidated(result, CAMPAIGN, facts(result), HEADING)
    roles = {row.cells[0].lines[0]: row.cells[3].lines[0] for row in _table(report, "formulas").rows}
    assert roles == {
        sign: "Chính thức" if sign == official.upper() else "Tham khảo" for sign in ("F1", "F2", "F3")
    }
    for name in ("overall", "criteria", "units", "detail", "items"):
        labels = [column.label for column in _table(report, name).columns][-3:]
        assert [label.startswith(sign) for label, sign in zip(labels, ("F1", "F2", "F3"), strict=True)] == [
            True
        ] * 3
        assert [label for label in labels if "chính thức" in label] == [f"{official.upper()} (chính thức)"]


def test_the_province_stands_pooled_and_weighted_side_by_side() -> None:
    result = survey()
    rows = _table(consolidated(result, CAMPAIGN, facts(result), HEADING), "overall").rows
    assert [row.cells[0].lines[0] for row in rows[:2]] == [
        "Chỉ số chung, gộp theo phiếu",
        "Chỉ số chung, theo trọng số giao dịch",
    ]
    weighted = result.province_weighted
    assert weighted is not None
    assert weighted.overall.f1.value is not None
    assert rows[1].cells[3].values[0] == round(weighted.overall.f1.value, 2)


def test_where_the_number_of_transactions_is_unknown_it_says_so() -> None:
    result = survey((62, 83), known=False)
    report = consolidated(result, CAMPAIGN, facts(result), HEADING)
    assert "vì chưa có số giao dịch phát sinh (N) của: tất cả 2 đơn vị." in _text(report)
    assert [row.cells[2].lines for row in _table(report, "quotas").rows] == [("chưa có",)] * 3
    assert len(_table(report, "overall").rows) == 2


def test_every_unit_by_criterion_has_n_and_three_intervals() -> None:
    result = survey()
    rows = _table(consolidated(result, CAMPAIGN, facts(result), HEADING), "detail").rows
    plain = [row for row in rows if row.kind != "group"]
    assert len(plain) == 11 * 7
    criterion = result.units[3].criteria[2]
    row = plain[3 * 7 + 2]
    assert row.cells[1].values == (criterion.forms,)
    assert row.cells[2].values == (criterion.answers,)
    assert row.cells[5].values == tuple(
        round(end, 2) for end in (criterion.f3.value, criterion.f3.low, criterion.f3.high) if end is not None
    )


def test_hidden_cells_show_a_dash_and_the_note_says_why() -> None:
    result = survey((62, 83, 83, 5))
    report = consolidated(result, CAMPAIGN, facts(result), HEADING)
    rows = _table(report, "units").rows
    assert [row.cells[3].lines for row in rows].count(("–",)) == 2
    assert rows[3].cells[1:][0].values == (None,)
    assert any("n < 10, không công bố" in note for note in _table(report, "units").notes)
    assert "BHXH huyện An Lão" not in " ".join(
        block.text
        for block in report.blocks()
        if isinstance(block, Paragraph) and "khoảng tin cậy" in block.text
    )


def test_a_caller_may_hide_more() -> None:
    result = survey((50, 80, 80))
    keys = [("u01", "C1"), ("u02", "C1"), ("u01", "C2"), ("u02", "C2")]
    report = consolidated(result, CAMPAIGN, facts(result), HEADING, hidden=keys)
    rows = _table(report, "matrix").rows
    assert [cell.lines for cell in rows[0].cells[1:4]][:2] == [("–",), ("–",)]
    assert rows[0].cells[3].lines != ("–",)


def test_no_answers_at_all_still_make_a_report() -> None:
    result = survey((0, 0, 0))
    report = consolidated(result, CAMPAIGN, facts(result), HEADING)
    assert "Chưa đủ phiếu để công bố chỉ số hài lòng chung toàn tỉnh." in _text(report)
    assert "Chưa có đơn vị nào đạt chỉ tiêu tối thiểu." in _text(report)
    assert "Chưa đủ số liệu để nhận xét." in _text(report)
    assert any("chưa có câu trả lời nào" in note for note in _table(report, "units").notes)
    single = for_unit(result, "u02", CAMPAIGN, facts(result), HEADING)
    assert "Chưa đủ phiếu để công bố chỉ số hài lòng chung của BHXH thị xã An Nhơn." in _text(single)


def test_a_verdict_needs_the_whole_interval_on_one_side_of_the_target() -> None:
    result = survey()
    ends = (result.province_pooled.overall.f1.low, result.province_pooled.overall.f1.high)
    low, high = (0.0 if end is None else end for end in ends)
    text = _text(_report(targets=(low - 1, (low + high) / 2, high + 1)))
    sayings = (
        "mục tiêu 86,27\u00a0%: đạt",
        "số liệu chưa đủ để kết luận",
        "chưa đạt; toàn bộ khoảng tin cậy",
    )
    assert [saying in text for saying in sayings[1:]] == [True, True]
    assert text.count("Chỉ số chung so với mục tiêu") == 3
    assert text.index(": đạt;") < text.index("chưa đủ để kết luận") < text.index("chưa đạt; toàn bộ")


def test_the_order_of_units_is_never_a_ranking() -> None:
    report = _report()
    rows = _table(report, "units").rows
    result = survey()
    assert [row.cells[0].lines[0] for row in rows] == [unit.name for unit in facts(result)]
    assert "không phải là xếp hạng" in _text(report)


def test_units_short_of_their_quota_are_named() -> None:
    result = survey((62, 40, 83))
    report = consolidated(result, CAMPAIGN, facts(result), HEADING)
    assert "Có 2/3 đơn vị đạt chỉ tiêu tối thiểu; chưa đạt: BHXH thị xã An Nhơn." in _text(report)


def test_a_census_has_no_sampling_error() -> None:
    result = survey((400, 80))  # N of the first unit is 400
    report = consolidated(result, CAMPAIGN, facts(result), HEADING)
    row = _table(report, "units").rows[0]
    assert row.cells[3].lines[1] == "toàn bộ"
    assert len(set(row.cells[3].values)) == 1
    assert any("toàn bộ" in note for note in _table(report, "units").notes)


def test_proposals_become_a_section_of_their_own() -> None:
    said = "Đề nghị bổ sung ghế chờ tại các đơn vị."
    report = _report(proposals=(said,))
    assert report.sections[-1].blocks == (Paragraph(said),)
    assert "Đề xuất, kiến nghị" not in [section.title for section in _report().sections]


def test_the_report_of_a_unit_compares_with_the_province() -> None:
    result = survey()
    report = for_unit(result, "u09", CAMPAIGN, facts(result), HEADING)
    assert report.summary.endswith("tại BHXH huyện Tuy Phước")
    assert _table(report, "overall").rows[-1].cells[0].lines == ("Toàn tỉnh (để so sánh)",)
    assert [row.cells[1].lines[0] for row in _table(report, "quotas").rows] == ["BHXH huyện Tuy Phước"]
    with pytest.raises(KeyError):
        for_unit(result, "u99", CAMPAIGN, facts(result), HEADING)


def test_the_parts_of_the_letter() -> None:
    report = _report()
    assert report.letterhead.number == "Số: 1234/BC-BHXH"
    assert report.letterhead.place_and_date == "Bình Định, ngày 05 tháng 10 năm 2024"
    assert report.closing.endswith("./.")
    assert report.signature is not None
    assert report.signature.recipients[-1] == "- Lưu: VT, TCCB."
    assert all(line.endswith(";") for line in report.signature.recipients[:-1])
    assert report.appendices[0].reference.startswith(
        "(Kèm theo Báo cáo số 1234/BC-BHXH ngày 05 tháng 10 năm 2024"
    )


def test_an_undated_report_leaves_room_and_claims_the_day_of_its_figures() -> None:
    result = survey((50, 80))
    heading = ReportHeading(
        "Bảo hiểm xã hội Việt Nam", "Bảo hiểm xã hội tỉnh Bình Định", "Bình Định", "BC-BHXH"
    )
    report = consolidated(result, CAMPAIGN, facts(result), heading)
    assert report.letterhead.number == f"Số: {chr(160) * 8}/BC-BHXH"
    assert report.date == CAMPAIGN.as_of
    assert report.bases[-1].startswith("Bảo hiểm xã hội tỉnh Bình Định báo cáo kết quả khảo sát")


def test_a_single_form_has_a_figure_and_no_interval_even_where_it_is_shown() -> None:
    result = survey((1, 0), known=False)
    report = consolidated(result, CAMPAIGN, facts(result), HEADING, hidden=())
    row = _table(report, "units").rows[0]
    assert len(row.cells[3].lines) == 1
    assert row.cells[3].values[1:] == (None, None)
    text = _text(report)
    assert "mức độ hài lòng chung toàn tỉnh là" in text
    assert ", khoảng tin cậy 95\u00a0% từ" not in text
    assert any("chưa đủ phiếu để ước lượng sai số" in note for note in _table(report, "units").notes)


def test_a_missing_weighted_figure_is_explained_where_every_n_is_known() -> None:
    result = replace(survey((50, 80)), province_weighted=None)
    text = _text(consolidated(result, CAMPAIGN, facts(result), HEADING))
    assert "Chưa tính được chỉ số theo trọng số giao dịch." in text


def test_a_questionnaire_without_an_overall_item_and_with_one_criterion() -> None:
    def lone(domain: DomainResult) -> DomainResult:
        return replace(domain, criteria=domain.criteria[:1], overall_item=None)

    whole = survey((50, 80))
    result = replace(
        whole,
        units=tuple(lone(unit) for unit in whole.units),
        province_pooled=lone(whole.province_pooled),
        province_weighted=None,
    )
    report = consolidated(result, CAMPAIGN, facts(result), HEADING)
    assert len(_table(report, "overall").rows) == 1
    assert _table(report, "items").rows[-1].kind == "plain"
    assert "Tiêu chí có chỉ số cao nhất" not in _text(report)


def test_a_bare_legal_basis_gets_its_wording() -> None:
    result = survey((50, 80))
    heading = replace(HEADING, legal_bases=("Kế hoạch số 12/KH-BHXH.", "Thực hiện Công văn số 3;"))
    bases = consolidated(result, CAMPAIGN, facts(result), heading).bases
    assert bases[:2] == ("Căn cứ Kế hoạch số 12/KH-BHXH;", "Thực hiện Công văn số 3;")


def test_tables_and_figures_are_numbered_through() -> None:
    report = _report()
    assert [table.title.split(".")[0] for table in report.tables()] == [f"Bảng {n}" for n in range(1, 9)]
    assert [figure.caption.split(".")[0] for figure in report.figures()] == ["Hình 1"]
