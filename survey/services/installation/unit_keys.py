"""Keys of a unit and of what belongs to one: a counter, a kiosk, a batch of cards.

They are named tuples, so that a key is the start of a row's primary key as it stands. What has a ``unit_id``
is for rows; what has a ``unit``, by its code, is for those who ask.
"""

from __future__ import annotations

from typing import NamedTuple


class UnitKey(NamedTuple):
    """A unit of a campaign, by the columns that every row about it begins with."""

    campaign_id: int
    unit_id: int

    @property
    def columns(self) -> dict[str, int]:
        """The key by its columns."""
        return {"campaign_id": self.campaign_id, "unit_id": self.unit_id}


class ResponseKey(NamedTuple):
    """A response, by its columns."""

    campaign_id: int
    unit_id: int
    response_key: bytes

    @property
    def columns(self) -> dict[str, object]:
        """The key by its columns."""
        return self._asdict()

    @property
    def unit(self) -> UnitKey:
        """The unit that it is about."""
        return UnitKey(self.campaign_id, self.unit_id)


class CounterRef(NamedTuple):
    """A counter of a unit of the campaign that is spoken of; counters are numbered from 1."""

    unit: str
    counter: int


class BatchRef(NamedTuple):
    """A batch of a unit's cards, by its number."""

    unit: str
    number: int


class KioskRef(NamedTuple):
    """A kiosk of the campaign that is spoken of, and the unit that it stands in."""

    unit_id: int
    number: int
