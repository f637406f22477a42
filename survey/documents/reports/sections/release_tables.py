"""The tables of what is out before all of it is: whole points where a unit is open, both decimals where it is not."""

from __future__ import annotations

from collections.abc import Iterable

from scoring.results import DomainResult, IndexResult
from survey.documents.reports import cells
from survey.documents.reports.formats import short_date
from survey.documents.reports.record import Cell, Column, Table, TableRow, Worksheet
from survey.documents.reports.release_facts import ReleaseFacts
from survey.documents.reports.report_context import ReportContext
from survey.documents.reports.sections.tables import formula_label

_OF_ESTIMATE = 3  # values of a cell that holds an index and the ends of its interval


def standing(context: ReportContext, release: ReleaseFacts) -> Table:
    """Show what is out of every unit: how much, since when, over how many forms, and the overall index."""
    text = context.text
    columns = (
        cells.column(text("column.unit"), "name", 46),
        cells.column(text("column.grade"), "name", 26),
        cells.column(text("column.day"), "number", 24),
        cells.column(text("column.forms"), "count", 15),
        _estimate_column(context, formula_label(context, context.result.official), 30),
    )
    whole = context.result.province_pooled
    rows = [
        TableRow(
            (
                cells.text(context.unit_name(unit.id)),
                *_standing_of(context, release, unit.id),
                _estimate(context, unit, unit.overall),
            )
        )
        for unit in context.result.units
    ]
    rows.append(
        TableRow(
            (
                cells.text(text("column.total")),
                *_standing_of_province(context, release),
                _estimate(context, whole, whole.overall),
            ),
            "total",
        )
    )
    return _table(context, "standing", text("table.standing"), columns, rows, "summary")


def criteria(context: ReportContext, domain: DomainResult, worksheet: Worksheet = "summary") -> Table:
    """Show the official index of a domain's criteria and its overall index."""
    columns = (
        cells.column(context.text("column.criterion"), "name", 100),
        _estimate_column(context, formula_label(context, context.result.official), 40),
    )
    rows = [
        TableRow(
            (
                cells.text(f"{index.id}. {context.index_name(index.id)}"),
                _estimate(context, domain, index),
            )
        )
        for index in domain.criteria
    ]
    overall = (cells.text(context.text("column.overall_index")), _estimate(context, domain, domain.overall))
    rows.append(TableRow(overall, "total"))
    return _table(context, "rounded", context.text("table.criteria"), columns, rows, worksheet)


def matrix(context: ReportContext) -> Table:
    """Show the official index of every unit by criterion, the province below."""
    whole = context.result.province_pooled
    columns = (
        cells.column(context.text("column.unit"), "name", 40),
        *(_estimate_column(context, index.id, 16) for index in whole.criteria),
        _estimate_column(context, context.text("column.overall"), 18),
    )
    rows = [_matrix_row(context, unit, context.unit_name(unit.id)) for unit in context.result.units]
    rows.append(_matrix_row(context, whole, context.text("column.total"), total=True))
    key = "; ".join(f"{index.id}: {context.index_name(index.id)}" for index in whole.criteria) + "."
    title = context.text("table.matrix", official=context.official)
    table = _table(context, "matrix", title, columns, rows, "units")
    return Table(table.id, title, columns, table.rows, (key, *table.notes), "units")


def _standing_of(context: ReportContext, release: ReleaseFacts, unit: str) -> tuple[Cell, Cell, Cell]:
    known = release.units.get(unit)
    if known is None:
        return cells.text(context.text("release.grade_none")), cells.HIDDEN, cells.HIDDEN
    return (
        cells.text(context.text(f"release.grade_{known.grade}")),
        cells.text(short_date(known.day)),
        cells.number(known.forms),
    )


def _standing_of_province(context: ReportContext, release: ReleaseFacts) -> tuple[Cell, Cell, Cell]:
    if release.province is None and release.day is None:
        return cells.text(context.text("release.grade_none")), cells.HIDDEN, cells.HIDDEN
    grade, day = ("coarse", release.day) if release.province is None else ("full", release.province.day)
    forms = sum(
        known.forms
        for unit, known in release.units.items()
        if release.province is None or unit in release.province.units
    )
    return (
        cells.text(context.text(f"release.grade_{grade}")),
        cells.HIDDEN if day is None else cells.text(short_date(day)),
        cells.number(forms),
    )


def _matrix_row(context: ReportContext, domain: DomainResult, label: str, *, total: bool = False) -> TableRow:
    estimates = (_estimate(context, domain, index) for index in (*domain.criteria, domain.overall))
    return TableRow((cells.text(label), *estimates), "total" if total else "plain")


def _estimate_column(context: ReportContext, label: str, width: float) -> Column:
    return cells.estimate_column(label, width, context.text("column.low"), context.text("column.high"))


def _estimate(context: ReportContext, domain: DomainResult, index: IndexResult) -> Cell:
    """Show as much of an index as is out."""
    out = context.released(domain, index)
    if out is None:
        return cells.HIDDEN_ESTIMATE
    if domain.id in context.withheld:
        return cells.whole_estimate(out)
    return cells.estimate(out, context.text("column.census"))


def _table(
    context: ReportContext,
    name: str,
    title: str,
    columns: tuple[Column, ...],
    rows: Iterable[TableRow],
    worksheet: Worksheet,
) -> Table:
    shown = tuple(rows)
    return Table(name, title, columns, shown, _notes(context, shown), worksheet)


def _notes(context: ReportContext, rows: Iterable[TableRow]) -> tuple[str, ...]:
    cells_shown = [cell for row in rows for cell in row.cells]
    kinds = {type(cell.values[0]) for cell in cells_shown if len(cell.values) == _OF_ESTIMATE}
    whole, exact = int in kinds, float in kinds
    lines = (
        (whole, context.text("table.whole_note", level=context.level)),
        (exact and not whole, context.text("table.interval_note", level=context.level)),
        (exact and whole, context.text("table.mixed_note")),
        (any(None in cell.values for cell in cells_shown), context.text("table.none_note")),
    )
    return tuple(sentence for called, sentence in lines if called)
