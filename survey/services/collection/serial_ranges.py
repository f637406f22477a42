"""Serials as people type or scan them: numbers, ranges, and the text of a sheet's own code."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from survey.errors import Fault, Refusal
from survey.models.paper import LAST_SERIAL

DIGITS = 4
LONGEST_SERIAL = len(str(LAST_SERIAL))
MOST_PIECES = 1000
PIECE = re.compile(r"([0-9]{1,6})(?:\s*[-–]\s*([0-9]{1,6}))?", re.ASCII)
CODE = re.compile(
    r"(?P<campaign>[A-Z0-9-]+)\.(?P<unit>[A-Z0-9-]+)\.(?P<serial>[0-9]{6})\.[1-9]\.[A-Z2-7]{16}"
)


@dataclass(frozen=True, slots=True, order=True)
class SerialSpan:
    """Serials from ``first`` to ``last``, both included."""

    first: int
    last: int

    def __len__(self) -> int:
        """Return how many serials these are."""
        return self.last - self.first + 1

    def __str__(self) -> str:
        """Return the span as it is shown."""
        one = number_of(self.first)
        return one if self.first == self.last else f"{one}–{number_of(self.last)}"


def number_of(serial: int) -> str:
    """Return a serial as the number under which its form is kept."""
    return f"{serial:0{DIGITS}}"


def serial_of(number: str) -> int | None:
    """Return the serial that a form's number is, None where it is none."""
    if not (number.isascii() and number.isdigit() and len(number) <= LONGEST_SERIAL):
        return None
    serial = int(number)
    return serial if 1 <= serial <= LAST_SERIAL and number == number_of(serial) else None


@dataclass(frozen=True, slots=True)
class ExpectedSheet:
    """Of which campaign and unit scanned sheets must be; ``proves``: whether a code's text was printed here."""

    campaign: str
    unit: str
    proves: Callable[[str], bool]


def parse(text: str, expected: ExpectedSheet) -> tuple[SerialSpan, ...]:
    """Return the spans that *text* names, in order and without overlap.

    Pieces are parted by commas, semicolons or lines: ``12``, ``15-30``, or what a hand scanner reads from
    a sheet that is expected; a sheet's two pages and two codes are one serial.

    Raises:
        Refusal: ``ranges_faulty`` with every fault and the piece it stands in.
    """
    pieces = [piece.strip() for piece in re.split(r"[,;\n]+", text) if piece.strip()]
    faults: list[Fault] = []
    if not pieces or len(pieces) > MOST_PIECES:
        faults.append(Fault("ranges_count", "ranges", {"most": MOST_PIECES}))
    typed: list[SerialSpan] = []
    scanned: set[SerialSpan] = set()
    for piece in pieces[:MOST_PIECES]:
        if code := CODE.fullmatch(piece.upper()):
            scanned |= _scanned(code, expected, faults)
        elif span := _typed(piece, faults):
            typed.append(span)
    spans = sorted([*typed, *scanned])
    faults += _overlaps(spans)
    if faults:
        raise Refusal("ranges_faulty", faults)
    return tuple(spans)


def _scanned(code: re.Match[str], expected: ExpectedSheet, faults: list[Fault]) -> set[SerialSpan]:
    if (code["campaign"].lower(), code["unit"].lower()) != (expected.campaign, expected.unit):
        faults.append(Fault("sheet_foreign", code[0], {"unit": code["unit"].lower()}))
        return set()
    if not expected.proves(code[0]):
        faults.append(Fault("sheet_forged", code[0]))
        return set()
    serial = int(code["serial"])
    return {SerialSpan(serial, serial)}


def _typed(piece: str, faults: list[Fault]) -> SerialSpan | None:
    match = PIECE.fullmatch(piece)
    if match is None:
        faults.append(Fault("range_unreadable", piece))
        return None
    first = int(match[1])
    last = int(match[2] or match[1])
    if not 1 <= first <= last <= LAST_SERIAL:
        faults.append(Fault("range_order", piece))
        return None
    return SerialSpan(first, last)


def _overlaps(spans: Sequence[SerialSpan]) -> Iterable[Fault]:
    for before, after in pairwise(spans):
        if after.first <= before.last:
            yield Fault("range_repeated", str(after), {"number": number_of(after.first)})
