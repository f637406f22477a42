"""What the reports and the desk's pages say of double keying: one sentence, one table, the same figures everywhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple

from survey.documents.reports import cells
from survey.documents.reports.formats import count, decimal, percent, rounded_up
from survey.documents.reports.keying_comparison import COUNTS, UNREAD, KeyingComparison
from survey.documents.reports.record import Cell, Table, TableRow, UnitFacts
from survey.documents.reports.report_context import ReportContext
from survey.documents.reports.texts import ReportTexts


def total(units: Sequence[UnitFacts]) -> KeyingComparison:
    """Return the units' comparisons together."""
    return sum((unit.keying for unit in units), UNREAD)


def sentences(texts: ReportTexts, keying: KeyingComparison) -> tuple[str, ...]:
    """Say how many forms were read twice and how often the first reading was wrong; nothing where no form came in."""
    if not keying.forms:
        return ()
    numbers = {name: count(getattr(keying, name)) for name in COUNTS}
    sampled = texts.text("keying.sampled", **numbers)
    if keying.rate is None or keying.upper is None:
        return sampled, texts.text("keying.nothing")
    ends = {"rate": percent(100 * keying.rate), "upper": percent(rounded_up(100 * keying.upper))}
    return sampled, texts.text("keying.found", **numbers, **ends)


def table(context: ReportContext, units: Sequence[UnitFacts]) -> Table | None:
    """Show the comparison by unit, the units together below; None where no numbered form came in."""
    shown = [unit for unit in units if unit.keying.forms]
    if not shown:
        return None
    rows = [_row(context.unit_name(unit.id), unit.keying) for unit in shown]
    if len(shown) > 1:
        rows.append(_row(context.text("keying.total"), total(shown), total=True))
    columns = (
        cells.column(context.text("column.unit"), "name", 44),
        *(cells.column(context.text(f"keying.column_{name}"), "count", 17) for name in COUNTS),
        cells.column(context.text("keying.column_rate"), "percent", 17),
        cells.column(context.text("keying.column_upper"), "percent", 17),
    )
    notes = (context.text("keying.note_fields"), context.text("keying.note_bound"))
    return Table("rekeying", context.text("keying.table"), columns, tuple(rows), notes, "reliability")


def _row(label: str, keying: KeyingComparison, *, total: bool = False) -> TableRow:
    rate = None if keying.rate is None else 100 * keying.rate
    counted = map(cells.number, astuple(keying))
    shown: tuple[Cell, ...] = (cells.text(label), *counted, cells.share(rate), _bound(keying))
    return TableRow(shown, "total" if total else "plain")


def _bound(keying: KeyingComparison) -> Cell:
    if keying.upper is None:
        return cells.HIDDEN
    upper = rounded_up(100 * keying.upper)
    return Cell((decimal(upper),), (float(upper),))
