"""The ranking with its rank sets, and what may be said about who is above whom."""

from __future__ import annotations

from collections.abc import Iterator

from scoring.analysis.unit_findings import FEWEST_FORMS
from scoring.comparison.differences import PairDifference
from scoring.comparison.ranking import Ranking
from scoring.disclosure.suppression import THRESHOLD
from survey.documents.reports import cells, probability_cells
from survey.documents.reports.formats import count, decimal, interval, listing, short_percent
from survey.documents.reports.record import Cell, Column, Figure, Table, TableRow
from survey.documents.reports.report_context import ReportContext

_CLEAREST = 3


def sentences(context: ReportContext, ranking: Ranking) -> tuple[str, ...]:
    """Say how to read the table, what is tied, which pairs differ, and who is left out."""
    threshold = str(THRESHOLD)
    if len(ranking.units) < 2:
        nothing = context.text("ranking.nothing", threshold=threshold)
        return (nothing,)
    units = count(len(ranking.units))
    return (
        context.text("ranking.intro", units=units, official=context.official, level=context.level),
        *((context.text("ranking.all_tied", units=units),) if ranking.all_tied else ()),
        *_pairs(context, ranking),
        *_left_out(context, ranking),
    )


def _pairs(context: ReportContext, ranking: Ranking) -> Iterator[str]:
    pairs, separated = len(ranking.pairs), ranking.separated
    if not pairs:
        return
    values = {"pairs": count(pairs), "alpha": short_percent(100 * (1 - ranking.level))}
    if not separated:
        yield context.text("ranking.none_separated", **values)
        return
    rest = count(pairs - len(separated))
    yield context.text("ranking.separated", separated=count(len(separated)), rest=rest, **values)
    clearest = "; ".join(_pair(context, ranking, pair) for pair in separated[:_CLEAREST])
    yield context.text("ranking.clearest", pairs=clearest)


def _pair(context: ReportContext, ranking: Ranking, pair: PairDifference) -> str:
    """Say a difference with the better unit first."""
    first, second = (context.unit_name(ranking.units[place]) for place in (pair.first, pair.second))
    better, worse = (first, second) if pair.estimate > 0 else (second, first)
    low, high = sorted((abs(pair.low), abs(pair.high)))
    return context.text(
        "ranking.pair",
        better=better,
        worse=worse,
        difference=decimal(abs(pair.estimate)),
        interval=interval(low, high),
    )


def _left_out(context: ReportContext, ranking: Ranking) -> Iterator[str]:
    # Of a unit without full tables the limits say that it is not in, and why.
    left_out = [context.unit_name(unit) for unit in ranking.left_out if unit not in context.withheld]
    if left_out:
        yield context.text("ranking.left_out", units=listing(left_out), threshold=str(THRESHOLD))
    pairs = zip(ranking.units, ranking.forms, strict=True)
    small = [context.unit_name(unit) for unit, forms in pairs if forms < FEWEST_FORMS]
    if small:
        yield context.text("ranking.small", units=listing(small), fewest=str(FEWEST_FORMS))


def table(context: ReportContext, ranking: Ranking, seed: int) -> Table:
    """Show the units by rank; a rank never stands without its sets."""
    official = {domain.id: domain for domain in context.result.units}
    rows = []
    for number, place in enumerate(ranking.order, start=1):
        domain = official[ranking.units[place]]
        index = context.estimate(domain, domain.overall)
        rows.append(
            TableRow(
                (
                    cells.number(number),
                    cells.text(context.unit_name(domain.id)),
                    cells.number(ranking.forms[place]),
                    cells.HIDDEN_ESTIMATE
                    if index is None
                    else cells.estimate(index, context.text("column.census")),
                    _rank(context, ranking, place),
                    *(
                        probability_cells.rank_set(sets.low[place], sets.high[place])
                        for sets in (ranking.marginal, ranking.simultaneous, ranking.deterministic)
                    ),
                    cells.text(ranking.letters[place]) if ranking.letters else cells.HIDDEN,
                )
            )
        )
    notes = (
        context.text("ranking.note_sets", level=context.level),
        *((context.text("ranking.note_letters"),) if ranking.letters else ()),
        context.text("ranking.note_seed", seed=str(seed)),
    )
    title = context.text("ranking.table", official=context.official)
    return Table("league", title, _columns(context), tuple(rows), notes, "compare")


def _rank(context: ReportContext, ranking: Ranking, place: int) -> Cell:
    """Show the best rank that is left to a unit, and that it shares it where the data leave more than one."""
    low, high = ranking.simultaneous.low[place], ranking.simultaneous.high[place]
    tied = context.text("ranking.tied") if low != high else ""
    return Cell((str(low), tied) if tied else (str(low),), (low, tied))


def _columns(context: ReportContext) -> tuple[Column, ...]:
    text = context.text
    first, last = text("ranking.first"), text("ranking.last")
    return (
        cells.column(text("ranking.place"), "number", 12),
        cells.column(text("column.unit"), "name", 50),
        cells.column(text("column.forms"), "count", 13),
        cells.estimate_column(f"{context.official} (%)", 28, text("column.low"), text("column.high")),
        Column(text("ranking.rank"), "number", 18, (text("ranking.rank"), text("ranking.tied").capitalize())),
        *(
            probability_cells.rank_set_column(text(f"ranking.{key}"), 20, first, last)
            for key in ("marginal", "simultaneous", "deterministic")
        ),
        cells.column(text("ranking.letters"), "number", 14),
    )


def figure(context: ReportContext) -> Figure:
    """Return the place of the figure of rank sets."""
    return Figure(
        "ranks", context.text("ranking.figure", level=context.level), context.text("ranking.figure_alt")
    )
