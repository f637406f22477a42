"""What is wrong with an input: a code, a location and details, never a sentence.

The sentences belong to the service's catalogue, which words each code in every language.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class InstrumentFault:
    """One fault: a stable snake_case code, where it is, and the figures its sentence needs."""

    code: str
    location: str
    details: Mapping[str, str | int | float] = field(default_factory=dict)


class FaultyInstrument(ValueError):  # noqa: N818  reads as what was met, not as a failure of ours
    """Raised with all the faults of one input, in the order of their locations in it."""

    def __init__(self, faults: Iterable[InstrumentFault]) -> None:
        """Keep the faults; at least one is expected."""
        self.faults = tuple(faults)
        super().__init__("; ".join(f"{fault.code} at {fault.location}" for fault in self.faults))
