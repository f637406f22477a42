"""The series of QR codes with which a kiosk hands its records over when neither network nor file is at hand.

A code's text is ``HLK1/SERIES/NUMBER/COUNT/CHECK/PART``: letters of the codes' dense alphabet only. SERIES
begins the hash of the whole, CHECK that of the code itself, PART is base32. The text may come in any order,
with repetitions, over any lines, in small letters: as phones and scanners give it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections import defaultdict

from survey.errors import Refusal

MARK = "HLK1"
_FRAME = re.compile(rf"{MARK}/([0-9A-F]{{8}})/([0-9]{{1,3}})/([0-9]{{1,3}})/([0-9A-F]{{6}})/([A-Z2-7]+)")


def is_series(text: str) -> bool:
    """Return whether the text holds what was read from at least one code."""
    return f"{MARK}/" in text.upper()


def joined(text: str) -> list[bytes]:
    """Return what each whole series in the text says.

    Raises:
        Refusal: ``kiosk_codes_missing`` when no series is whole; ``kiosk_file_bad``.
    """
    series_parts = _by_series(text.upper())
    whole = [_whole(series, parts) for (series, count), parts in series_parts.items() if len(parts) == count]
    if whole:
        return whole
    if not series_parts:
        raise Refusal("kiosk_file_bad")
    (_series, count), parts = max(series_parts.items(), key=lambda each: len(each[1]))
    lacking = ", ".join(str(number) for number in range(1, count + 1) if number not in parts)
    raise Refusal("kiosk_codes_missing", lacking=lacking, count=count)


def _by_series(text: str) -> dict[tuple[str, int], dict[int, str]]:
    series_parts: dict[tuple[str, int], dict[int, str]] = defaultdict(dict)
    for series, number, count, check, part in _FRAME.findall(text):
        sound = _hash(f"{series}/{number}/{count}/{part}".encode())[:6] == check
        if sound and 1 <= int(number) <= int(count):
            series_parts[series, int(count)][int(number)] = part
    return series_parts


def _whole(series: str, parts: dict[int, str]) -> bytes:
    letters = "".join(parts[number] for number in sorted(parts))
    try:
        content = base64.b32decode(letters + "=" * (-len(letters) % 8))
    except binascii.Error as error:
        raise Refusal("kiosk_file_bad") from error
    if _hash(content)[:8] != series:
        raise Refusal("kiosk_file_bad")
    return content


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest().upper()
