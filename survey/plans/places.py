"""Where in a TOML text a value stands: ``units[3].target`` -> line and column."""

from __future__ import annotations

import re
from collections import Counter

HEADER = re.compile(r"^\s*(\[\[?)\s*([\w.-]+)\s*\]\]?")
KEY = re.compile(r"^(\s*)([\w-]+)\s*=\s*")


def places(text: str) -> dict[str, str]:
    """Return ``line L, column C`` of every table and plainly written value, by its path.

    Values inside inline tables and many-line values have the place of the key that opens them.
    """
    found: dict[str, str] = {}
    seen: Counter[str] = Counter()
    table = ""
    for number, line in enumerate(text.splitlines(), start=1):
        if header := HEADER.match(line):
            table = header[2]
            if header[1] == "[[":
                table, seen[header[2]] = f"{header[2]}[{seen[header[2]]}]", seen[header[2]] + 1
            found[table] = f"{number}:1"
        elif key := KEY.match(line):
            path = f"{table}.{key[2]}" if table else key[2]
            found.setdefault(path, f"{number}:{key.end() + 1}")
    return found


def placed(path: str, known: dict[str, str]) -> str:
    """Return *path* with the line and column of its nearest known ancestor before it."""
    probe = path
    while probe and probe not in known:
        probe = re.sub(r"(\.[^.\[]*|\[[^\]]*\]|^[^.\[]*)$", "", probe)
    return f"{known[probe]} {path}" if probe else path
