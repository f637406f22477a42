"""Untrusted files as pictures of pages: PDF, TIFF, JPEG and PNG, with their size known before their dots.

Runs in a child process with limits (``forms.scan.worker``).
"""

from __future__ import annotations

import io
from contextlib import closing
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import pypdfium2
from PIL import Image, UnidentifiedImageError
from pypdfium2 import raw

Picture = npt.NDArray[np.uint8]  # grey, or blue-green-red

MOST_PIXELS = 200_000_000  # larger pictures are refused unseen
_AMPLE_PIXELS = 30_000_000  # a page at 300 dpi has 9 million; larger JPEGs are decoded at half their size
_MOST_BYTES = 400_000_000
_MOST_PAGES = 5_000
_LONG_SIDE = 2339  # of a PDF page without a picture of its own: A4 at 200 dpi
_LONG_SIDES = (1240, 4700)
_IMAGES = ("JPEG", "PNG", "TIFF")  # a telephone's MPO opens as JPEG

Image.MAX_IMAGE_PIXELS = None  # our own bound is checked before anything is decoded


class UnreadableFileError(Exception):
    """A file or a page that cannot be turned into a picture; ``code`` says why."""

    def __init__(self, code: str) -> None:
        """Keep the code of the reason."""
        super().__init__(code)
        self.code = code


def count(path: Path) -> int:
    """Return the number of pages of a file. Refusals: the codes of ``UnreadableFileError``."""
    content = _content(path)
    if _is_pdf(content):
        with closing(_document(content)) as document:
            pages = len(document)
    else:
        with _opened(content) as picture:
            pages = getattr(picture, "n_frames", 1) if picture.format == "TIFF" else 1
    if not 1 <= pages <= _MOST_PAGES:
        raise UnreadableFileError("scan_page_count")
    return pages


class Pages:
    """The pages of one file, decoded one at a time."""

    def __init__(self, path: Path) -> None:
        """Read the file; it is opened anew only for the next file."""
        self._content = _content(path)
        self._document = _document(self._content) if _is_pdf(self._content) else None

    def close(self) -> None:
        """Let go of the file."""
        if self._document:
            self._document.close()

    def picture(self, index: int) -> Picture:
        """Return a page, grey or in colour as it is in the file."""
        try:
            return self._rendered(index) if self._document else self._decoded(index)
        except (MemoryError, cv2.error, OSError, ValueError, EOFError, pypdfium2.PdfiumError):
            raise UnreadableFileError("scan_page_broken") from None

    def _decoded(self, index: int) -> Picture:
        with _opened(self._content) as picture:
            if picture.format == "TIFF":
                picture.seek(index)
            pixels = picture.width * picture.height
            if pixels > MOST_PIXELS or (pixels > 3 * _AMPLE_PIXELS and picture.format == "TIFF"):
                raise UnreadableFileError("scan_too_many_pixels")
            if picture.format == "TIFF":
                return _from_pillow(picture)
            large = pixels > _AMPLE_PIXELS and picture.format in {"JPEG", "MPO"}
        return _from_opencv(self._content, cv2.IMREAD_REDUCED_COLOR_2 if large else cv2.IMREAD_ANYCOLOR)

    def _rendered(self, index: int) -> Picture:
        if self._document is None:
            raise UnreadableFileError("scan_page_broken")
        with closing(self._document[index]) as page:
            width, height = page.get_size()
            images = list(page.get_objects([raw.FPDF_PAGEOBJ_IMAGE], max_depth=2))
            sizes = [image.get_px_size() for image in images]
            if sizes and max(w * h for w, h in sizes) > MOST_PIXELS:
                raise UnreadableFileError("scan_too_many_pixels")
            if len(images) == 1 and (whole := _scanned(page, images[0], width * height)) is not None:
                return whole
            longest = max((max(size) for size in sizes), default=_LONG_SIDE)
            wished = min(max(longest, _LONG_SIDES[0]), _LONG_SIDES[1])
            shown = page.render(scale=wished / max(width, height), rev_byteorder=False, prefer_bgrx=False)
            return _plain(shown.to_numpy())


def _content(path: Path) -> bytes:
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise UnreadableFileError("scan_file_too_large")
        content = path.read_bytes()
    except OSError:
        raise UnreadableFileError("scan_file_missing") from None
    if not content:
        raise UnreadableFileError("scan_file_empty")
    return content


def _is_pdf(content: bytes) -> bool:
    return b"%PDF-" in content[:1024]


def _document(content: bytes) -> pypdfium2.PdfDocument:
    try:
        return pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        code = "scan_file_encrypted" if "password" in str(error).lower() else "scan_file_broken"
        raise UnreadableFileError(code) from None


def _opened(content: bytes) -> Image.Image:
    try:
        return Image.open(io.BytesIO(content), formats=_IMAGES)
    except UnidentifiedImageError:
        raise UnreadableFileError("scan_file_unknown") from None
    except (OSError, ValueError, SyntaxError):
        raise UnreadableFileError("scan_file_broken") from None


def _from_pillow(picture: Image.Image) -> Picture:
    if picture.mode in {"1", "L", "I;16", "I;16B", "I", "F"}:
        return np.asarray(picture.convert("L"))
    return np.ascontiguousarray(np.asarray(picture.convert("RGB"))[:, :, ::-1])


def _from_opencv(content: bytes, flags: int) -> Picture:
    decoded = cv2.imdecode(np.frombuffer(content, np.uint8), flags)
    if decoded is None:
        raise UnreadableFileError("scan_page_broken")
    return _plain(decoded)


def _plain(picture: Any) -> Picture:
    """Return a picture without transparency and with grey as one channel."""
    array = np.asarray(picture, dtype=np.uint8)
    if array.ndim == 3 and array.shape[2] == 1:
        return np.ascontiguousarray(array[:, :, 0])
    return np.ascontiguousarray(array[:, :, :3]) if array.ndim == 3 else array


def _scanned(page: Any, image: Any, area: float) -> Picture | None:
    """Return the one JPEG that fills a scanned page, without drawing the page; None where it is not so simple."""
    left, bottom, right, top = image.get_bounds()
    matrix = image.get_matrix()
    is_upright = matrix.a > 0 and matrix.d > 0 and abs(matrix.b) + abs(matrix.c) < 1e-3
    fills = (right - left) * (top - bottom) > 0.9 * area
    if not (is_upright and fills and image.get_filters() == ["DCTDecode"]):
        return None
    data = bytes(image.get_data(decode_simple=False))
    decoded = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_ANYCOLOR | cv2.IMREAD_IGNORE_ORIENTATION)
    is_cmyk = image.get_metadata().colorspace == raw.FPDF_COLORSPACE_DEVICECMYK
    return None if decoded is None or is_cmyk else _plain(decoded)
