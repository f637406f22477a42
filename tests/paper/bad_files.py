"""Files that a reader of scans must survive, and one that it reads."""

from __future__ import annotations

import io
import zlib
from collections.abc import Sequence

from PIL import Image
from pypdf import PdfReader, PdfWriter


def pdf(pictures: Sequence[Image.Image], dpi: float) -> bytes:
    """Return pictures as a scanner's PDF."""
    out = io.BytesIO()
    pictures[0].save(out, "PDF", save_all=True, append_images=pictures[1:], resolution=dpi)
    return out.getvalue()


def encrypted(content: bytes) -> bytes:
    """Return a PDF under a password."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(content)))
    writer.encrypt("a password", algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def bomb() -> bytes:
    """Return a PNG of 400 megapixels in a few hundred bytes: only its header is true."""
    small = io.BytesIO()
    Image.new("L", (8, 8)).save(small, "PNG")
    header = b"IHDR" + (20_000).to_bytes(4, "big") * 2 + small.getvalue()[24:29]
    return small.getvalue()[:12] + header + zlib.crc32(header).to_bytes(4, "big") + small.getvalue()[33:]
