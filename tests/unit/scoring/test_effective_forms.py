"""Effective forms by hand, and the pairwise bound at its quantile: what a mutation run had found unwatched."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.special import ndtri

from scoring.comparison.ranks import pairwise_bonferroni
from scoring.estimates import effective_forms
from scoring.points.awards import award
from scoring.points.point_tables import load


def effective(answering: list[float], population: list[float], weight: list[float]) -> float:
    """Effective forms of one index over strata."""
    found = effective_forms(np.array(answering)[:, None], np.array(population), np.array(weight))
    return float(found[0])


def test_one_stratum_is_corrected_for_its_population() -> None:
    assert effective([6], [33], [1.0]) == pytest.approx(6 * 32 / 27, rel=1e-12)


def test_an_unknown_population_corrects_nothing() -> None:
    assert effective([6], [math.nan], [1.0]) == 6


def test_a_census_has_no_end_and_no_forms_have_none() -> None:
    assert math.isinf(effective([6], [6], [1.0]))
    assert effective([0], [33], [1.0]) == 0


def test_two_strata_add_up_by_their_weighted_shares() -> None:
    # 10 of 20 forms and 5 of 50, each form standing for N / n transactions.
    first, second = 20 / 70, 50 / 70
    rest_first, rest_second = (20 - 10) / 19, (50 - 5) / 49
    variance = first**2 * rest_first / 10 + second**2 * rest_second / 5
    assert effective([10, 5], [20, 50], [2.0, 10.0]) == pytest.approx(1 / variance, rel=1e-12)


@pytest.mark.parametrize("count", [2, 3, 6])
def test_pairs_are_separated_just_beyond_the_quantile_for_their_number(count: int) -> None:
    quantile = float(ndtri(1 - 0.05 / (count * (count - 1))))
    for distance, separated in ((quantile * 1.001, True), (quantile * 0.999, False)):
        estimate = [distance * math.sqrt(2), *[0.0] * (count - 1)]
        sets = pairwise_bonferroni(estimate, [1.0] * count, 0.95)
        assert (sets.high[0] == 1) is separated


def test_an_award_without_a_row_keeps_what_was_asked() -> None:
    found = award(load("bands-example"), "C9", 81.5, 2.5)
    assert (found.criterion, found.percent, found.maximum) == ("C9", 81.5, 2.5)
    assert (found.points, found.band, found.note) == (None, None, "criterion_not_in_table")
