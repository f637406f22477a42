"""What goes along with the overall judgement, and what a unit does well, badly, and might work on."""

from __future__ import annotations

from collections.abc import Sequence

from scoring.analysis.drivers import Drivers
from scoring.analysis.unit_findings import FEWEST_FORMS, UnitFinding
from scoring.analysis.unit_profile import FindingsOfUnit
from survey.documents.reports import cells, probability_cells
from survey.documents.reports.formats import count, listing
from survey.documents.reports.record import Cell, Column, Figure, Table, TableRow
from survey.documents.reports.report_context import ReportContext

_WHY = {
    "no_answers": "advice.short_no_answers",
    "too_few_forms": "advice.short_too_few",
    "criteria_alike": "advice.short_alike",
}


def sentences(context: ReportContext, drivers: Drivers | None) -> tuple[str, ...]:
    """Say what the shares are and are not."""
    if drivers is None:
        return (context.text("driver.nothing"),)
    explained = probability_cells.probability_text(drivers.r_squared)
    return (
        context.text("driver.intro", explained=explained, forms=count(drivers.n)),
        context.text("driver.caveat"),
    )


def table(context: ReportContext, drivers: Drivers) -> Table:
    """Show each criterion's index and its share of the overall judgement, the largest share first."""
    domain, text = context.result.province_pooled, context.text
    order = sorted(range(len(drivers.share)), key=lambda place: -drivers.share[place])
    rows = [_row(context, domain.criteria[place].id, drivers, place) for place in order]
    low, high = text("column.low"), text("column.high")
    columns = (
        cells.column(text("column.criterion"), "name", 70),
        cells.estimate_column(f"{context.official} (%)", 34, low, high),
        cells.estimate_column(text("driver.share"), 34, low, high),
    )
    note = text("table.interval_note", level=context.level)
    return Table("drivers", text("driver.table"), columns, tuple(rows), (note,), "compare")


def _row(context: ReportContext, criterion: str, drivers: Drivers, place: int) -> TableRow:
    domain = context.result.province_pooled
    index = context.estimate(domain, domain.criteria[place])
    shares = [100 * value for value in (drivers.share[place], drivers.low[place], drivers.high[place])]
    return TableRow(
        (
            cells.text(f"{criterion}. {context.index_name(criterion)}"),
            cells.HIDDEN_ESTIMATE if index is None else cells.estimate(index, context.text("column.census")),
            cells.span(*shares),
        )
    )


def figure(context: ReportContext) -> Figure:
    """Return the place of the figure of importance against satisfaction."""
    caption = context.text("driver.figure", level=context.level)
    return Figure("importance", caption, context.text("driver.figure_alt"))


def advice(context: ReportContext, findings: FindingsOfUnit) -> tuple[str, ...]:
    """Say about one unit what is strongest, weakest and to be worked on, or why nothing can be said."""
    return tuple(
        context.text(
            f"advice.{finding.code}",
            criteria=_criteria(context, finding, short=False),
            forms=count(findings.forms),
            fewest=str(FEWEST_FORMS),
        )
        for finding in findings.findings
    )


def advice_table(context: ReportContext, units: Sequence[FindingsOfUnit]) -> Table:
    """Show the same about every unit on one line each."""
    text = context.text
    columns: tuple[Column, ...] = (
        cells.column(text("column.unit"), "name", 50),
        cells.column(text("column.forms"), "count", 14),
        *(cells.column(text(f"advice.{key}_column"), "name", 34) for key in ("strongest", "weakest", "work")),
    )
    rows = tuple(_advice_row(context, findings) for findings in units)
    ids = context.result.province_pooled.criteria
    key = "; ".join(f"{index.id}: {context.index_name(index.id)}" for index in ids) + "."
    return Table("advice", text("advice.table"), columns, rows, (key,), "compare")


def _advice_row(context: ReportContext, findings: FindingsOfUnit) -> TableRow:
    first = (cells.text(context.unit_name(findings.unit)), cells.number(findings.forms))
    if len(findings.findings) == 1 and findings.findings[0].code in _WHY:
        why = context.text(_WHY[findings.findings[0].code], fewest=str(FEWEST_FORMS))
        return TableRow((*first, cells.text(why), cells.text("–"), cells.text("–")))
    return TableRow((*first, *(_short(context, finding) for finding in findings.findings)))


def _short(context: ReportContext, finding: UnitFinding) -> Cell:
    named = _criteria(context, finding, short=True)
    if finding.code.endswith("_among"):
        return cells.text(context.text("advice.group", criteria=named))
    if finding.code == "work_on_perhaps":
        return cells.text(context.text("advice.perhaps", criteria=named))
    return cells.text(named)


def _criteria(context: ReportContext, finding: UnitFinding, *, short: bool) -> str:
    ids = [context.result.province_pooled.criteria[place].id for place in finding.criteria]
    if short:
        return ", ".join(ids)
    return listing([f"{criterion} “{context.index_name(criterion)}”" for criterion in ids])
