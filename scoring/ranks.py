"""Confidence sets for ranks: which places of a league table the data have not ruled out."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RankSets:
    """Ranks (1 = highest estimate) of K units and their confidence sets, ``low`` to ``high`` inclusive.

    ``method`` names how the sets were made; ``seed`` is None where no random numbers were used.
    """

    method: str
    level: float
    rank: tuple[int, ...]
    low: tuple[int, ...]
    high: tuple[int, ...]
    seed: int | None = None
