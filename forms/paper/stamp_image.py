"""A picture of the office's stamp: what is accepted as one, and how it is printed at its real size."""

from __future__ import annotations

import io
from dataclasses import dataclass

from PIL import Image, UnidentifiedImageError
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from forms.faults import FaultyInstrument, InstrumentFault
from forms.layout import PAGE_HEIGHT

PROVINCE, DISTRICT = 36.0, 34.0  # diameters in mm
_MOST_BYTES = 4_000_000
_LEAST_SIDE, _MOST_SIDE = 200, 4000
_FORMATS = ("PNG", "JPEG")


@dataclass(frozen=True, slots=True)
class StampImage:
    """A checked picture and the diameter of the stamp in mm."""

    content: bytes
    diameter: float = PROVINCE

    def draw(self, canvas: Canvas, zone: tuple[float, float, float, float]) -> None:
        """Draw the stamp in the middle of a zone."""
        x, y, width, height = zone
        left, top = x + (width - self.diameter) / 2, y + (height - self.diameter) / 2
        bottom, side = PAGE_HEIGHT - top - self.diameter, self.diameter
        picture = ImageReader(io.BytesIO(self.content))
        canvas.drawImage(picture, left * mm, bottom * mm, side * mm, side * mm, mask="auto")


def read_stamp_image(content: bytes, diameter: float = PROVINCE) -> StampImage:
    """Accept a square PNG or JPEG of 200 to 4000 dots a side.

    Refusals: ``seal_image_unreadable``, ``seal_image_size``, ``seal_image_too_large``, ``seal_diameter``.
    """
    if diameter not in {PROVINCE, DISTRICT}:
        raise FaultyInstrument([InstrumentFault("seal_diameter", "diameter", {"diameter": diameter})])
    if len(content) > _MOST_BYTES:
        raise FaultyInstrument(
            [InstrumentFault("seal_image_too_large", "image", {"most": _MOST_BYTES // 1_000_000})]
        )
    width, height = _size(content)
    shorter, longer = sorted((width, height))
    if shorter < _LEAST_SIDE or longer > _MOST_SIDE or shorter < 0.9 * longer:
        raise FaultyInstrument(
            [InstrumentFault("seal_image_size", "image", {"width": width, "height": height})]
        )
    return StampImage(content, diameter)


def _size(content: bytes) -> tuple[int, int]:
    """Return width and height of a picture that can be decoded; its header is read before its dots."""
    try:
        with Image.open(io.BytesIO(content), formats=_FORMATS) as picture:
            size = picture.size
            if max(size) <= _MOST_SIDE:
                picture.load()
            return size
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        raise FaultyInstrument([InstrumentFault("seal_image_unreadable", "image")]) from None
