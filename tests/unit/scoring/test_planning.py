"""Planning and targets: worked by hand, by brute force, and in their limits."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom, hypergeom, norm

from scoring import planning
from scoring.faults import FaultyData
from scoring.intervals import effective_n, wilson
from scoring.points.posterior import from_counts, from_estimate, probability_at_least


def test_worked_values() -> None:
    assert planning.margin(80, None, 0.9, 0.95) == pytest.approx(0.0668, abs=5e-5)
    assert planning.margin_mean(80, None, 0.12, 0.95) == pytest.approx(norm.ppf(0.975) * 0.12 / math.sqrt(80))
    assert planning.margin_mean(80, 80, 0.12, 0.95) == 0
    assert planning.forms_for_margin(0.05, 2600, 0.9, 0.95) == 134
    assert planning.power_difference(0.95, 0.85, (80, 80), (None, None), 0.95) == pytest.approx(
        0.5707, abs=5e-5
    )
    assert planning.difference_that_shows(80, None, 0.9, 0.95) == pytest.approx(0.1675)


def test_power_to_show_a_target_equals_brute_force() -> None:
    """Sum the probabilities of every count whose Wilson interval reaches the target."""
    for n, size, share, target in [(80, None, 0.95, 0.85), (50, None, 0.97, 0.9), (80, 400, 0.95, 0.85)]:
        effective = float(n) if size is None else effective_n(n, size)
        assert effective is not None
        x = np.arange(n + 1)
        reached = [wilson(one / n * effective, effective, 0.95).low >= target for one in x]
        chance = binom.pmf(x, n, share) if size is None else hypergeom.pmf(x, size, round(size * share), n)
        expected = float(chance[reached].sum())
        assert planning.power_target(n, size, share, target, 0.95) == pytest.approx(expected)


def test_power_in_its_limits() -> None:
    assert planning.power_target(40, 40, 0.9, 0.85, 0.95) == 1
    assert planning.power_target(40, 40, 0.8, 0.85, 0.95) == 0
    assert planning.power_target(5, None, 1.0, 0.9, 0.95) == 0  # not even 5 of 5 shows 90 per cent
    assert planning.power_difference(0.9, 0.8, (30, 30), (30, 30), 0.95) == 1
    assert planning.power_difference(0.9, 0.9, (30, 30), (30, 30), 0.95) == 0
    assert planning.power_difference(0.9, 0.9, (30, 30), (None, None), 0.95) == pytest.approx(0.05)


def test_forms_to_show_a_target_is_the_least_that_stays() -> None:
    found = planning.forms_to_show_target(0.95, 0.85, None, 0.95)
    assert found == 83
    powers = [planning.power_target(n, None, 0.95, 0.85, 0.95) for n in range(found - 1, found + 61)]
    assert powers[0] < 0.8 <= min(powers[1:])
    assert planning.forms_to_show_target(0.85, 0.85, None, 0.95) is None
    # With 19 of 20 transactions asked, the one left out cannot bring 18 satisfied below 85 per cent.
    assert planning.forms_to_show_target(0.9, 0.85, 20, 0.95) == 19
    assert planning.forms_to_show_target(0.9001, 0.9, None, 0.95) is None
    assert planning.forms_to_show_target(0.92, 0.9, 500, 0.95, 0.95) is not None


def test_the_first_guess_grows_until_it_suffices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planning, "_first_guess", lambda *_: 3)
    assert planning.forms_to_show_target(0.95, 0.85, None, 0.95) == 83
    monkeypatch.setattr(planning, "_first_guess", lambda *_: 1)
    assert planning.forms_to_show_target(1.0, 0.01, None, 0.95, 0.01) == 1


def test_a_margin_that_even_the_census_limit_cannot_give(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planning, "LARGEST", 50)
    with pytest.raises(FaultyData) as refused:
        planning.forms_for_margin(0.01, None, 0.9, 0.95)
    assert refused.value.faults[0].code == "planning_too_many_forms"


def test_a_difference_too_large_to_show() -> None:
    assert planning.difference_that_shows(2, None, 0.1, 0.95) is None


def test_precision_of_the_two_quotas() -> None:
    table = planning.precision(80, 1500)
    assert table.shares == (0.85, 0.90, 0.95)
    assert table.margins == tuple(planning.margin(80, 1500, share, 0.95) for share in table.shares)
    assert (
        all(b < a for a, b in zip(planning.precision(50, 1500).margins, table.margins, strict=True)) is True
    )


def test_every_number_out_of_range_is_named() -> None:
    with pytest.raises(FaultyData) as refused:
        planning.power_target(0, 0, 1.5, 1.0, 0.95)
    assert [fault.location for fault in refused.value.faults] == ["forms", "population", "share", "target"]
    with pytest.raises(FaultyData) as refused:
        planning.margin(90, 80, 0.9, 0.95)
    assert refused.value.faults[0].code == "planning_more_forms_than_population"


@settings(max_examples=60, deadline=None)
@given(st.integers(2, 400), st.integers(0, 600), st.floats(0.01, 0.99), st.floats(0.5, 0.99))
def test_margin_falls_with_forms_and_rises_with_level(n: int, more: int, share: float, level: float) -> None:
    size = n + more
    here = planning.margin(n, size, share, level)
    assert planning.margin(n - 1, size, share, level) >= here - 1e-12
    assert planning.margin(n, size, share, (1 + level) / 2) >= here
    assert (here == 0) == (more == 0)
    assert planning.margin(n, None, share, level) >= here


@settings(max_examples=30, deadline=None)
@given(st.floats(0.02, 0.2), st.integers(30, 5000), st.floats(0.5, 0.97))
def test_forms_for_margin_is_the_least(wanted: float, size: int, share: float) -> None:
    n = planning.forms_for_margin(wanted, size, share, 0.95)
    assert planning.margin(n, size, share, 0.95) <= wanted
    if n > 1:
        assert planning.margin(n - 1, size, share, 0.95) > wanted


def test_probability_of_a_target() -> None:
    assert probability_at_least(42, 50, 0.85) == pytest.approx(0.404201092698376)  # R's pbeta
    assert from_counts(42, 50).below(0.85) == pytest.approx(1 - 0.404201092698376)
    assert from_estimate(0.9, 0.03, 50).at_least(0.85) == pytest.approx(from_counts(90, 100).at_least(0.85))
    assert from_estimate(1.0, 0.0, 50).at_least(0.9) == pytest.approx(from_counts(50, 50).at_least(0.9))
    census = from_estimate(0.9, 0.0, 50, census=True)
    assert [census.at_least(limit) for limit in (0.85, 0.9, 0.91)] == [1, 1, 0]
    assert [census.below(limit) for limit in (0.9, 0.91)] == [0, 1]
