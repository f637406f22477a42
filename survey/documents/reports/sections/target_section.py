"""How likely each unit and the province reach the targets: probabilities instead of verdicts."""

from __future__ import annotations

from collections.abc import Sequence

from scoring.points.target_probabilities import Chances
from survey.documents.reports import cells, probability_cells
from survey.documents.reports.formats import short_percent
from survey.documents.reports.record import Cell, Row, Table
from survey.documents.reports.report_context import Brief


def sentences(brief: Brief) -> tuple[str, ...]:
    """Say how to read the probabilities."""
    return (brief.say("chance.intro"),)


def table(
    brief: Brief,
    units: Sequence[Chances],
    province: Chances,
    weighted: Chances | None,
    targets: Sequence[float],
) -> Table:
    """Show P(index >= target) by the official formula and by F2, for units and then the province."""
    rows = [_row(brief, unit, brief.unit_name(unit.domain)) for unit in units]
    rows.append(_row(brief, province, brief.say("chance.pooled"), total=True))
    if weighted is not None:
        rows.append(_row(brief, weighted, brief.say("chance.weighted"), total=True))
    columns = [cells.column(brief.say("column.unit"), "name", 60)]
    columns.append(cells.column(brief.say("column.forms"), "count", 15))
    for label in _labels(brief):
        columns += [
            cells.column(brief.say("chance.column", label=label, target=short_percent(target)), "percent", 22)
            for target in targets
        ]
    key = "chance.note_same" if len(_labels(brief)) == 1 else "chance.note"
    found = [cell for row in rows for cell in row.cells]
    hidden = brief.say("table.hidden_note", threshold="10") if cells.HIDDEN in found else ""
    notes = (brief.say(key, official=brief.official), *((hidden,) if hidden else ()))
    return Table("chances", brief.say("chance.table"), tuple(columns), tuple(rows), notes, "compare")


def _labels(brief: Brief) -> tuple[str, ...]:
    satisfied = brief.say("formula.f2")
    return (brief.official,) if brief.official == satisfied else (brief.official, satisfied)


def _row(brief: Brief, found: Chances, label: str, *, total: bool = False) -> Row:
    shown: list[Cell] = []
    sides = (found.official, found.satisfied)
    for side in sides[: len(_labels(brief))]:
        width = len(brief.campaign.targets)
        shown += (
            [probability_cells.chance(value) for value in side]
            if side is not None
            else [cells.HIDDEN] * width
        )
    forms = cells.number(found.forms)
    return Row((cells.text(label), forms, *shown), "total" if total else "plain")
