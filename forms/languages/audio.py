"""Recordings: which formats a phone plays, told by the bytes and never by the name, and how long they may be."""

from __future__ import annotations

import io
import re
import wave
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from forms.faults import InstrumentFault

TYPES: Mapping[str, str] = {"mp3": "audio/mpeg", "ogg": "audio/ogg", "m4a": "audio/mp4", "wav": "audio/wav"}
LARGEST_CLIP = 400_000
LARGEST_LANGUAGE = 16_000_000
_ID3, _ID3_HEAD = b"ID3", 10
_OGG_CODECS = re.compile(rb"OpusHead|\x01vorbis")


@dataclass(frozen=True, slots=True)
class Clip:
    """One recording: what it reads aloud, its format, a key of :data:`TYPES`, and its bytes."""

    key: str
    kind: str
    content: bytes


def kind_of(content: bytes) -> str | None:
    """Return the format of a recording, None for anything that a phone's browser would not play."""
    if content.startswith(b"OggS"):
        return "ogg" if _OGG_CODECS.search(content[:200]) else None
    if content[4:8] == b"ftyp":
        return "m4a"
    if content.startswith(b"RIFF"):
        return "wav" if _is_wave(content) else None
    return "mp3" if _is_mpeg(content) else None


def read_clips(folder: Path, known: frozenset[str], faults: list[InstrumentFault]) -> tuple[Clip, ...]:
    """Return the recordings of a folder in the order of their keys; what is wrong with any is added to *faults*.

    Codes: ``clip_unknown_key``, ``clip_twice``, ``clip_too_large``, ``clip_bad_format``, ``clips_too_large``.
    """
    clips: dict[str, Clip] = {}
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if path.name.startswith("."):
            continue
        key, location = path.stem, f"audio/{path.name}"
        if key not in known:
            faults.append(InstrumentFault("clip_unknown_key", location))
        elif key in clips:
            faults.append(InstrumentFault("clip_twice", location, {"key": key}))
        elif (content := _content(path)) is None:
            faults.append(InstrumentFault("clip_too_large", location, {"limit": LARGEST_CLIP // 1000}))
        elif (kind := kind_of(content)) is None:
            faults.append(InstrumentFault("clip_bad_format", location))
        else:
            clips[key] = Clip(key, kind, content)
    if sum(len(clip.content) for clip in clips.values()) > LARGEST_LANGUAGE:
        faults.append(InstrumentFault("clips_too_large", "audio", {"limit": LARGEST_LANGUAGE // 1_000_000}))
    return tuple(clips.values())


def _content(path: Path) -> bytes | None:
    """Return the bytes of a file, nothing of what is no file, None where there are too many."""
    if not path.is_file():
        return b""
    with path.open("rb") as file:
        content = file.read(LARGEST_CLIP + 1)
    return content if len(content) <= LARGEST_CLIP else None


def _is_wave(content: bytes) -> bool:
    try:
        with wave.open(io.BytesIO(content)) as recording:
            return bool(recording.getnframes())
    except (wave.Error, EOFError):
        return False


def _is_mpeg(content: bytes) -> bool:
    """Say whether a frame of MPEG audio, layer III, stands at the start or behind an ID3 tag."""
    at = 0
    if content.startswith(_ID3) and len(content) > _ID3_HEAD:
        size = 0
        for byte in content[6:10]:
            size = size << 7 | byte & 0x7F
        at = _ID3_HEAD + size
    head = content[at : at + 4]
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return False
    version, layer = head[1] >> 3 & 3, head[1] >> 1 & 3
    rate, sampling = head[2] >> 4, head[2] >> 2 & 3
    return version != 1 and layer == 1 and rate not in {0, 15} and sampling != 3
