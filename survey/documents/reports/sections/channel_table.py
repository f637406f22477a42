"""How forms that came in by different channels differ inside a unit: the table of the page and of the report."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from scoring.disclosure.suppression import THRESHOLD
from scoring.quality import ChannelEffect
from scoring.quality.review import Review
from survey.documents.reports import cells, probability_cells
from survey.documents.reports.record import Cell, Table, TableRow
from survey.documents.reports.report_context import ReportContext


def table(context: ReportContext, review: Review) -> Table:
    """Show the mean form score of every channel, unit by unit; hidden where one has too few forms to be told."""
    text = context.text
    columns = (
        cells.column(text("quality.channel"), "name", 60),
        cells.column(text("quality.channel_forms"), "count", 24),
        cells.column(text("quality.channel_mean"), "percent", 34),
        cells.column(text("quality.p_holm"), "percent", 24),
    )
    rows = tuple(row for one in review.channels for row in _rows(context, one, review.channel_names))
    notes = [text("quality.channels_note")]
    if any(cells.HIDDEN in row.cells for row in rows):
        notes.append(text("quality.hidden_note", threshold=str(THRESHOLD)))
    return Table(
        "channels",
        text("quality.table_channels"),
        columns,
        rows,
        tuple(notes),
        "reliability",
        whole_groups=True,
        group_label=text("column.unit"),
    )


def _rows(context: ReportContext, one: ChannelEffect, names: Sequence[str]) -> Iterator[TableRow]:
    domain = context.result.units[one.unit]
    rest = domain.forms - sum(one.forms)
    disclosable = min(one.forms) >= THRESHOLD and (rest == 0 or rest >= THRESHOLD)
    shown = disclosable and not context.hides(domain, domain.overall)
    name = context.unit_name(domain.id)
    yield TableRow((Cell((name,), (name,)),), "group")
    for channel, forms, mean in zip(one.channels, one.forms, one.means, strict=True):
        label = cells.text(context.text(f"quality.channel_{names[channel]}"))
        score = cells.share(mean if shown else None)
        yield TableRow((label, cells.number(forms), score, probability_cells.p_value(one.p_holm)))
