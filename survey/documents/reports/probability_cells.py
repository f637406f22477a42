"""Probabilities, p-values, ranks and differences as they are read: no more exact than they are."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from babel.numbers import format_decimal

from survey.documents.reports.cells import HIDDEN
from survey.documents.reports.formats import NBSP, decimal
from survey.documents.reports.record import Cell, Column

MINUS = "\N{MINUS SIGN}"


def probability(value: float | None) -> Cell:
    """Show a probability in whole per cent; only what is certain is 0 or 100."""
    if value is None:
        return HIDDEN
    whole = _whole_percent(value)
    return Cell((whole,), (int(whole) if whole.isdigit() else whole,))


def probability_text(value: float) -> str:
    """Say a probability: ``62 %``, ``>99 %``."""
    return f"{_whole_percent(value)}{NBSP}%"


def _whole_percent(value: float) -> str:
    percent = 100 * value
    if 0 < percent < 1:
        return "<1"
    if 99 < percent < 100:
        return ">99"
    return str(int(Decimal(repr(percent)).quantize(Decimal(1), ROUND_HALF_UP)))


def p_value(value: float | None) -> Cell:
    """Show a p-value with three decimals, never as 0."""
    if value is None:
        return HIDDEN
    line = p_text(value)
    return Cell((line,), (line,))


def p_text(value: float) -> str:
    """Say a p-value: ``0,012``, ``<0,001``."""
    rounded = Decimal(repr(value)).quantize(Decimal("0.001"), ROUND_HALF_UP)
    return "<0,001" if value < 0.001 else format_decimal(rounded, format="0.000", locale="vi")


def rank_set(low: int, high: int) -> Cell:
    """Show a set of ranks: ``2–5``, or ``2`` where only one is left."""
    return Cell((str(low) if low == high else f"{low}–{high}",), (low, high))


def rank_set_column(label: str, width: float, low: str, high: str) -> Column:
    """Make a column of rank sets: two columns in a spreadsheet."""
    return Column(label, "number", width, (f"{label}: {low}", f"{label}: {high}"))


def short(value: float, decimals: int = 1) -> str:
    """Say a number with at most so many decimals: ``4,2``, ``18``."""
    return format_decimal(Decimal(repr(value)), format=f"#,##0.{'#' * decimals}", locale="vi")


def signed(value: float) -> str:
    """Say a difference with its sign: ``+0,12``, ``−0,30``, ``0,00``."""
    figure = decimal(abs(value))
    if figure == decimal(0.0):
        return figure
    return f"{'+' if value > 0 else MINUS}{figure}"
