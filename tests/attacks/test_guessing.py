"""An attacker with every release of a unit, who sent nine of its forms himself, guesses one citizen's answers."""

from __future__ import annotations

import numpy as np
import pytest

from bench import guessing
from bench.flags import citizens
from bench.guessing import Attempts

COARSE, FULL = "coarse, coarse", "coarse, full"
MOST_SURE = 0.05  # ``docs/threats.md`` has the measured shares, from more units than here


@pytest.fixture(scope="module")
def attempts() -> dict[tuple[str, str], Attempts]:
    return guessing.attempted(60, seed=1)


def test_between_coarse_figures_more_strangers_than_one_hide_each_other(
    attempts: dict[tuple[str, str], Attempts],
) -> None:
    crowd = attempts[COARSE, "11 and more"]
    assert crowd.number > 500
    assert crowd.sure == 0
    assert crowd.guess > crowd.reader, "a difference says less than the newest figures alone"


@pytest.mark.parametrize("pair", [(COARSE, "10"), (FULL, "1 to 9"), (FULL, "10")])
def test_a_single_stranger_is_hidden_by_the_rounding_but_at_its_very_edge(
    attempts: dict[tuple[str, str], Attempts], pair: tuple[str, str]
) -> None:
    alone = attempts[pair]
    assert alone.number > 50
    assert alone.sure <= MOST_SURE * alone.number
    assert sum(alone.narrowed) / alone.number > 1.0, "more than a level of every item remains open"


def test_full_tables_a_form_apart_would_give_everything_away() -> None:
    """Why there are none: the same arithmetic on two exact looks leaves nothing open."""
    marks, _ = citizens(np.random.default_rng(3), [41])
    earlier, later = guessing.look(marks[:40], exact=True), guessing.look(marks, exact=True)
    assert (later.least - earlier.most == later.most - earlier.least).all()
