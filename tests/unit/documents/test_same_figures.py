"""Content, PDF and XLSX show the same figures: every one of them, as often, in the same cells."""

from __future__ import annotations

import io
from collections import Counter
from decimal import Decimal

import openpyxl
import pytest

from scoring.results import Formula
from survey.documents.pages import overview
from survey.documents.render import pdf, xlsx
from survey.documents.reports.compose import consolidated, for_unit
from survey.documents.reports.record import ReportContent, Table
from tests.unit.documents.reading import figures_in, sentences, text_of
from tests.unit.documents.sample import CAMPAIGN, HEADING, facts, survey

OFFICIAL: tuple[Formula, ...] = ("f1", "f2", "f3")


@pytest.fixture(scope="module", params=[(seed, unit) for seed in range(3) for unit in (None, "u03")])
def report(request: pytest.FixtureRequest) -> ReportContent:
    seed, unit = request.param
    result = survey((62,) + (83,) * 8 + (7, 83), seed=seed, official=OFFICIAL[seed], known=seed != 1)
    if unit is None:
        return consolidated(result, CAMPAIGN, facts(result), HEADING)
    return for_unit(result, unit, CAMPAIGN, facts(result), HEADING)


def test_the_pdf_prints_every_figure_of_the_content_and_no_other(report: ReportContent) -> None:
    said = Counter[str]()
    for sentence in sentences(report):
        said += figures_in(sentence)
    assert said.total() > 100
    assert figures_in(text_of(pdf.render(report))) == said


def test_the_workbook_holds_every_cell_of_every_table(report: ReportContent) -> None:
    book = openpyxl.load_workbook(io.BytesIO(xlsx.render(report)))
    for table in report.tables():
        sheet = book[report.worksheets[table.worksheet]]
        top = next(cell.row for cell in sheet["A"] if cell.value == table.title)
        rows = sheet.iter_rows(min_row=top + 2, values_only=True)
        skip = 1 if table.group_label else 0
        for wanted, found in zip(_rows(table), rows, strict=False):
            assert [_shown(value) for value in found[skip : skip + len(wanted)]] == wanted


def _rows(table: Table) -> list[list[str]]:
    """Return the values of a table as printed; an interval's ends come from its printed line."""
    done = []
    for row in table.rows:
        if row.kind != "group":
            done.append([_shown(value) for cell in row.cells for value in cell.values])
            for cell in row.cells:
                figures = [value for value in cell.values if isinstance(value, float)]
                if len(cell.lines) == 2 and cell.lines[1] != "toàn bộ":
                    assert cell.lines == (_comma(figures[0]), f"{_comma(figures[1])}–{_comma(figures[2])}")
                elif len(figures) == 1:
                    assert cell.lines == (_comma(figures[0]),)
    return done


def _shown(value: object) -> str:
    if value is None or value == "–":
        return "–"
    return _comma(float(value)) if isinstance(value, int | float) else str(value)


def _comma(value: float) -> str:
    return f"{Decimal(str(value)):.2f}".replace(".", ",")


def test_no_figure_of_the_record_is_lost_on_the_way() -> None:
    result = survey(seed=11)
    text = text_of(pdf.render(consolidated(result, CAMPAIGN, facts(result), HEADING)))
    for unit in result.units:
        for index in (*unit.criteria, unit.overall):
            for estimate in (index.f1, index.f2, index.f3):
                assert estimate.value is not None
                assert estimate.low is not None
                assert _comma(round(estimate.value, 2)) in text
                assert _comma(round(estimate.low, 2)) in text


@pytest.mark.parametrize("unit", [None, "u03"])
def test_every_sentence_of_the_results_page_stands_in_the_report(unit: str | None) -> None:
    for seed in range(4):
        result = survey((62,) + (83,) * 8 + (7, 83), seed=seed)
        parts = (CAMPAIGN, facts(result), HEADING)
        if unit is None:
            report, page = consolidated(result, *parts), overview.of_province(result, *parts, "f1")
        else:
            report, page = for_unit(result, unit, *parts), overview.of_unit(result, unit, *parts)
        said = set(sentences(report))
        assert {*page.headline, *page.collection, *page.remarks, *page.caveats} <= said
