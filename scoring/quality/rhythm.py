"""Time as a sign: forms answered faster than anybody reads, and forms that come in bursts."""

from __future__ import annotations

import numpy as np

from scoring.arrays import BoolArray, FloatArray
from scoring.quality.chance import DRAWS, Statistic, permutation_p
from scoring.quality.collected import FEWEST_FORMS, FEWEST_MARKS, NONE, Collected, pools

SECONDS_PER_ITEM = 1.0


def too_fast(collected: Collected, seconds_per_item: float = SECONDS_PER_ITEM) -> BoolArray:
    """Say which forms took less than a second per answered item, bool (n,).

    A stated rule, not a test: nobody reads and answers an item in less than a second. Only for forms that
    citizens filled in themselves (no officer): keying in a paper form is fast and honest. Edge cases: an
    unknown time, or fewer than five answers, is never too fast. Reference: Wood, Harms, Lowman and
    DeSimone (2017), doi:10.1177/1948550617703168. Worked value: 26 answers in 12 seconds are too fast, in
    45 they are not.
    """
    answers = collected.counted.sum(axis=1)
    known = np.isfinite(collected.seconds) & (collected.officer == NONE) & (answers >= FEWEST_MARKS)
    pace = np.where(known, collected.seconds, np.inf) / np.maximum(answers, 1)
    return np.asarray(pace < seconds_per_item, dtype=np.bool_)


def bursts(collected: Collected, width: float, seed: int) -> dict[int, tuple[int, float]]:
    """Return for every testable officer the largest number of forms within ``width``, and its p-value.

    Scan statistic: the most forms of one officer with times in [t, t + width]. ``width`` is in the measure of
    ``time`` (1 where that is a half-day: forms of one half-day have the same time, so take 0). p from random
    subsets of the unit's forms of the same number; it answers "more crowded than colleagues at the same
    counter", and not "more crowded than a clock". p-values are not adjusted: apply Holm over those you read.

    Edge cases: officers with fewer than five timed forms are left out. Batches keyed in at the day's end are
    honest bursts: a question for the unit, not a finding. Reference: Naus (1965),
    doi:10.1080/01621459.1965.10480810.
    """
    rng = np.random.default_rng(seed)
    crowded: dict[int, tuple[int, float]] = {}
    for _, places in pools(collected):
        timed = places[np.isfinite(collected.time[places])]
        time = collected.time[timed]
        for officer in np.unique(collected.officer[timed]):
            own = collected.officer[timed] == officer
            if own.sum() >= FEWEST_FORMS:
                most, p = permutation_p(_scan(time, width), np.asarray(own), DRAWS, rng)
                crowded[int(officer)] = int(most), p
    return crowded


def _scan(time: FloatArray, width: float) -> Statistic:
    """Return the statistic: the most members within a window that starts at a form."""
    inside = ((time[None, :] >= time[:, None]) & (time[None, :] <= time[:, None] + width)).astype(np.float64)

    def most(member: FloatArray) -> FloatArray:
        return np.asarray((member @ inside.T).max(axis=1), dtype=np.float64)

    return most
