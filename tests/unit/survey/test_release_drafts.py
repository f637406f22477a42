"""What a release would publish, over any history of forms that come, are excluded and put back."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from scoring.disclosure.release_rule import FormSet
from survey.services.results.release_drafts import UnitCase, UnitDraft, province_units, unit_draft
from survey.services.results.release_sets import NOTHING, PublishedSet
from survey.vocabulary import ReleaseGrade


def forms(*numbers: int) -> FormSet:
    return frozenset(number.to_bytes(4, "big") for number in numbers)


def case(now: FormSet, *earlier: PublishedSet, settled: bool = False, invented: bool = False) -> UnitCase:
    return UnitCase(1, "", now, earlier, NOTHING, settled=settled, invented=invented)


def published(number: int, grade: ReleaseGrade, which: FormSet) -> PublishedSet:
    return PublishedSet(number, grade, which)


COARSE, FULL = ReleaseGrade.COARSE, ReleaseGrade.FULL
FORTY, LESS = forms(*range(40)), forms(*range(41))


def test_an_open_unit_has_coarse_figures_and_a_settled_one_full_tables() -> None:
    assert unit_draft(case(forms(*range(29)))) is None
    assert _of(unit_draft(case(FORTY))) == (COARSE, FORTY, False)
    assert _of(unit_draft(case(forms(1, 2), settled=True))) == (FULL, forms(1, 2), False)
    assert _of(unit_draft(case(NOTHING, settled=True))) == (FULL, NOTHING, False)


def test_full_tables_replace_coarse_figures_whatever_the_difference() -> None:
    before = published(1, COARSE, FORTY)
    assert _of(unit_draft(case(LESS, before, settled=True))) == (FULL, LESS, False)
    assert _of(unit_draft(case(FORTY, before, settled=True))) == (FULL, FORTY, False)


def test_after_full_tables_fewer_than_ten_changed_forms_make_a_note() -> None:
    before = published(2, FULL, FORTY)
    assert unit_draft(case(FORTY, before, settled=True)) is None
    assert _of(unit_draft(case(LESS, before, settled=True))) == (FULL, FORTY, True)
    assert _of(unit_draft(case(LESS, before))) == (FULL, FORTY, True)  # something of it is open again
    ten = forms(*range(50))
    assert _of(unit_draft(case(ten, before, settled=True))) == (FULL, ten, False)


def test_full_tables_never_come_near_those_of_the_units_periods() -> None:
    august = forms(*range(35))
    near = replace(case(FORTY, settled=True), of_periods=august)
    assert _of(unit_draft(near)) == (FULL, august, True)
    far = replace(case(forms(*range(45)), settled=True), of_periods=august)
    assert _of(unit_draft(far)) == (FULL, forms(*range(45)), False)
    assert unit_draft(replace(case(FORTY), of_periods=august)) is None


def test_a_rehearsals_tables_are_full_and_keep_the_distance() -> None:
    before = published(1, FULL, FORTY)
    assert _of(unit_draft(case(FORTY, invented=True))) == (FULL, FORTY, False)
    assert unit_draft(case(LESS, before, invented=True)) is None


STEPS = st.lists(
    st.tuples(st.frozensets(st.integers(0, 90), max_size=25), st.booleans()), min_size=1, max_size=30
)


@given(STEPS, st.booleans())
def test_no_history_publishes_two_full_tables_or_two_coarse_figures_that_are_near(
    steps: list[tuple[frozenset[int], bool]], invented: bool
) -> None:
    """Forms toggle: they come, are excluded, are put back; at any moment the unit may be settled."""
    now: FormSet = NOTHING
    history: list[PublishedSet] = []
    for number, (toggled, settled) in enumerate(steps, start=1):
        now ^= forms(*toggled)
        draft = unit_draft(case(now, *history, settled=settled, invented=invented))
        if draft is not None and draft.is_new:
            history.append(published(number, draft.grade, draft.forms))
    for place, one in enumerate(history):
        for other in history[:place]:
            distance = len(one.forms ^ other.forms)
            if one.grade is other.grade:
                assert distance == 0 or distance >= 10
            if one.grade is COARSE:
                assert other.grade is COARSE, "no coarse figures after full tables"
                assert distance >= 10
                assert 4 * distance >= max(len(one.forms), len(other.forms))
                assert len(one.forms) >= 30


def test_the_province_waits_for_every_unit_or_for_tccb() -> None:
    full = {1: FORTY, 2: forms(1, 2)}
    assert province_units(full, [], (1, 2, 3), incomplete=False) is None
    assert province_units(full, [], (1, 2, 3), incomplete=True) == [1, 2]
    assert province_units(full, [], (1, 2), incomplete=False) == [1, 2]
    assert province_units({}, [], (1, 2), incomplete=True) is None


def test_a_unit_joins_the_provinces_tables_only_with_ten_forms() -> None:
    before = {1: FORTY}
    assert province_units({1: FORTY, 2: forms(*range(9))}, [before], (1, 2), incomplete=False) is None
    assert province_units({1: FORTY, 2: forms(*range(10))}, [before], (1, 2), incomplete=False) == [1, 2]
    assert province_units(before, [before], (1, 2), incomplete=True) is None


def _of(draft: UnitDraft | None) -> tuple[ReleaseGrade, FormSet, bool]:
    assert draft is not None
    return draft.grade, draft.forms, draft.left_out
