"""What lies in the files of a Chromium profile, as somebody reads it who has taken the device: tables are unpacked.

IndexedDB lies in LevelDB: a log of all that was written, and tables whose blocks are packed with Snappy. Deleting is
writing that something was deleted.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

FOOTER = 48
SNAPPY = 1


def contents(profile: Path) -> Iterator[tuple[str, bytes]]:
    """Give every file's name and content; a table's is followed by its blocks unpacked."""
    for path in sorted(profile.rglob("*")):
        if path.is_file() and not path.is_symlink():
            content = path.read_bytes()
            unpacked = b"".join(_blocks(content)) if path.suffix == ".ldb" else b""
            yield str(path.relative_to(profile)), content + unpacked


def holding(profile: Path, *texts: str) -> dict[str, set[str]]:
    """Which files hold which of the texts, in any of the encodings that a browser writes texts in."""
    encodings = ("utf-8", "utf-16-le", "utf-16-be", "latin-1")
    spelt = {text: {text.encode(encoding, "ignore") for encoding in encodings} - {b""} for text in texts}
    found: dict[str, set[str]] = {}
    for name, content in contents(profile):
        seen = {text for text, ways in spelt.items() if any(way in content for way in ways)}
        if seen:
            found[name] = seen
    return found


def _blocks(table: bytes) -> Iterator[bytes]:
    footer, at = table[-FOOTER:], 0
    for _ in range(2):  # the handle of the index of indices, which no block stands in
        _, at = _varint(footer, at)
    offset, at = _varint(footer, at)
    size, at = _varint(footer, at)
    index = _block(table, offset, size)
    end = len(index) - 4 - 4 * int.from_bytes(index[-4:], "little")
    at = 0
    while at < end:
        _shared, at = _varint(index, at)
        key, at = _varint(index, at)
        length, at = _varint(index, at)
        offset, following = _varint(index, at + key)
        size, _ = _varint(index, following)
        yield _block(table, offset, size)
        at += key + length


def _block(table: bytes, offset: int, size: int) -> bytes:
    packed = table[offset : offset + size]
    return _unsnappy(packed) if table[offset + size] == SNAPPY else packed


def _unsnappy(packed: bytes) -> bytes:
    size, at = _varint(packed, 0)
    out = bytearray()
    while at < len(packed):
        kind, length, at = packed[at] & 3, packed[at] >> 2, at + 1
        if kind == 0:
            more = max(0, length - 59)
            length = int.from_bytes(packed[at : at + more], "little") if more else length
            out += packed[at + more : at + more + length + 1]
            at += more + length + 1
            continue
        if kind == 1:
            back, at = (length >> 3) << 8 | packed[at], at + 1
            length = (length & 7) + 3
        else:
            width = 2 if kind == 2 else 4
            back, at = int.from_bytes(packed[at : at + width], "little"), at + width
        for _ in range(length + 1):
            out.append(out[-back])
    assert len(out) == size
    return bytes(out)


def _varint(content: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte, at = content[at], at + 1
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return value, at
