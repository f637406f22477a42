"""Criteria of a unit with their covariance: the same figures as everywhere, and remarks that respect it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from scoring.analysis import unit_profile
from scoring.analysis.quota_precision import form_spread, quota_precisions
from scoring.analysis.unit_profile import (
    CriterionEstimates,
    criterion_estimates,
    criterion_scores,
    findings_by_unit,
    form_scores,
    overall_drivers,
    overall_importance,
)
from scoring.results import CriterionRule, Formula
from tests.unit.scoring.analysis.campaigns import CRITERIA, Campaign, campaign

IDS = [criterion.id for criterion in CRITERIA]


def _estimates(made: Campaign) -> CriterionEstimates:
    inputs = made.inputs
    return criterion_estimates(
        inputs.marks, inputs.collected.unit, inputs.population, inputs.questions, inputs.rules
    )


@pytest.mark.parametrize("rule", ["pooled", "mean_of_items"])
@pytest.mark.parametrize("official", ["f1", "f2", "f3"])
def test_values_and_errors_are_those_of_the_results(official: Formula, rule: CriterionRule) -> None:
    made = campaign(official=official, rule=rule)
    for unit, found in zip(made.result.units, _estimates(made).units, strict=True):
        for place, index in enumerate(unit.criteria):
            shown = index.by(official)
            scale = 80.0 if official == "f1" else 100.0
            offset = 20.0 if official == "f1" else 0.0
            assert shown.value == pytest.approx(offset + scale * found.value[place])
            assert shown.se == pytest.approx(scale * np.sqrt(found.covariance[place, place]))


def test_the_covariance_is_that_of_whole_forms() -> None:
    """Without blanks a pooled criterion is a plain mean over forms, so the textbook formula must come out."""
    made = campaign((60,), known=False)
    marks = np.where(made.inputs.marks == 0, 3, made.inputs.marks)
    inputs = replace(made.inputs, marks=marks)
    found = criterion_estimates(
        inputs.marks, inputs.collected.unit, inputs.population, inputs.questions, inputs.rules
    ).units[0]
    scores = (criterion_scores(marks, CRITERIA) - 1) / 4
    assert found.value == pytest.approx(scores.mean(axis=0))
    assert found.covariance == pytest.approx(np.cov(scores.T) / 60)


def test_scores_of_forms() -> None:
    marks = np.array([[5, 4, 3, 0], [9, 0, 0, 0]], dtype=np.uint8)
    assert form_scores(marks, "f3")[0] == form_scores(marks, "f1")[0] == 0.75
    assert form_scores(marks, "f2")[0] == pytest.approx(2 / 3)
    assert np.isnan(form_scores(marks, "f2")[1])
    assert np.isnan(form_scores(marks, "f3")[1])
    assert criterion_scores(marks, ()).shape == (2, 0)


def test_the_spread_between_forms_is_taken_inside_units() -> None:
    marks = np.array([[5, 5], [4, 4], [2, 2], [1, 1]], dtype=np.uint8)
    unit = np.array([0, 0, 1, 1])
    assert form_spread(marks, unit, (0, 1), "f1") == pytest.approx(14.142, abs=1e-3)
    assert form_spread(marks, unit, (0, 1), "f3") == pytest.approx(100 / 80 * 14.1421, abs=1e-3)
    assert form_spread(marks[:1], unit[:1], (0, 1), "f1") is None
    assert form_spread(np.zeros((3, 2), dtype=np.uint8), unit[:3], (0, 1), "f1") is None


def test_a_criterion_that_is_plainly_best_is_called_so_unless_it_is_hidden() -> None:
    made = campaign((80, 80))
    said = findings_by_unit(made.inputs.units, _estimates(made), None, 0.95, criteria=IDS)
    codes = {remark.code: remark.criteria for remark in said[0].findings}
    best = codes.get("strongest") or codes["strongest_among"]
    assert best[0] == 0
    hidden = {("u1", "C1")}
    without = findings_by_unit(made.inputs.units, _estimates(made), None, 0.95, criteria=IDS, hidden=hidden)
    assert all(0 not in remark.criteria for remark in without[0].findings)
    assert without[1] == said[1]


def test_few_forms_are_not_enough_for_remarks() -> None:
    made = campaign((29, 0))
    said = findings_by_unit(made.inputs.units, _estimates(made), None, 0.95, criteria=IDS)
    assert [[remark.code for remark in one.findings] for one in said] == [["too_few_forms"], ["no_answers"]]
    assert [one.forms for one in said] == [29, 0]


def test_importance_is_that_of_the_drivers_and_is_one_together() -> None:
    inputs = campaign().inputs
    found = overall_drivers(inputs.marks, inputs.collected.unit, inputs.questions, 0.95, seed=3)
    alone = overall_importance(inputs.marks, inputs.collected.unit, inputs.questions)
    assert found is not None
    assert alone == pytest.approx(found.share)
    assert sum(found.share) == pytest.approx(1.0)


def test_of_very_many_forms_a_part_is_resampled(monkeypatch: pytest.MonkeyPatch) -> None:
    inputs = campaign((200, 200)).inputs
    whole = overall_drivers(inputs.marks, inputs.collected.unit, inputs.questions, 0.95, seed=3)
    monkeypatch.setattr(unit_profile, "MOST_FORMS", 150)
    part = overall_drivers(inputs.marks, inputs.collected.unit, inputs.questions, 0.95, seed=3)
    assert whole is not None
    assert part is not None
    assert part.n <= 150 < whole.n
    assert sum(part.share) == pytest.approx(1.0)


def test_without_an_overall_item_nothing_drives_it() -> None:
    inputs = campaign().inputs
    questions = replace(inputs.questions, overall_item=None)
    assert overall_drivers(inputs.marks, inputs.collected.unit, questions, 0.95, seed=3) is None
    assert overall_importance(inputs.marks, inputs.collected.unit, questions) is None
    few = campaign((20,)).inputs
    assert overall_importance(few.marks, few.collected.unit, few.questions) is None


def test_quotas_are_weighed_with_and_without_n() -> None:
    found = quota_precisions([(50, 1200), (80, 900), (80, 1500), (80, None), (0, 10)], 12.0, 0.95)
    assert [(one.precision.forms, one.precision.population) for one in found] == [
        (50, None),
        (50, 1200),
        (80, None),
        (80, 900),
    ]
    # 80 forms of very many: 1.96 x 12 / sqrt(80)
    assert found[2].index_margin == pytest.approx(2.6296, abs=1e-4)
    assert found[2].shows_target == pytest.approx(0.7892, abs=5e-5)  # the worked value of power_target
    assert found[3].precision.margins[1] < found[2].precision.margins[1]
    assert quota_precisions([(80, 60)], None, 0.95)[0].index_margin is None
    assert len(quota_precisions([(80, 60)], None, 0.95)) == 1
    assert quota_precisions([], 1.0, 0.95) == ()


def test_of_many_quotas_the_smallest_and_largest_stand() -> None:
    found = quota_precisions([(forms, None) for forms in (10, 20, 30, 40, 50, 60)], None, 0.95)
    assert [one.precision.forms for one in found] == [10, 20, 50, 60]
