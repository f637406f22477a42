"""A table of outputs by name and SHA-256, in a form that says the same on every machine.

Unless bytes are asked for, three kinds of output are compared in another form: a PDF by its inflated objects and an
XLSX by its inflated members (zlib packs differently from build to build), and the numbers of JSON to nine digits
(processors add in different orders).
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import re
import zipfile
from pathlib import Path
from typing import Any

from tests.house.stillness import Browser, chance, command

# The free port of the server, and what `doctor` says of the machine.
OF_THE_MACHINE = re.compile(rb"(127\.0\.0\.1:|\bfree_disk +|\bSQLite )[\d.]+(?: GB)?")


class Table:
    """The outputs by name; a name that comes twice is a mistake of this script."""

    def __init__(self, place: Path, *, exact: bool, kept: Path | None = None) -> None:
        self.place, self.exact, self.kept = place, exact, kept
        self.rows: dict[str, str] = {}

    def keep(self, name: str, content: bytes | str) -> None:
        """Note one output, in the form that is compared."""
        raw = content.encode() if isinstance(content, str) else content
        if name in self.rows:
            raise KeyError(name)
        form = (raw if self.exact else plain(raw)).replace(str(self.place).encode(), b"PLACE")
        compared = OF_THE_MACHINE.sub(rb"\g<1>HERE", form)
        self.rows[name] = hashlib.sha256(compared).hexdigest()
        if self.kept is not None:
            (self.kept / re.sub(r"[^\w.-]+", "_", name)).write_bytes(compared)

    def say(self, name: str, *words: str, data: Path | None = None) -> str:
        """Run a command, note what it says and return what it wrote on standard output."""
        chance.begin(name)
        code, out, err = command(*words, data=data)
        told = [line for line in err.splitlines() if not line.startswith("{")]  # the log is no output
        self.keep(name, out if code == 0 else "\n".join([f"exit {code}", out, *told]))
        return out

    def files(self, name: str, folder: Path) -> None:
        """Note every file that a command wrote into a folder."""
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                self.keep(f"{name} {path.relative_to(folder).as_posix()}", path.read_bytes())

    def page(self, name: str, browser: Browser, path: str, said: Any = None, **options: Any) -> Any:
        """Ask for a page, note status, headers and body, and return the answer."""
        chance.begin(name)
        answer = browser.ask(path, said, **options)
        head = "\n".join(
            f"{key}: {value}" for key, value in sorted(answer.headers) if key != "Content-Length"
        )
        body = answer.get_data() if self.exact else plain(answer.get_data())
        self.keep(name, f"{answer.status}\n{head}\n\n".encode() + body)
        return answer


def plain(raw: bytes) -> bytes:
    """Return an output in a form that says the same on every machine."""
    if raw.startswith(b"%PDF-"):
        return _pdf(raw)
    if raw.startswith(b"PK\3\4"):
        with zipfile.ZipFile(io.BytesIO(raw)) as packed:
            return b"\n".join(
                f"== {i.filename}\n".encode() + plain(packed.read(i)) for i in packed.infolist()
            )
    if raw[:1] in b"{[" and raw:
        with contextlib.suppress(ValueError):
            return json.dumps(_nine_digits(json.loads(raw)), ensure_ascii=False, indent=1).encode()
    return raw


def _nine_digits(value: Any) -> Any:
    if isinstance(value, float):
        return 0.0 if abs(value) < 1e-12 else float(f"{value:.9g}")
    if isinstance(value, dict):
        return {name: _nine_digits(inner) for name, inner in value.items()}
    return [_nine_digits(inner) for inner in value] if isinstance(value, list) else value


def _pdf(raw: bytes) -> bytes:
    """Return every object of a PDF with its streams inflated: geometry, operators, fonts, pictures, the particulars."""
    from pypdf import PdfReader
    from pypdf.generic import DictionaryObject, IndirectObject, StreamObject

    reader = PdfReader(io.BytesIO(raw))
    said = io.BytesIO()
    for number in range(1, int(str(reader.trailer["/Size"]))):
        found: Any = reader.get_object(IndirectObject(number, 0, reader))
        said.write(f"\n{number} ".encode())
        if isinstance(found, StreamObject):
            particulars = {key: value for key, value in found.items() if key not in {"/Length", "/Filter"}}
            DictionaryObject(particulars).write_to_stream(said)
            said.write(found.get_data())
        elif found is not None:
            found.write_to_stream(said)
    said.write(f"\n{len(reader.pages)} pages".encode())
    return said.getvalue()
