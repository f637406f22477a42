"""What a blind second keying of paper forms found: counts, the share of wrong fields and its upper bound."""

from __future__ import annotations

from dataclasses import astuple, dataclass, fields
from operator import add

from scoring.intervals import clopper_pearson

# An upper bound of 95 % is the upper end of a two-sided interval of 90 %.
LEVEL = 0.90


@dataclass(frozen=True, slots=True)
class KeyingComparison:
    """The comparison of two readings of a unit's paper forms, or of a whole campaign's.

    Of ``forms`` numbered forms ``sampled`` were chosen at random; ``doubled`` of these were read twice.
    ``differing`` of their ``fields`` differ; ``wrong`` are those that the first reading had wrong: settled so, or
    still in dispute.
    """

    forms: int = 0
    sampled: int = 0
    doubled: int = 0
    fields: int = 0
    differing: int = 0
    wrong: int = 0

    def __add__(self, other: KeyingComparison) -> KeyingComparison:
        """Return the two together."""
        return KeyingComparison(*map(add, astuple(self), astuple(other)))

    @property
    def rate(self) -> float | None:
        """Return the share of wrong fields; None where nothing was compared."""
        return self.wrong / self.fields if self.fields else None

    @property
    def upper(self) -> float | None:
        """Return its one-sided 95 % upper bound (Clopper-Pearson); None where nothing was compared.

        0 of 300 fields gives 0.00994: at most 1 %.
        """
        return clopper_pearson(self.wrong, self.fields, LEVEL).high if self.fields else None


COUNTS = tuple(count.name for count in fields(KeyingComparison))
UNREAD = KeyingComparison()
