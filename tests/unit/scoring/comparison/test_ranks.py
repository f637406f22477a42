"""Rank sets: against R's reference, against simulated truth, and what must hold whatever the numbers."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import combinations
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from scoring.comparison import ranks
from scoring.multiplicity import holm

GOLDEN = Path(__file__).parents[3] / "golden" / "scoring"
Deterministic = Callable[[Any, Any, float], ranks.RankSets]
DETERMINISTIC: tuple[Deterministic, ...] = (
    ranks.kww_bonferroni,
    ranks.kww_independent,
    ranks.pairwise_bonferroni,
)


def _records(stat: str) -> list[dict[str, Any]]:
    found = []
    for path in sorted(GOLDEN.glob("*/expected.json")):
        found += [record for record in json.loads(path.read_text())["results"] if record["stat"] == stat]
    assert found
    return found


@pytest.mark.parametrize("record", _records("ranks"))
@pytest.mark.parametrize("method", DETERMINISTIC)
def test_deterministic_sets_equal_the_reference(method: Deterministic, record: dict[str, Any]) -> None:
    sets = method(record["estimate"], record["se"], 0.95)
    expected = record[sets.method]
    assert (list(sets.low), list(sets.high)) == (expected["L"], expected["U"])
    assert list(sets.rank) == record["rank"]
    assert sets.seed is None


def test_pairs_of_units_equal_the_reference() -> None:
    for sample, expected in zip(_records("ranks"), _records("pairwise_units_holm"), strict=True):
        found = ranks.pairwise_units_holm(sample["estimate"], sample["se"])
        names = sample["unit"]
        assert [f"{names[a]}-{names[b]}" for a, b in found.pairs] == expected["pairs"]
        assert_allclose(found.p, expected["p"], rtol=1e-9)
        assert_allclose(found.p_holm, expected["p_holm"], rtol=1e-9)


def test_holm_by_hand() -> None:
    assert_allclose(holm([0.01, 0.04, 0.03]), [0.03, 0.06, 0.06])
    assert holm([]).size == 0
    assert holm([0.7, 0.9]).tolist() == [1.0, 1.0]


def test_worked_values_of_the_docstrings() -> None:
    sets = ranks.kww_bonferroni([0.9, 0.8, 0.5], [0.02] * 3, 0.95)
    assert (sets.low, sets.high) == ((1, 2, 3), (1, 2, 3))
    for method in (ranks.mrsw_marginal, ranks.mrsw_simultaneous):
        found = method([0.95, 0.90, 0.60], [0.02] * 3, 0.95, seed=1)
        assert (found.low, found.high) == ((1, 1, 3), (2, 2, 3))
    pair = ranks.pairwise_units_holm([0.9, 0.8], [0.03, 0.04])
    assert pair.p == pytest.approx((0.0455,), abs=5e-5)
    assert pair.difference == pytest.approx((0.1,))
    assert pair.se == pytest.approx((0.05,))


def test_equal_estimates_share_the_better_rank() -> None:
    assert ranks.ranks([0.9, 0.8, 0.9]) == (1, 3, 1)


@pytest.mark.parametrize("method", [ranks.mrsw_marginal, ranks.mrsw_simultaneous])
def test_one_unit_and_no_unit(method: Callable[..., ranks.RankSets]) -> None:
    assert method([0.9], [0.1], 0.95, seed=1, draws=100).high == (1,)
    assert method([], [], 0.95, seed=1, draws=100).rank == ()
    for other in DETERMINISTIC:
        assert other([0.9], [0.1], 0.95).low == (1,)
        assert other([], [], 0.95).rank == ()


def test_censuses_are_compared_exactly_and_unknown_errors_never() -> None:
    for method in (ranks.mrsw_marginal, ranks.mrsw_simultaneous):
        exact = method([0.9, 0.8, 0.8], [0.0] * 3, 0.95, seed=1, draws=200)
        assert (exact.low, exact.high) == ((1, 2, 2), (1, 3, 3))
        open_sets = method([0.9, 0.1, 0.5], [0.001, 0.001, np.nan], 0.95, seed=1, draws=200)
        assert (open_sets.low, open_sets.high) == ((1, 2, 1), (2, 3, 3))
    assert ranks.kww_bonferroni([0.9, 0.1], [0.001, np.inf], 0.95).high == (2, 2)
    tests = ranks.pairwise_units_holm([0.9, 0.8, 0.8], [0.0, 0.0, 0.0])
    assert tests.p == (0.0, 0.0, 1.0)
    assert ranks.pairwise_units_holm([0.9, 0.1], [0.001, np.nan]).p == (1.0,)


@pytest.mark.parametrize("bad", [([0.9, np.nan], [0.1, 0.1]), ([0.9], [-0.1]), ([0.9, 0.8], [0.1])])
def test_impossible_input_is_refused(bad: tuple[list[float], list[float]]) -> None:
    with pytest.raises(ValueError, match="one finite estimate"):
        ranks.kww_bonferroni(bad[0], bad[1], 0.95)


def _reference_stepdown(
    values: list[float], errors: list[float], level: float, draws: np.ndarray, family: set[tuple[int, int]]
) -> set[tuple[int, int]]:
    """Write the published algorithm out in plain loops: one-sided pairs, redrawn maximum, until none falls."""
    rejected: set[tuple[int, int]] = set()
    while True:
        left = family - rejected
        if not left:
            return rejected
        spread = {(i, j): float(np.hypot(errors[i], errors[j])) for i, j in left}
        largest = [max((z[i] * errors[i] - z[j] * errors[j]) / spread[i, j] for i, j in left) for z in draws]
        bound = float(np.quantile(largest, level))
        new = {(i, j) for i, j in left if (values[i] - values[j]) / spread[i, j] > bound}
        if not new:
            return rejected
        rejected |= new


def test_stepdown_equals_the_published_algorithm_written_as_loops() -> None:
    rng = np.random.default_rng(5)
    values, errors = rng.uniform(0.7, 1.0, 5).tolist(), rng.uniform(0.01, 0.04, 5).tolist()
    draws = np.random.default_rng(9).standard_normal((600, 5))
    pairs = {(i, j) for i in range(5) for j in range(5) if i != j}
    joint = _reference_stepdown(values, errors, 0.9, draws, pairs)
    found = ranks.mrsw_simultaneous(values, errors, 0.9, seed=9, draws=600)
    assert found.low == tuple(1 + sum((j, i) in joint for j in range(5)) for i in range(5))
    assert found.high == tuple(5 - sum((i, j) in joint for j in range(5)) for i in range(5))
    marginal = ranks.mrsw_marginal(values, errors, 0.9, seed=9, draws=600)
    for i in range(5):
        own = _reference_stepdown(values, errors, 0.9, draws, {pair for pair in pairs if i in pair})
        assert marginal.low[i] == 1 + sum((j, i) in own for j in range(5))
        assert marginal.high[i] == 5 - sum((i, j) in own for j in range(5))
    assert 0 < len(joint) < len(pairs)


def test_simulated_coverage_of_the_true_ranks() -> None:
    """Six units, three of them tied: the joint sets hold all true ranks in at least 95 of 100 surveys."""
    truth, errors = np.array([0.95, 0.9, 0.9, 0.9, 0.8, 0.7]), np.full(6, 0.03)
    low = np.array([1, 2, 2, 2, 5, 6])  # true rank: any place among the tied, so the set must meet theirs
    high = np.array([1, 4, 4, 4, 5, 6])
    rng = np.random.default_rng(11)
    joint = own = 0
    surveys = 200
    for seed in range(surveys):
        seen = rng.normal(truth, errors)
        sets = ranks.mrsw_simultaneous(seen, errors, 0.95, seed=seed, draws=1000)
        joint += int(((np.array(sets.low) <= low) & (np.array(sets.high) >= high)).all())
        single = ranks.mrsw_marginal(seen, errors, 0.95, seed=seed, draws=1000)
        own += int(np.array(single.low)[1] <= 2 and np.array(single.high)[1] >= 4)
    # Three standard errors of a proportion of 0.95 from 200 surveys are 0.046.
    assert joint / surveys > 0.904
    assert own / surveys > 0.904


ESTIMATES = st.lists(
    st.tuples(st.floats(0.5, 1.0, allow_nan=False), st.floats(0.005, 0.1)), min_size=1, max_size=7
)


@settings(max_examples=40, deadline=None)
@given(ESTIMATES, st.sampled_from([0.8, 0.9, 0.95]))
def test_sets_contain_the_rank_and_grow_with_the_level(
    units: list[tuple[float, float]], level: float
) -> None:
    values, errors = [unit[0] for unit in units], [unit[1] for unit in units]
    joint = ranks.mrsw_simultaneous(values, errors, level, seed=3, draws=500)
    own = ranks.mrsw_marginal(values, errors, level, seed=3, draws=500)
    for sets in (joint, own, *(method(values, errors, level) for method in DETERMINISTIC)):
        for rank, low, high in zip(sets.rank, sets.low, sets.high, strict=True):
            assert 1 <= low <= rank <= high <= len(units)
    wider = ranks.mrsw_simultaneous(values, errors, 0.99, seed=3, draws=500)
    for low, wide_low, high, wide_high in zip(joint.low, wider.low, joint.high, wider.high, strict=True):
        assert wide_low <= low <= high <= wide_high
    for low, joint_low, high, joint_high in zip(own.low, joint.low, own.high, joint.high, strict=True):
        assert joint_low <= low <= high <= joint_high


@settings(max_examples=25, deadline=None)
@given(ESTIMATES, st.randoms(use_true_random=False))
def test_order_of_units_does_not_matter(units: list[tuple[float, float]], random: Random) -> None:
    order = list(range(len(units)))
    random.shuffle(order)
    for method in DETERMINISTIC:
        sets = method([u[0] for u in units], [u[1] for u in units], 0.95)
        moved = method([units[i][0] for i in order], [units[i][1] for i in order], 0.95)
        assert [sets.low[i] for i in order] == list(moved.low)
        assert [sets.high[i] for i in order] == list(moved.high)
    pairs = list(combinations(range(len(units)), 2))
    assert list(ranks.pairwise_units_holm([u[0] for u in units], [u[1] for u in units]).pairs) == pairs
