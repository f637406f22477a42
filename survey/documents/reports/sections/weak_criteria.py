"""The appendix about weak criteria: figures are filled in, causes and remedies are left to the pen."""

from __future__ import annotations

from scoring.points.awards import Award
from scoring.points.target_probabilities import DomainPoints
from scoring.results import DomainResult
from survey.documents.reports import cells
from survey.documents.reports.formats import NBSP, short_percent
from survey.documents.reports.record import Cell, Column, Table, TableRow
from survey.documents.reports.report_context import ReportContext, ShownIndex

# Room for a few written lines.
PEN = Cell(("",) * 6, ("",))


def table(context: ReportContext, domain: DomainResult, scored: DomainPoints | None) -> Table | None:
    """List a domain's criteria below the highest target, or else its lowest one; None without any figure.

    Columns: result, standard points, points by the table, the council's points, cause, remedy, unit responsible.
    """
    shown = context.shown_indices(domain, domain.criteria)
    if not shown:
        return None
    target = max(context.campaign.targets)
    weak = [criterion for criterion in shown if criterion.value < target]
    lowest = min(shown, key=lambda criterion: criterion.value)
    title = context.text("weak.table" if weak else "weak.table_lowest", target=short_percent(target))
    awards = {} if scored is None else {earned.award.criterion: earned.award for earned in scored.criteria}
    rows = tuple(_row(context, criterion, awards.get(criterion.index.id)) for criterion in weak or [lowest])
    return Table("weak", title, _columns(context, scored), rows, _notes(context, scored), "points")


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


def _row(context: ReportContext, criterion: ShownIndex, award: Award | None) -> TableRow:
    name = criterion.index.id
    return TableRow(
        (
            cells.text(f"{name}. {context.index_name(name)}"),
            cells.estimate(criterion.estimate, context.text("column.census")),
            _points(award),
            *(PEN,) * 4,
        )
    )


def _points(award: Award | None) -> Cell:
    values = (None, None) if award is None else (award.maximum, award.points)
    line = f"{NBSP}/{NBSP}".join(cells.share(value).lines[0] for value in values)
    return Cell((line,), tuple(cells.share(value).values[0] for value in values))


def _notes(context: ReportContext, scored: DomainPoints | None) -> tuple[str, ...]:
    note = context.text("table.interval_note", level=context.level)
    return (note,) if scored is None else (note, context.text("weak.note", title=scored.table.title))
