"""The review of data quality: planted officers are found, and no figure without them gives their forms away."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.quality import review as module
from scoring.quality.review import disclosable, review, unflagged
from tests.unit.scoring.analysis.campaigns import campaign, copied, with_marks


def test_an_officer_who_copies_one_form_is_flagged_and_the_forms_are_counted() -> None:
    made = campaign()
    marks, officer = made.inputs.marks.copy(), made.inputs.collected.officer
    own = np.flatnonzero(officer == 4)
    marks[own] = marks[own[0]]
    marks[own[0], 3] = 5 if marks[own[0], 3] != 5 else 4
    found = review(with_marks(made.inputs, marks).collected, 4, seed=1)
    assert {(flag.kind, flag.officer) for flag in found.flags} == {("near_duplicate", 4)}
    assert found.flagged == (0, own.size, 0, 0)
    assert found.forms_flagged == own.size
    assert (~unflagged(found, marks.shape[0])).nonzero()[0].tolist() == own.tolist()
    assert all(flag.p_holm is not None and flag.p_holm <= 0.05 for flag in found.flags)


def test_honest_forms_carry_no_sign_and_the_seed_repeats() -> None:
    collected = campaign(seed=5).inputs.collected
    found = review(collected, 4, seed=1)
    assert found.flags == ()
    assert found.bursts == ()
    assert (found.officers, found.compared, found.handled) == (12, 12, collected.unit.size)
    assert review(collected, 4, seed=1) == found
    assert found.officer_effect is not None


def test_an_officer_who_enters_everything_at_once_stands_out_in_time_only() -> None:
    collected = campaign(seed=5).inputs.collected
    time = np.where(collected.officer == 7, 13.0, collected.time)
    found = review(replace(collected, time=time), 4, seed=1)
    assert [(burst.officer, burst.unit, burst.most) for burst in found.bursts] == [
        (7, 2, int((collected.officer == 7).sum()))
    ]
    assert found.bursts[0].forms == found.bursts[0].most
    assert found.bursts[0].p < found.bursts[0].p_holm <= 0.05
    assert found.forms_flagged == 0


def test_without_officers_there_is_nothing_to_compare() -> None:
    collected = campaign(seed=5).inputs.collected
    found = review(replace(collected, officer=np.full(collected.unit.size, -1)), 4, seed=1)
    assert (found.officers, found.compared, found.flags, found.bursts) == (0, 0, (), ())
    assert found.officer_effect is None


def test_of_very_many_forms_a_random_part_is_checked_and_flags_name_the_right_ones(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = copied(campaign((60, 300)), 4)
    monkeypatch.setattr(module, "MOST_FORMS", 200)
    found = review(made.inputs.collected, 2, seed=1)
    assert found.unread == 100
    (flag,) = found.flags
    assert set(flag.forms) <= set(np.flatnonzero(made.inputs.collected.officer == 4).tolist())
    assert found.flagged == (0, len(flag.forms))
    hurried = replace(made.inputs.collected, officer=np.full(360, -1), seconds=np.full(360, 2.0))
    for one in review(hurried, 2, seed=1).flags:
        assert one.forms == (one.form,)
        assert hurried.unit[one.forms[0]] == one.unit


@pytest.mark.parametrize(
    ("forms", "flagged", "each", "together"),
    [
        ((80, 80), (12, 4), (False, False), True),
        ((80, 80), (12, 0), (True, True), True),
        ((80, 80), (4, 0), (False, True), False),
        ((80, 80), (75, 0), (False, True), False),
        ((80, 80), (0, 0), (True, True), True),
        ((12, 80), (12, 20), (True, True), True),
        ((), (), (), False),
    ],
)
def test_figures_without_flagged_forms_are_told_where_nobody_can_be_told_apart(
    forms: tuple[int, ...], flagged: tuple[int, ...], each: tuple[bool, ...], together: bool
) -> None:
    assert disclosable(forms, flagged) == (each, together)


@settings(max_examples=80)
@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 60)), min_size=1, max_size=6))
def test_no_group_below_ten_follows_by_subtraction(units: list[tuple[int, int]]) -> None:
    flagged, forms = [number for number, _ in units], [number + rest for number, rest in units]
    each, together = disclosable(forms, flagged)
    for told, number, whole in zip(each, flagged, forms, strict=True):
        assert not told or (not 0 < number < 10 and not 0 < whole - number < 10)
    if together:
        for part in (flagged, [whole - number for whole, number in zip(forms, flagged, strict=True)]):
            dark = [number for told, number in zip(each, part, strict=True) if not told]
            assert not 0 < sum(part) < 10
            assert not 0 < sum(dark) < 10
