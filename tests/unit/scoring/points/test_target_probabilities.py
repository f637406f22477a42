"""Probabilities of targets, and points with what would change them, held to brute force and published rows."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from scoring.arrays import MarkArray
from scoring.points import point_tables
from scoring.points.awards import award
from scoring.points.target_probabilities import (
    EarnedPoints,
    domain_points,
    index_posterior,
    target_probabilities,
)
from scoring.results import DomainResult, Estimate, Formula
from tests.unit.scoring.analysis.campaigns import CRITERIA, Campaign, campaign, results_of

PUBLISHED = ((76.45, 0.0), (82.22, 0.8), (82.46, 0.8), (82.89, 1.8), (90.1, 3.0), (81.92, 0.4))


def _found(value: float | None, se: float | None = 1.0, note: str | None = None) -> Estimate:
    low, high = (None, None) if value is None or se is None else (value - 2 * se, value + 2 * se)
    return Estimate(value, se, 79.0, low, high, "xlogit", note)


def test_f1_is_judged_on_the_range_that_it_can_take() -> None:
    """F1 = 20 + 0.8 F3, so both must give the same probability at limits that correspond."""
    first, third = index_posterior(_found(92.0, 2.4), "f1", 80), index_posterior(_found(90.0, 3.0), "f3", 80)
    assert first is not None
    assert third is not None
    assert first.at_least(0.88) == pytest.approx(0.9251, abs=5e-5)
    assert first.at_least(0.88) == pytest.approx(third.at_least(0.85), rel=1e-12)
    assert first.at_least(0.10) == 1.0
    assert first.below(0.88) == pytest.approx(1 - first.at_least(0.88), rel=1e-9)


def test_a_census_is_certain_and_forms_all_alike_are_not() -> None:
    known = index_posterior(_found(85.0, 0.0, "census"), "f1", 80)
    assert known is not None
    assert (known.at_least(0.85), known.at_least(0.8501), known.below(0.9)) == (1.0, 0.0, 1.0)
    alike = index_posterior(_found(100.0, 0.0), "f2", 20)
    assert alike is not None
    assert 0.8 < alike.at_least(0.9) < 1.0
    assert index_posterior(_found(None), "f1", 0) is None
    assert index_posterior(_found(80.0, None), "f1", 1) is None


def test_probabilities_fall_with_the_target_and_agree_with_simulation() -> None:
    domain = campaign().result.units[1]
    found = target_probabilities(domain, "f1", (80.0, 85.0, 90.0), fewest=10)
    assert found.official is not None
    assert sorted(found.official, reverse=True) == list(found.official)
    index = domain.overall.f1
    assert index.value is not None
    assert index.se is not None
    drawn = np.random.default_rng(1).normal(index.value, index.se, 200_000)
    for probability, target in zip(found.official, (80.0, 85.0, 90.0), strict=True):
        assert probability == pytest.approx(float((drawn >= target).mean()), abs=0.03)


def test_small_and_hidden_domains_have_no_probability() -> None:
    result = campaign((9, 40)).result
    small = target_probabilities(result.units[0], "f1", (85.0,), fewest=10)
    hidden = target_probabilities(result.units[1], "f1", (85.0,), fewest=10, hidden={"u2"})
    assert (small.official, small.satisfied, small.forms) == (None, None, 9)
    assert hidden.official is None
    shown = target_probabilities(result.units[1], "f2", (85.0,), fewest=10)
    assert shown.official == shown.satisfied


def _domain(values: tuple[tuple[float, float], ...]) -> DomainResult:
    real = campaign((12, 12)).result.units[0]
    criteria = tuple(
        replace(index, f2=_found(value)) for index, (value, _) in zip(real.criteria, values, strict=True)
    )
    return replace(real, criteria=criteria)


def test_the_six_published_rows_come_out_exactly() -> None:
    made = campaign(official="f2")
    found = domain_points(point_tables.load("bands-example"), made.result, _domain(PUBLISHED), CRITERIA)
    assert [worth.award.points for worth in found.criteria] == [points for _, points in PUBLISHED]
    assert (found.total.points, found.total.maximum) == (6.8, 13.0)
    assert not found.table.approved


def test_points_stand_between_those_of_the_interval_and_bands_sum_to_one() -> None:
    made = campaign()
    for table in made.inputs.tables:
        found = domain_points(table, made.result, made.result.province_pooled, CRITERIA)
        for worth in found.criteria:
            assert sum(band.probability for band in worth.bands) == pytest.approx(1.0)
            ends = [end.points for end in (worth.low, worth.high) if end is not None]
            known = [points for points in (ends[0], worth.award.points, ends[1]) if points is not None]
            assert known == sorted(known)


def test_a_hidden_or_unknown_criterion_leaves_the_total_unknown() -> None:
    made = campaign()
    whole = made.result.province_pooled
    found = domain_points(made.inputs.tables[0], made.result, whole, CRITERIA, hidden={("province", "C2")})
    assert [worth.award.criterion for worth in found.criteria] == ["C1", "C3", "C4", "C5", "C6"]
    assert found.total.points is None
    empty = campaign((0, 0))
    none = domain_points(made.inputs.tables[0], empty.result, empty.result.province_pooled, CRITERIA)
    assert none.criteria == ()
    assert none.total.points is None


def test_one_form_gives_points_without_an_interval() -> None:
    made = campaign((1,), known=False)
    found = domain_points(made.inputs.tables[0], made.result, made.result.units[0], CRITERIA)
    for worth in found.criteria:
        assert (worth.low, worth.high, worth.bands) == (None, None, ())
        assert worth.award.points is not None


def _worth(made: Campaign, marks: MarkArray, criterion: int) -> EarnedPoints:
    result = results_of(made.inputs, marks)
    return domain_points(made.inputs.tables[0], result, result.province_pooled, CRITERIA).criteria[criterion]


@pytest.mark.parametrize("official", ["f1", "f2", "f3"])
@pytest.mark.parametrize("criterion", [0, 3])
def test_the_least_change_of_answers_is_the_least(official: Formula, criterion: int) -> None:
    """Change answers one by one until the points rise: the number must be the one that was said."""
    made = campaign((40,), official=official)
    marks = made.inputs.marks.copy()
    said = _worth(made, marks, criterion)
    assert said.step is not None
    columns = CRITERIA[criterion].columns
    low = 1 if official == "f2" else 0
    changed = 0
    while _worth(made, marks, criterion).award.points == said.award.points:
        rows, places = np.nonzero((marks[:, columns] >= 1) & (marks[:, columns] <= (3 if low else 4)))
        marks[rows[0], columns[places[0]]] = 5 if low else marks[rows[0], columns[places[0]]] + 1
        changed += 1
    assert changed == said.step.changed
    assert _worth(made, marks, criterion).award.points == said.step.changed_points


def test_added_answers_are_counted_in_answers() -> None:
    made = campaign((40,))
    index = made.result.province_pooled.criteria[0]
    said = _worth(made, made.inputs.marks, 0)
    assert said.step is not None
    assert said.step.added is not None
    points = sum(level * number for level, number in enumerate(index.levels, start=1))

    def percent(added: int) -> float:
        return 100 * (points + 5 * added) / (5 * (index.answers + added))

    table = made.inputs.tables[0]
    reached = [
        award(table, "C1", percent(added), 2.0).points for added in (said.step.added - 1, said.step.added)
    ]
    assert reached[0] == said.award.points
    assert reached[1] is not None
    assert said.award.points is not None
    assert reached[1] > said.award.points


def test_where_a_criterion_is_a_mean_of_items_no_count_of_answers_is_said() -> None:
    made = campaign(rule="mean_of_items")
    found = domain_points(made.inputs.tables[0], made.result, made.result.province_pooled, CRITERIA)
    assert [worth.step for worth in found.criteria] == [None] * 6


def test_nothing_is_missing_where_everybody_is_content() -> None:
    made = campaign((20,))
    marks = np.full_like(made.inputs.marks, 5)
    found = _worth(made, marks, 0)
    assert found.award.points == 2.0
    assert found.step is None
    assert found.low is not None
    assert found.low.points is not None
    assert found.low.points < 2.0  # twenty content citizens do not prove that all are


def test_a_step_that_only_full_satisfaction_reaches_has_no_number_of_added_answers() -> None:
    strict = point_tables.parse(
        """
        id = "all"
        title = "all"
        source = "test"
        [rounding]
        step = 0.1
        mode = "half_up"
        [[criteria]]
        id = "*"
        max = 2
        segments = [{ from = 0, to = 100, points = 0 }, { from = 100, to = 100, points = 2 }]
        """
    )
    made = campaign((40,))
    found = domain_points(strict, made.result, made.result.province_pooled, CRITERIA)
    steps = [worth.step for worth in found.criteria]
    assert all(step is not None and step.added is None and step.changed > 0 for step in steps)
    assert not math.isnan(found.total.maximum)
