"""The signs one by one, with the officers' names: for the organisation department's desk only, never in a report."""

from __future__ import annotations

from collections.abc import Sequence

from scoring.analysis.analysis import Analysis, ResultsExcludingFlagged
from scoring.disclosure.suppression import THRESHOLD
from scoring.quality import Flag, OfficerEffect
from scoring.quality.review import Burst, Review
from survey.documents.reports import cells, probability_cells
from survey.documents.reports.formats import percent, rounded
from survey.documents.reports.record import Cell, Table, TableRow
from survey.documents.reports.report_context import ReportContext


def signs(context: ReportContext, review: Review, officers: Sequence[str]) -> Table:
    """Show every sign: where, whose forms or by which channel, what was seen, what chance would give, and both p-values."""
    text = context.text
    columns = (
        cells.column(text("column.unit"), "name", 40),
        cells.column(text("quality.officer"), "name", 30),
        cells.column(text("quality.kind"), "name", 40),
        cells.column(text("quality.seen"), "name", 26),
        cells.column(text("quality.expected"), "name", 26),
        cells.column(text("quality.p"), "percent", 12),
        cells.column(text("quality.p_holm"), "percent", 14),
    )
    rows = [_flag_row(context, flag, _whose(context, review, flag, officers)) for flag in review.flags]
    rows += [_burst_row(context, burst, officers) for burst in review.bursts]
    notes = [text("quality.flags_note")]
    if review.bursts:
        notes.append(text("quality.bursts_note"))
    if any(flag.kind == "crowd" for flag in review.flags):
        notes.append(text("quality.crowd_note"))
    notes.append(text("quality.seed_note", seed=str(review.seed)))
    return Table("signs", text("quality.table_flags"), columns, tuple(rows), tuple(notes), "reliability")


def _whose(context: ReportContext, review: Review, flag: Flag, officers: Sequence[str]) -> str:
    if flag.channel is not None:
        return context.text(f"quality.channel_{review.channel_names[flag.channel]}")
    return officers[flag.officer] if flag.officer is not None else "–"


def _flag_row(context: ReportContext, flag: Flag, name: str) -> TableRow:
    decimals = 2 if flag.kind == "fabricated" else 1
    seen, expected = (
        probability_cells.short(abs(value), decimals) for value in (flag.observed, flag.expected)
    )
    return TableRow(
        (
            cells.text(context.unit_name(context.result.units[flag.unit].id)),
            cells.text(name),
            cells.text(context.text(f"quality.{flag.kind}")),
            cells.text(context.text(f"quality.seen_{flag.kind}", number=seen)),
            cells.text(context.text(f"quality.seen_{flag.kind}", number=expected)),
            probability_cells.p_value(flag.p),
            probability_cells.p_value(flag.p_holm),
        )
    )


def _burst_row(context: ReportContext, burst: Burst, officers: Sequence[str]) -> TableRow:
    return TableRow(
        (
            cells.text(context.unit_name(context.result.units[burst.unit].id)),
            cells.text(officers[burst.officer]),
            cells.text(context.text("quality.burst")),
            cells.text(context.text("quality.seen_burst", number=str(burst.most))),
            cells.text(context.text("quality.expected_burst")),
            probability_cells.p_value(burst.p),
            probability_cells.p_value(burst.p_holm),
        )
    )


def effect(context: ReportContext, officer_effect: OfficerEffect | None) -> tuple[str, ...]:
    """Say how much of the spread goes with the officer."""
    if officer_effect is None:
        return ()
    values = {
        "icc": percent(100 * officer_effect.icc),
        "low": percent(100 * officer_effect.low),
        "high": percent(100 * officer_effect.high),
    }
    if officer_effect.icc <= 0:
        return (context.text("quality.effect_none", **values),)
    return (context.text("quality.effect", p=probability_cells.p_text(officer_effect.p), **values),)


def without_units(context: ReportContext, analysis: Analysis, excluding: ResultsExcludingFlagged) -> Table:
    """Show the official index of every unit with signs, over all its forms and without those behind the signs."""
    text = context.text
    rows = [
        _unit_row(context, place, number, excluding)
        for place, number in enumerate(analysis.review.flagged)
        if number
    ]
    low, high = text("column.low"), text("column.high")
    columns = (
        cells.column(text("column.unit"), "name", 50),
        cells.column(text("column.forms"), "count", 14),
        cells.column(text("quality.flagged"), "count", 16),
        cells.estimate_column(text("quality.all_forms"), 28, low, high),
        cells.estimate_column(text("quality.without"), 28, low, high),
        cells.column(text("quality.difference"), "percent", 16),
    )
    notes = [text("table.interval_note", level=context.level)]
    if any(cells.HIDDEN_ESTIMATE in row.cells for row in rows):
        notes.append(text("quality.hidden_note", threshold=str(THRESHOLD)))
    title = text("quality.table_without", official=context.official)
    return Table("without-units", title, columns, tuple(rows), tuple(notes), "reliability")


def _unit_row(
    context: ReportContext, place: int, flagged: int, excluding: ResultsExcludingFlagged
) -> TableRow:
    domain = context.result.units[place]
    before = context.estimate(domain, domain.overall)
    after = excluding.result.units[place].overall.by(context.result.official)
    first = (cells.text(context.unit_name(domain.id)), cells.number(domain.forms), cells.number(flagged))
    census = context.text("column.census")
    if before is None:
        return TableRow((*first, cells.HIDDEN_ESTIMATE, cells.HIDDEN_ESTIMATE, cells.HIDDEN))
    if not excluding.units[place] or after.value is None or before.value is None:
        return TableRow((*first, cells.estimate(before, census), cells.HIDDEN_ESTIMATE, cells.HIDDEN))
    # The difference of the printed figures, so that nobody finds another one by subtraction.
    change = float(rounded(after.value) - rounded(before.value))
    difference = probability_cells.signed(change)
    return TableRow(
        (
            *first,
            cells.estimate(before, census),
            cells.estimate(after, census),
            Cell((difference,), (float(rounded(change)),)),
        )
    )
