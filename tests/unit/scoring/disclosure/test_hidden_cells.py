"""Small cells stay hidden, and no sum gives them away."""

from __future__ import annotations

import math

import pytest

from scoring.disclosure.hidden_cells import SUPPRESSED, hidden_cells
from scoring.results import DomainResult, IndexResult, SurveyResult, indices
from survey.documents.reports.printed_result import printed_result
from tests.unit.documents.sample import survey


def test_nothing_is_hidden_where_every_cell_is_large() -> None:
    assert hidden_cells(survey()) == frozenset()


def _attack(result: SurveyResult, hidden: frozenset[tuple[str, str]]) -> list[str]:
    """Return the hidden small sums that follow from what is shown, by subtraction alone."""
    whole, found = result.province_pooled, []
    for index in indices(whole):
        gone = [unit for unit in result.units if (unit.id, index.id) in hidden]
        left = sum(_of(unit, index.id).forms for unit in gone)
        if (whole.id, index.id) not in hidden and gone and (len(gone) == 1 or 0 < left < 10):
            found.append(f"{index.id} over the units")
    for domain in (*result.units, whole):
        dark = [index for index in domain.criteria if (domain.id, index.id) in hidden]
        if (domain.id, domain.overall.id) not in hidden and len(dark) == 1:
            found.append(f"{dark[0].id} in {domain.id}")
        for criterion in domain.criteria:
            lone = [i for i in domain.items if i.id.startswith(criterion.id) and (domain.id, i.id) in hidden]
            if (domain.id, criterion.id) not in hidden and len(lone) == 1:
                found.append(f"{lone[0].id} in {domain.id}")
    return found


def _of(domain: DomainResult, name: str) -> IndexResult:
    return next(index for index in indices(domain) if index.id == name)


@pytest.mark.parametrize(
    "forms",
    [(62, 83, 83, 5), (50, 9, 80, 80), (3, 4, 80, 80), (5, 80), (10, 10, 11, 12), (12, 3, 0, 80), (4, 3)],
)
def test_no_small_cell_is_shown_and_none_follows_by_subtraction(forms: tuple[int, ...]) -> None:
    result = survey(forms, seed=7)
    hidden = hidden_cells(result)
    for domain in (*result.units, result.province_pooled):
        for index in indices(domain):
            assert (domain.id, index.id) in hidden or index.forms == 0 or index.forms >= 10
    assert _attack(result, hidden) == []


def test_a_single_small_unit_takes_the_smallest_other_with_it() -> None:
    hidden = hidden_cells(survey((62, 83, 83, 5)))
    assert {unit for unit, _ in hidden} == {"u01", "u04"}


def test_published_figures_are_the_printed_ones() -> None:
    result = survey((62, 83, 83, 5))
    shown = printed_result(result)
    assert all(
        _of(shown.units[3], index.id).answers == 0 and _of(shown.units[3], index.id).f1.note == SUPPRESSED
        for index in indices(result.units[3])
    )
    raw, printed = result.units[1].overall.f2, shown.units[1].overall.f2
    assert raw.value is not None
    assert printed.value is not None
    assert math.isclose(raw.value, printed.value, abs_tol=0.005 + 1e-12)
    assert printed.value == round(printed.value, 2)
    assert shown.units[3].forms == 5


def test_publishing_twice_changes_nothing() -> None:
    once = printed_result(survey((62, 83, 83, 5)))
    assert hidden_cells(once) == hidden_cells(survey((62, 83, 83, 5)))
    assert printed_result(once) == once
