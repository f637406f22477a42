"""The tables of a report: rows of formatted cells, the same for every output."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from scoring.disclosure.suppression import THRESHOLD
from scoring.results import FORMULAS, DomainResult, Estimate, Formula, IndexResult
from survey.documents.reports import cells
from survey.documents.reports.formats import plain
from survey.documents.reports.record import Cell, Column, Table, TableRow, UnitFacts, Worksheet
from survey.documents.reports.report_context import ReportContext


def formulas(context: ReportContext) -> Table:
    """List the three formulas by name and rule, and mark the official one."""
    text = context.text
    columns = (
        cells.column(text("column.formula"), "number", 13),
        cells.column(text("column.formula_name"), "name", 38),
        cells.column(text("column.formula_rule"), "name", 103),
        cells.column(text("column.formula_role"), "name", 24),
    )
    rows = tuple(
        TableRow(
            (
                cells.text(text(f"formula.{formula}")),
                cells.text(text(f"formula.{formula}_name")),
                cells.text(text(f"formula.{formula}_rule")),
                cells.text(
                    text(f"formula.{'official' if formula == context.result.official else 'reference'}")
                ),
            ),
        )
        for formula in FORMULAS
    )
    return Table("formulas", text("table.formulas"), columns, rows, (text("formula.note"),), "notes")


def quotas(context: ReportContext, units: Sequence[UnitFacts]) -> Table:
    """Show each unit's N, minimum quota and forms by state; several units end in a total."""
    text = context.text
    labels = ("target", "valid", "rate", "awaiting", "late", "excluded")
    columns = (
        cells.column(text("column.number"), "number", 9),
        cells.column(text("column.unit"), "name", 46),
        cells.column(text("column.population"), "count", 17),
        *(
            cells.column(text(f"column.{key}"), "percent" if key == "rate" else "count", 15.5)
            for key in labels
        ),
    )
    known = {domain.id: domain.population for domain in context.result.units}
    rows = [
        TableRow(
            (
                cells.number(place),
                cells.text(unit.name),
                _population(context, known.get(unit.id)),
                *_counts(unit),
            )
        )
        for place, unit in enumerate(units, 1)
    ]
    if len(units) > 1:
        whole = _population(context, context.result.province_pooled.population)
        sums = (cells.text(""), cells.text(text("column.total")), whole, *_counts(total(units)))
        rows.append(TableRow(sums, "total"))
    return Table("quotas", text("table.quotas"), columns, tuple(rows), (), "quotas")


def _population(context: ReportContext, number: int | None) -> Cell:
    return cells.text(context.text("column.unknown")) if number is None else cells.number(number)


def total(units: Sequence[UnitFacts]) -> UnitFacts:
    """Add up the counts of all units."""
    return UnitFacts(
        id="",
        name="",
        target=sum(unit.target for unit in units),
        valid=sum(unit.valid for unit in units),
        awaiting=sum(unit.awaiting for unit in units),
        late=sum(unit.late for unit in units),
        excluded=sum(unit.excluded for unit in units),
    )


def _counts(unit: UnitFacts) -> tuple[Cell, ...]:
    rate = 100 * unit.valid / unit.target if unit.target else None
    return (
        cells.number(unit.target),
        cells.number(unit.valid),
        cells.share(rate),
        cells.number(unit.awaiting),
        cells.number(unit.late),
        cells.number(unit.excluded),
    )


def overall(context: ReportContext, domain: DomainResult, weighted: DomainResult | None) -> Table:
    """Show a domain's overall index: the province both ways of adding up units, a unit beside the province."""
    text, whole = context.text, context.result.province_pooled
    label = text("column.pooled" if domain.id == whole.id else "column.overall_index")
    rows = [_index_row(context, domain, domain.overall, label)]
    if weighted is not None:
        rows.append(_index_row(context, weighted, weighted.overall, text("column.weighted")))
    if domain.overall_item is not None:
        rows.append(_index_row(context, domain, domain.overall_item, text("column.overall_item")))
    if domain.id != whole.id and whole.id not in context.withheld:
        rows.append(_index_row(context, whole, whole.overall, text("column.whole")))
    columns = (cells.column(text("column.method"), "name", 48), *_index_columns(context))
    title = text("table.overall")
    return Table("overall", title, columns, tuple(rows), notes(context, rows), "summary")


def criteria(context: ReportContext, domain: DomainResult, worksheet: Worksheet) -> Table:
    """Show every criterion of a domain with the three formulas and their intervals."""
    rows = _criteria_rows(context, domain)
    columns = (cells.column(context.text("column.criterion"), "name", 48), *_index_columns(context))
    return Table("criteria", context.text("table.criteria"), columns, rows, notes(context, rows), worksheet)


def units(context: ReportContext) -> Table:
    """Show every unit's overall index with the three formulas and their intervals."""
    rows = tuple(
        _index_row(context, unit, unit.overall, context.unit_name(unit.id)) for unit in context.result.units
    )
    columns = (cells.column(context.text("column.unit"), "name", 48), *_index_columns(context))
    return Table("units", context.text("table.units"), columns, rows, notes(context, rows), "summary")


def matrix(context: ReportContext) -> Table:
    """Show the official index of every unit by criterion at one glance."""
    ids = [index.id for index in context.result.province_pooled.criteria]
    width = 110 / (len(ids) + 1)
    columns = (
        cells.column(context.text("column.unit"), "name", 55),
        *(cells.column(index, "percent", width) for index in ids),
        cells.column(context.text("column.overall"), "percent", width),
    )
    rows = [_matrix_row(context, unit, context.unit_name(unit.id)) for unit in context.result.units]
    rows.append(_matrix_row(context, context.result.province_pooled, context.text("column.total"), "total"))
    key = "; ".join(f"{index}: {plain(context.index_name(index), 80)}" for index in ids) + "."
    title = context.text("table.matrix", official=context.official)
    return Table(
        "matrix", title, columns, tuple(rows), (key, *notes(context, rows, interval=False)), "summary"
    )


def detail(context: ReportContext) -> Table:
    """Show every unit by criterion with n, the three formulas and their intervals."""
    rows: list[TableRow] = []
    for place, unit in enumerate(context.result.units, 1):
        if unit.id in context.withheld:
            continue
        group = context.text(
            "column.unit_group",
            number=str(place),
            unit=context.unit_name(unit.id),
            forms=cells.number(unit.forms).lines[0],
        )
        rows.append(TableRow((Cell((group,), (context.unit_name(unit.id),)),), "group"))
        rows.extend(_criteria_rows(context, unit))
    columns = (cells.column(context.text("column.criterion"), "name", 48), *_index_columns(context))
    title = context.text("table.detail")
    return Table(
        "detail",
        title,
        columns,
        tuple(rows),
        notes(context, rows),
        "units",
        whole_groups=True,
        group_label=context.text("column.unit"),
    )


def items(context: ReportContext, domain: DomainResult) -> Table:
    """Show every question's answers by level and its three indices, grouped by criterion."""
    rows: list[TableRow] = []
    for criterion in domain.criteria:
        name = f"{criterion.id}. {context.index_name(criterion.id)}"
        rows.append(TableRow((Cell((name,), (name,)),), "group"))
        rows.extend(_item_row(context, domain, item, item.id) for item in domain.items_of(criterion))
    if domain.overall_item is not None:
        rows.append(_item_row(context, domain, domain.overall_item, "", "total"))
    lines = [*notes(context, rows, interval=False)]
    note = context.text("table.items_note", level=context.level)
    title, label = context.text("table.items"), context.text("column.criterion")
    return Table(
        "items", title, _item_columns(context), tuple(rows), (note, *lines), "items", group_label=label
    )


def notes(context: ReportContext, rows: Iterable[TableRow], *, interval: bool = True) -> tuple[str, ...]:
    """Return the notes that the cells of these rows call for."""
    shown = [cell for row in rows for cell in row.cells]
    census = context.text("column.census")
    lines = (
        (interval, context.text("table.interval_note", level=context.level)),
        (any(cells.HIDDEN.lines == cell.lines for cell in shown), _hidden_note(context)),
        (any(census in cell.lines for cell in shown), context.text("table.census_note")),
        (interval and any(map(_is_lonely, shown)), context.text("table.no_interval_note")),
    )
    return tuple(sentence for called, sentence in lines if called)


def _is_lonely(cell: Cell) -> bool:
    """Say whether a cell has an estimate without an interval."""
    return len(cell.values) == 3 and cell.values[0] is not None and None in cell.values


def _hidden_note(context: ReportContext) -> str:
    if any(unit.id in context.withheld for unit in context.result.units):
        return context.text("table.withheld_note", threshold=str(THRESHOLD))
    if context.hidden:
        return context.text("table.hidden_note", threshold=str(THRESHOLD))
    return context.text("table.empty_note")


def _index_columns(context: ReportContext) -> tuple[Column, ...]:
    text = context.text
    low, high = text("column.low"), text("column.high")
    return (
        cells.column(text("column.forms"), "count", 15),
        cells.column(text("column.answers"), "count", 18),
        *(cells.estimate_column(formula_label(context, formula), 28, low, high) for formula in FORMULAS),
    )


def formula_label(context: ReportContext, formula: str) -> str:
    """Return a formula's sign, the official one marked in words."""
    label = context.text(f"formula.{formula}")
    return (
        context.text("formula.official_column", label=label) if formula == context.result.official else label
    )


def _criteria_rows(context: ReportContext, domain: DomainResult) -> tuple[TableRow, ...]:
    named = [
        _index_row(context, domain, index, f"{index.id}. {context.index_name(index.id)}")
        for index in domain.criteria
    ]
    return (
        *named,
        _index_row(context, domain, domain.overall, context.text("column.overall_index"), "total"),
    )


def _index_row(
    context: ReportContext, domain: DomainResult, index: IndexResult, label: str, kind: str = "plain"
) -> TableRow:
    shown = context.shown(domain, index)
    figures = (
        cells.HIDDEN if context.hides(domain, index) else cells.number(index.forms),
        cells.HIDDEN if context.hides(domain, index) else cells.number(index.answers),
        *(_estimate(context, index.by(formula), shown=shown) for formula in FORMULAS),
    )
    return TableRow((cells.text(label), *figures), "total" if kind == "total" else "plain")


def _estimate(context: ReportContext, index_estimate: Estimate, *, shown: bool) -> Cell:
    return cells.estimate(index_estimate, context.text("column.census")) if shown else cells.HIDDEN_ESTIMATE


def _matrix_row(context: ReportContext, domain: DomainResult, label: str, kind: str = "plain") -> TableRow:
    shares = (
        cells.share(index.by(context.result.official).value if context.shown(domain, index) else None)
        for index in (*domain.criteria, domain.overall)
    )
    return TableRow((cells.text(label), *shares), "total" if kind == "total" else "plain")


def _item_columns(context: ReportContext) -> tuple[Column, ...]:
    text = context.text
    labels = (*"12345", text("column.no_opinion"), text("column.blank"), text("column.answered"))
    return (
        cells.column(text("column.code"), "number", 11),
        cells.column(text("column.question"), "name", 37),
        *(cells.column(label, "count", 8.5 if len(label) < 3 else 9.5) for label in labels),
        *(_item_formula(context, formula) for formula in FORMULAS),
    )


def _item_formula(context: ReportContext, formula: str) -> Column:
    label = formula_label(context, formula)
    if formula != context.result.official:
        return cells.column(label, "percent", 11)
    return cells.estimate_column(label, 26, context.text("column.low"), context.text("column.high"))


def _item_row(
    context: ReportContext, domain: DomainResult, item: IndexResult, code: str, kind: str = "plain"
) -> TableRow:
    shown = context.shown(domain, item)
    name = context.index_name(item.id) if code else context.campaign.overall_item
    counts = (*item.levels, item.no_opinion, item.blank, item.answers)
    return TableRow(
        (
            cells.text(code),
            cells.text(name),
            *(cells.HIDDEN if context.hides(domain, item) else cells.number(value) for value in counts),
            *(_item_estimate(context, item, formula, shown=shown) for formula in FORMULAS),
        ),
        "total" if kind == "total" else "plain",
    )


def _item_estimate(context: ReportContext, item: IndexResult, formula: Formula, *, shown: bool) -> Cell:
    if formula == context.result.official:
        return _estimate(context, item.by(formula), shown=shown)
    return cells.share(item.by(formula).value if shown else None)
