"""How much of the spread of answers goes with the officer, and with the channel."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import fdtrc, fdtri

from scoring.arrays import CodeArray, FloatArray
from scoring.defaults import LEVEL
from scoring.multiplicity import holm
from scoring.quality.chance import DRAWS, sequential_p
from scoring.quality.collected import NONE, Collected, pools
from scoring.tally import mean_levels


@dataclass(frozen=True, slots=True)
class OfficerEffect:
    """Intraclass correlation of form scores within officers, units' own levels taken out.

    ``icc`` is negative where officers differ less than chance makes them. ``p`` is that of the F test.
    """

    icc: float
    low: float
    high: float
    p: float
    officers: int
    forms: int


@dataclass(frozen=True, slots=True)
class ChannelEffect:
    """Channels compared inside one unit: mean level (1..5) and number of forms by channel code."""

    unit: int
    channels: tuple[int, ...]
    means: tuple[float, ...]
    forms: tuple[int, ...]
    p: float
    p_holm: float


def officer_effect(collected: Collected, level: float = LEVEL) -> OfficerEffect | None:
    """Estimate how alike the forms of one officer are, beyond those of the unit.

    Estimator: analysis of variance of form scores, officers nested in units. With mean squares B between
    officers within units (degrees of freedom b) and W within officers (w): ICC = (B - W) / (B + (m - 1) W),
    m = (forms - sum of n^2 / n of unit) / b the adjusted officer size. Interval by F quantiles:
    (F/F_hi - 1) / (F/F_hi + m - 1) and the same with F_lo; exact for equal sizes, close otherwise.

    Edge cases: None without two officers in some unit, without spread, or with one form an officer. An ICC of
    0.02 or more between interviewers is usual in household surveys (Schaeffer, Dykema and Maynard 2010); it
    is no accusation. Units without a second officer do not enter. Reference: Searle, Casella and McCulloch (1992),
    doi:10.1002/9780470316856; Thomas and Hultquist (1978), doi:10.1214/aos/1176344202. Worked value: two
    officers of one unit with forms 4, 5 and 2, 3: F = 8, ICC = 7/9.
    """
    between = within = 0.0
    spread_df = error_df = size_sum = forms = officers = 0.0
    for _, places in pools(collected):
        every = mean_levels(collected.marks[places])
        score = every[np.isfinite(every)]
        _, group = np.unique(collected.officer[places[np.isfinite(every)]], return_inverse=True)
        count = np.bincount(group).astype(np.float64)
        mean = np.bincount(group, score) / count
        between += float((count * (mean - score.mean()) ** 2).sum())
        within += float(((score - mean[group]) ** 2).sum())
        spread_df += count.size - 1
        error_df += score.size - count.size
        size_sum += score.size - float((count**2).sum()) / score.size
        forms, officers = forms + score.size, officers + count.size
    if spread_df == 0 or error_df == 0 or within == 0:
        return None
    ratio = (between / spread_df) / (within / error_df)
    low, high = (float(fdtri(spread_df, error_df, q)) for q in ((1 + level) / 2, (1 - level) / 2))
    icc, ends = (
        _icc(ratio, size_sum / spread_df),
        [_icc(ratio / q, size_sum / spread_df) for q in (low, high)],
    )
    p = float(fdtrc(spread_df, error_df, ratio))
    return OfficerEffect(icc, ends[0], ends[1], p, int(officers), int(forms))


def _icc(ratio: float, size: float) -> float:
    return (ratio - 1) / (ratio + size - 1)


def channel_effects(collected: Collected, seed: int) -> tuple[ChannelEffect, ...]:
    """Compare the mean form scores of the channels inside every unit that has two or more.

    Statistic: sum of squares between channels; p by permuting channels within the unit (9,999 draws, fewer
    where it is plainly large), adjusted by Holm over the units. Edge cases: channels with fewer than two
    forms are left out. People choose their channel, so a difference may be theirs and not the channel's: it
    is a reason to show channels apart, not to correct. Reference: Ernst (2004), doi:10.1214/088342304000000396.
    """
    rng = np.random.default_rng(seed)
    score = mean_levels(collected.marks)
    effects: list[ChannelEffect] = []
    for unit in np.unique(collected.unit):
        here = (collected.unit == unit) & (collected.channel != NONE) & np.isfinite(score)
        codes, counts = np.unique(collected.channel[here], return_counts=True)
        codes = codes[counts > 1]
        inside = here & np.isin(collected.channel, codes)
        if codes.size > 1:
            effects.append(_compared(int(unit), codes, collected.channel[inside], score[inside], rng))
    adjusted = holm([effect.p for effect in effects])
    return tuple(
        ChannelEffect(one.unit, one.channels, one.means, one.forms, one.p, float(p))
        for one, p in zip(effects, adjusted, strict=True)
    )


def _compared(
    unit: int, codes: CodeArray, channel: CodeArray, score: FloatArray, rng: np.random.Generator
) -> ChannelEffect:
    group = np.searchsorted(codes, channel)
    count = np.bincount(group).astype(np.float64)
    members = (group[None, :] == np.arange(codes.size)[:, None]).astype(np.float64)

    def explained(values: FloatArray) -> FloatArray:
        return np.asarray(((values @ members.T) ** 2 / count).sum(axis=-1), dtype=np.float64)

    centred = score - score.mean()
    observed = float(explained(centred[None, :])[0])

    def reaching(batch: int) -> int:
        shuffled = rng.permuted(np.broadcast_to(centred, (batch, centred.size)), axis=1)
        return int(np.count_nonzero(explained(shuffled) >= observed * (1 - 1e-9)))

    p = sequential_p(reaching, DRAWS)
    means = tuple((np.bincount(group, score) / count).tolist())
    sizes = tuple(int(n) for n in count)
    return ChannelEffect(unit, tuple(codes.tolist()), means, sizes, p, 1.0)
