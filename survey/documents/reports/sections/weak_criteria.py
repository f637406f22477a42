"""The appendix about weak criteria: figures are filled in, causes and remedies are left to the pen."""

from __future__ import annotations

from scoring.points.target_probabilities import DomainPoints
from scoring.results import DomainResult, Estimate, IndexResult
from survey.documents.reports import cells
from survey.documents.reports.formats import NBSP, short_percent
from survey.documents.reports.record import Cell, Column, Table, TableRow
from survey.documents.reports.report_context import ReportContext

# Room for a few written lines.
PEN = Cell(("",) * 6, ("",))


def table(context: ReportContext, domain: DomainResult, scored: DomainPoints | None) -> Table | None:
    """List a domain's criteria below the highest target, or else its lowest one; None without any figure.

    Columns: result, standard points, points by the table, the council's points, cause, remedy, unit responsible.
    """
    known = [(index, official) for index in domain.criteria if (official := context.estimate(domain, index))]
    if not known:
        return None
    target = max(context.campaign.targets)
    weak = [pair for pair in known if (pair[1].value or 0.0) < target]
    lowest = min(known, key=lambda pair: pair[1].value or 0.0)
    named = short_percent(target)
    title = context.text("weak.table" if weak else "weak.table_lowest", target=named)
    points = {} if scored is None else {worth.award.criterion: worth.award for worth in scored.criteria}
    rows = []
    for index, official in weak or [lowest]:
        award = points.get(index.id)
        standard = None if award is None else award.maximum
        computed = None if award is None else award.points
        rows.append(_row(context, index, official, standard, computed))
    return Table("weak", title, _columns(context, scored), tuple(rows), _notes(context, scored), "points")


def _columns(context: ReportContext, scored: DomainPoints | None) -> tuple[Column, ...]:
    text = context.text
    approved = scored is None or scored.table.approved
    return (
        cells.column(text("column.criterion"), "name", 28),
        cells.estimate_column(
            text("weak.result", official=context.official), 22, text("column.low"), text("column.high")
        ),
        Column(
            text("weak.points" if approved else "weak.points_unapproved"),
            "percent",
            18,
            (text("weak.standard"), text("weak.computed")),
        ),
        cells.column(text("weak.council"), "percent", 16),
        *(cells.column(text(f"weak.{key}"), "name", 30) for key in ("cause", "remedy", "responsible")),
    )


def _row(
    context: ReportContext,
    index: IndexResult,
    official: Estimate,
    standard: float | None,
    computed: float | None,
) -> TableRow:
    return TableRow(
        (
            cells.text(f"{index.id}. {context.index_name(index.id)}"),
            cells.estimate(official, context.text("column.census")),
            _points(standard, computed),
            *(PEN,) * 4,
        )
    )


def _points(standard: float | None, computed: float | None) -> Cell:
    values = (standard, computed)
    line = f"{NBSP}/{NBSP}".join(cells.share(value).lines[0] for value in values)
    return Cell((line,), tuple(cells.share(value).values[0] for value in values))


def _notes(context: ReportContext, scored: DomainPoints | None) -> tuple[str, ...]:
    note = context.text("table.interval_note", level=context.level)
    return (note,) if scored is None else (note, context.text("weak.note", title=scored.table.title))
