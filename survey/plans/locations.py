"""Where in a TOML text a value stands: ``units[3].target`` -> line and column."""

from __future__ import annotations

import re
from collections import Counter

HEADER = re.compile(r"^\s*(\[\[?)\s*([\w.-]+)\s*\]\]?")
KEY = re.compile(r"""^\s*(?:([\w-]+)|"([^"\\]*)"|'([^']*)')\s*=\s*""")
TRIPLE = ('"' * 3, "'" * 3)
QUOTES = re.compile("|".join((*TRIPLE, "#.*", r'"(?:[^"\\]|\\.)*"', "'[^']*'")))
START = "1:1"


def locations(text: str) -> dict[str, str]:
    """Return ``line:column`` of every table and plainly written value, by its path.

    Values inside inline tables and many-line values have the place of the key that opens them.
    """
    known: dict[str, str] = {}
    seen: Counter[str] = Counter()
    table, within = "", ""
    for number, line in enumerate(text.split("\n"), start=1):
        outside, within = not within, _within(line, within)
        if not outside:
            continue  # a line of a text of many lines, whatever it looks like
        if header := HEADER.match(line):
            table = header[2]
            if header[1] == "[[":
                table, seen[header[2]] = f"{header[2]}[{seen[header[2]]}]", seen[header[2]] + 1
            known.setdefault(table, f"{number}:1")
        elif key := KEY.match(line):
            name = next(part for part in key.groups() if part is not None)
            known.setdefault(f"{table}.{name}" if table else name, f"{number}:{key.end() + 1}")
    return known


def located(path: str, known: dict[str, str]) -> str:
    """Return *path* after the line and column of its nearest known ancestor, the start where there is none."""
    probe = path
    while probe and probe not in known:
        probe = re.sub(r"(\.[^.\[]*|\[[^\]]*\]|^[^.\[]*)$", "", probe)
    return f"{known.get(probe, START)} {path}".rstrip()


def _within(line: str, quote: str) -> str:
    """Return the quotation mark of the many-line text in which the line ends, empty where in none."""
    at = 0
    while True:
        if quote:
            end = line.find(quote, at)
            if end < 0:
                return quote
            quote, at = "", end + 3
        elif mark := QUOTES.search(line, at):
            at = mark.end()
            quote = mark[0] if mark[0] in TRIPLE else ""
        else:
            return ""
