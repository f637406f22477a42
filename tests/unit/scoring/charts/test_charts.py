"""Figures: every number is where it belongs, nothing leaves the sheet or covers anything, and the SVG is safe."""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from itertools import combinations
from typing import Any
from xml.etree import ElementTree as ET

import matplotlib.figure
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.image import imread
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from scoring import charts
from scoring.charts import canvas, numerals, texts
from scoring.charts.levels import FILLS, HATCHES
from scoring.comparison.ranks import RankSets
from scoring.disclosure.coarse import coarse
from scoring.results import Estimate, SurveyResult
from tests.unit.scoring.made_up import CRITERIA, empty_domain, survey, unit_labels

NASTY = "BHXH $x_1$ & <script>alert('Ơ')</script> \"tên rất dài\" -- để thử xuống dòng rồi cắt bớt phần thừa"


def _awkward(units: int = 11) -> SurveyResult:
    """Return results with a unit without forms, one without an interval and one asked completely."""
    result = survey(units)
    found = list(result.units)
    found[3] = empty_domain(found[3].id)
    for place, estimate in (
        (4, Estimate(88.2, None, None, None, None, "none", "single_form")),
        (5, Estimate(97.5, 0.0, None, 97.5, 97.5, "census", "census")),
    ):
        found[place] = replace(found[place], overall=replace(found[place].overall, f2=estimate))
    return replace(result, units=tuple(found))


def _whole(numbers: np.ndarray) -> tuple[int, ...]:
    return tuple(int(n) for n in numbers)


def _ranks(count: int) -> tuple[list[str], RankSets, RankSets]:
    rank = np.arange(1, count + 1)
    low, high = np.maximum(1, rank - 2), np.minimum(count, rank + 1)
    own = RankSets("mrsw_marginal", 0.95, _whole(rank), _whole(low), _whole(high), 1)
    joint = replace(own, low=_whole(np.maximum(1, low - 1)), high=_whole(np.minimum(count, high + 2)))
    return list(unit_labels(count)), own, joint


def _drivers() -> list[charts.Driver]:
    values = zip(CRITERIA, (91, 85, 83.5, 84, 95, 80), (12, 9, 15, 27, 29, 8), strict=True)
    return [charts.Driver(c, s, s - 4, s + 3, i, i - 5, i + 7) for c, s, i in values]


def _forest(units: int) -> Callable[[bool], charts.Chart]:
    return lambda rehearsal: charts.forest(survey(units), unit_labels(units), rehearsal=rehearsal)


def _rank_chart(units: int) -> Callable[[bool], charts.Chart]:
    return lambda rehearsal: charts.rank_sets(*_ranks(units), unit_labels(units), rehearsal=rehearsal)


def _pace(*counts: int, target: int = 850) -> Callable[[bool], charts.Chart]:
    return lambda rehearsal: charts.pace(
        charts.CollectionPace(date(2024, 8, 5), 57, target, counts), rehearsal=rehearsal
    )


FIGURES: dict[str, Callable[[bool], charts.Chart]] = {
    "forest of 1": _forest(1),
    "forest of 11": _forest(11),
    "forest of 40": _forest(40),
    "forest with gaps": lambda rehearsal: charts.forest(
        _awkward(), unit_labels(11) | {"U07": NASTY}, rehearsal=rehearsal
    ),
    "profile": lambda rehearsal: charts.criterion_profile(
        survey(2), survey(2).units[0], CRITERIA, rehearsal=rehearsal
    ),
    "forest of rounded units": lambda rehearsal: charts.forest(
        coarse(survey(11), {"U00", "U04", "province"}), unit_labels(11), rehearsal=rehearsal
    ),
    "levels": lambda rehearsal: charts.level_bars(survey(2).units[0], CRITERIA, rehearsal=rehearsal),
    "levels of nothing": lambda rehearsal: charts.level_bars(
        empty_domain("U01"), CRITERIA, rehearsal=rehearsal
    ),
    "ranks of 1": _rank_chart(1),
    "ranks of 11": _rank_chart(11),
    "ranks of 40": _rank_chart(40),
    "pace behind": _pace(*[13] * 40),
    "pace ahead": _pace(*[25] * 50),
    "pace early": _pace(12, 40, 3),
    "pace of nothing": _pace(),
    "pace without a target": _pace(0, 0, target=0),
    "importance": lambda rehearsal: charts.importance(_drivers(), CRITERIA, rehearsal=rehearsal),
    "importance of nothing": lambda rehearsal: charts.importance([], CRITERIA, rehearsal=rehearsal),
}


def _texts(figure: matplotlib.figure.Figure) -> list[Text]:
    every: list[Text] = figure.findobj(Text)
    return [text for text in every if text.get_text() not in ("", texts.text("rehearsal"))]


def _box(text: Text, figure: matplotlib.figure.Figure) -> Bbox:
    """Return where a text stands on the sheet, in dots."""
    canvas_: Any = FigureCanvasAgg(figure)
    return text.get_window_extent(canvas_.get_renderer())


@pytest.mark.parametrize("name", FIGURES)
def test_text_stays_on_the_sheet_and_covers_no_other_text(name: str) -> None:
    figure = FIGURES[name](False).figure
    page = figure.bbox
    boxes = [(text.get_text(), _box(text, figure)) for text in _texts(figure)]
    for text, box in boxes:
        assert box.x0 >= page.x0 - 0.5, text
        assert box.x1 <= page.x1 + 0.5, text
        assert box.y0 >= page.y0 - 0.5, text
        assert box.y1 <= page.y1 + 0.5, text
    for (first, box), (second, other) in combinations(boxes, 2):
        # Line boxes hold the height of stacked diacritics, so neighbours may touch by a hair.
        across = min(box.x1, other.x1) - max(box.x0, other.x0)
        down = min(box.y1, other.y1) - max(box.y0, other.y0)
        assert across <= 1 or down <= 2.5, (first, second)


@pytest.mark.parametrize("name", FIGURES)
def test_svg_is_accessible_safe_and_repeatable(name: str) -> None:
    chart = FIGURES[name](True)
    markup = chart.svg()
    if "40" not in name:
        assert markup == FIGURES[name](True).svg()
    root = ET.fromstring(markup)
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert root.get("role") == "img"
    ids = Counter(element.get("id") for element in root.iter() if element.get("id"))
    assert set(ids.values()) == {1}
    assert all(str(one).startswith(f"{chart.name}-") for one in ids)
    title, description = root[0], root[1]
    assert root.get("aria-labelledby") == f"{title.get('id')} {description.get('id')}"
    assert (title.text, description.text) == (chart.title, chart.description)
    tags = {element.tag.rpartition("}")[2] for element in root.iter()}
    assert not tags & {"script", "style", "metadata", "foreignObject", "image"}
    assert "<!--" not in markup
    for element in root.iter():
        assert "style" not in element.attrib
        for key, value in element.attrib.items():
            if key.endswith("href"):
                assert value.removeprefix("#") in ids
            for reference in re.findall(r"url\(#([^)]+)\)", value):
                assert reference in ids


@pytest.mark.parametrize("name", ["forest with gaps", "levels", "pace behind"])
def test_png_is_a_picture_and_repeatable(name: str) -> None:
    chart = FIGURES[name](False)
    picture = chart.png(100)
    assert picture == FIGURES[name](False).png(100)
    pixels = imread(io.BytesIO(picture))
    assert pixels.shape[1] == int(canvas.WIDTH * 100)
    assert 0.5 < pixels[..., :3].mean() < 1
    assert b"tEXt" not in picture


def test_names_are_text_and_never_markup_or_formula() -> None:
    result = survey(2)
    chart = charts.forest(result, {"U00": NASTY, "U01": "a $\\alpha$ b"})
    assert not any(text.get_parse_math() for text in chart.figure.findobj(Text) if text.get_text())
    printed = "\n".join(text.get_text() for text in _texts(chart.figure))
    assert "a $\\alpha$ b" in printed
    assert "$x_1$" in printed
    markup = chart.svg()
    assert "<script" not in markup
    assert "&lt;script&gt;" in markup


def test_points_intervals_and_numbers_of_the_forest() -> None:
    result = survey(4)
    chart = charts.forest(result, {})
    axes = chart.figure.axes[0]
    markers = [line for line in axes.lines if line.get_marker() in ("o", "D")]
    values = [unit.overall.f2.value for unit in result.units]
    assert [line.get_xdata()[0] for line in markers][:4] == values  # type: ignore[index]
    assert [line.get_ydata()[0] for line in markers] == list(range(6))  # type: ignore[index]
    assert [line.get_marker() for line in markers] == ["o"] * 4 + ["D"] * 2
    spans = {tuple(np.asarray(line.get_xdata(), dtype=float)) for line in axes.lines}
    for unit in result.units:
        assert (unit.overall.f2.low, unit.overall.f2.high) in spans
    assert {(85.0, 85.0), (90.0, 90.0)} <= spans
    printed = {text.get_text() for text in _texts(chart.figure)}
    first = result.units[0].overall.f2
    assert first.value is not None
    assert first.low is not None
    assert f"{first.value:.2f}".replace(".", ",") in next(
        text for text in printed if text.startswith(f"{first.value:.2f}".replace(".", ","))
    )
    assert "U00" in printed


def test_what_cannot_be_said_is_not_drawn_as_zero() -> None:
    chart = charts.forest(_awkward(), unit_labels(11))
    markers = [line for line in chart.figure.axes[0].lines if line.get_marker() in ("o", "D")]
    assert len(markers) == 12  # ten units with a value, and the province twice
    hollow = [line for line in markers if line.get_markerfacecolor() == canvas.PAPER]
    assert len(hollow) == 1
    printed = {text.get_text() for text in _texts(chart.figure)}
    assert {texts.text("no_data"), "88,20 (–)", f"97,50 ({texts.text('census')})"} <= printed
    assert texts.text("no_data") in chart.description
    assert texts.text("no_interval") in chart.description


def test_rounded_figures_are_printed_and_told_in_whole_points() -> None:
    result = coarse(survey(2), {"U00", "province"})
    chart = charts.forest(result, {})
    printed = [text.get_text() for text in _texts(chart.figure)]
    own = [text for text in printed if re.match(r"\d+ \(\d+ – \d+\)$", text)]
    assert len(own) == 3  # a unit, and the province twice
    assert sum(bool(re.match(r"\d+,\d\d \(", text)) for text in printed) == 1
    assert any(texts.text("coarse") in text for text in printed)
    profile = charts.criterion_profile(result, result.units[0], CRITERIA)
    assert not re.search(r"\d,\d", profile.description)
    counts = [text.get_text() for text in _texts(profile.figure)]
    assert counts.count(numerals.whole(result.units[0].forms)) == 1  # of the unit, of no criterion
    assert "0" not in counts


def test_a_forest_without_a_weighted_province_and_with_other_formulas() -> None:
    result = replace(survey(2), province_weighted=None, official="f1")
    printed = {text.get_text() for text in _texts(charts.forest(result, {}, targets=(87.5,)).figure)}
    assert texts.text("province_weighted") not in printed
    assert "87,5 %" in printed
    f1 = result.units[0].overall.f1.value
    assert f1 is not None
    assert any(text.startswith(numerals.number(f1)) for text in printed)


def test_level_bars_add_up_and_print_every_share() -> None:
    domain = survey(1).units[0]
    chart = charts.level_bars(domain, CRITERIA)
    printed = Counter(text.get_text() for text in _texts(chart.figure))
    for index in (*domain.criteria, domain.overall_item):
        assert index is not None
        for count in index.levels:
            assert printed[numerals.number(100 * count / index.answers, 1)] > 0
    widths = [patch.get_width() for patch in chart.figure.axes[0].patches]  # type: ignore[attr-defined]
    assert sum(widths) == pytest.approx(100 * 7)


def test_levels_differ_in_black_and_white() -> None:
    def luminance(colour: str) -> float:
        red, green, blue = (int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5))
        linear = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in (red, green, blue)]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    light = [luminance(fill) + 0.05 for fill in FILLS]
    for (first, hatch), (second, other) in zip(
        zip(light, HATCHES, strict=True), list(zip(light, HATCHES, strict=True))[1:], strict=False
    ):
        assert max(first, second) / min(first, second) > 1.4 or hatch != other
    # The two dark ends of the scale are told apart by hatching alone.
    assert HATCHES[0] != HATCHES[-1]


def test_rank_sets_are_drawn_as_printed() -> None:
    names, own, joint = _ranks(11)
    chart = charts.rank_sets(names, own, joint, {})
    polygons = chart.figure.axes[0].patches
    drawn = [(min(p.get_xy()[:, 0]), max(p.get_xy()[:, 0])) for p in polygons]  # type: ignore[attr-defined]
    expected = [
        (sets.low[unit] - 0.35, sets.high[unit] + 0.35) for unit in range(11) for sets in (joint, own)
    ]
    assert np.array(drawn) == pytest.approx(np.array(expected))
    printed = {text.get_text() for text in _texts(chart.figure)}
    assert numerals.span(own.low[4], own.high[4]) in printed
    assert numerals.span(joint.low[4], joint.high[4]) in printed


def test_pace_against_the_needed_line() -> None:
    collected = charts.CollectionPace(date(2024, 8, 5), 57, 850, (10,) * 10)
    assert collected.cumulative[-1] == 100
    assert collected.needed(0) == pytest.approx(850 / 57)
    assert collected.needed(56) == 850
    assert collected.needed(80) == 850
    chart = charts.pace(collected)
    lines = chart.figure.axes[0].lines
    ends = {(line.get_xdata()[-1], line.get_ydata()[-1]) for line in lines}  # type: ignore[index]
    assert (9, 100) in ends
    assert any(x == 56 and y == pytest.approx(850) for x, y in ends)
    assert "14/08: 100 phiếu" in chart.description
    assert "850 (30/09)" in chart.description


def test_importance_stands_where_it_belongs() -> None:
    chart = charts.importance(_drivers(), CRITERIA)
    places = {
        (line.get_xdata()[0], line.get_ydata()[0])  # type: ignore[index]
        for line in chart.figure.axes[0].lines
        if line.get_marker() == "o"
    }
    assert places == {(driver.satisfaction, driver.importance) for driver in _drivers()}
    printed = {text.get_text() for text in _texts(chart.figure)}
    assert set(texts.texts("importance.quadrants")) <= printed


def test_rehearsal_is_written_across_and_only_then() -> None:
    for name in ("forest of 40", "pace early", "importance"):
        marks = [
            [
                text
                for text in FIGURES[name](rehearsal).figure.findobj(Text)
                if text.get_text() == texts.text("rehearsal")
            ]
            for rehearsal in (False, True)
        ]
        assert not marks[0]
        assert marks[1]
        assert all((text.get_alpha() or 1) <= 0.15 for text in marks[1])


def test_tall_figures_fit_a_page() -> None:
    assert charts.forest(survey(40), {}).figure.get_figheight() <= 9.5


def test_two_figures_can_share_a_page() -> None:
    result = survey(2)
    first, second = (charts.level_bars(unit, CRITERIA).svg() for unit in result.units)
    ids = [set(re.findall(r'\bid="([^"]+)"', markup)) for markup in (first, second)]
    assert not ids[0] & ids[1]
    assert canvas.chart_name("levels", 'U"0 1') == "levels-U_0_1"


def test_words_and_numbers_are_vietnamese() -> None:
    assert numerals.number(95.166) == "95,17"
    assert numerals.number(-1.5, 1) == "−1,5"
    assert numerals.whole(1597) == "1.597"
    assert numerals.interval(93.756, 96.281) == "93,76 – 96,28"
    assert (numerals.span(2, 2), numerals.span(2, 5)) == ("2", "2 – 5")
    assert texts.confidence(0.95) == "độ tin cậy 95 %"
    assert texts.confidence(0.975) == "độ tin cậy 97,5 %"


@pytest.mark.parametrize(
    "key", ["forest.subtitle", "forest", "index.f4", "rehearsal.title", "levels.names", ""]
)
def test_a_figure_without_a_text_of_its_own_is_not_drawn(key: str) -> None:
    with pytest.raises(KeyError):
        texts.text(key)
    with pytest.raises(KeyError):
        texts.texts("levels.title")
    with pytest.raises(KeyError):
        texts.text("forms")


def test_long_labels_break_evenly_and_end_in_an_ellipsis() -> None:
    name = "Tiếp nhận, xử lý phản ánh, kiến nghị"
    lines = canvas.wrapped(name, 1.5, 8).split("\n")
    assert " ".join(lines) == name
    assert len(lines) == 2
    assert abs(len(lines[0]) - len(lines[1])) < 12
    cut = canvas.wrapped(NASTY, 1.5, 8)
    assert cut.count("\n") == 1
    assert cut.endswith("…")
    assert all(canvas.text_width(line, 8) <= 1.5 for line in cut.split("\n"))
    assert canvas.wrapped("Mộttừrấtdàikhôngcókhoảngtrắngnàocả", 1.0, 8).endswith("…")
    assert canvas.wrapped("", 1.0, 8) == ""


def test_a_long_title_is_made_to_fit() -> None:
    chart = charts.level_bars(survey(1).units[0], CRITERIA, title="Câu trả lời theo năm mức độ " * 5)
    box = _box(_texts(chart.figure)[0], chart.figure)
    assert box.x1 <= chart.figure.bbox.x1
