"""Cells: a figure formatted once, and the same figure as the number that a spreadsheet holds."""

from __future__ import annotations

from scoring.results import Estimate
from survey.documents.reports.formats import NOTHING, count, decimal, interval, plain, rounded, whole_interval
from survey.documents.reports.record import Cell, Column, ColumnKind

HIDDEN = Cell((NOTHING,), (None,))
HIDDEN_ESTIMATE = Cell((NOTHING,), (None, None, None))


def column(label: str, kind: ColumnKind, width: float) -> Column:
    """Make a column that stays one column in a spreadsheet."""
    return Column(label, kind, width, (label,))


def estimate_column(label: str, width: float, low: str, high: str) -> Column:
    """Make a column of an index over its interval: three columns in a spreadsheet."""
    return Column(label, "estimate", width, (label, f"{label}: {low}", f"{label}: {high}"))


def text(value: str) -> Cell:
    """Show foreign or own text as one plain line."""
    line = plain(value)
    return Cell((line,), (line,))


def number(value: int) -> Cell:
    """Show a count."""
    return Cell((count(value),), (value,))


def share(value: float | None) -> Cell:
    """Show a share in per cent without its sign."""
    return HIDDEN if value is None else Cell((decimal(value),), (float(rounded(value)),))


def estimate(index: Estimate, census: str) -> Cell:
    """Show an index with its interval below; a census says so instead, a lonely value stands alone."""
    if index.value is None:
        return HIDDEN_ESTIMATE
    ends = _ends(index)
    second = census if index.note == "census" else interval(*ends) if ends else ""
    lines = (decimal(index.value), second) if second else (decimal(index.value),)
    low, high = (float(rounded(end)) for end in ends) if ends else (None, None)
    return Cell(lines, (float(rounded(index.value)), low, high))


def whole_share(value: float | None) -> Cell:
    """Show a share that was rounded to a whole point."""
    return HIDDEN if value is None else number(int(value))


def whole_estimate(index: Estimate) -> Cell:
    """Show an index in whole points over the whole ends of its interval."""
    if index.value is None:
        return HIDDEN_ESTIMATE
    line, ends = count(int(index.value)), _ends(index)
    if ends is None:
        return Cell((line,), (int(index.value), None, None))
    low, high = int(ends[0]), int(ends[1])
    return Cell((line, whole_interval(low, high)), (int(index.value), low, high))


def _ends(index: Estimate) -> tuple[float, float] | None:
    return None if index.low is None or index.high is None else (index.low, index.high)


def span(value: float, low: float, high: float) -> Cell:
    """Show any figure over its interval."""
    ends = (float(rounded(value)), float(rounded(low)), float(rounded(high)))
    return Cell((decimal(value), interval(low, high)), ends)
