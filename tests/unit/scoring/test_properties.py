"""What must hold for every survey: symmetries of the estimates and of their form-level errors."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from scoring.arrays import FloatArray
from scoring.index import Estimates
from scoring.summary import Questions, Rules, summarise
from tests.unit.scoring.surveys import CRITERIA, PLAN, Survey, surveys

QUESTIONS = Questions(("C1.1", "C1.2", "C2.1", "overall"), CRITERIA, 3)
modest = settings(max_examples=40, deadline=None)


def _same(one: Estimates, other: Estimates, scale: float = 1.0) -> None:
    np.testing.assert_allclose(one.value, other.value, rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(one.covariance, scale * other.covariance, rtol=1e-7, atol=1e-13)


@modest
@given(surveys(), st.randoms(use_true_random=False))
def test_the_order_of_the_forms_changes_nothing(survey: Survey, random: object) -> None:
    order = np.random.default_rng(hash(random) % 2**32).permutation(survey.stratum.size)
    shuffled = Survey(survey.marks[order], survey.stratum[order], survey.population)
    _same(shuffled.estimates(), survey.estimates())


@modest
@given(surveys(known=True))
def test_the_order_of_the_units_changes_nothing(survey: Survey) -> None:
    assert survey.population is not None
    last = len(survey.population) - 1
    turned = Survey(survey.marks, last - survey.stratum, survey.population[::-1])
    _same(turned.estimates(), survey.estimates())


@modest
@given(surveys())
def test_two_equal_copies_of_every_stratum_halve_the_variance(survey: Survey) -> None:
    strata = int(survey.stratum.max()) + 1
    both = Survey(
        np.vstack([survey.marks, survey.marks]),
        np.concatenate([survey.stratum, survey.stratum + strata]),
        None if survey.population is None else survey.population * 2,
    )
    _same(both.estimates(), survey.estimates(), 0.5)


@modest
@given(surveys(known=False))
def test_duplicated_forms_scale_the_variance(survey: Survey) -> None:
    one = Survey(survey.marks, np.zeros_like(survey.stratum), None)
    n = one.stratum.size
    two = Survey(np.repeat(one.marks, 2, axis=0), np.zeros(2 * n, dtype=np.intp), None)
    # n / (n - 1) becomes 2n / (2n - 1), and the mean of twice as many forms has half the variance.
    _same(two.estimates(), one.estimates(), (n - 1) / (2 * n - 1))


@modest
@given(surveys())
def test_covariance_is_symmetric_and_not_negative(survey: Survey) -> None:
    found = survey.estimates()
    assume(not np.isnan(found.value).any())
    np.testing.assert_allclose(found.covariance, found.covariance.T, atol=1e-15)
    assert np.linalg.eigvalsh(found.covariance).min() > -1e-12


@modest
@given(surveys(known=False))
def test_variance_is_that_of_whole_forms(survey: Survey) -> None:
    """The overall index against the plain sum over forms of z = (s - p a) / A, stratum by stratum."""
    marks = survey.marks[:, :3]
    answered, satisfied = ((marks >= 1) & (marks <= 5)).sum(1), ((marks == 4) | (marks == 5)).sum(1)
    assume(answered.sum() > 0)
    z: FloatArray = (satisfied - satisfied.sum() / answered.sum() * answered) / answered.sum()
    variance = 0.0
    for stratum in np.unique(survey.stratum):
        part = z[survey.stratum == stratum]
        variance += part.size * part.var(ddof=1)
    found = survey.estimates()
    assert found.covariance[PLAN.overall_pooled, PLAN.overall_pooled] == pytest.approx(variance, abs=1e-12)


@modest
@given(surveys(), st.sampled_from(("pooled", "mean_of_items")), st.sampled_from(("pooled", "weighted")))
def test_published_estimates_keep_their_promises(survey: Survey, criterion: str, overall: str) -> None:
    units = [f"U{number}" for number in range(int(survey.stratum.max()) + 1)]
    rules = [
        Rules("f1", criterion, overall, level)  # type: ignore[arg-type]
        for level in (0.9, 0.95)
    ]
    population = survey.population or [None] * len(units)
    narrow, wide = (
        summarise(survey.marks, survey.stratum, units, population, QUESTIONS, rule) for rule in rules
    )
    for small, large in zip(narrow.units, wide.units, strict=True):
        for one, other in zip((*small.items, *small.criteria), (*large.items, *large.criteria), strict=True):
            for estimate, wider in ((one.f1, other.f1), (one.f2, other.f2), (one.f3, other.f3)):
                if estimate.low is None or estimate.high is None or estimate.value is None:
                    assert estimate.note in {"no_answers", "single_form"}
                    continue
                assert wider.low is not None
                assert wider.high is not None
                assert wider.low - 1e-9 <= estimate.low <= estimate.value + 1e-9
                assert estimate.value - 1e-9 <= estimate.high <= wider.high + 1e-9
                assert (estimate.high > estimate.low) == (estimate.note != "census")
                assert estimate.low >= -1e-9
                assert estimate.high <= 100 + 1e-9
            if one.f1.value is not None and one.f3.value is not None:
                assert one.f1.value == pytest.approx(20 + 0.8 * one.f3.value)
                assert one.f1.low is None or one.f1.low >= 20 - 1e-9
