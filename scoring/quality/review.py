"""The review of data quality in one record: signs, effects, and which figures change without the flagged forms.

Everything here is a reason to look, never a finding: no form is deleted, no officer is judged.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np

from scoring.arrays import BoolArray, CodeArray
from scoring.defaults import ALPHA
from scoring.disclosure.suppression import protect
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
    flag_open_channels,
    flagged_forms,
    officer_effect,
    open_channels,
)
from scoring.quality.collected import FEWEST_FORMS, NONE, pools

MOST_FORMS = 2_000  # of a unit; the distances between them take 16 MB


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

    Units, officers and channels are codes; ``channel_names`` says what each channel code stands for. ``open_channels`` are the channels of units by which citizens answer themselves and that
    have forms enough to be looked at. ``officers`` took part in all, of whom ``compared`` work beside a
    colleague and have forms enough to be compared, ``handled`` is the number of their forms; ``flagged`` counts per unit the forms that
    signs rest on. ``unread`` forms were left out of the checks because their unit has too many. ``seed`` repeats all
    p-values.
    """

    seed: int
    alpha: float
    officers: int
    compared: int
    handled: int
    open_channels: int
    flags: tuple[Flag, ...]
    bursts: tuple[Burst, ...]
    officer_effect: OfficerEffect | None
    channels: tuple[ChannelEffect, ...]
    channel_names: tuple[str, ...]
    flagged: tuple[int, ...]
    unread: int

    @property
    def forms_flagged(self) -> int:
        """How many forms some sign rests on."""
        return sum(self.flagged)


def review(
    collected: Collected, units: int, *, seed: int, alpha: float = ALPHA, self_service: Collection[int] = ()
) -> Review:
    """Run every check on the forms as they came in; ``units`` is the number of unit codes.

    ``self_service`` are the channels by which citizens answer without an officer; their tests are adjusted among themselves.

    Of a unit with more than :data:`MOST_FORMS` forms so many are drawn by ``seed`` and checked: comparing every
    pair of forms costs their square, and a random part of an officer's forms is as honest as all of them.

    See :mod:`scoring.quality`. Bursts compare an officer's most crowded moment (``time`` equal) with colleagues of
    the unit; their p-values are adjusted among themselves. Edge cases: without officers only forms that came too
    fast and the channels are left.
    """
    read = _read(collected, seed)
    part = _part(collected, read)
    flagged_in_part = (
        *flag_officers(part, seed, alpha),
        *flag_open_channels(part, self_service, seed, alpha),
        *flag_forms(part),
    )
    flags = tuple(_placed(flag, read) for flag in flagged_in_part)
    present = collected.officer[collected.officer != NONE]
    mask = flagged_forms(flags, collected.unit.size)
    return Review(
        seed=seed,
        alpha=alpha,
        officers=int(np.unique(present).size),
        compared=sum(_compared(collected.officer[places]) for _, places in pools(collected)),
        handled=int(present.size),
        open_channels=len(open_channels(part, self_service)),
        flags=flags,
        bursts=_bursts(part, seed, alpha),
        officer_effect=officer_effect(collected),
        channels=channel_effects(part, seed),
        channel_names=collected.channel_names,
        flagged=tuple(np.bincount(collected.unit[mask], minlength=units).tolist()),
        unread=collected.unit.size - read.size,
    )


def _compared(officer: CodeArray) -> int:
    """Return how many of a unit's officers have enough forms to be compared."""
    return int((np.unique(officer, return_counts=True)[1] >= FEWEST_FORMS).sum())


def _read(collected: Collected, seed: int) -> CodeArray:
    """Return the places of the forms that are checked, in their order."""
    rng, chosen = np.random.default_rng(seed), list[CodeArray]()
    for unit in np.unique(collected.unit):
        places = np.flatnonzero(collected.unit == unit)
        many = places.size > MOST_FORMS
        chosen.append(rng.choice(places, MOST_FORMS, replace=False) if many else places)
    return np.sort(np.concatenate(chosen)) if chosen else np.empty(0, dtype=np.intp)


def _part(collected: Collected, places: CodeArray) -> Collected:
    return Collected(
        collected.marks[places],
        collected.unit[places],
        collected.officer[places],
        collected.channel[places],
        collected.seconds[places],
        collected.time[places],
        collected.channel_names,
    )


def _placed(flag: Flag, read: CodeArray) -> Flag:
    """Return a flag on a part of the forms with their places among all of them."""
    forms = tuple(int(read[place]) for place in flag.forms)
    return replace(flag, forms=forms, form=None if flag.form is None else int(read[flag.form]))


def unflagged(reviewed: Review, forms: int) -> BoolArray:
    """Return which forms no sign rests on, bool (forms,)."""
    return ~flagged_forms(reviewed.flags, forms)


def _bursts(collected: Collected, seed: int, alpha: float) -> tuple[Burst, ...]:
    crowded = bursts(collected, 0.0, seed)
    adjusted = holm([p for _, p in crowded.values()])
    rows = []
    for (officer, (most, p)), together in zip(crowded.items(), adjusted, strict=True):
        own = collected.officer == officer
        unit = int(collected.unit[own][0])
        rows.append(Burst(unit, officer, most, int(own.sum()), p, float(together)))
    return tuple(row for row in rows if row.p_holm <= alpha)


def disclosable(forms: Sequence[int], flagged: Sequence[int]) -> tuple[tuple[bool, ...], bool]:
    """Say for each unit, and for all together, whether figures without the flagged forms may be shown.

    Beside the figure of all forms, the one without the flagged forms gives the flagged ones away by subtraction. So
    both groups need none or at least the threshold, and no group may follow from the sum over the units.
    Worked value: forms 80 and 80, flagged 12 and 4: neither unit, but all together (16).
    """
    split = [[number, whole - number] for number, whole in zip(flagged, forms, strict=True)]
    if not split:
        return (), False
    safe = protect(split, row_totals=True, column_totals=True)
    shown = [not (safe.hidden(row, 0) or safe.hidden(row, 1)) for row in range(len(split) + 1)]
    return tuple(shown[:-1]), shown[-1]
