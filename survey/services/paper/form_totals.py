"""The totals of one form, by which a second person checks that its keyed answers are those of the paper."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

LEVELS = "12345"
NO_OPINION, BLANK = "0", "-"
MARKS = frozenset((*LEVELS, NO_OPINION, BLANK))


@dataclass(frozen=True, slots=True)
class FormTotals:
    """How often each answer stands on a form's items, levels 1 to 5 in their order; the overall item stands apart."""

    levels: tuple[int, ...]
    no_opinion: int
    blank: int
    overall: str

    @property
    def items(self) -> int:
        """How many items these are."""
        return sum(self.levels) + self.no_opinion + self.blank


def tally(marks: str) -> FormTotals:
    """Return the totals of packed marks whose last character is the overall item."""
    counts = Counter(marks[:-1])
    levels = tuple(counts[level] for level in LEVELS)
    return FormTotals(levels, counts[NO_OPINION], counts[BLANK], marks[-1:])
