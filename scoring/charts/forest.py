"""Points with their intervals: the units beside the targets, and the criteria of one domain."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from scoring import defaults
from scoring.charts import canvas, numerals, texts
from scoring.charts.canvas import INK, PAPER, POINT, SOFT, TARGET, Chart
from scoring.charts.rows import RowLayout, RowSheet, label_width, percent_ticks
from scoring.disclosure.coarse import COARSE
from scoring.results import DomainResult, Estimate, Formula, IndexResult, SurveyResult

TARGETS = tuple(100 * share for share in defaults.TARGETS)  # per cent


@dataclass(frozen=True, slots=True)
class _IndexRow:
    label: str
    forms: int | None
    estimate: Estimate
    bold: bool = False

    @property
    def decimals(self) -> int:
        """How exact the estimate is: a coarse one is known in whole points."""
        return 0 if self.estimate.note == COARSE else 2


def forest(
    result: SurveyResult,
    labels: Mapping[str, str],
    *,
    targets: Sequence[float] = TARGETS,
    title: str = "",
    rehearsal: bool = False,
) -> Chart:
    """Draw every unit's official overall index with its interval and the target lines.

    Units stand in the order of the results, which is the plan's: an order by value would be a ranking
    without its rank sets. The province, pooled and weighted by transactions, stands below a rule.
    ``labels`` maps unit ids to names; an id without a name stands for itself.
    """
    units = [_overall(unit, labels.get(unit.id, unit.id), result.official) for unit in result.units]
    province = [_overall(result.province_pooled, texts.text("province_pooled"), result.official, bold=True)]
    if result.province_weighted is not None:
        weighted = _overall(
            result.province_weighted, texts.text("province_weighted"), result.official, bold=True
        )
        province.append(weighted)
    return _draw(
        "forest", title or texts.text("forest.title"), result, units, province, targets, rehearsal=rehearsal
    )


def criterion_profile(
    result: SurveyResult,
    domain: DomainResult,
    labels: Mapping[str, str],
    *,
    targets: Sequence[float] = TARGETS,
    title: str = "",
    rehearsal: bool = False,
) -> Chart:
    """Draw the criteria of one domain in the questionnaire's order, and below a rule its overall index.

    ``domain`` is a unit or the province of ``result``; ``labels`` maps criterion ids to names.
    """
    criteria = [
        _criterion(index, labels.get(index.id, index.id), result.official) for index in domain.criteria
    ]
    overall = [_overall(domain, texts.text("overall"), result.official, bold=True)]
    name, title = canvas.chart_name("profile", domain.id), title or texts.text("profile.title")
    return _draw(name, title, result, criteria, overall, targets, rehearsal=rehearsal)


def _criterion(index: IndexResult, label: str, formula: Formula) -> _IndexRow:
    estimate = index.by(formula)
    # While figures are coarse nobody is told how many forms answered which criterion.
    return _IndexRow(label, None if estimate.note == COARSE else index.forms, estimate)


def _overall(domain: DomainResult, label: str, formula: Formula, *, bold: bool = False) -> _IndexRow:
    return _IndexRow(label, domain.forms, domain.overall.by(formula), bold)


def _draw(
    name: str,
    title: str,
    result: SurveyResult,
    above: Sequence[_IndexRow],
    below: Sequence[_IndexRow],
    targets: Sequence[float],
    *,
    rehearsal: bool,
) -> Chart:
    lines = [*above, *below]
    subtitle = f"{texts.text(f'index.{result.official}')}; {texts.confidence(result.level)}"
    if any(line.decimals == 0 and line.estimate.value is not None for line in lines):
        subtitle = f"{subtitle}; {texts.text('coarse')}"
    with canvas.drawing():
        layout = RowLayout(label_width([line.label for line in lines]), (1.55, 0.56))
        rows = RowSheet(layout, len(lines), title, subtitle, rehearsal=rehearsal)
        rows.bands(len(above))
        rows.rule(len(above))
        low, high = _limits([line.estimate for line in lines], targets)
        rows.scale(low, high, percent_ticks(low, high), "%")
        for target in targets:
            _target(rows, target, last=target == max(targets))
        rows.head(0, texts.text("column.index"))
        rows.head(1, texts.text("column.forms"))
        for number, line in enumerate(lines):
            _row(rows, number, line)
    return Chart(name, title, _described(subtitle, lines, targets), rows.figure)


def _limits(estimates: Sequence[Estimate], targets: Sequence[float]) -> tuple[float, float]:
    """Return scale ends, multiples of five, that hold every interval and target; at least 20 points wide."""
    ends = [end for one in estimates for end in (one.low, one.value, one.high) if end is not None]
    low = 5 * math.floor((min([*ends, *targets, 80.0]) - 0.5) / 5)
    high = 5 * math.ceil(max([*ends, *targets, 100.0]) / 5)
    return float(max(low, 0)), float(high)


def _target(rows: RowSheet, target: float, *, last: bool) -> None:
    """Draw one target as a dashed line with its value above the plot, the highest to its right."""
    rows.axes.plot(
        [target] * 2, [-0.5, rows.rows - 0.5], color=TARGET, linewidth=1.0, dashes=(4, 2.5), zorder=0
    )
    above = -0.5 - 0.09 / rows.layout.row
    canvas.write(
        rows.axes, target, above, texts.target(target), 7, TARGET, bold=True, ha="left" if last else "right"
    )


def _row(rows: RowSheet, row: int, line: _IndexRow) -> None:
    """Draw one label, its point and interval, and its printed numbers."""
    rows.label(row, line.label, bold=line.bold)
    if line.forms is not None:
        rows.print(row, 1, numerals.whole(line.forms), SOFT)
    one = line.estimate
    if one.value is None:
        rows.print(row, 0, texts.text("no_data"), SOFT)
        return
    rows.print(row, 0, _printed(one, line.decimals), bold=line.bold)
    color = INK if line.bold else POINT
    hollow = one.low is None or one.high is None
    if one.low is not None and one.high is not None:
        _interval(rows, row, (one.low, one.high), color)
    rows.axes.plot(
        [one.value],
        [row],
        marker="D" if line.bold else "o",
        markersize=5.0 if line.bold else 5.5,
        clip_on=False,
        markerfacecolor=PAPER if hollow else color,
        markeredgecolor=color,
        markeredgewidth=1.2,
        zorder=5,
    )


def _interval(rows: RowSheet, row: int, ends: tuple[float, float], color: str) -> None:
    rows.axes.plot(ends, [row, row], color=color, linewidth=1.8, solid_capstyle="butt")
    for end in ends:
        rows.axes.plot([end, end], [row - 0.13, row + 0.13], color=color, linewidth=1.2)


def _printed(one: Estimate, decimals: int) -> str:
    """Print an estimate that has a value: with its interval, or with a dash in its place."""
    value = numerals.number(one.value or 0.0, decimals)
    if one.low is None or one.high is None:
        return f"{value} (–)"
    if one.low == one.high and decimals:
        return f"{value} ({texts.text('census')})"
    return f"{value} ({numerals.interval(one.low, one.high, decimals)})"


def _described(subtitle: str, lines: Sequence[_IndexRow], targets: Sequence[float]) -> str:
    """Say the figure in words for those who do not see it."""
    sentences = []
    for line in lines:
        one = line.estimate
        estimate = texts.estimate(one.value, one.low, one.high, line.decimals)
        forms = "" if line.forms is None else f", {texts.forms(line.forms)}"
        sentences.append(f"{line.label}: {estimate}{forms}.")
    return " ".join([f"{subtitle}.", texts.targets(targets), *sentences])
