"""The whole look at a campaign: complete, repeatable, quiet about what may not be shown, empty without forms."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np

from scoring.analysis.analysis import Analysis, analyse, findings_of_units
from scoring.disclosure.suppression import THRESHOLD
from tests.unit.scoring.analysis.campaigns import Campaign, campaign, copied


def _analyse(made: Campaign) -> Analysis:
    return analyse(made.inputs, made.result, seed=7)


def test_every_part_is_there_and_becomes_json() -> None:
    found = _analyse(campaign(moods=(4.5, 4.2, 4.0, 3.7)))
    values = json.loads(json.dumps(found.to_json(), default=str))
    assert values["schema_version"] == 1
    assert values["seed"] == found.ranking.simultaneous.seed == found.review.seed == 7
    assert [chance.domain for chance in found.target_probabilities] == ["province", "u1", "u2", "u3", "u4"]
    assert [one.domain for one in found.points] == ["province", "u1", "u2", "u3", "u4"]
    assert [one.table.id for one in found.examples] == ["bands-example"]
    assert found.weighted is not None
    assert found.drivers is not None
    assert len(found.findings) == 4
    assert [one.precision.forms for one in found.precision] == [50, 50, 80, 80]
    assert found.excluding_flagged is None


def test_the_same_forms_give_the_same_analysis() -> None:
    made = campaign(moods=(4.5, 4.2, 4.0, 3.7))
    assert _analyse(made) == _analyse(made)


def test_remarks_alone_are_those_of_the_whole_look() -> None:
    made = campaign()
    assert findings_of_units(made.inputs, made.result) == _analyse(made).findings


def test_flagged_forms_are_left_out_of_the_second_result_only() -> None:
    made = copied(campaign(), 4)
    found = _analyse(made)
    own = int((made.inputs.collected.officer == 4).sum())
    assert own >= THRESHOLD
    assert found.excluding_flagged is not None
    forms = [unit.forms for unit in found.excluding_flagged.result.units]
    assert forms == [50, 80 - own, 80, 80]
    assert (found.excluding_flagged.units, found.excluding_flagged.together) == ((True,) * 4, True)
    kept = made.inputs.collected.officer != 4
    expected = np.mean(
        [
            levels
            for levels in made.inputs.marks[kept & (made.inputs.collected.unit == 1)][:, :-1].ravel()
            if levels
        ]
    )
    value = found.excluding_flagged.result.units[1].overall.f3.value
    assert value is not None
    np.testing.assert_allclose(value, 25 * (expected - 1))


def test_a_campaign_of_flagged_forms_alone_has_no_second_result() -> None:
    made = campaign((40,))
    nobody, hurried = np.full(40, -1), np.full(40, 3.0)
    collected = replace(made.inputs.collected, officer=nobody, seconds=hurried)
    found = analyse(replace(made.inputs, collected=collected), made.result, seed=7)
    assert found.review.forms_flagged == 40
    assert {flag.kind for flag in found.review.flags} == {"too_fast"}
    assert found.excluding_flagged is None


def test_hidden_units_and_criteria_enter_nothing_that_is_shown() -> None:
    made = campaign()
    hidden = frozenset({("u2", "overall"), ("u3", "C1"), ("province", "C2")})
    found = _analyse(replace(made, inputs=replace(made.inputs, hidden=hidden)))
    assert "u2" in found.ranking.left_out
    assert found.target_probabilities[2].official is None
    assert "C1" not in {worth.award.criterion for worth in found.points[3].criteria}
    assert "C2" not in {worth.award.criterion for worth in found.examples[0].criteria}
    assert all(0 not in remark.criteria for remark in found.findings[2].findings)


def test_no_forms_at_all_leave_every_part_empty() -> None:
    found = _analyse(campaign((0, 0)))
    assert found.ranking.units == ()
    assert found.ranking.left_out == ("u1", "u2")
    assert all(chance.official is None for chance in found.target_probabilities)
    assert found.drivers is None
    assert found.excluding_flagged is None
    assert found.review.officers == 0
    assert [one.index_margin for one in found.precision] == [None] * len(found.precision)
    assert [[remark.code for remark in one.findings] for one in found.findings] == [["no_answers"]] * 2


def test_where_n_is_unknown_nothing_is_weighted() -> None:
    found = _analyse(campaign(known=False))
    assert found.weighted is None
    assert [one.precision.population for one in found.precision] == [None, None]
