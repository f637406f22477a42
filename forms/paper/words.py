"""The words of one batch: the form's sentences in its language, and the names that the office gave."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """Sentences by their key, with what differs from office to office."""

    lang: str
    sentences: Mapping[str, str]
    governing_body: str
    agency: str
    title: str
    subtitle: str
    unit_name: str
    stamp_diameter: float | None = None  # of a printed stamp in mm; None: a ring shows where the stamp goes

    def __getitem__(self, key: str) -> str:
        """Return a sentence."""
        return self.sentences[key]
