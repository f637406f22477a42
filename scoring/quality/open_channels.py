"""Signs about an open channel, by which citizens answer themselves: a crowd in one half-day, and copies that came together.

Nothing but the half-day, the unit and the channel of a form is known here, and nothing more is needed: whoever sends a
poster's form again and again does it in a few sittings.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import numpy as np
from scipy.special import betainc

from scoring.arrays import CodeArray, FloatArray
from scoring.defaults import ALPHA
from scoring.multiplicity import holm
from scoring.quality.chance import sequential_p
from scoring.quality.collected import NONE, Collected, close_pairs
from scoring.quality.flags import DISTANCE, Flag

FEWEST_OF_CHANNEL = 10  # forms of a unit by one channel, and in the crowded half-day
FEWEST_HALF_DAYS = 6  # with forms, before anything is known of what a half-day usually brings
LEAST_DISPERSION = 2.0  # variance over mean of the forms of half-days: no office is as even as chance
MOST_COMPARED = 500  # forms of a channel whose pairs are compared
_DRAWS, _BATCH = 4_999, 250

# A unit's channel by which citizens answer themselves: unit, channel, places of the forms.
OpenChannel = tuple[int, int, CodeArray]


def open_channels(collected: Collected, self_service: Collection[int]) -> list[OpenChannel]:
    """Return (unit, channel, places of the forms) of every open channel that is tested: enough timed forms by citizens themselves.

    ``self_service`` are the codes of the channels by which citizens answer without an officer.
    """
    usable = (
        np.isin(collected.channel, list(self_service))
        & np.isfinite(collected.time)
        & (collected.officer == NONE)
    )
    channels: list[OpenChannel] = []
    for unit in np.unique(collected.unit[usable]):
        for channel in np.unique(collected.channel[usable & (collected.unit == unit)]):
            places = np.flatnonzero(usable & (collected.unit == unit) & (collected.channel == channel))
            if places.size >= FEWEST_OF_CHANNEL:
                channels.append((int(unit), int(channel), places))
    return channels


def flag_open_channels(
    collected: Collected, self_service: Collection[int], seed: int, alpha: float = ALPHA
) -> tuple[Flag, ...]:
    """Return the flags on units' channels that the adjusted p-values support; see :func:`open_channel_tests`."""
    return tuple(
        flag for flag in open_channel_tests(collected, self_service, seed) if (flag.p_holm or 0.0) <= alpha
    )


def open_channel_tests(collected: Collected, self_service: Collection[int], seed: int) -> tuple[Flag, ...]:
    """Return both tests of every open channel, flagged or not, in the order of units and channels.

    * ``crowd``: the most forms of one half-day, m, against the channel's other half-days. Counts are taken as
      negative binomial with the mean of the others and variance d times the mean; d is estimated over all channels, each
      without its fullest half-day, and is at least 2. p = 1 - (1 - P(X >= m))^h over the h half-days in which any form
      came anywhere. Fewer than ten forms are no crowd, and in the
      first days, with forms in fewer than six half-days, nothing is. The forms stay in every figure: a busy morning is honest.
    * ``copies``: pairs of forms that differ in at most a tenth of the items (straight lines aside) and came in the same
      half-day; p by giving the same forms' half-days to them anew at random. So a unit whose citizens answer
      alike is not suspect for it; copies spread evenly over the days are not seen.

    p-values are adjusted by Holm over both tests of all channels. Chance means: what came when has nothing to do with what
    was answered, and half-days differ as they do elsewhere. An event, or a group that came together, can give an
    honest flag. References: Naus (1965), doi:10.1080/01621459.1965.10480810; Mantel (1967), a permutation test of
    clustering in time, PMID 6018555. Worked value: 12 forms in one of 20 half-days, 1 on average
    in the others, d = 2: P(X >= 12) = 1/4096, p = 0.0049.
    """
    rng = np.random.default_rng(seed)
    channels = open_channels(collected, self_service)
    timed = collected.time[np.isfinite(collected.time)]
    half_days = int(np.unique(timed).size)
    spread = dispersion([_counts(collected.time[places]) for _, _, places in channels], half_days)
    tests: list[Flag] = []
    for unit, channel, places in channels:
        tests.append(_crowd(unit, channel, collected.time[places], half_days, spread))
        tests.append(_copies(unit, channel, places, collected, rng))
    adjusted = holm([flag.p or 0.0 for flag in tests])
    return tuple(replace(flag, p_holm=float(p)) for flag, p in zip(tests, adjusted, strict=True))


def dispersion(counts: Collection[FloatArray], half_days: int) -> float:
    """Return variance over mean of the half-days' forms, pooled over channels, each without its fullest half-day; at least 2."""
    squares = expected = 0.0
    for channel in counts:
        mean = _rest(channel, half_days)
        quiet = half_days - channel.size  # half-days in which none came
        rest = np.sort(channel)[:-1]
        squares += float(((rest - mean) ** 2).sum()) + quiet * mean**2
        expected += mean * max(half_days - 2, 1)
    return max(LEAST_DISPERSION, squares / expected) if expected else LEAST_DISPERSION


def crowd_p(most: int, mean: float, spread: float, half_days: int) -> float:
    """Return how often the fullest of so many half-days would have at least ``most`` forms by chance.

    Negative binomial with r = mean / (spread - 1) and success probability 1 / spread. Worked value: see
    :func:`open_channel_tests`.
    """
    tail = float(betainc(most, mean / (spread - 1), 1 - 1 / spread))
    return float(-np.expm1(half_days * np.log1p(-min(tail, 1 - 1e-15))))


def _rest(counts: FloatArray, half_days: int) -> float:
    """Return the mean number of forms in a half-day but for the fullest; half a form more, so that it is never 0."""
    return float(counts.sum() - counts.max() + 0.5) / max(half_days - 1, 1)


def _counts(time: FloatArray) -> FloatArray:
    return np.unique(time, return_counts=True)[1].astype(np.float64)


def _crowd(unit: int, channel: int, time: FloatArray, half_days: int, spread: float) -> Flag:
    counts = _counts(time)
    most, mean = int(counts.max()), _rest(counts, half_days)
    tested = most >= FEWEST_OF_CHANNEL and half_days >= FEWEST_HALF_DAYS
    p = crowd_p(most, mean, spread, half_days) if tested else 1.0
    return Flag("crowd", unit, None, None, float(most), mean, p, None, (), channel)


def _copies(
    unit: int, channel: int, places: CodeArray, collected: Collected, rng: np.random.Generator
) -> Flag:
    if places.size > MOST_COMPARED:
        places = np.sort(rng.choice(places, MOST_COMPARED, replace=False))
    marks = collected.marks[places]
    one, other = np.nonzero(np.triu(close_pairs(marks, int(DISTANCE * marks.shape[1]))))
    _, label = np.unique(collected.time[places], return_inverse=True)
    together = label[one] == label[other]
    observed = int(together.sum())
    chance = float(_same_time(label)) * one.size
    if not observed:
        return Flag("copies", unit, None, None, 0.0, chance, 1.0, None, (), channel)
    p = _shuffled_p(label, one, other, observed, rng)
    forms = np.unique(np.concatenate([one[together], other[together]]))
    return Flag("copies", unit, None, None, observed, chance, p, None, tuple(places[forms].tolist()), channel)


def _same_time(label: CodeArray) -> float:
    """Return the share of all pairs of forms that came in the same half-day."""
    counts = np.bincount(label).astype(np.float64)
    return float((counts * (counts - 1)).sum() / (label.size * (label.size - 1)))


def _shuffled_p(
    label: CodeArray, one: CodeArray, other: CodeArray, observed: int, rng: np.random.Generator
) -> float:
    """Return how often half-days given anew at random bring as many of the pairs together."""

    def reaching(batch: int) -> int:
        shuffles = rng.permuted(np.broadcast_to(label, (batch, label.size)), axis=1)
        return sum(int(np.count_nonzero(times[one] == times[other])) >= observed for times in shuffles)

    return sequential_p(reaching, _DRAWS, _BATCH)
