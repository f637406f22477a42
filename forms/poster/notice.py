"""What one poster, tent or card says."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Notice:
    """The counter that a code leads to, its address and its unit's check word."""

    agency: str
    unit: str
    counter: int
    address: str
    word: str
    rehearsal: bool = False

    @property
    def site(self) -> str:
        """The part of the address by which a genuine page is known."""
        parts = urlsplit(self.address)
        return f"{parts.scheme}://{parts.netloc}/"
