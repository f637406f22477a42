"""Rank sets: which ranks of each unit the data have not ruled out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from scoring.charts import canvas, numerals, texts
from scoring.charts.canvas import INK, PAPER, POINT, SOFT, Chart
from scoring.charts.rows import RowLayout, RowSheet, label_width
from scoring.comparison.ranks import RankSets

_PALE = "#b9cfe4"


def rank_sets(
    units: Sequence[str],
    marginal: RankSets,
    simultaneous: RankSets,
    labels: Mapping[str, str],
    *,
    title: str = "",
    rehearsal: bool = False,
) -> Chart:
    """Draw each unit's rank with its marginal (dark) and simultaneous (pale) confidence set.

    ``units`` are in the order of the two records; rows stand by rank, the best first.
    """
    order = sorted(range(len(units)), key=lambda unit: (marginal.rank[unit], unit))
    names = [labels.get(units[unit], units[unit]) for unit in order]
    title = title or texts.text("ranks.title")
    subtitle = f"{texts.text('ranks.subtitle')}; {texts.confidence(marginal.level)}"
    with canvas.drawing():
        layout = RowLayout(label_width(names), (0.62, 0.85, 0.85), row=0.27)
        rows = RowSheet(layout, len(names), title, subtitle, rehearsal=rehearsal)
        rows.bands(len(names))
        rows.scale(0.5, len(units) + 0.5, _rank_ticks(len(units)), texts.text("axis.rank"))
        for column, head in enumerate(
            (texts.text("column.rank"), texts.text("column.marginal"), texts.text("column.simultaneous"))
        ):
            rows.head(column, head)
        for row, (unit, name) in enumerate(zip(order, names, strict=True)):
            rows.label(row, name)
            _row(rows, row, unit, marginal, simultaneous)
    sentences = [
        f"{name}: {texts.unit_ranks(marginal.rank[unit], marginal.low[unit], marginal.high[unit])}"
        for unit, name in zip(order, names, strict=True)
    ]
    return Chart("ranks", title, " ".join([f"{subtitle}.", *sentences]), rows.figure)


def _row(rows: RowSheet, row: int, unit: int, marginal: RankSets, simultaneous: RankSets) -> None:
    for sets, color, half in ((simultaneous, _PALE, 0.30), (marginal, POINT, 0.14)):
        left, right = sets.low[unit] - 0.35, sets.high[unit] + 0.35
        rows.axes.fill(
            [left, right, right, left],
            [row - half, row - half, row + half, row + half],
            facecolor=color,
            edgecolor=POINT,
            linewidth=0.6,
        )
    rows.axes.plot(
        [marginal.rank[unit]],
        [row],
        marker="o",
        markersize=5,
        markerfacecolor=PAPER,
        markeredgecolor=INK,
        markeredgewidth=1.2,
        zorder=5,
        clip_on=False,
    )
    rows.print(row, 0, str(marginal.rank[unit]), bold=True)
    rows.print(row, 1, numerals.span(marginal.low[unit], marginal.high[unit]))
    rows.print(row, 2, numerals.span(simultaneous.low[unit], simultaneous.high[unit]), SOFT)


def _rank_ticks(count: int) -> list[float]:
    """Return the ranks to print under the plot: all of them, or the first and every fifth."""
    if count <= 15:
        return [float(rank) for rank in range(1, count + 1)]
    return [1.0, *(float(rank) for rank in range(5, count + 1, 5))]
