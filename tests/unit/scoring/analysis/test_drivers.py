"""Key drivers and remarks: decomposition by hand, by brute force over orderings, and where nothing is said."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest

from scoring.analysis import drivers as module
from scoring.analysis.drivers import drivers
from scoring.analysis.unit_findings import unit_findings


def _data(n: int = 400, k: int = 3) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(4)
    common = rng.normal(size=(n, 1))
    scores = 0.6 * common + rng.normal(size=(n, k))
    overall = scores @ np.array([0.8, 0.3, 0.0][:k]) + rng.normal(size=n)
    return scores, overall, rng.integers(0, 4, n)


def test_shares_equal_the_average_over_all_orderings() -> None:
    scores, overall, unit = _data()
    found = drivers(scores, overall, unit, 0.95, seed=1, draws=50)
    assert found is not None
    dummies = (unit[:, None] == np.arange(4)).astype(float)

    def r_squared(columns: tuple[int, ...]) -> float:
        design = np.hstack([dummies, scores[:, list(columns)]])
        fitted = design @ np.linalg.lstsq(design, overall, rcond=None)[0]
        within = overall - dummies @ np.linalg.lstsq(dummies, overall, rcond=None)[0]
        return 1 - float(((overall - fitted) ** 2).sum() / (within**2).sum())

    gains = np.zeros(3)
    for order in permutations(range(3)):
        for position, criterion in enumerate(order):
            gains[criterion] += r_squared(order[: position + 1]) - r_squared(order[:position])
    assert np.array(found.share) * found.r_squared == pytest.approx(gains / 6)
    assert found.r_squared == pytest.approx(r_squared((0, 1, 2)))
    assert sum(found.share) == pytest.approx(1)
    assert found.n == 400
    assert all(
        low <= share <= high for low, share, high in zip(found.low, found.share, found.high, strict=True)
    )


def test_worked_value_of_two_uncorrelated_criteria() -> None:
    """Orthogonal columns with correlations 0.6 and 0.3 to the overall item."""
    base = np.linalg.qr(np.random.default_rng(1).normal(size=(60, 4)))[0]
    base -= base.mean(axis=0)
    base = np.linalg.qr(base)[0]
    overall = 0.6 * base[:, 0] + 0.3 * base[:, 1] + np.sqrt(0.55) * base[:, 2]
    found = drivers(base[:, :2], overall, np.zeros(60, dtype=int), 0.95, seed=1, draws=20)
    assert found is not None
    assert found.r_squared == pytest.approx(0.45)
    assert found.share == pytest.approx((0.8, 0.2))


def test_the_same_seed_repeats_the_interval_and_units_do_not_leak_in() -> None:
    scores, overall, unit = _data()
    first = drivers(scores, overall, unit, 0.9, seed=7, draws=150)
    assert first == drivers(scores, overall, unit, 0.9, seed=7, draws=150)
    moved = drivers(scores + 10 * unit[:, None], overall - 5 * unit, unit, 0.9, seed=7, draws=150)
    assert first is not None
    assert moved is not None
    assert moved.share == pytest.approx(first.share)


def test_incomplete_forms_are_left_out() -> None:
    scores, overall, unit = _data()
    scores[:100, 0] = np.nan
    overall[100:150] = np.nan
    found = drivers(scores, overall, unit, 0.95, seed=1, draws=20)
    assert found is not None
    assert found.n == 250


def test_where_nothing_is_said() -> None:
    scores, overall, unit = _data()
    assert drivers(scores[:29], overall[:29], unit[:29], 0.95, seed=1) is None
    assert drivers(np.hstack([scores] * 4), overall, unit, 0.95, seed=1) is None
    assert drivers(scores, np.full(400, 5.0), unit, 0.95, seed=1) is None
    assert drivers(np.column_stack([scores, scores[:, 0]]), overall, unit, 0.95, seed=1) is None
    independent = np.linalg.qr(np.random.default_rng(1).normal(size=(60, 3)))[0]
    independent = np.linalg.qr(independent - independent.mean(axis=0))[0]
    assert drivers(independent[:, :1], independent[:, 1], np.zeros(60, dtype=int), 0.95, seed=1) is None


def test_no_interval_where_most_resamples_have_no_spread() -> None:
    """One form alone is dissatisfied: in a third of the resamples nobody is."""
    scores = _data(40, 3)[0]
    overall = np.zeros(40)
    overall[0] = 1
    assert module._bootstrap(np.column_stack([scores, overall]), np.array([40]), 0.95, 1, 200) is not None
    overall[0] = 0
    assert module._bootstrap(np.column_stack([scores, overall]), np.array([40]), 0.95, 1, 200) is None


def test_no_result_without_an_interval(monkeypatch: pytest.MonkeyPatch) -> None:
    scores, overall, unit = _data()
    monkeypatch.setattr(module, "_bootstrap", lambda *_: None)
    assert drivers(scores, overall, unit, 0.95, seed=1) is None


def _codes(
    value: list[float], se: float = 0.02, forms: int = 80, importance: list[float] | None = None
) -> dict[str, tuple[int, ...]]:
    found = unit_findings(value, np.eye(len(value)) * se**2, forms, importance)
    return {remark.code: remark.criteria for remark in found}


def test_clear_strongest_and_weakest() -> None:
    assert _codes([0.9, 0.8], se=0.03) == {"strongest": (0,), "weakest": (1,), "work_on": (1,)}
    assert _codes([0.9, 0.5, 0.7]) == {"strongest": (0,), "weakest": (1,), "work_on": (1,)}


def test_groups_that_are_not_separated() -> None:
    found = _codes([0.9, 0.7, 0.71, 0.89])
    assert found == {"strongest_among": (0, 3), "weakest_among": (1, 2), "work_on_perhaps": (1,)}
    assert _codes([0.9, 0.7, 0.71, 0.89], importance=[0.1, 0.2, 0.6, 0.1])["work_on_perhaps"] == (2,)


def test_too_little_to_say_anything() -> None:
    assert _codes([0.9, 0.88]) == {"criteria_alike": (0, 1)}
    assert _codes([0.9, 0.5], forms=29) == {"too_few_forms": ()}
    assert _codes([np.nan, np.nan]) == {"no_answers": ()}
    assert _codes([0.9, 0.5], forms=0) == {"no_answers": ()}
    assert _codes([0.9, np.nan]) == {"criteria_alike": (0,)}


def test_covariance_counts() -> None:
    """Two criteria answered by the same people: what they have in common does not blur their difference."""
    together = np.array([[0.0009, 0.00085], [0.00085, 0.0009]])
    assert unit_findings([0.9, 0.85], together, 80)[0].code == "strongest"
    assert [one.code for one in unit_findings([0.9, 0.85], np.diag([0.0009, 0.0009]), 80)] == [
        "criteria_alike"
    ]
