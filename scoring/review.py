"""The review of data quality in one record: signs, effects, and which figures change without the flagged forms.

Everything here is a reason to look, never a finding: no form is deleted, no officer is judged.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from scoring.multiplicity import holm
from scoring.quality import (
    ChannelEffect,
    Collected,
    Flag,
    OfficerEffect,
    bursts,
    channel_effects,
    flag_forms,
    flag_officers,
    flagged_forms,
    officer_effect,
)
from scoring.quality.collected import NONE, pools
from scoring.suppress import protect
from scoring.tally import BoolArray


@dataclass(frozen=True, slots=True)
class Burst:
    """An officer with surprisingly many forms at one time: ``most`` of ``forms``, p adjusted over all officers."""

    unit: int
    officer: int
    most: int
    forms: int
    p: float
    p_holm: float


@dataclass(frozen=True, slots=True)
class Review:
    """What the quality checks found among the forms of a campaign.

    Units, officers and channels are codes. ``officers`` took part in all, of whom ``compared`` work beside a
    colleague and can be compared; ``flagged`` counts per unit the forms that signs rest on. ``seed`` repeats
    all p-values.
    """

    seed: int
    alpha: float
    officers: int
    compared: int
    handled: int
    flags: tuple[Flag, ...]
    bursts: tuple[Burst, ...]
    officer_effect: OfficerEffect | None
    channels: tuple[ChannelEffect, ...]
    flagged: tuple[int, ...]

    @property
    def forms_flagged(self) -> int:
        """How many forms some sign rests on."""
        return sum(self.flagged)


def review(collected: Collected, units: int, *, seed: int, alpha: float = 0.05) -> Review:
    """Run every check on the forms as they came in; ``units`` is the number of unit codes.

    See :mod:`scoring.quality`. Bursts compare an officer's most crowded moment (``time`` equal) with colleagues of
    the unit; their p-values are adjusted among themselves. Edge cases: without officers only forms that came too
    fast and the channels are left.
    """
    flags = (*flag_officers(collected, seed, alpha), *flag_forms(collected))
    present = collected.officer[collected.officer != NONE]
    mask = flagged_forms(flags, collected.unit.size)
    return Review(
        seed=seed,
        alpha=alpha,
        officers=int(np.unique(present).size),
        compared=sum(int(np.unique(collected.officer[places]).size) for _, places in pools(collected)),
        handled=int(present.size),
        flags=flags,
        bursts=_bursts(collected, seed, alpha),
        officer_effect=officer_effect(collected),
        channels=channel_effects(collected, seed),
        flagged=tuple(np.bincount(collected.unit[mask], minlength=units).tolist()),
    )


def unflagged(found: Review, forms: int) -> BoolArray:
    """Return which forms no sign rests on, bool (forms,)."""
    return ~flagged_forms(found.flags, forms)


def _bursts(collected: Collected, seed: int, alpha: float) -> tuple[Burst, ...]:
    found = bursts(collected, 0.0, seed)
    adjusted = holm([p for _, p in found.values()])
    rows = []
    for (officer, (most, p)), together in zip(found.items(), adjusted, strict=True):
        own = collected.officer == officer
        unit = int(collected.unit[own][0])
        rows.append(Burst(unit, officer, most, int(own.sum()), p, float(together)))
    return tuple(row for row in rows if row.p_holm <= alpha)


def tellable(forms: Sequence[int], flagged: Sequence[int]) -> tuple[tuple[bool, ...], bool]:
    """Say for each unit, and for all together, whether figures without the flagged forms may be shown.

    Beside the figure of all forms, the one without the flagged forms gives the flagged ones away by subtraction. So
    both groups need none or at least the threshold, and no group may follow from the sum over the units.
    Worked value: forms 80 and 80, flagged 12 and 4: neither unit, but all together (16).
    """
    split = [[number, whole - number] for number, whole in zip(flagged, forms, strict=True)]
    if not split:
        return (), False
    safe = protect(split, row_totals=True, column_totals=True)
    told = [not (safe.hidden(row, 0) or safe.hidden(row, 1)) for row in range(len(split) + 1)]
    return tuple(told[:-1]), told[-1]
