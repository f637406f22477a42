"""Recordings of sentences, read aloud to people who do not read easily: files in a folder per language.

``<folder>/<language>/<key>.mp3`` (or ``.ogg``, ``.wav``). A key is a question's field (``c1_1``, ``overall``,
``p_sex``), a criterion (``C1``), ``level.1`` to ``level.5``, ``no_opinion``, an option (``p_sex.a``),
``declined``, ``comment``, or a sentence of the kiosk (``kiosk.invite``). Devices keep every file, so that
there is a limit to all of them together.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

FOLDER = "audio"
KINDS = {".mp3": "audio/mpeg", ".ogg": "audio/ogg", ".wav": "audio/wav"}
LARGEST_FILE = 1_000_000
LARGEST_TOTAL = 30_000_000
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,2}")
_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,20}(\.[A-Za-z0-9_]{1,20})?")


@dataclass(frozen=True, slots=True)
class Recordings:
    """The files by language and key, and the names of those that are no recordings or are too many."""

    files: Mapping[str, Mapping[str, Path]]
    left_out: tuple[str, ...]


def look(folder: Path) -> Recordings:
    """Return the recordings in a folder; none where there is no such folder."""
    files: dict[str, dict[str, Path]] = {}
    left_out = []
    room = LARGEST_TOTAL
    for path in sorted(folder.glob("*/*")) if folder.is_dir() else ():
        lang, key, size = path.parent.name, path.stem, path.stat().st_size
        named = _LANGUAGE.fullmatch(lang) and _KEY.fullmatch(key) and path.suffix in KINDS
        if (
            named
            and path.is_file()
            and 0 < size <= min(LARGEST_FILE, room)
            and key not in files.get(lang, {})
        ):
            files.setdefault(lang, {})[key] = path
            room -= size
        else:
            left_out.append(f"{lang}/{path.name}")
    return Recordings(files, tuple(left_out))


def state_of(path: Path) -> str:
    """Return letters that change when the file does."""
    found = path.stat()
    return f"{found.st_mtime_ns:x}-{found.st_size:x}"
