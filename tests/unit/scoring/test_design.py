"""Moments, strata with one form, calibration: the edges that the reference sets do not reach."""

from __future__ import annotations

import numpy as np
import pytest

from scoring.arrays import FloatArray
from scoring.calibrate import CalibrationMargin, calibrated_moments, post_stratify, rake
from scoring.case.records import LONELY
from scoring.design import Lonely, covariance, expand, expansion, factors, moments, select, stratum_factors
from scoring.index import WeightedCriterion, build_scheme, estimate
from scoring.tally import FormTable, arrange, count, forms_answering

PLAN = build_scheme(1, [WeightedCriterion("C1", 1.0, (0,))])


def _table(*strata: list[int], population: list[int | None], weights: list[float] | None = None) -> FormTable:
    marks = [[mark] for stratum in strata for mark in stratum]
    codes = [code for code, stratum in enumerate(strata) for _ in stratum]
    return arrange(marks, codes, population, weights)


def test_worked_value_of_the_covariance() -> None:
    found = estimate(PLAN, moments(_table([5, 5, 4, 4, 1, 2], population=[33])))
    assert found.value[0] == pytest.approx(2 / 3)
    assert found.se[0] == pytest.approx(0.1907, abs=5e-5)


def test_worked_value_of_the_factor() -> None:
    assert stratum_factors(moments(_table([5] * 6, population=[33]))) == pytest.approx([0.98181818])


def test_lonely_options_on_one_lonely_and_two_plain_strata() -> None:
    found = moments(_table([5], [5, 1], [4, 2, 2], population=[9, None, 30]))
    plain = [0, 2.0, 0.9 * 1.5]
    assert stratum_factors(found, "adjust") == pytest.approx([8 / 9, *plain[1:]])
    assert stratum_factors(found, "certainty") == pytest.approx(plain)
    assert stratum_factors(found, "remove") == pytest.approx(plain)
    assert stratum_factors(found, "average") == pytest.approx([1.5 * factor for factor in plain])


def test_average_of_nothing_is_unknown() -> None:
    assert np.isnan(stratum_factors(moments(_table([5], [1], population=[9, 9])), "average")).all()


def test_census_and_empty_strata_add_nothing() -> None:
    found = moments(_table([5], [5, 1], [], population=[1, 2, 0]))
    assert stratum_factors(found).tolist() == [0, 0, 0]
    assert expansion(found).tolist() == [1, 1, 0]


def test_identical_forms_have_exactly_no_variance() -> None:
    scheme = build_scheme(3, [WeightedCriterion("C1", 1.0, (0, 1, 2))])
    table = arrange([[5, 1, 1]] * 7, [0] * 7, [None], [0.1, 0.7, 1.3, 2.9, 3.1, 0.3, 5.7])
    assert estimate(scheme, moments(table)).se.tolist()[scheme.overall_pooled] == 0


def test_missing_gradient_stays_missing() -> None:
    found = moments(_table([5, 1], population=[None]))
    assert np.isnan(covariance(found, np.array([[np.nan, np.nan, np.nan]]))).all()


def test_blocks_add_up(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(3)
    table = arrange(rng.integers(0, 6, (100, 4)), rng.integers(0, 3, 100), [None] * 3)
    whole = moments(table)
    monkeypatch.setattr("scoring.design.CHUNK", 7)
    parts = moments(table)
    np.testing.assert_array_equal(parts.total, whole.total)
    np.testing.assert_array_equal(parts.scatter, whole.scatter)


def test_a_domain_keeps_every_form_in_the_stratum() -> None:
    table = _table([5, 1, 4, 2], population=[None])
    part = moments(table, domain=np.array([True, True, False, False]))
    assert (part.forms.tolist(), part.inside.tolist()) == ([4], [2])
    found = estimate(PLAN, part)
    # z = (s - p a) / A is 1/4, -1/4, 0, 0 around a mean of 0; factor 4/3.
    assert found.value[0] == 0.5
    assert found.se[0] == pytest.approx((4 / 3 * 2 / 16) ** 0.5)


def test_marks_outside_the_levels_are_not_counted() -> None:
    table = arrange([[9, 0], [5, 3]], [0, 0], [None])
    counts = count(table)
    assert counts.answered.tolist() == [[1, 1]]
    assert (counts.no_opinion.tolist(), counts.blank.tolist()) == ([[1, 0]], [[0, 1]])
    assert counts.points().tolist() == [[5, 3]]
    assert moments(table).total.tolist() == [[1, 1, 1, 0, 5, 3]]
    assert forms_answering(table, [(0,), (0, 1)]).tolist() == [[1, 1]]


def test_arrange_sorts_forms_and_weights_and_remembers_the_order() -> None:
    table = arrange([[1], [2], [3]], [1, 0, 1], [None, None], [10.0, 20.0, 30.0])
    assert table.marks.ravel().tolist() == [2, 1, 3]
    assert table.order.tolist() == [1, 0, 2]
    assert table.weights is not None
    assert table.weights.tolist() == [20, 10, 30]
    assert table.stratum.tolist() == [0, 1, 1]
    assert table.forms.tolist() == [1, 2]
    assert arrange([[1], [2]], [1, 0], [None, None]).weights is None


@pytest.mark.parametrize(
    ("marks", "stratum"), [([1, 2], [0, 0]), ([[1]], [0, 0]), ([[1]], [1]), ([[1]], [-1])]
)
def test_arrange_refuses_what_does_not_fit(marks: object, stratum: object) -> None:
    with pytest.raises(ValueError, match="stratum code"):
        arrange(marks, stratum, [None])  # type: ignore[arg-type]


def test_no_forms_at_all_is_an_empty_table() -> None:
    table = arrange(np.zeros((0, 2), dtype=np.uint8), [], [None, 5])
    assert table.forms.tolist() == [0, 0]
    assert list(table.strata()) == []


def test_post_stratification_worked_value() -> None:
    cells = CalibrationMargin(np.array([0, 0, 1]), np.array([30.0, 7.0]))
    assert post_stratify(np.array([10.0, 10.0, 2.0]), cells).weights.tolist() == [15, 15, 7]


def test_a_known_cell_without_forms_is_refused() -> None:
    cells = CalibrationMargin(np.array([0, 0]), np.array([30.0, 7.0]))
    with pytest.raises(ValueError, match="no forms"):
        post_stratify(np.ones(2), cells)
    nobody = CalibrationMargin(np.array([0, 0]), np.array([30.0, 0.0]))
    assert post_stratify(np.ones(2), nobody).weights.tolist() == [15, 15]


def test_raking_meets_every_margin() -> None:
    rng = np.random.default_rng(5)
    one, two = rng.integers(0, 3, 200), rng.integers(0, 4, 200)
    margins = [
        CalibrationMargin(one.astype(np.intp), np.array([100.0, 250.0, 650.0])),
        CalibrationMargin(two.astype(np.intp), np.array([400.0, 300.0, 200.0, 100.0])),
    ]
    weights = rake(np.ones(200), margins).weights
    for margin in margins:
        np.testing.assert_allclose(margin.sums(weights), margin.target, rtol=0, atol=1e-7)


def test_margins_that_contradict_each_other_are_refused() -> None:
    cell = np.array([0, 1], dtype=np.intp)
    margins = [CalibrationMargin(cell, np.array([1.0, 2.0])), CalibrationMargin(cell, np.array([2.0, 1.0]))]
    with pytest.raises(ValueError, match="together"):
        rake(np.ones(2), margins)


def test_calibration_to_the_answer_itself_leaves_no_error() -> None:
    table = _table([5, 5, 1, 1, 1], population=[100])
    satisfied = (table.marks[:, 0] >= 4).astype(np.intp)
    calibration = post_stratify(np.full(5, 20.0), CalibrationMargin(satisfied, np.array([10.0, 90.0])))
    found = estimate(PLAN, calibrated_moments(table, calibration, np.ones(5, dtype=np.bool_)))
    assert found.value[0] == pytest.approx(0.9)
    assert found.se[0] == pytest.approx(0, abs=1e-12)


def test_expanded_moments_scale_and_select() -> None:
    found = moments(_table([5, 1], [5, 5, 1], population=[20, 30]))
    twice = expand(found, np.array([2.0, 3.0]))
    np.testing.assert_array_equal(twice.total, found.total * [[2], [3]])
    np.testing.assert_array_equal(select(twice, np.array([False, True])).scatter, 9 * found.scatter[1:])


def _shares_from_counts(
    table: FormTable, weight: FloatArray, lonely: Lonely, satisfied_from: int = 4
) -> tuple[FloatArray, FloatArray]:
    """Write shares and their stratified errors out from counts alone: Cochran (1977), section 5A.12.

    p = sum w x / sum w a; with z = w (s - p a) / A, sum z = w (x - p a) / A and
    sum z^2 = w^2 (x (1 - p)^2 + (a - x) p^2) / A^2. One item is one answer a form, so counts are enough.
    """
    counts = count(table)
    a, x = counts.answered.astype(np.float64), counts.satisfied(satisfied_from).astype(np.float64)
    w, n = weight[:, None], table.forms[:, None]
    size = (w * a).sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        p, scale = (w * x).sum(axis=0) / size, w / size
        total, square = scale * (x - p * a), scale**2 * (x * (1 - p) ** 2 + (a - x) * p**2)
    # A lonely stratum is centred on the grand mean of z, which is 0.
    spread = np.where(n > 1, square - total**2 / np.maximum(n, 1), square)
    factor = factors(table.forms, table.population, table.forms, lonely)[:, None]
    return p, np.sqrt((factor * np.maximum(spread, 0.0)).sum(axis=0))


def test_shares_of_the_forms_are_those_from_counts() -> None:
    rng = np.random.default_rng(9)
    marks = rng.choice(np.array([0, 1, 3, 4, 5, 9], dtype=np.uint8), (60, 3))
    marks[:, 2] = 0
    stratum = np.concatenate([np.arange(4), rng.integers(0, 3, 56)])  # the last stratum has one form
    table = arrange(marks, stratum, [100, None, 25, 8])
    scheme = build_scheme(3, [WeightedCriterion("C1", 1.0, (0,))])
    weight = np.array([3.0, 2.0, 1.0, 8.0])
    for option in LONELY:
        found = estimate(scheme, expand(moments(table), weight), option)
        value, se = _shares_from_counts(table, weight, option)
        np.testing.assert_allclose(found.value[:3], value, rtol=1e-12)
        np.testing.assert_allclose(found.se[:3], se, rtol=1e-10)


def test_share_worked_value() -> None:
    table = _table([5, 5, 4, 4, 1, 2], population=[33])
    found = estimate(build_scheme(1, [WeightedCriterion("C1", 1.0, (0,))]), moments(table))
    assert (found.value[0], found.se[0]) == pytest.approx((2 / 3, 0.1907), abs=5e-5)
