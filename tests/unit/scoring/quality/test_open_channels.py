"""Channels that are open to citizens: a crowd in one half-day and copies sent together are told from busy honest days."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.random import Generator

from scoring.quality import Collected, flag_open_channels
from scoring.quality.open_channels import (
    FEWEST_OF_CHANNEL,
    LEAST_DISPERSION,
    crowd_p,
    dispersion,
    open_channel_tests,
    open_channels,
)

ITEMS, HALF_DAYS, QR, KIOSK, PAPER = 26, 80, 0, 1, 2
OWN = (QR, KIOSK)


def forms(rng: Generator, unit: int, channel: int, mean: float) -> list[tuple[int, int, int, np.ndarray]]:
    """The honest forms of a unit by a channel: half-days differ (variance over mean 2), and so do people."""
    made = []
    for half_day, number in enumerate(rng.negative_binomial(mean, 0.5, HALF_DAYS)):
        for _ in range(number):
            level = rng.normal(4.1, 0.5)
            marks = np.clip(np.rint(rng.normal(level, 0.8, ITEMS)), 1, 5).astype(np.uint8)
            made.append((unit, channel, half_day, marks))
    return made


def collected(made: list[tuple[int, int, int, np.ndarray]], officer: int = -1) -> Collected:
    size = len(made)
    return Collected(
        marks=np.array([form[3] for form in made], dtype=np.uint8),
        unit=np.array([form[0] for form in made], dtype=np.intp),
        officer=np.full(size, officer, dtype=np.intp),
        channel=np.array([form[1] for form in made], dtype=np.intp),
        seconds=np.full(size, np.nan),
        time=np.array([form[2] for form in made], dtype=np.float64),
    )


def honest(seed: int) -> list[tuple[int, int, int, np.ndarray]]:
    rng = np.random.default_rng(seed)
    return [form for unit in range(6) for channel in OWN for form in forms(rng, unit, channel, 1.0)]


def test_honest_campaigns_carry_hardly_any_sign() -> None:
    assert sum(bool(flag_open_channels(collected(honest(seed)), OWN, seed=1)) for seed in range(20)) <= 2


def test_a_crowd_at_one_poster_is_seen_and_its_forms_stay() -> None:
    made = honest(3)
    rng = np.random.default_rng(9)
    made += [(2, QR, 33, rng.integers(1, 6, ITEMS, dtype=np.uint8)) for _ in range(25)]
    (flag,) = flag_open_channels(collected(made), OWN, seed=1)
    assert (flag.kind, flag.unit, flag.channel, flag.officer, flag.forms) == ("crowd", 2, QR, None, ())
    assert flag.observed >= 25
    assert flag.expected < 3
    assert flag.p is not None
    assert flag.p_holm is not None
    assert flag.p < flag.p_holm <= 0.05


def test_in_the_first_days_nobody_knows_what_a_crowd_is() -> None:
    rng = np.random.default_rng(4)
    first = [
        (unit, QR, unit % 2, rng.integers(1, 6, ITEMS, dtype=np.uint8))
        for unit in range(4)
        for _ in range(45)
    ]
    assert [flag.kind for flag in flag_open_channels(collected(first), OWN, seed=1)] == []
    later = [(9, KIOSK, half_day, rng.integers(1, 6, ITEMS, dtype=np.uint8)) for half_day in range(20)]
    kinds = {(flag.kind, flag.channel) for flag in flag_open_channels(collected(first + later), OWN, seed=1)}
    assert kinds == {("crowd", QR)}, "with days to compare it with, it is one"


def test_copies_sent_in_one_half_day_are_seen_and_named() -> None:
    made = honest(3)
    rng = np.random.default_rng(9)
    pattern = rng.integers(2, 6, ITEMS, dtype=np.uint8)
    first = len(made)
    for n in range(8):
        copy = pattern.copy()
        copy[n] = 5 if copy[n] != 5 else 4  # each a little different
        made.append((4, KIOSK, 50, copy))
    (flag,) = flag_open_channels(collected(made), OWN, seed=1)
    assert (flag.kind, flag.unit, flag.channel) == ("copies", 4, KIOSK)
    assert set(range(first, first + 8)) <= set(flag.forms)
    assert len(flag.forms) <= 10
    assert flag.observed >= 28
    assert flag_open_channels(collected(made), OWN, seed=1) == (flag,), "the seed repeats it"


def test_people_who_answer_alike_on_different_days_are_not_suspect() -> None:
    made = honest(3)
    pattern = np.random.default_rng(9).integers(2, 6, ITEMS, dtype=np.uint8)
    made += [(4, KIOSK, 8 * n, pattern) for n in range(10)]
    assert flag_open_channels(collected(made), OWN, seed=1) == ()


def test_only_what_citizens_send_themselves_is_tested() -> None:
    made = honest(3)
    made += [(2, PAPER, 33, np.full(ITEMS, 4, dtype=np.uint8)) for _ in range(40)]
    assert flag_open_channels(collected(made), OWN, seed=1) == ()
    assert open_channel_tests(collected(made, officer=0), OWN, seed=1) == ()
    assert open_channel_tests(collected(made), (), seed=1) == ()
    few = collected([(0, QR, 1, np.full(ITEMS, 4, dtype=np.uint8))] * (FEWEST_OF_CHANNEL - 1))
    assert open_channels(few, OWN) == []


def test_one_half_day_alone_says_nothing() -> None:
    rng = np.random.default_rng(1)
    once = collected([(0, QR, 1, rng.integers(1, 6, ITEMS, dtype=np.uint8)) for _ in range(60)])
    assert [test.p for test in open_channel_tests(once, OWN, seed=1)] == [1.0, 1.0]


def test_very_many_copies_are_compared_in_part() -> None:
    made = honest(3)
    pattern = np.random.default_rng(9).integers(2, 6, ITEMS, dtype=np.uint8)
    made += [(1, QR, 20, pattern) for _ in range(900)]
    found = flag_open_channels(collected(made), OWN, seed=1)
    assert {(flag.kind, flag.unit, flag.channel) for flag in found} == {("crowd", 1, QR), ("copies", 1, QR)}


@pytest.mark.parametrize(
    ("most", "mean", "half_days", "expected"),
    # r = 1 at d = 2: a geometric law, P(X >= 12) = 2^-12
    [(12, 1.0, 20, 1 - (1 - 2**-12) ** 20), (1, 1.0, 1, 0.5), (10, 1.0, 1, 2**-10)],
)
def test_the_worked_value_of_a_crowd(most: int, mean: float, half_days: int, expected: float) -> None:
    assert crowd_p(most, mean, 2.0, half_days) == pytest.approx(expected, rel=1e-9)


def test_dispersion_is_that_of_the_data_but_never_that_of_chance_alone() -> None:
    rng = np.random.default_rng(4)
    even = [np.ones(HALF_DAYS) for _ in range(5)]
    assert dispersion(even, HALF_DAYS) == LEAST_DISPERSION
    assert dispersion([], HALF_DAYS) == LEAST_DISPERSION
    wild = []
    for _ in range(40):
        counts = rng.negative_binomial(1.0, 1 / 6, HALF_DAYS).astype(float)  # mean 5, variance over mean 6
        wild.append(counts[counts > 0])
    assert 4 < dispersion(wild, HALF_DAYS) < 7
