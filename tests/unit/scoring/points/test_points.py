"""Point tables: the published rows, exact rounding, probabilities of bands, and every fault of a bad table."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.faults import FaultyData
from scoring.points import point_tables
from scoring.points.awards import award, bands, next_step, total
from scoring.points.posterior import from_counts, from_estimate

PUBLISHED = [
    ("C1", 2, 76.45, 0.0),
    ("C2", 1.5, 82.22, 0.8),
    ("C3", 1.5, 82.46, 0.8),
    ("C4", 3, 82.89, 1.8),
    ("C5", 3, 90.1, 3.0),
    ("C6", 2, 81.92, 0.4),
]

HEAD = 'id = "t"\ntitle = "t"\nsource = "s"\n[rounding]\nstep = 0.01\nmode = "half_up"\n'
JUMP_AT_99 = """[[criteria]]
id = "A"
max = 5
segments = [
    { from = 0, to = 99, points = 0, slope = 0.04 },
    { from = 99, to = 100, points = 4.5 },
    { from = 100, to = 100, points = 5 },
]
"""
TWICE_THE_SHARE = """[[criteria]]
id = "B"
max = 3
segments = [{ from = 0, to = 90, points = 0, slope = 0.02 }, { from = 90, to = 100, points = 3 }]
"""


def test_the_six_published_rows() -> None:
    table = point_tables.load("bands-example")
    awards = [award(table, name, percent, maximum) for name, maximum, percent, _ in PUBLISHED]
    assert [one.points for one in awards] == [points for *_, points in PUBLISHED]
    assert [one.maximum for one in awards] == [maximum for _, maximum, *_ in PUBLISHED]
    assert (total(awards).points, total(awards).maximum) == (6.8, 13.0)


def test_the_two_rows_of_other_provinces_can_be_said() -> None:
    table = point_tables.parse(HEAD + JUMP_AT_99 + TWICE_THE_SHARE)
    assert award(table, "A", 99.86, 5).points == 4.5
    assert award(table, "A", 100, 5).points == 5
    assert award(table, "B", 83.18, 3).points == 1.66
    assert award(table, "B", 90, 3).points == 3


def test_proportional_fits_every_questionnaire() -> None:
    table = point_tables.load("proportional")
    assert award(table, "anything", 76.3, 10).points == 7.63
    assert award(table, "C4", 100, 3).points == 3
    assert not table.approved


def test_what_the_table_does_not_say_is_not_zero() -> None:
    table = point_tables.load("bands-example")
    unknown = award(table, "C1", 87.0, 2)
    assert (unknown.points, unknown.note, unknown.band) == (None, "band_unknown", 2)
    absent = award(table, "X", 87.0, 2)
    assert (absent.points, absent.note) == (None, "criterion_not_in_table")
    assert total([unknown, award(table, "C2", 95, 1.5)]).points is None
    assert bands(table, "X", from_counts(1, 2), 2) == ()
    assert next_step(table, "X", 1, 2, 2) is None


def test_a_limit_belongs_to_the_upper_segment_despite_binary_fractions() -> None:
    table = point_tables.load("bands-example")
    assert award(table, "C1", 100 * (0.1 + 0.7), 2).points == 0.4  # 79.99999999999999 in binary
    assert award(table, "C1", 79.999, 2).points == 0.0
    published = point_tables.parse("percent_decimals = 2\n" + HEAD + TWICE_THE_SHARE)
    assert award(published, "B", 89.996, 3).points == 3


@pytest.mark.parametrize(
    ("mode", "points"), [("half_up", 0.5), ("half_even", 0.4), ("down", 0.4), ("up", 0.5)]
)
def test_rounding_modes(mode: str, points: float) -> None:
    head = HEAD.replace("0.01", "0.1").replace("half_up", mode)
    segments = "segments = [{ from = 0, to = 100, points = 0, slope = 0.01 }]\n"
    table = point_tables.parse(f'{head}[[criteria]]\nid = "A"\nmax = 1\ncap = 0.6\n{segments}')
    assert award(table, "A", 45, 1).points == points
    assert award(table, "A", 99, 1).points == 0.6


def test_probabilities_of_bands() -> None:
    table = point_tables.load("bands-example")
    found = bands(table, "C1", from_counts(42, 50), 2)
    assert sum(band.probability for band in found) == pytest.approx(1)
    assert found[3].probability == pytest.approx(0.0852695449071841)  # R's pbeta
    assert found[2].points_low is None
    assert (found[1].points_low, found[1].points_high) == (0.4, 0.4)
    jump = bands(point_tables.parse(HEAD + JUMP_AT_99), "A", from_estimate(1.0, 0, 9, census=True), 5)
    assert [band.probability for band in jump] == [0, 0, 1]
    assert (jump[0].points_low, jump[0].points_high) == (0, 3.96)
    scaled = bands(point_tables.load("proportional"), "A", from_counts(1, 2), 10)
    assert scaled[0].points_high == 10


def test_how_many_answers_change_the_points() -> None:
    table = point_tables.load("bands-example")
    step = next_step(table, "C1", 77, 100, 2)
    assert step is not None
    assert (step.changed, step.changed_points, step.added, step.added_points) == (3, 0.4, 15, 0.4)
    unknown = next_step(table, "C1", 82, 100, 2)
    assert unknown is not None
    assert (unknown.changed, unknown.changed_points) == (3, None)
    from_unknown = next_step(table, "C1", 87, 100, 2)
    assert from_unknown is not None
    assert (from_unknown.changed, from_unknown.changed_points) == (3, 2.0)
    assert next_step(table, "C1", 95, 100, 2) is None
    assert next_step(table, "C1", 100, 100, 2) is None
    assert next_step(table, "C1", 0, 0, 2) is None
    relative = next_step(point_tables.load("proportional"), "C1", 77, 100, 2)
    assert relative is not None
    assert (relative.changed, relative.changed_points) == (1, 1.56)


def test_only_exactly_all_cannot_be_reached_by_more_answers() -> None:
    table = point_tables.parse(HEAD + JUMP_AT_99)
    step = next_step(table, "A", 999, 1000, 5)
    assert step is not None
    assert (step.changed, step.changed_points, step.added, step.added_points) == (1, 5.0, None, None)


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 300), st.integers(0, 300), st.sampled_from(["bands-example", "proportional"]))
def test_next_step_is_the_least(answers: int, satisfied: int, name: str) -> None:
    table = point_tables.load(name)
    satisfied = min(satisfied, answers)
    now = award(table, "C4", 100 * satisfied / answers, 3)
    step = next_step(table, "C4", satisfied, answers, 3)
    reachable = [award(table, "C4", 100 * good / answers, 3) for good in range(satisfied, answers + 1)]
    if step is None:
        assert all(one.band == now.band or one.points == now.points for one in reachable)
        return
    before, after = reachable[step.changed - 1], reachable[step.changed]
    assert (after.band, after.points) != (now.band, now.points)
    assert before.points == now.points or before.band == now.band


@settings(max_examples=60, deadline=None)
@given(st.floats(0, 100), st.floats(0, 100), st.sampled_from(["C1", "C4"]))
def test_a_higher_percentage_never_brings_less(first: float, second: float, name: str) -> None:
    low, high = sorted((first, second))
    for table in (point_tables.load("bands-example"), point_tables.load("proportional")):
        less, more = award(table, name, low, 2).points, award(table, name, high, 2).points
        if less is not None and more is not None:
            assert less <= more


def test_bundled_tables_are_sound_and_unapproved() -> None:
    assert point_tables.bundled() == ("bands-example", "proportional")
    for name in point_tables.bundled():
        table = point_tables.load(name)
        assert table.id == name
        assert table.source
        assert not table.approved
    with pytest.raises(FaultyData) as refused:
        point_tables.load("../points")
    assert refused.value.faults[0].code == "point_table_unknown"


def _codes(text: str) -> set[tuple[str, str]]:
    with pytest.raises(FaultyData) as refused:
        point_tables.parse(text)
    return {(fault.code, fault.location) for fault in refused.value.faults}


def test_every_fault_at_once() -> None:
    faults = _codes(
        """id = "x"
colour = "red"
percent_decimals = 11
[rounding]
step = 0
mode = "sideways"
[[criteria]]
id = "A"
max = 5
cap = 6
relative = "yes"
segments = [
    { from = 1, to = 50, points = 9 },
    { from = 40, to = 30, points = 0, unknown = true },
    { from = 60, to = 99, points = 1 },
    3,
]
[[criteria]]
id = "A"
max = -1
"""
    )
    first = "criteria[0].segments"
    assert faults == {
        ("point_table_key_unknown", "colour"),
        ("point_table_text_missing", "title"),
        ("point_table_text_missing", "source"),
        ("point_table_decimals", "percent_decimals"),
        ("point_table_number_range", "rounding.step"),
        ("point_table_mode", "rounding.mode"),
        ("point_table_cap", "criteria[0].cap"),
        ("point_table_flag", "criteria[0].relative"),
        ("point_table_not_from_0", f"{first}[0].from"),
        ("point_table_above_max", f"{first}[0].points"),
        ("point_table_unknown_with_points", f"{first}[1].points"),
        ("point_table_segment_empty", f"{first}[1].to"),
        ("point_table_overlap", f"{first}[1].from"),
        ("point_table_gap", f"{first}[2].from"),
        ("point_table_not_to_100", f"{first}[2].to"),
        ("point_table_falls", f"{first}[2].points"),
        ("point_table_row", f"{first}[3]"),
        ("point_table_criterion_twice", "criteria[1].id"),
        ("point_table_number_range", "criteria[1].max"),
        ("point_table_list_missing", "criteria[1].segments"),
    }


def test_a_table_that_is_hardly_one() -> None:
    assert _codes("id = ") == {("point_table_not_toml", "file")}
    faults = _codes('id = "x"\ntitle = 3\nsource = "s"\ncriteria = 1\n')
    assert faults == {
        ("point_table_text_missing", "title"),
        ("point_table_rounding_missing", "rounding"),
        ("point_table_list_missing", "criteria"),
    }
    missing = _codes(HEAD + '[[criteria]]\nid = "A"\nsegments = [{ from = true, to = 100, points = nan }]\n')
    assert ("point_table_number_missing", "criteria[0].max") in missing
    assert ("point_table_number_missing", "criteria[0].segments[0].from") in missing
    assert ("point_table_number_range", "criteria[0].segments[0].points") in missing


def test_decimals_are_kept_as_written() -> None:
    table = point_tables.parse(HEAD + TWICE_THE_SHARE)
    rules = table.criterion("B")
    assert rules is not None
    assert rules.segments[0].slope == Decimal("0.02")
