"""Differences: between years, between units, between indices of the same forms."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.comparison.differences import (
    YearPoint,
    bonferroni_level,
    contrast,
    difference,
    sidak_level,
    unit_differences,
    year_differences,
)
from scoring.index import Estimates

calm = settings(deadline=None, max_examples=60)


def test_simultaneous_levels_worked_values() -> None:
    assert bonferroni_level(0.95, 11) == pytest.approx(0.995455, abs=5e-7)
    assert sidak_level(0.95, 11) == pytest.approx(0.995348, abs=5e-7)


def test_difference_worked_value() -> None:
    found = difference(0.0361167220016564, 0.0166624236786978, 138, 0.95)
    assert found.t == pytest.approx(2.16755513472089)
    assert found.p == pytest.approx(0.0319081517335966)
    assert (found.low, found.high) == pytest.approx((0.00317005264300196, 0.0690633913603108))
    assert found.note is None


def test_a_standard_error_of_zero_is_never_significant() -> None:
    found = difference(0.1, 0.0, 20, 0.95)
    assert (found.estimate, found.p, found.note) == (0.1, None, "no_interval")
    assert difference(0.1, 0.1, 0, 0.95).p is None
    assert difference(math.nan, 0.1, 9, 0.95).estimate is None


def test_a_series_break_is_marked_and_never_joined() -> None:
    points = [
        YearPoint(2023, 0.90, 0.01, 40),
        YearPoint(2024, 0.94, 0.02, 50),
        YearPoint(2025, 0.80, 0.01, 60, breaks=True),
        YearPoint(2026, 0.85, 0.01, 60),
    ]
    first, broken, last = year_differences(points, 0.95)
    assert first.estimate == pytest.approx(0.04)
    assert first.se == pytest.approx(math.hypot(0.01, 0.02))
    assert first.df == 90
    assert (broken.estimate, broken.p, broken.low, broken.note) == (None, None, None, "series_break")
    assert last.estimate == pytest.approx(0.05)
    assert year_differences(points[:1], 0.95) == []


def test_contrast_uses_the_covariance() -> None:
    spread = np.array([[4.0, 3.0, np.nan], [3.0, 4.0, np.nan], [np.nan] * 3]) / 100
    found = contrast(Estimates(np.array([0.9, 0.7, np.nan]), spread), [1, -1, 0], 30, 0.95)
    assert found.estimate == pytest.approx(0.2)
    assert found.se == pytest.approx(math.sqrt((4 + 4 - 2 * 3) / 100))


def test_unit_differences_worked_value() -> None:
    (pair,) = unit_differences([0.9, 0.8], [0.03, 0.04], 0.95)
    assert pair.p == pair.p_holm == pytest.approx(0.0455, abs=5e-5)
    assert (pair.low, pair.high) == pytest.approx((0.0020, 0.1980), abs=5e-5)


def test_unit_differences_without_error() -> None:
    pairs = unit_differences([1.0, 1.0, 0.5], [0.0, 0.0, 0.0], 0.95)
    assert [pair.p for pair in pairs] == [1.0, 0.0, 0.0]
    assert unit_differences([0.5], [0.1], 0.95) == []


@calm
@given(st.lists(st.tuples(st.floats(0.5, 1), st.floats(0.001, 0.1)), min_size=2, max_size=6))
def test_simultaneous_intervals_agree_with_the_strictest_test(units: list[tuple[float, float]]) -> None:
    value, se = zip(*units, strict=True)
    pairs = unit_differences(value, se, 0.95)
    for pair in pairs:
        assert pair.low <= pair.estimate <= pair.high
        assert pair.p <= pair.p_holm <= 1
        bonferroni = pair.p * len(pairs)
        if abs(bonferroni - 0.05) > 1e-6:
            assert (pair.low > 0 or pair.high < 0) == (bonferroni < 0.05)
