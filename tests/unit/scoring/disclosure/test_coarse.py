"""The coarse view: whole points and nothing by which a form could be told."""

from __future__ import annotations

import math

import pytest

from scoring.disclosure.coarse import COARSE, coarse, is_coarse
from scoring.results import FORMULAS, DomainResult, IndexResult, SurveyResult, indices
from tests.unit.documents import sample


@pytest.fixture(scope="module")
def exact() -> SurveyResult:
    return sample.survey()


@pytest.fixture(scope="module")
def shown(exact: SurveyResult) -> SurveyResult:
    return coarse(exact, {exact.units[0].id, exact.province_pooled.id})


def every(domain: DomainResult) -> tuple[IndexResult, ...]:
    return (*indices(domain), domain.overall_pooled, domain.overall_weighted)


def test_only_the_named_domains_change(exact: SurveyResult, shown: SurveyResult) -> None:
    assert shown.units[1:] == exact.units[1:]
    assert is_coarse(shown.units[0])
    assert is_coarse(shown.province_pooled)
    assert not is_coarse(shown.units[1])
    if exact.province_weighted is not None:
        assert shown.province_weighted is not None
        assert is_coarse(shown.province_weighted)


def test_no_count_is_left_but_that_of_the_forms(exact: SurveyResult, shown: SurveyResult) -> None:
    for before, after in ((exact.units[0], shown.units[0]), (exact.province_pooled, shown.province_pooled)):
        assert after.forms == before.forms
        for index in every(after):
            assert (index.forms, index.answers, index.no_opinion, index.blank) == (0, 0, 0, 0)
            assert index.levels == (0, 0, 0, 0, 0)
            for formula in FORMULAS:
                one = index.by(formula)
                assert (one.se, one.df, one.note) == (None, None, COARSE)


def test_criteria_and_the_whole_remain_by_the_official_formula_in_whole_points(
    exact: SurveyResult, shown: SurveyResult
) -> None:
    for before, after in ((exact.units[0], shown.units[0]), (exact.province_pooled, shown.province_pooled)):
        pairs = zip((*before.criteria, before.overall), (*after.criteria, after.overall), strict=True)
        for old, new in pairs:
            one, whole = old.by(exact.official), new.by(exact.official)
            assert None not in {one.value, one.low, one.high, whole.value, whole.low, whole.high}
            assert whole.value == math.floor((one.value or 0) + 0.5)
            assert whole.low == math.floor(one.low or 0)
            assert whole.high == math.ceil(one.high or 0)
            assert [new.by(formula).value for formula in FORMULAS if formula != exact.official] == [
                None,
                None,
            ]
        for index in (*after.items, after.overall_item):
            assert index is not None
            assert all(index.by(formula).value is None for formula in FORMULAS)


def test_the_rule_that_was_not_chosen_is_no_second_look(exact: SurveyResult, shown: SurveyResult) -> None:
    domain = shown.units[0]
    other = domain.overall_weighted if exact.overall_rule == "pooled" else domain.overall_pooled
    assert all(other.by(formula).value is None for formula in FORMULAS)


def test_a_unit_without_forms_has_no_value(exact: SurveyResult) -> None:
    empty = sample.survey((0, 40, 40))
    seen = coarse(empty, {empty.units[0].id}).units[0]
    assert is_coarse(seen)
    assert seen.overall.by(exact.official).value is None
