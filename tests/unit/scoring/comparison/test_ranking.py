"""The ranking: nobody is placed whom the data do not place, and ties are shown as ties."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.comparison.differences import unit_differences
from scoring.comparison.ranking import MOST_SIMULATED, Ranking, letter_display, rank_error, ranking
from scoring.results import DomainResult, Estimate, SurveyResult
from tests.unit.scoring.analysis.campaigns import campaign


def table_of(result: SurveyResult) -> Ranking:
    return ranking(result.units, result.official, result.level, seed=1, fewest=10)


def _unit(
    name: str, value: float | None, se: float | None, forms: int = 80, note: str | None = None
) -> DomainResult:
    """Return a unit of which only the overall F1 matters."""
    real = campaign((12, 12)).result.units[0]
    low, high = (None, None) if value is None or se is None else (value - 2 * se, value + 2 * se)
    found = Estimate(value, se, 79.0, low, high, "xlogit", note)
    return replace(real, id=name, forms=forms, overall=replace(real.overall, f1=found))


def test_units_far_apart_are_separated_and_units_alike_are_tied() -> None:
    units = [_unit("a", 90.0, 0.5), _unit("b", 60.0, 0.5), _unit("c", 90.1, 0.5), _unit("d", 75.0, 0.5)]
    found = ranking(units, "f1", 0.95, seed=3, fewest=10)
    assert [found.units[place] for place in found.order] == ["c", "a", "d", "b"]
    for sets in (found.marginal, found.simultaneous, found.deterministic):
        assert (sets.low, sets.high) == ((1, 4, 1, 3), (2, 4, 2, 3))
    assert found.letters == ("a", "c", "a", "b")
    assert {(pair.first, pair.second) for pair in found.separated} == {(0, 1), (0, 3), (1, 2), (1, 3), (2, 3)}
    assert not found.all_tied


def test_units_that_nothing_separates_are_all_tied() -> None:
    units = [_unit(name, 85.0 + place / 10, 3.0) for place, name in enumerate("abc")]
    found = ranking(units, "f1", 0.95, seed=3, fewest=10)
    assert found.all_tied
    assert found.letters == ("a", "a", "a")
    assert found.separated == ()
    assert found.marginal.rank == (3, 2, 1)


def test_small_hidden_and_unmeasured_units_are_left_out() -> None:
    units = [
        _unit("few", 99.0, 0.1, forms=9),
        _unit("dark", 98.0, 0.1),
        _unit("empty", None, None),
        _unit("lonely", 97.0, None),
        _unit("one", 80.0, 1.0, forms=10),
        _unit("two", 70.0, 1.0),
    ]
    found = ranking(units, "f1", 0.95, seed=1, fewest=10, hidden={"dark"})
    assert found.units == ("one", "two")
    assert found.left_out == ("few", "dark", "empty", "lonely")
    assert found.simultaneous.rank == (1, 2)


def test_no_unit_and_one_unit_make_no_comparison() -> None:
    for units in ([], [_unit("a", 80.0, 1.0)]):
        found = ranking(units, "f1", 0.95, seed=1, fewest=10)
        assert found.pairs == ()
        assert found.letters == ("a",) * len(units)
        assert found.simultaneous.high == (1,) * len(units)


def test_a_unit_whose_forms_are_all_alike_is_not_certain() -> None:
    alike, census = _unit("a", 100.0, 0.0), _unit("b", 95.0, 0.0, note="census")
    bounded = replace(
        alike, overall=replace(alike.overall, f1=Estimate(100.0, 0.0, 79.0, 95.4, 100.0, "form_bound"))
    )
    assert rank_error(bounded.overall.f1, 0.95) == pytest.approx(4.6 / 2 / 1.959964, rel=1e-6)
    assert rank_error(census.overall.f1, 0.95) == 0.0
    assert math.isnan(rank_error(Estimate(95.0, None, None, None, None, "none", "single_form"), 0.95))
    near = _unit("c", 98.5, 1.0)
    found = ranking([bounded, near], "f1", 0.95, seed=1, fewest=10)
    assert found.all_tied


def test_more_units_than_can_be_simulated_get_one_step_for_all() -> None:
    rng = np.random.default_rng(4)
    units = [
        _unit(f"u{n}", float(value), 1.0) for n, value in enumerate(rng.uniform(50, 95, MOST_SIMULATED + 1))
    ]
    found = ranking(units, "f1", 0.95, seed=1, fewest=10)
    assert found.simultaneous.method == found.marginal.method == "pairwise_bonferroni"
    assert found.pairs == ()
    assert found.letters == ()
    assert all(
        low <= rank <= high
        for low, rank, high in zip(
            found.simultaneous.low, found.simultaneous.rank, found.simultaneous.high, strict=True
        )
    )


def test_the_official_formula_decides_and_the_seed_repeats() -> None:
    made = campaign(moods=(4.6, 4.0, 3.6, 4.1), official="f2")
    found = table_of(made.result)
    assert found.value == tuple(unit.overall.f2.value for unit in made.result.units)
    assert found == table_of(made.result)
    assert found.formula == "f2"


def test_the_order_in_which_units_stand_changes_nothing() -> None:
    result = campaign(moods=(4.6, 4.0, 3.6, 4.1)).result
    there = table_of(result)
    back = table_of(replace(result, units=result.units[::-1]))
    for one, other in ((there.deterministic, back.deterministic),):
        assert (one.low, one.high) == (other.low[::-1], other.high[::-1])
    assert [there.units[n] for n in there.order] == [back.units[n] for n in back.order]


@settings(max_examples=60)
@given(
    st.lists(st.tuples(st.integers(50, 100), st.sampled_from([0.5, 1.0, 2.0, 6.0])), min_size=1, max_size=9)
)
def test_two_units_share_a_letter_exactly_where_they_do_not_differ(found: list[tuple[int, float]]) -> None:
    value, se = [float(one) for one, _ in found], [spread for _, spread in found]
    pairs = unit_differences(value, se, 0.95)
    rank = [1 + sum(other > one for other in value) for one in value]
    letters = letter_display(rank, pairs, 0.05)
    differing = {(pair.first, pair.second) for pair in pairs if pair.p_holm <= 0.05}
    for first, second in combinations(range(len(value)), 2):
        assert bool(set(letters[first]) & set(letters[second])) != ((first, second) in differing)
    assert all(letters)
    assert "a" in letters[rank.index(1)]


def test_letters_go_on_after_z() -> None:
    value = [float(n) for n in range(30)]
    letters = letter_display(list(range(30, 0, -1)), unit_differences(value, [0.001] * 30, 0.95), 0.05)
    assert letters[-1] == "a"
    assert letters[0] == "d2"
