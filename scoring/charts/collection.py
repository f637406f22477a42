"""The pace of collection: valid forms by day against the line that the plan needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate

from matplotlib.axes import Axes

from scoring.charts import canvas, numerals, texts
from scoring.charts.canvas import FAINT, INK, POINT, SOFT, TARGET, WIDTH, Chart

_HEIGHT = 3.3
_LEFT, _RIGHT, _BOTTOM, _TOP = 0.55, 1.35, 0.32, 0.60


@dataclass(frozen=True, slots=True)
class CollectionPace:
    """Valid forms per day of collection, from the first day to today at most.

    ``days`` is the length of the collection window (57 for 05/8 to 30/9 inclusive), ``target`` the
    minimum number of forms. ``counts[0]`` is the first day's count.
    """

    opens: date
    days: int
    target: int
    counts: tuple[int, ...]

    @property
    def cumulative(self) -> tuple[int, ...]:
        """Return how many forms there were at the end of each day."""
        return tuple(accumulate(self.counts))

    def needed(self, day: int) -> float:
        """Return how many forms an even pace has at the end of a day, counted from 0."""
        return self.target * min(day + 1, self.days) / self.days


def pace(collected: CollectionPace, *, title: str = "", rehearsal: bool = False) -> Chart:
    """Draw the cumulative count by day, the even pace to the target, and the target itself."""
    title = title or texts.text("pace.title")
    with canvas.drawing():
        figure = canvas.sheet(_HEIGHT, title, _stand(collected), rehearsal=rehearsal)
        width, height = WIDTH - _LEFT - _RIGHT, _HEIGHT - _BOTTOM - _TOP
        axes = figure.add_axes((_LEFT / WIDTH, _BOTTOM / _HEIGHT, width / WIDTH, height / _HEIGHT))
        axes.set_axis_off()
        total = collected.cumulative
        top = 1.08 * max([collected.target, 1, *total])
        axes.set_xlim(-1, collected.days - 1 + 0.5)
        axes.set_ylim(0, top)
        _grid(axes, collected, top)
        if collected.target > 0:
            _needed(axes, collected)
        _collected(axes, collected, total)
    return Chart("pace", title, _described(collected), figure)


def _grid(axes: Axes, collected: CollectionPace, top: float) -> None:
    """Draw counts at the left and dates below."""
    step = next(step for step in _steps() if top / step <= 6)
    for value in range(0, int(top) + 1, step):
        axes.plot([-1, collected.days - 0.5], [value] * 2, color=FAINT, linewidth=0.6, zorder=-1)
        canvas.write(axes, -1.6 * collected.days / 57, value, numerals.whole(value), 7, SOFT, ha="right")
    for day in _ticks(collected.days):
        axes.plot([day, day], [0, top * 0.015], color=SOFT, linewidth=0.6)
        canvas.write(axes, day, -0.06 * top, _date(collected, day), 7, SOFT, ha="center")


def _steps() -> Sequence[int]:
    return [lead * 10**power for power in range(8) for lead in (1, 2, 5)]


def _ticks(days: int) -> list[int]:
    """Return the days to print: the first, the last and, evenly between, about one a week."""
    parts = max(1, min(8, round((days - 1) / 7)))
    return sorted({round(part * (days - 1) / parts) for part in range(parts + 1)})


def _date(collected: CollectionPace, day: int) -> str:
    return (collected.opens + timedelta(days=day)).strftime("%d/%m")


def _needed(axes: Axes, collected: CollectionPace) -> None:
    last = collected.days - 1
    line = [collected.needed(day) for day in range(collected.days)]
    axes.plot(
        [-1, *range(collected.days)], [0, *line], color=TARGET, linewidth=1.2, dashes=(4, 2.5), zorder=2
    )
    text = f"{numerals.whole(collected.target)}\n{texts.text('pace.target')}"
    x = last + 1.0 * collected.days / 57
    canvas.write(axes, x, collected.target, text, 7.5, TARGET, bold=True).set_linespacing(1.3)


def _collected(axes: Axes, collected: CollectionPace, total: Sequence[int]) -> None:
    """Draw what has come in as steps, and say at its end how it compares."""
    if not total:
        canvas.write(
            axes, 0.62 * collected.days, collected.target / 4, texts.text("no_data"), 9, SOFT, ha="center"
        )
        return
    today = len(total) - 1
    days = [-1, *range(len(total))]
    axes.fill_between(days, [0, *total], color=POINT, alpha=0.12, linewidth=0, zorder=1)
    axes.plot(days, [0, *total], color=POINT, linewidth=2.0, zorder=3, solid_joinstyle="round")
    axes.plot([today], [total[-1]], marker="o", markersize=6, color=POINT, zorder=4)
    needed = collected.needed(today)
    axes.plot([today] * 2, [total[-1], needed], color=INK, linewidth=0.7, dashes=(1, 1.5), zorder=2)
    behind = total[-1] < needed
    x = today + (0.9 if behind else -0.9) * collected.days / 57
    canvas.write(
        axes,
        x,
        total[-1],
        numerals.whole(total[-1]),
        9,
        POINT,
        bold=True,
        ha="left" if behind else "right",
        va="top" if behind else "bottom",
    )


def _stand(collected: CollectionPace) -> str:
    """Say in one sentence how collection stands."""
    if not collected.counts:
        return f"{texts.text('pace.subtitle')}: {texts.text('no_data')}."
    today = len(collected.counts) - 1
    stand = texts.pace_stand(_date(collected, today), sum(collected.counts), collected.needed(today))
    return f"{texts.text('pace.subtitle')}. {stand}"


def _described(collected: CollectionPace) -> str:
    """Say the figure in words."""
    goal = f"{texts.text('pace.target')}: {numerals.whole(collected.target)}"
    return f"{_stand(collected)} {goal} ({_date(collected, collected.days - 1)})."
