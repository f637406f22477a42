"""Faults of a form as its page shows them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FieldFault:
    """The field that a fault belongs to, and its sentence."""

    field: str
    sentence: str
