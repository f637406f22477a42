"""The QR code of a poster, with error correction M.

Q would bear more dirt on the code itself, but needs more and so smaller modules: from 1.5 m, where a
telephone has two or three pixels for each, their size decides (``tests/unit/forms_poster``).

What no code bears is coarse dirt on the quiet border right beside a finder pattern. With 30 % of the border under
spots 3 mm wide the large code of an A4 poster was read in 12 to 15 of 20 trials from near and in 13 from 1.5 m, with
spots 6 mm wide in 3 and 2; error correction H and shorter addresses changed little (20 simulated trials each, zxing-cpp).
So a poster has its code a second time, which was read from near in all of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import groupby

import qrcode
from qrcode.constants import ERROR_CORRECT_M

from forms.paper.codes import Code, DarkRun

QUIET = 4  # modules of white on each side, as the standard asks


@lru_cache(maxsize=256)
def symbol(text: str) -> Code:
    """Return the code of an address, without a quiet border."""
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=0)
    code.add_data(text.encode("utf-8"), optimize=0)
    code.make(fit=True)
    return Code(code.modules_count, tuple(_runs(code.modules)))


def _runs(rows: Sequence[Sequence[bool | None]]) -> Iterator[DarkRun]:
    for y, row in enumerate(rows):
        x = 0
        for dark, cells in groupby(row):
            length = len(list(cells))
            if dark:
                yield DarkRun(x, y, length)
            x += length
