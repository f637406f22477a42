"""Percentages as points of the reform index: what they earn, how sure that is, and what would change it."""

from __future__ import annotations

from collections.abc import Sequence

from scoring.points.awards import Award, BandProbability
from scoring.points.target_probabilities import DomainPoints, EarnedPoints
from survey.documents.reports import cells, probability_cells
from survey.documents.reports.formats import decimal, rounded
from survey.documents.reports.record import Cell, Column, Table, TableRow
from survey.documents.reports.report_context import ReportContext

_SHOWN_BAND = 0.005
_EMPTY = Cell(("",), ("",))


def sentences(context: ReportContext, scored: DomainPoints) -> tuple[str, ...]:
    """Say which table is used, whether anybody approved it, and the total."""
    table = scored.table
    known = scored.total.points
    return (
        context.text("points.intro", official=context.official, title=table.title, source=table.source),
        _approval(context, scored),
        context.text("points.total_unknown")
        if known is None
        else context.text("points.total_said", points=decimal(known), maximum=decimal(scored.total.maximum)),
    )


def _approval(context: ReportContext, scored: DomainPoints) -> str:
    table = scored.table
    if not table.approved:
        return context.text("points.unapproved")
    key = "points.approved_on" if table.approved_on else "points.approved"
    return context.text(key, by=table.approved_by, on=table.approved_on)


def example_sentences(context: ReportContext, scored: DomainPoints) -> tuple[str, ...]:
    """Say where a table that is only shown for comparison comes from."""
    intro = context.text("points.example", title=scored.table.title, source=scored.table.source)
    return (intro, _approval(context, scored))


def table(context: ReportContext, scored: DomainPoints) -> Table:
    """Show every criterion's points, at its interval's ends too, each band's probability, and the next step."""
    domain = next(
        one for one in (context.result.province_pooled, *context.result.units) if one.id == scored.domain
    )
    banded = any(len(worth.bands) > 1 for worth in scored.criteria)
    known = {worth.award.criterion: worth for worth in scored.criteria}
    rows = []
    for index in domain.criteria:
        worth = known.get(index.id)
        official = context.estimate(domain, index)
        if worth is not None and official is not None:
            shown = cells.estimate(official, context.text("column.census"))
            rows.append(_row(context, worth, shown, banded=banded))
    total = scored.total
    sums = (
        cells.text(context.text("points.total")),
        Cell(("",), ("", "", "")),
        _points(context, total.maximum),
        _points(context, total.points),
        Cell(("",), ("", "")),
        *((_EMPTY,) if banded else ()),
        *(_EMPTY,) * 3,
    )
    rows.append(TableRow(sums, "total"))
    approved = "points.table" if scored.table.approved else "points.table_unapproved"
    return Table(
        f"points-{scored.table.id}",
        context.text(approved, title=scored.table.title),
        _columns(context, banded=banded),
        tuple(rows),
        (context.text("points.note"),),
        "points",
    )


def _columns(context: ReportContext, *, banded: bool) -> tuple[Column, ...]:
    text, ends = context.text, context.text("points.ends")
    parts = (f"{ends}: {text('points.low')}", f"{ends}: {text('points.high')}")
    return (
        cells.column(text("column.criterion"), "name", 40),
        cells.estimate_column(f"{context.official} (%)", 26, text("column.low"), text("column.high")),
        cells.column(text("points.maximum"), "percent", 14),
        cells.column(text("points.points"), "percent", 16),
        Column(ends, "percent", 20, parts),
        *((cells.column(text("points.bands"), "name", 34),) if banded else ()),
        *(cells.column(text(f"points.{key}_{_how(context)}"), "count", 22) for key in ("changed", "added")),
        cells.column(text("points.then"), "percent", 16),
    )


def _row(context: ReportContext, worth: EarnedPoints, shown: Cell, *, banded: bool) -> TableRow:
    award = worth.award
    return TableRow(
        (
            cells.text(f"{award.criterion}. {context.index_name(award.criterion)}"),
            shown,
            _points(context, award.maximum),
            _points(context, award.points),
            _ends(context, (worth.low, worth.high)),
            *((_bands(context, worth.bands),) if banded else ()),
            *_step(context, worth),
        )
    )


def _points(context: ReportContext, points: float | None) -> Cell:
    return cells.text(context.text("points.unknown")) if points is None else cells.share(points)


def _ends(context: ReportContext, ends: Sequence[Award | None]) -> Cell:
    """Show the points at both ends of an interval on one line."""
    if any(end is None for end in ends):
        return Cell(cells.HIDDEN.lines, (None, None))
    points = [None if end is None else end.points for end in ends]
    unknown = context.text("points.unknown")
    lines = [unknown if value is None else decimal(value) for value in points]
    values = tuple(unknown if value is None else float(rounded(value)) for value in points)
    return Cell((lines[0] if lines[0] == lines[1] else f"{lines[0]}–{lines[1]}",), values)


def _bands(context: ReportContext, bands: Sequence[BandProbability]) -> Cell:
    lines = [
        context.text(
            "points.band",
            start=probability_cells.short(band.start, 2),
            end=probability_cells.short(band.end, 2),
            probability=probability_cells.probability_text(band.probability),
        )
        for band in bands
        if band.probability >= _SHOWN_BAND
    ]
    return cells.text("; ".join(lines)) if lines else cells.HIDDEN


def _how(context: ReportContext) -> str:
    return "satisfied" if context.result.official == "f2" else "raised"


def _step(context: ReportContext, worth: EarnedPoints) -> tuple[Cell, Cell, Cell]:
    """Show how many answers would bring more points, and how many points."""
    step = worth.step
    if step is None:
        return cells.HIDDEN, cells.HIDDEN, cells.HIDDEN
    added = cells.HIDDEN if step.added is None else cells.number(step.added)
    return cells.number(step.changed), added, _points(context, step.changed_points)
