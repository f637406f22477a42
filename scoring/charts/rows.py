"""A sheet of rows: labels on the left, a plot in the middle, printed numbers on the right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from scoring.charts import canvas
from scoring.charts.canvas import FAINT, INK, SOFT

HEAD = 0.95  # inches above the first row: heading, column heads
PAGE = 9.4  # inches: no sheet is taller while its rows can still be read
LABEL_SIZE = 8.0
_LOWEST, _TWO_LINES = 0.16, 0.26  # inches: the lowest row, and the lowest that holds a label of two lines


@dataclass(frozen=True, slots=True)
class RowLayout:
    """Inches: width of the label column and of each column of numbers; height of a row and below them all."""

    labels: float
    columns: tuple[float, ...]
    row: float = 0.32
    foot: float = 0.42

    @property
    def plot(self) -> float:
        """Return the width that is left for the plot."""
        return canvas.WIDTH - self.labels - sum(self.columns) - 0.30


def label_width(labels: Sequence[str], widest: float = 1.75) -> float:
    """Return the width of the label column: as wide as its longest label needs, within limits."""
    needed = max((canvas.text_width(label, LABEL_SIZE, bold=True) for label in labels), default=0.0)
    return min(max(needed, 0.7), widest) + 0.12


class RowSheet:
    """One figure of rows. Row 0 is at the top; ``axes`` is the plot, its y axis counts rows downwards."""

    def __init__(self, layout: RowLayout, rows: int, title: str, subtitle: str, *, rehearsal: bool) -> None:
        fitting = (PAGE - HEAD - layout.foot) / max(rows, 1)
        self.layout = layout = replace(layout, row=max(min(layout.row, fitting), _LOWEST))
        self.rows = rows
        height = HEAD + layout.row * rows + layout.foot
        self.figure: Figure = canvas.sheet(height, title, subtitle, rehearsal=rehearsal)
        self.axes: Axes = self._panel(0.15 + layout.labels, layout.plot, height)
        self.whole: Axes = self._panel(0.0, canvas.WIDTH, height)
        self.whole.set_xlim(0, canvas.WIDTH)
        self.whole.set_zorder(-1)  # bands and rules lie under the plot

    def _panel(self, left: float, width: float, height: float) -> Axes:
        box = (
            left / canvas.WIDTH,
            self.layout.foot / height,
            width / canvas.WIDTH,
            self.layout.row * self.rows / height,
        )
        axes = self.figure.add_axes(box)
        axes.set_ylim(self.rows - 0.5, -0.5)
        axes.set_axis_off()
        return axes

    def label(self, row: int, text: str, *, bold: bool = False) -> None:
        """Write the label of a row, right beside the plot."""
        lines = 2 if self.layout.row >= _TWO_LINES else 1
        wrapped = canvas.wrapped(text, self.layout.labels - 0.06, LABEL_SIZE, lines)
        x = 0.15 + self.layout.labels - 0.10
        canvas.write(self.whole, x, row, wrapped, LABEL_SIZE, bold=bold, ha="right").set_linespacing(1.06)

    def print(self, row: float, column: int, text: str, color: str = INK, *, bold: bool = False) -> None:
        """Write a number, right-aligned in its column."""
        canvas.write(self.whole, self._edge(column), row, text, LABEL_SIZE, color, bold=bold, ha="right")

    def head(self, column: int, text: str, lift: float = 0.0) -> None:
        """Write the head of a column of numbers, so many inches higher than usual."""
        y = -0.5 - (0.07 + lift) / self.layout.row
        written = canvas.write(self.whole, self._edge(column), y, text, 7, SOFT, ha="right", va="bottom")
        written.set_linespacing(1.15)

    def under_head(self, column: int) -> tuple[float, float, float, float]:
        """Return left, y, width and height of a small box between a lifted head and the first row."""
        unit = 1 / self.layout.row
        return self._edge(column) - 0.30, -0.5 - 0.16 * unit, 0.30, 0.10 * unit

    def _edge(self, column: int) -> float:
        return 0.15 + self.layout.labels + self.layout.plot + sum(self.layout.columns[: column + 1])

    def rule(self, before: int) -> None:
        """Draw a thin line across the sheet before a row."""
        self.whole.plot([0.08, canvas.WIDTH - 0.08], [before - 0.5] * 2, color=SOFT, linewidth=0.6)

    def bands(self, count: int) -> None:
        """Shade every second row, so that the eye finds the number that belongs to a point."""
        for row in range(0, count, 2):
            self.whole.axhspan(row - 0.5, row + 0.5, 0.012, 0.988, color="#f4f4f4", zorder=-5, linewidth=0)

    def scale(self, low: float, high: float, ticks: Sequence[float], name: str) -> None:
        """Draw the horizontal scale: grid lines, tick labels under the last row, its name."""
        self.axes.set_xlim(low, high)
        floor = self.rows - 0.5
        for tick in ticks:
            self.axes.plot([tick, tick], [-0.5, floor], color=FAINT, linewidth=0.6, zorder=-1, clip_on=False)
            canvas.write(self.axes, tick, floor + 0.12 / self.layout.row, f"{tick:g}", 7, SOFT, ha="center")
        canvas.write(self.axes, (low + high) / 2, floor + 0.30 / self.layout.row, name, 7, SOFT, ha="center")


def percent_ticks(low: float, high: float) -> tuple[float, ...]:
    """Return tick places between two round percentages, at most about seven of them."""
    step = next(step for step in (1, 2, 5, 10, 20) if (high - low) / step <= 7)
    first = -(-int(low) // step) * step
    return tuple(float(tick) for tick in range(first, int(high) + 1, step))
