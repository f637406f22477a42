"""The error rate of keying: exact, never understated, and the same in page, PDF and workbook."""

from __future__ import annotations

import io
from dataclasses import replace

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from survey.documents.pages import overview
from survey.documents.render import pdf, xlsx
from survey.documents.reports.compose import consolidated, for_unit
from survey.documents.reports.formats import rounded_up
from survey.documents.reports.keying_comparison import UNREAD, KeyingComparison
from survey.documents.reports.record import ReportContent, Table, UnitFacts
from survey.documents.reports.sections import keying_section
from survey.documents.reports.texts import bundled
from tests.unit.documents.reading import text_of
from tests.unit.documents.sample import CAMPAIGN, HEADING, facts, survey

FOUND = (
    KeyingComparison(forms=62, sampled=9, doubled=9, fields=300, differing=2, wrong=0),
    KeyingComparison(forms=83, sampled=8, doubled=6, fields=198, differing=5, wrong=3),
    KeyingComparison(forms=40, sampled=3, doubled=0, fields=0, differing=0, wrong=0),
)


def known() -> tuple[UnitFacts, ...]:
    """Units of which the first three have numbered forms."""
    units = facts(survey())
    return tuple(
        replace(unit, keying=FOUND[place] if place < len(FOUND) else UNREAD)
        for place, unit in enumerate(units)
    )


def report(unit: str | None = None) -> ReportContent:
    parts = (CAMPAIGN, known(), HEADING)
    return consolidated(survey(), *parts) if unit is None else for_unit(survey(), unit, *parts)


def table_of(found: ReportContent) -> Table:
    return next(table for table in found.tables() if table.id == "rekeying")


def test_no_error_in_three_hundred_fields_means_at_most_one_per_cent() -> None:
    found = FOUND[0]
    assert found.rate == 0
    assert found.upper == pytest.approx(1 - 0.05 ** (1 / 300))
    assert str(rounded_up(100 * (found.upper or 0))) == "1.00"
    assert (UNREAD.rate, UNREAD.upper) == (None, None)
    (_, said) = keying_section.sentences(bundled(), found)
    assert "Lần nhập đầu sai 0 ô, tỷ lệ sai 0,00\u00a0%" in said
    assert said.endswith("tỷ lệ sai thật nhiều nhất là 1,00\u00a0%.")


@given(st.integers(1, 3000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_bound_is_exact_and_what_is_printed_is_one_too(found: tuple[int, int]) -> None:
    wrong, fields = found
    upper = KeyingComparison(1, 1, 1, fields, wrong, wrong).upper
    assert upper is not None
    if wrong == fields:
        assert upper == 1
    else:  # at the bound, so few wrong fields or fewer would be seen 5 times in 100
        assert binom.cdf(wrong, fields, upper) == pytest.approx(0.05, abs=1e-9)
    printed = rounded_up(100 * upper)
    assert 100 * upper - 1e-9 <= float(printed) <= 100 * upper + 0.01 + 1e-9


def test_the_units_add_up_and_a_unit_without_a_second_keying_claims_nothing() -> None:
    rows = [[cell.lines[0] for cell in row.cells][1:] for row in table_of(report()).rows]
    assert rows[0] == ["62", "9", "9", "300", "2", "0", "0,00", "1,00"]
    assert rows[2] == ["40", "3", "0", "0", "0", "0", "–", "–"]
    assert rows[3][:6] == ["185", "20", "15", "498", "7", "3"]
    assert len(rows) == 4
    assert keying_section.sentences(bundled(), FOUND[2])[1].startswith("Chưa phiếu nào được nhập lại")


@pytest.mark.parametrize("unit", [None, "u02"])
def test_page_pdf_and_workbook_say_the_same(unit: str | None) -> None:
    content = report(unit)
    table = table_of(content)
    if unit is None:
        page = overview.of_province(survey(), CAMPAIGN, known(), HEADING, "f1").keying
    else:
        page = overview.of_unit(survey(), unit, CAMPAIGN, known(), HEADING).keying
    assert page is not None
    assert replace(page.table, title=table.title) == table
    printed = text_of(pdf.render(content))
    for sentence in page.sentences:
        assert " ".join(sentence.split()) in " ".join(printed.split())
    sheet = openpyxl.load_workbook(io.BytesIO(xlsx.render(content)))[content.worksheets[table.worksheet]]
    top = next(cell.row for cell in sheet["A"] if cell.value == table.title)
    for row, line in zip(table.rows, sheet.iter_rows(min_row=top + 2, values_only=True), strict=False):
        values = [value for cell in row.cells for value in cell.values]
        assert ["–" if value is None else value for value in values] == list(line[: len(values)])
        assert all(cell.lines[0] in printed for cell in row.cells)


def test_where_no_numbered_form_came_in_nothing_is_said() -> None:
    found = consolidated(survey(), CAMPAIGN, facts(survey()), HEADING)
    assert all(table.id != "rekeying" for table in found.tables())
    assert overview.of_province(survey(), CAMPAIGN, facts(survey()), HEADING, "f1").keying is None
    assert keying_section.sentences(bundled(), UNREAD) == ()
