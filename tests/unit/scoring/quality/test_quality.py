"""Quality flags: the planted defects are found, honest officers are left alone, and chance is counted right."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import datetime
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from scoring.quality import (
    Collected,
    bursts,
    channel_effects,
    flag_forms,
    flag_officers,
    flagged_forms,
    officer_effect,
    too_fast,
)
from scoring.quality.chance import hypergeometric_p, least_draws, permutation_p
from scoring.quality.collected import close_pairs, straight_level
from scoring.quality.flags import officer_tests
from scoring.tally import mean_levels

LABELLED = Path(__file__).parents[3] / "golden" / "scoring" / "v6_quality_labelled"


def _read(name: str) -> list[dict[str, str]]:
    with (LABELLED / name).open() as file:
        return list(csv.DictReader(file))


def _codes(values: list[str]) -> tuple[np.ndarray, list[str]]:
    names = sorted(set(values) - {""})
    return np.array([names.index(value) if value else -1 for value in values]), names


@pytest.fixture(scope="module")
def labelled() -> tuple[Collected, list[str], list[str]]:
    """Return the labelled set, its officers' names and the label of each form."""
    rows = _read("responses.csv")
    labels = {row["response_id"]: row["label"] for row in _read("labels.csv")}
    items = [name for name in rows[0] if name[0] == "q" and name[1:].isdigit()]
    officer, names = _codes([row["officer"] for row in rows])
    collected = Collected(
        np.array([[int(row[item] or 0) for item in items] for row in rows], dtype=np.uint8),
        _codes([row["unit"] for row in rows])[0],
        officer,
        _codes([row["channel"] for row in rows])[0],
        np.array([float(row["seconds"]) for row in rows]),
        np.array([datetime.fromisoformat(row["entered_at"] + "+07:00").timestamp() for row in rows]),
    )
    return collected, names, [labels[row["response_id"]] for row in rows]


def honest(rng: np.random.Generator, units: int = 10, officers: int = 3, forms: int = 48) -> Collected:
    """Return forms of citizens with their own levels, 6 per cent of them honestly all 5, dealt out by chance."""
    unit = np.repeat(np.arange(units), forms)
    officer = unit * officers + rng.integers(0, officers, unit.size)
    person = rng.normal(0, 0.8, unit.size) + rng.normal(0.9, 0.25, units)[unit]
    item = rng.normal(0, 0.3, 26)
    wish = person[:, None] + item + rng.normal(0, 0.8, (unit.size, 26))
    marks = (1 + (wish[..., None] > np.array([-2, -1.2, -0.3, 1.0])).sum(axis=-1)).astype(np.uint8)
    marks[rng.random(marks.shape) < 0.03] = 0
    marks[rng.random(unit.size) < 0.06] = 5
    unknown = np.full(unit.size, np.nan)
    return Collected(marks, unit, officer, np.zeros(unit.size, dtype=np.intp), unknown, unknown)


def test_exactly_the_planted_officers_are_flagged(labelled: tuple[Collected, list[str], list[str]]) -> None:
    collected, names, labels = labelled
    flags = flag_officers(collected, 1)
    for found in (flags, flag_officers(collected, 2)):
        assert {(flag.kind, names[flag.officer]) for flag in found if flag.officer is not None} == {
            ("fabricated", "U03-o2"),
            ("near_duplicate", "U06-o1"),
            ("straight_line", "U08-o3"),
        }
    flagged = flagged_forms([*flags, *flag_forms(collected)], len(labels))
    guilty = np.array([not label.startswith("ok") for label in labels])
    assert (flagged & guilty).sum() / flagged.sum() > 0.95
    assert (flagged & guilty).sum() / guilty.sum() > 0.9


def test_exactly_the_hurried_forms_are_flagged(labelled: tuple[Collected, list[str], list[str]]) -> None:
    collected, _, labels = labelled
    flags = flag_forms(collected)
    assert {flag.form for flag in flags} == {
        place for place, label in enumerate(labels) if label == "too_fast"
    }
    assert {(flag.p, flag.p_holm, flag.officer) for flag in flags} == {(None, None, None)}


def test_the_same_seed_gives_the_same_flags(labelled: tuple[Collected, list[str], list[str]]) -> None:
    assert officer_tests(labelled[0], 5) == officer_tests(labelled[0], 5)


def test_honest_officers_are_left_alone() -> None:
    """At most one of 30 officers, in each of 20 honest surveys; and in nearly all of them none."""
    rng = np.random.default_rng(8)
    counts = [len({flag.officer for flag in flag_officers(honest(rng), seed)}) for seed in range(20)]
    assert max(counts) <= 1
    assert sum(counts) <= 3


def test_an_officer_who_answers_5_everywhere_for_half_the_citizens_is_found() -> None:
    collected = honest(np.random.default_rng(3))
    own = np.flatnonzero(collected.officer == 4)
    collected.marks[own[: int(0.7 * own.size)]] = 5
    assert ("straight_line", 4) in {(flag.kind, flag.officer) for flag in flag_officers(collected, 1)}


def test_units_with_one_officer_and_officers_with_few_forms_are_not_tested() -> None:
    collected = honest(np.random.default_rng(3), units=2, officers=1)
    assert officer_tests(collected, 1) == ()
    assert officer_effect(collected) is None
    two = honest(np.random.default_rng(3), units=1, officers=2)
    few = replace(two, officer=np.where(np.arange(48) < 4, 0, 1))
    assert {flag.officer for flag in officer_tests(few, 1)} == {1}


def test_no_varied_forms_leave_nothing_to_call_invented() -> None:
    collected = honest(np.random.default_rng(3), units=1, officers=2, forms=20)
    collected.marks[:] = 4
    tests = officer_tests(collected, 1)
    assert {flag.p for flag in tests} == {1.0}
    assert all(flag.forms == () for flag in tests if flag.kind == "fabricated")


def test_permutation_p_is_exact_where_all_subsets_can_be_counted() -> None:
    values = np.array([9.0, 8.0, 1.0, 2.0, 3.0, 0.0])
    chosen = np.array([True, True, False, False, False, False])
    observed, p = permutation_p(lambda member: member @ values, chosen, 20_000, np.random.default_rng(1))
    sums = [values[list(pair)].sum() for pair in combinations(range(6), 2)]
    assert observed == 17
    assert p == pytest.approx(np.mean([one >= 17 for one in sums]), abs=0.02)
    _, least = permutation_p(lambda member: member @ values, ~chosen, 1000, np.random.default_rng(1))
    assert 0 < least <= 1


def test_hypergeometric_tail_by_hand() -> None:
    assert hypergeometric_p(3, 3, 3, 10) == pytest.approx(1 / 120)
    assert hypergeometric_p(0, 3, 3, 10) == pytest.approx(1)
    assert least_draws(1, 0.05) == 9_999
    assert least_draws(600, 0.05) == 240_000


def test_what_can_be_read_off_one_form() -> None:
    marks = np.array(
        [[5] * 6, [4, 4, 4, 4, 4, 0], [4, 4, 4, 4, 0, 0], [4, 5, 4, 4, 9, 3], [0] * 6, [4, 5, 4, 4, 9, 2]],
        dtype=np.uint8,
    )
    assert straight_level(marks).tolist() == [5, 4, 0, 0, 0, 0]
    assert mean_levels(marks)[[0, 3]].tolist() == [5, 4]
    assert np.isnan(mean_levels(marks)[4])
    close = close_pairs(marks, 1)
    assert np.argwhere(close).tolist() == [[3, 5], [5, 3]]


def test_speed_is_judged_only_where_a_citizen_answered_and_time_is_known() -> None:
    marks = np.full((5, 26), 4, dtype=np.uint8)
    marks[3, 4:] = 0
    collected = Collected(
        marks,
        np.zeros(5, dtype=np.intp),
        np.array([-1, -1, 0, -1, -1]),
        np.zeros(5, dtype=np.intp),
        np.array([12.0, 45.0, 12.0, 1.0, np.nan]),
        np.full(5, np.nan),
    )
    assert too_fast(collected).tolist() == [True, False, False, False, False]


def test_bursts_are_seen_against_the_colleagues() -> None:
    collected = honest(np.random.default_rng(3), units=1, officers=2, forms=60)
    time = np.random.default_rng(4).uniform(0, 100, 60)
    own = np.flatnonzero(collected.officer == 0)
    time[own[:12]] = 50 + np.arange(12) / 100
    time[own[-1]] = np.nan
    found = bursts(replace(collected, time=time), 0.5, seed=1)
    assert found[0][0] >= 12
    assert found[0][1] < 0.01
    assert found[1][1] > 0.05
    few = replace(collected, time=np.where(np.arange(60) < 6, time, np.nan))
    assert bursts(few, 0.5, seed=1).keys() <= {0, 1}
    assert len(bursts(few, 0.5, seed=1)) < 2


def test_officer_effect_by_hand() -> None:
    marks = np.array([[4], [5], [2], [3]], dtype=np.uint8)
    nothing = np.full(4, np.nan)
    collected = Collected(marks, np.zeros(4, int), np.array([0, 0, 1, 1]), np.zeros(4, int), nothing, nothing)
    found = officer_effect(collected)
    assert found is not None
    assert found.icc == pytest.approx(7 / 9)
    assert found.low < found.icc < found.high
    assert (found.officers, found.forms) == (2, 4)
    alike = replace(collected, marks=np.array([[4], [4], [2], [2]], dtype=np.uint8))
    assert officer_effect(alike) is None
    single = replace(collected, officer=np.array([0, 1, 2, 3]))
    assert officer_effect(single) is None


def test_officer_effect_covers_the_truth() -> None:
    """Balanced normal-like scores with an intraclass correlation of 0.2: the interval holds it 95 times of 100."""
    rng = np.random.default_rng(6)
    covered = 0
    for _ in range(200):
        officer = np.repeat(np.arange(30), 20)
        wish = 3 + 0.2 * rng.normal(size=30)[officer] + 0.4 * rng.normal(size=600)
        # Many items of two neighbouring levels make nearly continuous scores.
        marks = np.floor(wish[:, None] + rng.random((600, 40))).clip(1, 5).astype(np.uint8)
        # Rounding adds its own variance inside officers: mean of 40 Bernoulli errors.
        nothing = np.full(600, np.nan)
        found = officer_effect(Collected(marks, officer // 3, officer, np.zeros(600, int), nothing, nothing))
        assert found is not None
        truth = 0.04 / (0.04 + 0.16 + 1 / 6 / 40)
        covered += found.low <= truth <= found.high
    # Three standard errors of 0.95 from 200 are 0.046.
    assert covered / 200 > 0.904


def test_channel_effect(labelled: tuple[Collected, list[str], list[str]]) -> None:
    collected, _, _ = labelled
    found = channel_effects(collected, 1)
    assert len(found) == 11
    assert all(effect.p_holm >= effect.p for effect in found)
    own = honest(np.random.default_rng(3), units=2, officers=2, forms=60)
    channel = np.where(np.arange(120) % 2 == 0, 0, 1)
    channel[:60] = 0
    channel[119] = 2  # one form of a third channel says nothing
    raised = own.marks.copy()
    raised[(channel == 1)] = np.minimum(raised[channel == 1] + 2, 5)
    effects = channel_effects(replace(own, channel=channel, marks=raised), 1)
    assert [(effect.unit, effect.channels) for effect in effects] == [(1, (0, 1))]
    assert effects[0].p < 0.001
    assert effects[0].means[1] > effects[0].means[0]
    assert effects[0].forms == (30, 29)
    assert channel_effects(replace(own, channel=np.full(120, -1)), 1) == ()
