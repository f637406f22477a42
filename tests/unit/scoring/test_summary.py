"""The record of results: the published table, the edges, and what is said where nothing can be said."""

from __future__ import annotations

import json

import numpy as np
import pytest

from scoring.exact import guaranteed
from scoring.index import WeightedCriterion
from scoring.results import DomainResult, SurveyResult
from scoring.summary import Questions, Rules, summarise

ONE = Questions(("C1.1",), (WeightedCriterion("C1", 1.0, (0,)),))
TWO = Questions(
    ("C1.1", "C2.1", "overall"), (WeightedCriterion("C1", 3.0, (0,)), WeightedCriterion("C2", 1.0, (1,))), 2
)

# A published annex of 2022: question 1, answers at the levels 1, 3, 4 and 5 in eight units.
PUBLISHED = {
    1: (0, 0, 0, 0, 0, 0, 0, 1),
    3: (3, 2, 5, 2, 2, 0, 14, 0),
    4: (95, 35, 48, 78, 38, 11, 14, 7),
    5: (229, 131, 249, 219, 123, 104, 79, 108),
}


def _published() -> SurveyResult:
    marks = [[level] for level, units in PUBLISHED.items() for count in units for _ in range(count)]
    unit = [place for units in PUBLISHED.values() for place, count in enumerate(units) for _ in range(count)]
    names = [f"U{number}" for number in range(8)]
    return summarise(marks, unit, names, [None] * 8, ONE, Rules())


def test_the_published_table_comes_out() -> None:
    item = _published().province_pooled.items[0]
    assert (item.forms, item.answers, item.levels) == (1597, 1597, (1, 0, 28, 326, 1242))
    assert sum(level * count for level, count in enumerate(item.levels, start=1)) == 7599
    values = (item.f1.value, item.f2.value, item.f3.value)
    assert [f"{value:.2f}" for value in values] == ["95.17", "98.18", "93.96"]


def test_unknown_population_is_said_and_gives_no_weighted_province() -> None:
    found = _published()
    assert found.province_weighted is None
    assert found.province_pooled.population is None
    assert found.units[0].overall.f1.note == "population_unknown"


def test_all_satisfied_has_width_and_reaches_the_end() -> None:
    unit = _published().units[5]
    share = unit.items[0].f2
    assert (share.value, share.se, share.high, share.method) == (100, 0, 100, "form_bound")
    assert share.low == pytest.approx(96.77, abs=0.005)  # Wilson for 115 of 115 forms


def _small(population: list[int | None], marks: list[list[int]], unit: list[int]) -> SurveyResult:
    names = [f"U{number}" for number in range(len(population))]
    return summarise(marks, unit, names, population, TWO, Rules("f2", "pooled", "weighted"))


MARKS = [[5, 4, 5], [4, 2, 4], [3, 5, 9], [5, 0, 0]]


def test_a_census_is_a_point() -> None:
    unit = _small([4], MARKS, [0] * 4).units[0]
    for index in (*unit.items, *unit.criteria, unit.overall_pooled, unit.overall_weighted):
        for estimate in (index.f1, index.f2, index.f3):
            assert estimate.low == estimate.value == estimate.high
            assert (estimate.method, estimate.note, estimate.se) == ("census", "census", 0)


def test_one_form_of_many_has_no_interval() -> None:
    unit = _small([4, 50], MARKS, [0, 0, 0, 1]).units[1]
    assert unit.items[0].f2.value == 100
    assert (unit.items[0].f2.low, unit.items[0].f2.note) == (None, "single_form")
    assert unit.items[0].f2.se is None


def test_nothing_answered_is_none_and_never_zero() -> None:
    unit = _small([9, 50], MARKS, [0, 0, 0, 1]).units[1]
    blank = unit.items[1]
    assert (blank.f1.value, blank.f1.method, blank.f1.note) == (None, "none", "no_answers")
    assert (blank.forms, blank.answers, blank.blank) == (0, 0, 1)
    assert unit.overall_weighted.f1.value is None
    assert unit.overall_pooled.f1.value == 100


def test_a_unit_without_forms_is_empty_and_leaves_the_province_alone() -> None:
    with_empty = _small([40, 50], MARKS, [0] * 4)
    alone = _small([40], MARKS, [0] * 4)
    assert with_empty.units[1].overall.f1.note == "no_answers"
    assert with_empty.province_pooled.overall == alone.province_pooled.overall
    assert with_empty.province_weighted is not None
    assert with_empty.province_weighted.overall.f1.value == alone.province_pooled.overall.f1.value


def test_the_overall_item_enters_no_index() -> None:
    spoilt = [[*row[:2], 1] for row in MARKS]
    one, other = (_small([40], marks, [0] * 4).units[0] for marks in (MARKS, spoilt))
    assert one.overall == other.overall
    assert one.overall_item is not None
    assert one.overall_item.id == "overall"
    assert one.overall_item != other.overall_item
    assert [item.id for item in one.items] == ["C1.1", "C2.1"]


def test_counts_of_a_criterion_and_of_everything() -> None:
    unit = _small([40], MARKS, [0] * 4).units[0]
    assert unit.overall.levels == (0, 1, 1, 2, 3)
    assert (unit.overall.forms, unit.overall.blank, unit.overall.no_opinion) == (4, 1, 0)
    assert unit.overall_item is not None
    assert (unit.overall_item.no_opinion, unit.overall_item.blank) == (1, 1)


def test_weighted_province_follows_transactions_and_pooled_follows_forms() -> None:
    marks = [[5, 5, 5]] * 3 + [[1, 1, 1], [5, 5, 5]] * 2
    found = _small([10, 90], marks, [0] * 3 + [1] * 4)
    assert found.province_pooled.overall.f2.value == pytest.approx(100 * 5 / 7)
    assert found.province_weighted is not None
    assert found.province_weighted.overall.f2.value == pytest.approx(10 + 90 / 2)
    assert found.province_weighted.population == 100


def test_identical_forms_that_differ_between_units_have_width() -> None:
    found = _small([100, 100], [[5, 5, 5]] * 8 + [[3, 3, 3]] * 8, [0] * 8 + [1] * 8)
    overall = found.province_pooled.overall.f3
    assert overall.method == "form_bound"
    assert overall.low is not None
    assert overall.high is not None
    assert overall.low < 75 < overall.high


def test_overall_rules_choose_the_overall_index() -> None:
    def overall(rules: Rules) -> DomainResult:
        return summarise(MARKS, [0] * 4, ["U0"], [40], TWO, rules).units[0]

    pooled, weighted = overall(Rules(overall="pooled")), overall(Rules(overall="weighted"))
    assert pooled.overall == pooled.overall_pooled == weighted.overall_pooled
    assert weighted.overall == weighted.overall_weighted != weighted.overall_pooled
    c1, c2 = weighted.criteria
    assert c1.f1.value is not None
    assert c2.f1.value is not None
    assert weighted.overall.f1.value == pytest.approx((3 * c1.f1.value + c2.f1.value) / 4)


def test_mean_of_items_differs_from_pooled_where_answers_are_missing() -> None:
    questions = Questions(("a", "b"), (WeightedCriterion("C1", 1.0, (0, 1)),))
    marks = [[5, 0], [5, 0], [5, 1]]
    pooled, mean = (
        summarise(marks, [0] * 3, ["U0"], [None], questions, Rules(criterion=rule)).units[0].criteria[0]
        for rule in ("pooled", "mean_of_items")
    )
    assert pooled.f2.value == pytest.approx(75)
    assert mean.f2.value == pytest.approx(50)


def test_more_forms_than_transactions_are_refused() -> None:
    with pytest.raises(ValueError, match="more forms than transactions"):
        _small([3], MARKS, [0] * 4)


def test_the_record_is_plain_json() -> None:
    found = _small([40, 60], MARKS, [0, 0, 1, 1]).to_json()
    assert json.loads(json.dumps(found, allow_nan=False)) == json.loads(json.dumps(found))
    assert found["schema_version"] == 1


def test_interval_of_f1_is_the_image_of_that_of_f3() -> None:
    rng = np.random.default_rng(7)
    found = summarise(rng.integers(1, 6, (30, 1)), [0] * 30, ["U"], [300], ONE, Rules()).units[0].items[0]
    for end in ("low", "value", "high"):
        assert getattr(found.f1, end) == pytest.approx(20 + 0.8 * getattr(found.f3, end))


@pytest.mark.parametrize(("population", "method"), [(900, "blaker"), (None, "clopper_pearson")])
def test_guaranteed_intervals_of_items_on_request(population: int | None, method: str) -> None:
    marks = [[5]] * 42 + [[2]] * 8
    rules = Rules(item_interval="guaranteed")
    found = summarise(marks, [0] * 50, ["U"], [population], ONE, rules)
    exact = guaranteed(42, 50, population, 0.95)
    share = found.units[0].items[0].f2
    assert (share.low, share.high) == pytest.approx((100 * exact.low, 100 * exact.high))
    assert share.method == method
    assert found.province_pooled.items[0].f2.method == method
    assert found.units[0].criteria[0].f2.method == "xlogit"


def test_guaranteed_intervals_are_for_single_units_only() -> None:
    rules = Rules(item_interval="guaranteed")
    found = summarise([[5], [2]] * 4, [0] * 4 + [1] * 4, ["U", "V"], [90, 80], ONE, rules)
    assert [unit.items[0].f2.method for unit in found.units] == ["blaker", "blaker"]
    assert found.province_pooled.items[0].f2.method == "wilson_svy"


def test_guaranteed_intervals_have_width_where_all_are_satisfied() -> None:
    rules = Rules(item_interval="guaranteed")
    share = summarise([[5]] * 6, [0] * 6, ["U"], [33], ONE, rules).units[0].items[0].f2
    assert share.low == pytest.approx(100 * 20 / 33)
    assert share.high == 100
    assert share.method == "blaker"
