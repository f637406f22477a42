"""How likely each unit and the province reach the targets: probabilities instead of verdicts."""

from __future__ import annotations

from collections.abc import Sequence

from scoring.disclosure.suppression import THRESHOLD
from scoring.points.target_probabilities import TargetProbabilities
from survey.documents.reports import cells, probability_cells
from survey.documents.reports.formats import short_percent
from survey.documents.reports.record import Cell, Table, TableRow
from survey.documents.reports.report_context import ReportContext


def sentences(context: ReportContext) -> tuple[str, ...]:
    """Say how to read the probabilities."""
    return (context.text("target.intro"),)


def table(
    context: ReportContext,
    units: Sequence[TargetProbabilities],
    province: TargetProbabilities,
    weighted: TargetProbabilities | None,
    targets: Sequence[float],
) -> Table:
    """Show P(index >= target) by the official formula and by F2, for units and then the province."""
    rows = [_row(context, unit, context.unit_name(unit.domain)) for unit in units]
    rows.append(_row(context, province, context.text("column.province_pooled"), total=True))
    if weighted is not None:
        rows.append(_row(context, weighted, context.text("column.province_weighted"), total=True))
    columns = [cells.column(context.text("column.unit"), "name", 60)]
    columns.append(cells.column(context.text("column.forms"), "count", 15))
    for label in _labels(context):
        columns += [
            cells.column(
                context.text("target.column", label=label, target=short_percent(target)), "percent", 22
            )
            for target in targets
        ]
    key = "target.note_same" if len(_labels(context)) == 1 else "target.note"
    shown = [cell for row in rows for cell in row.cells]
    hidden = context.text("table.hidden_note", threshold=str(THRESHOLD)) if cells.HIDDEN in shown else ""
    notes = (context.text(key, official=context.official), *((hidden,) if hidden else ()))
    return Table("chances", context.text("target.table"), tuple(columns), tuple(rows), notes, "compare")


def _labels(context: ReportContext) -> tuple[str, ...]:
    satisfied = context.text("formula.f2")
    return (context.official,) if context.official == satisfied else (context.official, satisfied)


def _row(
    context: ReportContext, probabilities: TargetProbabilities, label: str, *, total: bool = False
) -> TableRow:
    shown: list[Cell] = []
    sides = (probabilities.official, probabilities.satisfied)
    for side in sides[: len(_labels(context))]:
        width = len(context.campaign.targets)
        shown += (
            [probability_cells.probability(value) for value in side]
            if side is not None
            else [cells.HIDDEN] * width
        )
    forms = cells.number(probabilities.forms)
    return TableRow((cells.text(label), forms, *shown), "total" if total else "plain")
