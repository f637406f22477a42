"""The totals of one form, by which two people check that paper and keyed answers agree."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

LEVELS = "54321"
NO_OPINION, BLANK = "0", "-"


@dataclass(frozen=True, slots=True)
class Tally:
    """How often each answer stands on a form's items, and what they sum to; the overall item stands apart."""

    levels: tuple[tuple[str, int], ...]
    no_opinion: int
    blank: int
    answered: int
    points: int
    overall: str


def tally(marks: str) -> Tally:
    """Return the totals of packed marks whose last character is the overall item."""
    items, overall = marks[:-1], marks[-1:]
    counts = Counter(items)
    levels = tuple((level, counts[level]) for level in LEVELS)
    return Tally(
        levels=levels,
        no_opinion=counts[NO_OPINION],
        blank=counts[BLANK],
        answered=sum(number for _, number in levels),
        points=sum(int(level) * number for level, number in levels),
        overall=overall,
    )
