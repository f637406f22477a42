"""QR codes are read back by an independent reader, from the PNG and from the SVG's own path."""

from __future__ import annotations

import io
import re

import numpy as np
import pytest
import zxingcpp
from PIL import Image

from forms import qr

ADDRESS = "https://hailong.example.vn/k/binh-dinh-2024.hoai-nhon.3.ofhqkwv4jj3xlzaa"


def drawn(svg: str, scale: int = 6) -> np.ndarray:
    """Paint the bars of an SVG's path, as a browser would."""
    side = int(re.search(r'viewBox="0 0 (\d+) ', svg)[1])  # type: ignore[index]
    picture = np.full((side, side), 255, np.uint8)
    bars = re.findall(r"M(\d+) (\d+)h(\d+)v1h-(\d+)z", svg)
    assert bars
    for x, y, width, back in bars:
        assert width == back
        picture[int(y), int(x) : int(x) + int(width)] = 0
    return picture.repeat(scale, 0).repeat(scale, 1)


@pytest.mark.parametrize("text", [ADDRESS, "1", "Phiếu của Ông/Bà", "x" * 300])
def test_png_and_svg_are_read_back(text: str) -> None:
    png = np.asarray(Image.open(io.BytesIO(qr.png(text, 4))).convert("L"))
    for picture in (png, drawn(qr.svg(text))):
        (code,) = zxingcpp.read_barcodes(picture)
        assert (code.text, code.format) == (text, zxingcpp.BarcodeFormat.QRCode)
        assert code.ec_level == "M"


def test_an_address_of_80_characters_needs_version_5() -> None:
    assert len(ADDRESS) <= 80
    assert qr.version(ADDRESS.ljust(80, "x")) == 5


def test_sizes_are_modules_times_scale_with_a_quiet_zone() -> None:
    modules = 17 + 4 * qr.version(ADDRESS) + 8
    assert Image.open(io.BytesIO(qr.png(ADDRESS, 3))).size == (3 * modules, 3 * modules)
    assert f'viewBox="0 0 {modules} {modules}"' in qr.svg(ADDRESS)


def test_text_never_becomes_markup() -> None:
    assert "script" not in qr.svg("<script>alert(1)</script>")
