"""Probabilities, p-values, ranks and differences are never printed as more than they are."""

from __future__ import annotations

import pytest

from survey.documents.reports import probability_cells


@pytest.mark.parametrize(
    ("value", "shown", "kept"),
    [
        (0.0, "0", 0),
        (1e-9, "<1", "<1"),
        (0.0099, "<1", "<1"),
        (0.01, "1", 1),
        (0.624, "62", 62),
        (0.625, "63", 63),
        (0.99, "99", 99),
        (0.9951, ">99", ">99"),
        (1.0, "100", 100),
    ],
)
def test_only_what_is_certain_is_0_or_100_per_cent(value: float, shown: str, kept: int | str) -> None:
    assert probability_cells.probability(value).lines == (shown,)
    assert probability_cells.probability(value).values == (kept,)
    assert probability_cells.probability_text(value) == f"{shown}\u00a0%"


def test_what_is_not_known_is_a_dash() -> None:
    assert probability_cells.probability(None).lines == probability_cells.p_value(None).lines == ("–",)


@pytest.mark.parametrize(
    ("value", "shown"), [(0.0004, "<0,001"), (0.001, "0,001"), (0.0456, "0,046"), (1.0, "1,000")]
)
def test_p_is_never_zero(value: float, shown: str) -> None:
    assert probability_cells.p_text(value) == shown
    assert probability_cells.p_value(value).lines == (shown,)


def test_a_set_of_one_rank_is_that_rank() -> None:
    assert probability_cells.rank_set(2, 2).lines == ("2",)
    assert probability_cells.rank_set(2, 5).lines == ("2–5",)
    assert probability_cells.rank_set(2, 5).values == (2, 5)


@pytest.mark.parametrize(
    ("value", "shown"), [(0.304, "+0,30"), (-0.305, "\u22120,31"), (0.0, "0,00"), (-0.001, "0,00")]
)
def test_differences_carry_their_sign(value: float, shown: str) -> None:
    assert probability_cells.signed(value) == shown


def test_short_numbers_have_no_needless_decimals() -> None:
    assert [
        probability_cells.short(18.0),
        probability_cells.short(4.25),
        probability_cells.short(0.053, 2),
    ] == ["18", "4,2", "0,05"]
