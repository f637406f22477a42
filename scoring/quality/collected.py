"""Forms with the circumstances of their collection, and what can be read off each form alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from scoring.arrays import BoolArray, CodeArray, FloatArray, MarkArray
from scoring.tally import LEVELS, counted

NONE = -1
FEWEST_MARKS = 5  # of a form that is to say anything about how it was filled in
FEWEST_FORMS = 5  # of an officer who is to be compared


@dataclass(frozen=True, slots=True)
class Collected:
    """Forms as they came in, n of them in any order.

    ``marks``   uint8 (n, k): 1..5 counted, 0 blank, 9 no opinion.
    ``unit``    intp (n,): unit codes from 0.
    ``officer`` intp (n,): officer codes from 0, unique over all units; -1 where no officer took part.
    ``channel`` intp (n,): channel codes from 0, -1 where unknown.
    ``seconds`` float (n,): how long the form took, NaN where unknown.
    ``time``    float (n,): when it came in, in any steady measure (half-days, seconds), NaN where unknown.
    ``channel_names``: what each channel code stands for; empty where nobody asks for names.
    """

    marks: MarkArray
    unit: CodeArray
    officer: CodeArray
    channel: CodeArray
    seconds: FloatArray
    time: FloatArray
    channel_names: tuple[str, ...] = ()

    @property
    def counted(self) -> BoolArray:
        """Say which marks are levels, bool (n, k)."""
        return counted(self.marks)


def straight_level(marks: MarkArray) -> CodeArray:
    """Return the level that a form gives to everything it answers, 0 where it varies; intp (n,).

    A form with fewer than five counted marks counts as varied: it says too little.
    """
    given = counted(marks)
    highest = np.where(given, marks, 0).max(axis=1, initial=0)
    lowest = np.where(given, marks, LEVELS + 1).min(axis=1, initial=LEVELS + 1)
    straight = (highest == lowest) & (given.sum(axis=1) >= FEWEST_MARKS)
    return np.where(straight, highest, 0).astype(np.intp)


def close_pairs(marks: MarkArray, distance: int) -> BoolArray:
    """Return which pairs of forms differ in at most ``distance`` marks, blanks included; bool (n, n).

    Straight-lined forms are nobody's copies (an honest all-5 equals every other one), nor are forms with
    fewer than five counted marks; the diagonal is False.
    """
    usable = (straight_level(marks) == 0) & (counted(marks).sum(axis=1) >= FEWEST_MARKS)
    differing = np.zeros((marks.shape[0], marks.shape[0]), dtype=np.int32)
    for column in marks.T:
        differing += column[:, None] != column[None, :]
    close = (differing <= distance) & usable[:, None] & usable[None, :]
    np.fill_diagonal(close, val=False)
    return np.asarray(close, dtype=np.bool_)


def pools(collected: Collected) -> Iterator[tuple[int, CodeArray]]:
    """Yield each unit with the places of the forms that officers handled, where at least two officers did."""
    for unit in np.unique(collected.unit):
        places = np.flatnonzero((collected.unit == unit) & (collected.officer != NONE))
        if np.unique(collected.officer[places]).size > 1:
            yield int(unit), places
