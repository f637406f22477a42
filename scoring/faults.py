"""Bad input as data: what is wrong, where, and with which details; never a sentence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class DataFault:
    """One thing that is wrong with the input.

    ``code`` is stable and snake_case, ``location`` says where (file, line, column), ``details`` holds what a
    sentence in any language needs.
    """

    code: str
    location: str
    details: Mapping[str, str | int | float] = field(default_factory=dict)


class FaultyData(Exception):  # noqa: N818 - it names what the caller got, as in forms
    """The input cannot be used; carries every fault, not only the first one."""

    def __init__(self, faults: Iterable[DataFault]) -> None:
        self.faults = tuple(faults)
        first = "; ".join(f"{fault.location}: {fault.code}" for fault in self.faults[:3])
        super().__init__(f"{len(self.faults)} faults: {first}")
