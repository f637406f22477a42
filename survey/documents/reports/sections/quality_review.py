"""The review of data quality for everybody: counts of signs, and figures with and without the forms behind them.

Nothing here names an officer; what only the organisation department may see is in :mod:`quality_detail`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from scoring.analysis.analysis import Analysis, ResultsExcludingFlagged
from scoring.disclosure.suppression import THRESHOLD
from scoring.quality.collected import FEWEST_FORMS
from scoring.quality.flags import Flag
from scoring.quality.open_channels import FEWEST_OF_CHANNEL
from scoring.quality.review import MOST_FORMS, Review
from scoring.results import FORMULAS, DomainResult
from survey.documents.reports import cells
from survey.documents.reports.formats import count, percent, short_percent
from survey.documents.reports.record import Cell, Table, TableRow
from survey.documents.reports.report_context import ReportContext
from survey.documents.reports.sections.tables import formula_label


def sentences(context: ReportContext, analysis: Analysis) -> tuple[str, ...]:
    """Say what was checked, that a sign is no finding, how many there are, and what they change."""
    return (context.text("quality.caution"), *scope(context, analysis.review), *changes(context, analysis))


def scope(context: ReportContext, review: Review) -> Iterator[str]:
    """Say what was checked and how many signs there are."""
    if review.officers:
        yield context.text(
            "quality.scope",
            forms=count(review.handled),
            officers=count(review.officers),
            compared=count(review.compared),
            fewest=str(FEWEST_FORMS),
        )
    else:
        yield context.text("quality.nobody")
    if review.open_channels:
        yield context.text("quality.ways", ways=count(review.open_channels), fewest=str(FEWEST_OF_CHANNEL))
    if not (review.officers or review.open_channels):
        return
    alpha = short_percent(100 * review.alpha)
    signs = len(review.flags) + len(review.bursts)
    if signs:
        yield context.text("quality.found", flags=count(signs), alpha=alpha)
    else:
        yield context.text("quality.none", alpha=alpha)
    yield context.text("quality.timing")
    if review.unread:
        yield context.text("quality.unread", forms=count(review.unread), most=count(MOST_FORMS))


def changes(context: ReportContext, analysis: Analysis) -> Iterator[str]:
    """Say what the province's index would be without the forms behind the signs, where that may be said."""
    without = analysis.excluding_flagged
    if without is None:
        return
    if not without.together:
        yield context.text("quality.kept_together", threshold=str(THRESHOLD))
        return
    whole = context.result.province_pooled
    before = context.estimate(whole, whole.overall)
    after = without.result.province_pooled.overall.by(context.result.official)
    if before is not None and before.value is not None and after.value is not None:
        yield context.text(
            "quality.changed",
            forms=count(analysis.review.forms_flagged),
            official=context.official,
            before=percent(before.value),
            after=percent(after.value),
        )


def counts(context: ReportContext, review: Review) -> Table:
    """Show how many signs of each kind there are and how many forms they rest on."""
    columns = (
        cells.column(context.text("quality.kind"), "name", 80),
        cells.column(context.text("quality.number"), "count", 30),
        cells.column(context.text("quality.forms"), "count", 30),
    )
    crowded = any(flag.kind == "crowd" for flag in review.flags)
    notes = (
        (crowded, context.text("quality.crowd_note")),
        (bool(review.bursts), context.text("quality.bursts_note")),
        (True, context.text("quality.seed_note", seed=str(review.seed))),
    )
    called = tuple(note for is_called, note in notes if is_called)
    title = context.text("quality.table_counts")
    return Table("quality", title, columns, tuple(_count_rows(context, review)), called, "reliability")


def _count_rows(context: ReportContext, review: Review) -> Iterator[TableRow]:
    for kind in sorted({flag.kind for flag in review.flags}):
        flags = [flag for flag in review.flags if flag.kind == kind]
        yield _count_row(context, kind, len(flags), _forms_behind(flags))
    if review.bursts:
        yield _count_row(context, "burst", len(review.bursts), sum(burst.most for burst in review.bursts))


def _forms_behind(flags: Sequence[Flag]) -> int:
    """Count the forms under signs of one kind: a crowd knows their number only, the others may share some."""
    if flags[0].kind == "crowd":
        return sum(int(flag.observed) for flag in flags)
    return len({form for flag in flags for form in flag.forms})


def _count_row(context: ReportContext, kind: str, number: int, forms: int) -> TableRow:
    name = context.text(f"quality.{kind}")
    return TableRow((cells.text(name), cells.number(number), cells.number(forms)))


def without(context: ReportContext, excluding: ResultsExcludingFlagged) -> Table:
    """Show the province's three indices over all forms and over those that no sign rests on."""
    whole = context.result.province_pooled
    text = context.text
    rows = (
        _without_row(context, text("quality.all_forms"), whole, shown=context.shown(whole, whole.overall)),
        _without_row(
            context, text("quality.without"), excluding.result.province_pooled, shown=excluding.together
        ),
    )
    low, high = text("column.low"), text("column.high")
    columns = (
        cells.column(text("column.method"), "name", 50),
        cells.column(text("column.forms"), "count", 15),
        *(cells.estimate_column(formula_label(context, formula), 28, low, high) for formula in FORMULAS),
    )
    notes = [text("table.interval_note", level=context.level)]
    if not excluding.together:
        notes.append(text("quality.hidden_note", threshold=str(THRESHOLD)))
    title = text("quality.table_without", official=text("column.overall_index"))
    return Table("without", title, columns, rows, tuple(notes), "reliability")


def _without_row(context: ReportContext, label: str, domain: DomainResult, *, shown: bool) -> TableRow:
    estimates: list[Cell] = [
        cells.estimate(domain.overall.by(formula), context.text("column.census"))
        if shown
        else cells.HIDDEN_ESTIMATE
        for formula in FORMULAS
    ]
    return TableRow((cells.text(label), cells.number(domain.forms) if shown else cells.HIDDEN, *estimates))
