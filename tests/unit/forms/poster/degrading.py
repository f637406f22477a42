"""What walls, printers and telephones do to a poster, done to its picture."""

from __future__ import annotations

import io
import math

import numpy as np
import pypdfium2
import zxingcpp
from numpy.typing import NDArray
from PIL import Image, ImageFilter

# A telephone's preview: 1920 pixels along a view of 65 degrees.
PIXELS, VIEW = 1920, math.radians(65)
Grey = Image.Image


def rendered(pdf: bytes, pixels_per_mm: float = 8.0) -> Grey:
    """The first page as a black and white printer would put it on paper."""
    document = pypdfium2.PdfDocument(io.BytesIO(pdf))
    picture: Grey = document[0].render(scale=pixels_per_mm * 25.4 / 72).to_pil().convert("L")
    document.close()
    return picture


def seen_from(picture: Grey, metres: float, pixels_per_mm: float = 8.0) -> Grey:
    """The picture as a telephone sees it from a distance."""
    on_sensor = PIXELS / (2 * metres * 1000 * math.tan(VIEW / 2))
    size = (round(edge * on_sensor / pixels_per_mm) for edge in picture.size)
    width, height = size
    return picture.resize((width, height), Image.Resampling.BOX)


def blurred(picture: Grey, pixels: float) -> Grey:
    """The picture out of focus."""
    return picture.filter(ImageFilter.GaussianBlur(pixels))


def noisy(picture: Grey, spread: float, seed: int) -> Grey:
    """The picture in bad light: little contrast and much grain."""
    dim = np.asarray(picture, dtype=np.float64) * 0.5 + 50
    grain = np.random.default_rng(seed).normal(0, spread, dim.shape)
    return Image.fromarray(np.clip(dim + grain, 0, 255).astype(np.uint8))


def threshold(picture: Grey, level: int = 110) -> Grey:
    """The picture out of a copying machine that knows only black and white."""
    return picture.point(lambda value: 255 if value > level else 0)


def border_of(
    picture: Grey, box: tuple[float, float, float], modules: int, per_mm: float, slack: float = 0.0
) -> NDArray[np.bool_]:
    """The quiet border of a code at ``box`` (left, top, side in mm): four modules all around it.

    Without the ``slack`` pixels next to the code, onto which its edge may be rounded.
    """
    left, top, side = (edge * per_mm for edge in box)
    quiet = 4 * side / modules
    y, x = np.mgrid[0 : picture.height, 0 : picture.width]
    outer = (x >= left - quiet) & (x < left + side + quiet) & (y >= top - quiet) & (y < top + side + quiet)
    low, high = left - slack, left + side + slack
    inner = (x >= low) & (x < high) & (y >= top - slack) & (y < top + side + slack)
    found: NDArray[np.bool_] = outer & ~inner
    return found


def stained(picture: Grey, border: NDArray[np.bool_], share: float, spot: float, seed: int) -> Grey:
    """The picture with round dark spots until that share of the border is dirty; the code stays as it is."""
    chance = np.random.default_rng(seed)
    pixels, places = np.array(picture), np.argwhere(border)
    dirty = np.zeros_like(border)
    reach = math.ceil(spot)
    y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    spread = np.argwhere(y**2 + x**2 <= spot**2) - reach
    while dirty.sum() < share * len(places):
        spots = places[chance.integers(len(places), size=5)][:, None, :] + spread[None]
        rows, columns = spots.reshape(-1, 2).T
        dirty[np.clip(rows, 0, picture.height - 1), np.clip(columns, 0, picture.width - 1)] = True
        dirty &= border
    pixels[dirty] = 60
    return Image.fromarray(pixels)


def read(picture: Grey) -> list[str]:
    """What an independent reader finds."""
    return [code.text for code in zxingcpp.read_barcodes(picture)]
