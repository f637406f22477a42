"""QR codes of addresses, as SVG for pages and documents and as PNG for everything else.

Error correction M survives a stamp's edge or a crease (15 %) and keeps an address of 80 characters
in version 5, whose modules a cheap phone still reads at 25 mm.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from itertools import groupby

import qrcode
from qrcode.constants import ERROR_CORRECT_M

QUIET_ZONE = 4


def svg(text: str) -> str:
    """Return an SVG element of one path in units of a module, quiet zone included."""
    code = _code(text)
    side = code.modules_count + 2 * QUIET_ZONE
    dark = "".join(_runs(row, y + QUIET_ZONE) for y, row in enumerate(code.modules))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}" role="img"'
        f' shape-rendering="crispEdges"><path fill="#fff" d="M0 0h{side}v{side}H0z"/>'
        f'<path d="{dark}"/></svg>'
    )


def png(text: str, scale: int = 8) -> bytes:
    """Return a PNG with ``scale`` pixels per module, quiet zone included."""
    out = io.BytesIO()
    code = _code(text)
    code.box_size = scale
    code.make_image().save(out)
    return out.getvalue()


def version(text: str) -> int:
    """Return the version (1 to 40) that a text needs; its code is 17 + 4 x version modules wide."""
    return int(_code(text).version)


def _runs(row: Sequence[bool | None], y: int) -> str:
    """Return the path of one row: a bar for each run of dark modules."""
    bars, x = [], QUIET_ZONE
    for dark, run in groupby(row):
        width = len(list(run))
        if dark:
            bars.append(f"M{x} {y}h{width}v1h-{width}z")
        x += width
    return "".join(bars)


def _code(text: str) -> qrcode.QRCode:
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=QUIET_ZONE)
    code.add_data(text.encode("utf-8"), optimize=0)
    code.make(fit=True)
    return code
