"""What the minimum numbers of forms really give."""

from __future__ import annotations

from collections.abc import Sequence

from scoring.analysis.quota_precision import QuotaPrecision
from survey.documents.reports import cells, probability_cells
from survey.documents.reports.formats import count, decimal, listing, short_percent
from survey.documents.reports.record import Cell, Column, Table, TableRow
from survey.documents.reports.report_context import ReportContext


def quotas(precisions: Sequence[QuotaPrecision]) -> str:
    """Name the quotas: ``50 và 80``."""
    return listing([count(forms) for forms in sorted({one.precision.forms for one in precisions})])


def sentences(context: ReportContext, precisions: Sequence[QuotaPrecision]) -> tuple[str, ...]:
    """Say what the table is, and its largest quota as an example."""
    shown = max(precisions, key=lambda one: one.precision.forms).precision
    place = shown.shares.index(0.9)
    difference = shown.differences[place]
    lines = [context.text("precision.intro", quotas=quotas(precisions))]
    if difference is not None:
        lines.append(
            context.text(
                "precision.example",
                forms=count(shown.forms),
                margin=decimal(100 * shown.margins[place]),
                difference=decimal(100 * difference),
            )
        )
    return tuple(lines)


def table(context: ReportContext, precisions: Sequence[QuotaPrecision]) -> Table:
    """Show margins and differences of every quota, without N and at a middle N."""
    text = context.text
    notes = [text("precision.note", official=context.official)]
    if any(one.precision.population is not None for one in precisions):
        notes.append(text("precision.note_population"))
    title = text("precision.table", level=context.level)
    rows = tuple(_row(context, one) for one in precisions)
    columns = _columns(context, precisions[0].precision.shares)
    return Table("precision", title, columns, rows, tuple(notes), "reliability")


def _columns(context: ReportContext, shares: Sequence[float]) -> tuple[Column, ...]:
    text = context.text
    named = [short_percent(100 * share) for share in shares]
    return (
        cells.column(text("precision.forms"), "number", 13),
        cells.column(text("precision.population"), "count", 18),
        *(cells.column(text("precision.margin", share=share), "percent", 18) for share in named),
        *(cells.column(text("precision.difference", share=share), "percent", 22) for share in named[1:2]),
        cells.column(text("precision.index", official=context.official), "percent", 15),
        cells.column(text("precision.target"), "percent", 24),
    )


def _row(context: ReportContext, one: QuotaPrecision) -> TableRow:
    known = one.precision
    everybody = cells.text(context.text("precision.unlimited"))
    margins: list[Cell] = [cells.share(100 * margin) for margin in known.margins]
    apart = known.differences[1]
    return TableRow(
        (
            cells.number(known.forms),
            everybody if known.population is None else cells.number(known.population),
            *margins,
            cells.share(None if apart is None else 100 * apart),
            cells.share(one.index_margin),
            probability_cells.probability(one.shows_target),
        )
    )
