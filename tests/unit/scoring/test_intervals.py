"""Intervals: the worked values of their docstrings, their edges, and what holds for every input."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import hypergeom

from scoring import exact
from scoring.intervals import (
    CountMethod,
    agresti_coull,
    clopper_pearson,
    effective_n,
    form_bound,
    jeffreys,
    mean_t,
    wilson,
    wilson_svy,
    with_fpc,
    xlogit,
)

COUNT_METHODS = (wilson, clopper_pearson, jeffreys, agresti_coull)
calm = settings(deadline=None, max_examples=60)
LEVELS = st.sampled_from((0.8, 0.9, 0.95, 0.99))
counts = st.integers(1, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
populations = st.tuples(counts, st.integers(0, 60)).map(lambda pair: (*pair[0], pair[0][1] + pair[1]))


@pytest.mark.parametrize(
    ("method", "low"),
    [(wilson, 0.6097), (clopper_pearson, 0.5407), (jeffreys, 0.6696), (agresti_coull, 0.5572)],
)
def test_worked_values_of_six_of_six(method: CountMethod, low: float) -> None:
    assert tuple(method(6, 6, 0.95)) == pytest.approx((low, 1.0), abs=5e-5)
    assert method(6, 6, 0.95).high == 1
    assert tuple(method(0, 6, 0.95)) == pytest.approx((0.0, 1 - low), abs=5e-5)
    assert method(0, 6, 0.95).low == 0


def test_worked_values_of_the_design_intervals() -> None:
    inputs = (0.9125, 0.0309318189921048, 79.0, 0.95)
    assert mean_t(*inputs) == pytest.approx((0.850931754384365, 0.974068245615635), rel=1e-9)
    assert xlogit(*inputs) == pytest.approx((0.828273475884889, 0.95753403907799), rel=1e-9)
    assert wilson_svy(*inputs) == pytest.approx((0.830808690744888, 0.956798975973884), rel=1e-9)


@pytest.mark.parametrize("method", [mean_t, xlogit, wilson_svy])
def test_without_degrees_of_freedom_there_is_no_interval(method: CountMethod) -> None:
    assert method(0.5, 0.1, 0.0, 0.95) is None  # type: ignore[call-arg]


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_design_intervals_leave_the_ends_to_the_counts(share: float) -> None:
    assert xlogit(share, 0.0, 9, 0.95) is None
    assert wilson_svy(share, 0.0, 9, 0.95) is None


def test_a_census_is_a_point_and_has_no_effective_n() -> None:
    assert effective_n(24, 24) is None
    assert with_fpc(wilson, 19, 24, 24, 0.95) == (19 / 24, 19 / 24)
    assert exact.hypergeometric(19, 24, 24, 0.95) == exact.blaker(19, 24, 24, 0.95) == (19 / 24, 19 / 24)


def test_effective_n_worked_value() -> None:
    assert effective_n(6, 33) == pytest.approx(7.1111, abs=5e-5)
    assert tuple(with_fpc(wilson, 6, 6, 33, 0.95)) == pytest.approx((0.6493, 1.0), abs=5e-5)


def test_exact_worked_value() -> None:
    assert exact.hypergeometric(6, 6, 33, 0.95) == (20 / 33, 1.0)
    assert exact.blaker(6, 6, 33, 0.95) == (20 / 33, 1.0)


@calm
@given(counts, LEVELS)
def test_count_intervals_hold_the_share_and_grow_with_the_level(pair: tuple[int, int], level: float) -> None:
    x, n = pair
    for method in COUNT_METHODS:
        low, high = method(x, n, level)
        assert 0 <= low <= x / n <= high <= 1
        assert low < high
        wider = method(x, n, level + 0.005)
        assert wider.low <= low
        assert wider.high >= high


@calm
@given(counts, LEVELS)
def test_count_intervals_mirror(pair: tuple[int, int], level: float) -> None:
    x, n = pair
    for method in COUNT_METHODS:
        low, high = method(x, n, level)
        assert method(n - x, n, level) == pytest.approx((1 - high, 1 - low), abs=1e-12)


@calm
@given(populations, LEVELS)
def test_exact_interval_is_the_set_of_accepted_populations(
    triple: tuple[int, int, int], level: float
) -> None:
    x, n, population = triple
    tail = (1 - level) / 2
    # scipy's own distribution, K by K, is the independent judge.
    every = np.arange(x, population - n + x + 1)
    upper, lower = hypergeom.sf(x - 1, population, every, n), hypergeom.cdf(x, population, every, n)
    clear = (np.abs(upper - tail) > 1e-9) & (np.abs(lower - tail) > 1e-9)
    low, high = exact.hypergeometric(x, n, population, level)
    inside = (every >= round(low * population)) & (every <= round(high * population))
    np.testing.assert_array_equal(inside[clear], ((upper > tail) & (lower > tail))[clear])


@calm
@given(populations, LEVELS)
def test_blaker_lies_inside_the_tail_inversion_and_holds_the_share(
    triple: tuple[int, int, int], level: float
) -> None:
    x, n, population = triple
    outer, inner = exact.hypergeometric(x, n, population, level), exact.blaker(x, n, population, level)
    assert outer.low <= inner.low <= inner.high <= outer.high
    # The true K is a whole number, so the share may lie between two candidates.
    assert inner.low - 1 / population < x / n < inner.high + 1 / population


@pytest.mark.parametrize(("n", "population"), [(5, 12), (12, 40), (20, 60)])
def test_guaranteed_interval_never_covers_less_than_the_level(n: int, population: int) -> None:
    interval = [exact.blaker(x, n, population, 0.95) for x in range(n + 1)]
    for satisfied in range(population + 1):
        mass = hypergeom.pmf(np.arange(n + 1), population, satisfied, n)
        covered = [low - 1e-12 <= satisfied / population <= high + 1e-12 for low, high in interval]
        assert mass[np.array(covered)].sum() >= 0.95 - 1e-9


def test_guaranteed_without_population_is_clopper_pearson() -> None:
    assert exact.guaranteed(42, 50, None, 0.95) == clopper_pearson(42, 50, 0.95)
    assert exact.guaranteed(42, 50, 900, 0.95) == exact.blaker(42, 50, 900, 0.95)


@calm
@given(st.floats(0.001, 0.999), st.floats(1e-6, 0.3), st.integers(1, 2000), LEVELS)
def test_design_intervals_hold_the_estimate(share: float, se: float, df: int, level: float) -> None:
    for method in (mean_t, xlogit, wilson_svy):
        found = method(share, se, df, level)
        assert found is not None
        assert found.low <= share <= found.high
        wider = method(share, se, df, level + 0.005)
        assert wider is not None
        assert wider.low <= found.low
        assert wider.high >= found.high
        if method is not mean_t:
            assert found.low >= 0
            assert found.high <= 1


@calm
@given(st.floats(0, 1), st.floats(0, 1))
def test_form_bound_holds_the_value_and_stays_in_range(value: float, certain: float) -> None:
    low, high = form_bound(value, certain)
    assert -1e-15 <= low <= value + 1e-15
    assert value - 1e-15 <= high <= 1 + 1e-15
    assert high - low == pytest.approx(1 - certain)


def test_form_bound_worked_value() -> None:
    certain = with_fpc(wilson, 6, 6, 33, 0.95).low
    assert tuple(form_bound(1.0, certain)) == pytest.approx((0.6493, 1.0), abs=5e-5)
    assert math.isclose(form_bound(0.0, certain).high, 1 - certain)
