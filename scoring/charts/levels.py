"""Stacked bars: how the answers of each criterion spread over the five levels."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from scoring.charts import canvas, numerals, texts
from scoring.charts.canvas import PAPER, SOFT, Chart
from scoring.charts.rows import RowLayout, RowSheet, label_width
from scoring.results import DomainResult, IndexResult

# From brown to blue, each step of its own lightness, the two low levels hatched as well: in black and
# white, and for every kind of colour blindness, no two neighbours look alike.
FILLS = ("#8c4a0b", "#e0a458", "#e8e8e8", "#9ecae1", "#08519c")
HATCHES = ("xxxx", "////", "", "", "")
_COLUMN = 0.50  # inches
_GAP = 1.5  # per cent: between segments wider than this runs a thin white line


def level_bars(
    domain: DomainResult,
    labels: Mapping[str, str],
    *,
    title: str = "",
    rehearsal: bool = False,
) -> Chart:
    """Draw one bar per criterion of a domain, its five levels as shares of all counted answers.

    Every share is printed beside the bar, under the head that also shows the fill of its level. ``labels``
    maps criterion ids to names. The overall item, where it was asked, stands below a rule.
    """
    lines = [(labels.get(index.id, index.id), index) for index in domain.criteria]
    count, title = len(lines), title or texts.text("levels.title")
    if domain.overall_item is not None:
        lines.append((texts.text("overall_item"), domain.overall_item))
    with canvas.drawing():
        columns = (*[_COLUMN] * 5, 0.52)
        layout = RowLayout(label_width([label for label, _ in lines], 1.5), columns, row=0.34, foot=0.12)
        rows = RowSheet(layout, len(lines), title, texts.text("levels.subtitle"), rehearsal=rehearsal)
        rows.axes.set_xlim(0, 100)
        _heads(rows)
        if count < len(lines):
            rows.rule(count)
        for row, (label, index) in enumerate(lines):
            rows.label(row, label)
            _bar(rows, row, index)
    description = " ".join(_said(label, index) for label, index in lines)
    return Chart(canvas.chart_name("levels", domain.id), title, description, rows.figure)


def _heads(rows: RowSheet) -> None:
    """Head each column with the name of its level and a sample of its fill: this is the legend."""
    for level, name in enumerate(texts.texts("levels.short")):
        rows.head(level, name, lift=0.13)
        left, bottom, width, height = rows.under_head(level)
        _box(rows.whole, left, bottom, width, height, level)
    rows.head(5, texts.text("column.answers"), lift=0.13)


def _bar(rows: RowSheet, row: int, index: IndexResult) -> None:
    rows.print(row, 5, numerals.whole(index.answers), SOFT)
    if index.answers == 0:
        canvas.write(rows.axes, 0, row, texts.text("no_data"), 8, SOFT)
        return
    ends = [0.0]
    for count in index.levels:
        ends.append(ends[-1] + 100 * count / index.answers)
    for level, (left, right) in enumerate(pairwise(ends)):
        share = numerals.number(right - left, 1)
        rows.print(row, level, share)
        _box(rows.axes, left, row - 0.34, right - left, 0.68, level)
    for before, end, after in zip(ends, ends[1:], ends[2:], strict=False):
        if min(end - before, after - end) > _GAP:
            rows.axes.plot([end, end], [row - 0.34, row + 0.34], color=PAPER, linewidth=0.8)


def _box(axes: Axes, left: float, bottom: float, width: float, height: float, level: int) -> None:
    """Draw a filled, hatched rectangle without a border, which would swallow the thinnest segments."""
    axes.add_patch(
        Rectangle(
            (left, bottom),
            width,
            height,
            facecolor=FILLS[level],
            hatch=HATCHES[level],
            edgecolor=PAPER,
            linewidth=0,
            clip_on=False,
        )
    )


def _said(label: str, index: IndexResult) -> str:
    if index.answers == 0:
        return f"{label}: {texts.text('no_data')}."
    shares = ", ".join(
        f"{name} {numerals.number(100 * count / index.answers, 1)} %"
        for name, count in zip(texts.texts("levels.names"), index.levels, strict=True)
    )
    return f"{label}: {shares}; {texts.answers(index.answers)}."
