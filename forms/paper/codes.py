"""QR codes and ArUco marks as rows of dark runs, for whoever draws them.

A mask chosen freshly for each code costs five times the time of everything else on a page. The fixed mask is
proven to scan by ``tests/paper/test_codes.py``, over thousands of texts and with a part of the code covered.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

import qrcode
from qrcode.constants import ERROR_CORRECT_M, ERROR_CORRECT_Q
from qrcode.exceptions import DataOverflowError

MASK = 3
# The smallest version keeps its modules large; quality Q survives twice the dirt of M.
_SIZES = ((4, ERROR_CORRECT_Q), (5, ERROR_CORRECT_Q), (5, ERROR_CORRECT_M), (6, ERROR_CORRECT_M))

# The first 48 marks of ArUco's dictionary DICT_4X4_50, four hexadecimal digits each, row by row, a set bit white.
_ARUCO = (
    "b5320f9a332d9946549e79cd9e2ec4f2fedacf56f99111a70eb72a0f24b1263e466566006c5e76af"
    "868bb02bccd5dd82fe479471ace4a5542123346f441557b29ecff0cb08ae0929187504ff0df61c5a"
    "17182a28328c38b224e82eeb2d3f4b64"
)
MARK_CELLS = 6


@dataclass(frozen=True, slots=True)
class DarkRun:
    """Dark cells side by side: column, row and length, in cells from the top left."""

    x: int
    y: int
    length: int


@dataclass(frozen=True, slots=True)
class Code:
    """A square of ``side`` cells and its dark runs."""

    side: int
    runs: tuple[DarkRun, ...]


def qr(text: str) -> Code:
    """Return the QR code of a text in capitals; one that fits no size is a ValueError."""
    for version, level in _SIZES:
        code = qrcode.QRCode(version=version, error_correction=level, border=0, mask_pattern=MASK)
        code.add_data(text, optimize=0)
        try:
            code.make(fit=False)
        except DataOverflowError:
            continue
        return Code(code.modules_count, tuple(_runs(code.modules)))
    raise ValueError(f"too long for a code on paper: {len(text)} letters")


def mark(number: int) -> Code:
    """Return an ArUco mark with its black border."""
    bits = f"{int(_ARUCO[4 * number : 4 * number + 4], 16):016b}"
    inner = [[True, *(bit == "0" for bit in bits[row : row + 4]), True] for row in range(0, 16, 4)]
    border = [True] * MARK_CELLS
    return Code(MARK_CELLS, tuple(_runs([border, *inner, border])))


def _runs(rows: Sequence[Sequence[bool | None]]) -> Iterator[DarkRun]:
    for y, row in enumerate(rows):
        x = 0
        for dark, cells in groupby(row):
            length = len(list(cells))
            if dark:
                yield DarkRun(x, y, length)
            x += length
