"""Folders of a language that nobody speaks: every text is the Vietnamese behind a mark of the tests."""

from __future__ import annotations

import io
import tomllib
import wave
from pathlib import Path
from typing import Any

from forms.languages import template
from forms.languages.entries import entries
from forms.questionnaire import Questionnaire, load_questionnaire

MARK = "zz "
REF = "bhxh-2024@1"


def mp3() -> bytes:
    """Two silent frames of MPEG audio, layer III, behind an ID3 tag."""
    frame = bytes.fromhex("fffb9064") + b"\0" * 413
    return b"ID3\x04\0\0\0\0\0\x0a" + b"\0" * 10 + frame * 2


def wav(seconds: float = 0.1) -> bytes:
    """A silent recording that any browser plays."""
    out = io.BytesIO()
    with wave.open(out, "wb") as recording:
        recording.setnchannels(1)
        recording.setsampwidth(1)
        recording.setframerate(8000)
        recording.writeframes(b"\x80" * int(8000 * seconds))
    return out.getvalue()


def ogg() -> bytes:
    """The first page of an Opus recording."""
    return b"OggS\0\x02" + b"\0" * 20 + b"\x01\x13OpusHead\x01\x01\0\0\x80\xbb\0\0\0\0\0"


def questionnaire() -> Questionnaire:
    """The questionnaire of the bundled plan."""
    return load_questionnaire(REF)


def filled(tag: str = "hre", name: str = "Tiếng Thử") -> dict[str, Any]:
    """The values of a complete ``words.toml``."""
    return _fill(tomllib.loads(template.write(questionnaire(), tag)), "", name)


def text(tag: str = "hre", *, without: str = "") -> str:
    """A complete ``words.toml`` as it is written, one line left empty on wish."""
    lines, known, table = [], entries(questionnaire()), ""
    for line in template.write(questionnaire(), tag).splitlines():
        if line.startswith("["):
            table = line.strip("[]")
        key, _, value = line.partition(" = ")
        path = f"{table}.{key}"
        waits = value == '""' and path != without
        lines.append(f'{key} = "{MARK}{known.get(path, "Tiếng Thử")}"' if waits else line)
    return "\n".join(lines) + "\n"


def write(
    folder: Path, tag: str = "hre", clips: dict[str, bytes] | None = None, *, without: str = ""
) -> Path:
    """Write the folder of a language and return it."""
    (folder / "audio").mkdir(parents=True)
    if tag not in {"vi", "en"}:
        (folder / "words.toml").write_text(text(tag, without=without), "utf-8")
    for name, content in (clips or {}).items():
        (folder / "audio" / name).write_bytes(content)
    return folder


def _fill(table: dict[str, Any], path: str, name: str) -> dict[str, Any]:
    known = entries(questionnaire())
    return {
        key: _fill(value, f"{path}{key}.", name)
        if isinstance(value, dict)
        else value or (MARK + known[path + key] if path + key in known else name)
        for key, value in table.items()
    }
