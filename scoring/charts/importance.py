"""Importance against satisfaction: where work on a criterion would move the overall judgement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes

from scoring.charts import canvas, texts
from scoring.charts.canvas import FAINT, INK, POINT, SOFT, WIDTH, Chart
from scoring.charts.rows import percent_ticks

_HEIGHT = 4.6
_PLATE = {"facecolor": "#ffffff", "edgecolor": "none", "alpha": 0.85, "pad": 1.5}
_LEFT, _RIGHT, _BOTTOM, _TOP = 0.55, 0.25, 0.52, 0.62


@dataclass(frozen=True, slots=True)
class Driver:
    """One criterion: its satisfaction (per cent) and importance (per cent of the explained variance)."""

    id: str
    satisfaction: float
    satisfaction_low: float
    satisfaction_high: float
    importance: float
    importance_low: float
    importance_high: float


def importance(
    drivers: Sequence[Driver],
    labels: Mapping[str, str],
    *,
    title: str = "",
    rehearsal: bool = False,
) -> Chart:
    """Draw each criterion at its satisfaction (across) and importance (up), with both intervals.

    The sheet is divided at the mean satisfaction and at equal importance (100 / number of criteria). Points
    carry their ids; the names stand below, so that no label covers a point.
    """
    keys = 0.19 * len(drivers) + 0.10
    height, title = _HEIGHT + keys, title or texts.text("importance.title")
    with canvas.drawing():
        figure = canvas.sheet(height, title, texts.text("importance.subtitle"), rehearsal=rehearsal)
        box = (_LEFT, _BOTTOM + keys, WIDTH - _LEFT - _RIGHT, height - _BOTTOM - _TOP - keys)
        axes = figure.add_axes((box[0] / WIDTH, box[1] / height, box[2] / WIDTH, box[3] / height))
        axes.set_axis_off()
        if drivers:
            _frame(axes, drivers)
        for driver in drivers:
            _point(axes, driver)
        for line, driver in enumerate(drivers):
            y = (keys - 0.19 * (line + 0.5)) / height
            figure.text(_LEFT / WIDTH, y, driver.id, **canvas.style(8, POINT, bold=True), va="center")
            text = f"{labels.get(driver.id, driver.id)}: {_figures(driver)}"
            figure.text((_LEFT + 0.4) / WIDTH, y, text, **canvas.style(8), va="center")
    description = " ".join(f"{labels.get(one.id, one.id)}: {_figures(one)}." for one in drivers)
    return Chart("importance", title, description or texts.text("nothing_to_show"), figure)


def _figures(driver: Driver) -> str:
    return texts.criterion_driver(
        driver.satisfaction, driver.importance, driver.importance_low, driver.importance_high
    )


def _frame(axes: Axes, drivers: Sequence[Driver]) -> None:
    """Draw scales, the dividing lines and the names of the four fields."""
    low, high = _ends([end for one in drivers for end in (one.satisfaction_low, one.satisfaction_high)])
    _, top = _ends([one.importance_high for one in drivers])
    axes.set_xlim(low, high)
    axes.set_ylim(0, top)
    for tick in percent_ticks(low, high):
        axes.plot([tick, tick], [0, top], color=FAINT, linewidth=0.6, zorder=-2)
        canvas.write(axes, tick, -0.035 * top, f"{tick:g}", 7, SOFT, ha="center")
    for tick in percent_ticks(0, top):
        axes.plot([low, high], [tick, tick], color=FAINT, linewidth=0.6, zorder=-2)
        canvas.write(axes, low - 0.008 * (high - low), tick, f"{tick:g}", 7, SOFT, ha="right")
    canvas.write(axes, (low + high) / 2, -0.09 * top, texts.text("axis.satisfaction"), 7.5, SOFT, ha="center")
    name = canvas.write(
        axes, low - 0.065 * (high - low), top / 2, texts.text("axis.importance"), 7.5, SOFT, ha="center"
    )
    name.set_rotation(90)
    _fields(axes, drivers, (low, high, top))


def _fields(axes: Axes, drivers: Sequence[Driver], ends: tuple[float, float, float]) -> None:
    low, high, top = ends
    across = sum(one.satisfaction for one in drivers) / len(drivers)
    up = 100 / len(drivers)
    axes.plot([across, across], [0, top], color=SOFT, linewidth=0.9, dashes=(4, 2.5), zorder=-1)
    axes.plot([low, high], [up, up], color=SOFT, linewidth=0.9, dashes=(4, 2.5), zorder=-1)
    inset_x, inset_y = 0.012 * (high - low), 0.022 * top
    for number, name in enumerate(texts.texts("importance.quadrants")):
        right, bottom = number % 2 == 1, number > 1
        x = high - inset_x if right else low + inset_x
        y = inset_y if bottom else top - inset_y
        ha, va = "right" if right else "left", "bottom" if bottom else "top"
        canvas.write(axes, x, y, name, 8, SOFT, bold=True, ha=ha, va=va).set_bbox(_PLATE)


def _point(axes: Axes, driver: Driver) -> None:
    x, y = driver.satisfaction, driver.importance
    axes.plot(
        [driver.satisfaction_low, driver.satisfaction_high], [y, y], color=POINT, linewidth=0.9, alpha=0.55
    )
    axes.plot([x, x], [driver.importance_low, driver.importance_high], color=POINT, linewidth=0.9, alpha=0.55)
    axes.plot([x], [y], marker="o", markersize=17, color="#ffffff", markeredgecolor=POINT, zorder=3)
    canvas.write(axes, x, y, driver.id, 7.5, INK, bold=True, ha="center", va="center_baseline").set_zorder(4)


def _ends(values: Sequence[float]) -> tuple[float, float]:
    """Return multiples of five around the values, at most 0 to 100, with some air."""
    low = 5 * ((min(values) - 1) // 5)
    high = 5 * -((-max(values) - 1) // 5)
    return max(low, 0.0), min(max(high, low + 5), 100.0)
