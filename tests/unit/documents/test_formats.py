"""Figures, dates and foreign text as they are read on paper."""

from __future__ import annotations

from datetime import date

import pytest

from survey.documents.reports.formats import (
    count,
    decimal,
    interval,
    listing,
    percent,
    plain,
    roman,
    short_date,
    short_percent,
)
from survey.documents.reports.texts import bundled


@pytest.mark.parametrize(
    ("value", "printed"),
    [
        (95.17, "95,17"),
        (95.1, "95,10"),
        (100.0, "100,00"),
        (0.0, "0,00"),
        (95.625, "95,63"),  # a tie goes up, as in a spreadsheet
        (94.375, "94,38"),
        (95.62499999999999, "95,63"),  # 7650/80 by another route: the noise of binary arithmetic
        (95.6249, "95,62"),
        (1234.5, "1.234,50"),
    ],
)
def test_two_decimals_with_a_comma(value: float, printed: str) -> None:
    assert decimal(value) == printed


def test_shares_intervals_and_counts() -> None:
    assert percent(95.17) == "95,17\u00a0%"
    assert short_percent(85.0) == "85\u00a0%"
    assert short_percent(87.5) == "87,5\u00a0%"
    assert interval(94.02, 96.114) == "94,02–96,11"
    assert count(1597) == "1.597"


@pytest.mark.parametrize(
    ("day", "printed"),
    [
        (date(2024, 10, 5), "ngày 05 tháng 10 năm 2024"),
        (date(2024, 2, 28), "ngày 28 tháng 02 năm 2024"),
        (date(2024, 1, 9), "ngày 09 tháng 01 năm 2024"),
        (date(2024, 3, 10), "ngày 10 tháng 3 năm 2024"),
        (date(2024, 12, 31), "ngày 31 tháng 12 năm 2024"),
    ],
)
def test_a_leading_zero_only_for_days_under_ten_and_the_first_two_months(day: date, printed: str) -> None:
    assert bundled().long_date(day) == printed


def test_an_unset_date_leaves_room_for_the_pen() -> None:
    assert bundled().long_date(None).split("\u00a0" * 6)[:3] == ["ngày", "tháng", "năm"]
    assert short_date(date(2024, 8, 5)) == "05/8/2024"


def test_foreign_text_becomes_one_line_of_composed_letters() -> None:
    assert plain("  Hoa\u0300i\n\tA\u0302n \u2028 ") == "Hoài Ân"
    assert plain("a\x00b\u202ec\u200b") == "abc"
    assert plain("giữ\u00a0nguyên") == "giữ\u00a0nguyên"


def test_an_endless_name_is_cut_and_says_so() -> None:
    assert plain("x" * 301) == "x" * 299 + "…"
    assert plain("x" * 300) == "x" * 300


def test_lists_of_names_and_roman_numbers() -> None:
    assert [listing(names) for names in ([], ["A"], ["A", "B"], ["A", "B", "C"])] == [
        "",
        "A",
        "A và B",
        "A, B và C",
    ]
    assert [roman(number) for number in (1, 4, 9, 14, 39)] == ["I", "IV", "IX", "XIV", "XXXIX"]
