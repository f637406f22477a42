"""Reads typed values out of a parsed table and collects every fault on the way instead of stopping."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from typing import Any, cast

from survey.errors import Fault

CODE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
LONGEST_TEXT = 400
MOST_TEXTS = 60
# Far enough on either side of any survey, and near enough for every calendar that will count its days.
FIRST_DAY, LAST_DAY = dt.date(2000, 1, 1), dt.date(2199, 12, 31)
UNKNOWN_DAY = dt.date.max
KINDS = {str: "text", int: "whole number", list: "list", dt.date: "day"}


def _is_plain(text: str) -> bool:
    """Return whether *text* is of bearable length and free of signs that control, hide or reorder."""
    return len(text) <= LONGEST_TEXT and all(letter.isprintable() for letter in text)


class PlanReader:
    """One table of a plan. Each method returns a value of the right type even where it notes a fault."""

    def __init__(self, table: object, path: str, faults: list[Fault]) -> None:
        self.path = path
        self.faults = faults
        self.values: Mapping[str, Any] = table if isinstance(table, Mapping) else {}
        self._known: set[str] = set()
        if not isinstance(table, Mapping):
            self.faults.append(Fault("plan_not_a_table", path))

    def path_of(self, name: str) -> str:
        """Return the path of the value *name*."""
        return f"{self.path}.{name}" if self.path else name

    def fault(self, code: str, name: str, **details: str | int) -> None:
        """Note a fault of the value *name*."""
        self.faults.append(Fault(code, self.path_of(name), details))

    def _take(self, name: str, kind: type, default: Any) -> Any:
        self._known.add(name)
        if name not in self.values:
            if default is None:
                self.fault("plan_missing", name)
            return default
        value = self.values[name]
        if type(value) is not kind:
            self.fault("plan_wrong_type", name, wanted=KINDS[kind])
            return default
        return value

    def text(self, name: str, default: str | None = None) -> str:
        """Return a text of at most 400 characters; required when there is no default."""
        value = self._take(name, str, default)
        if value is None:
            return ""
        if default is None and not value.strip():
            self.fault("plan_missing", name)
        if not _is_plain(value):
            self.fault("plan_bad_text", name, most=LONGEST_TEXT)
        return str(value)

    def code(self, name: str) -> str:
        """Return a code of lower-case letters, digits and hyphens."""
        value = self.text(name)
        if value and (not CODE.fullmatch(value) or len(value) > 64):
            self.fault("plan_bad_code", name)
        return value

    def texts(self, name: str) -> tuple[str, ...]:
        """Return a list of texts, empty where it is missing."""
        value = self._take(name, list, [])
        if len(value) > MOST_TEXTS:
            self.fault("plan_too_many_texts", name, most=MOST_TEXTS)
        for place, line in enumerate(value):
            if not isinstance(line, str):
                self.fault("plan_wrong_type", f"{name}[{place}]", wanted=KINDS[str])
            elif not line.strip() or not _is_plain(line):
                self.fault("plan_bad_text", f"{name}[{place}]", most=LONGEST_TEXT)
        return tuple(line for line in value if isinstance(line, str))

    def word(self, name: str, allowed: Iterable[str], default: str | None = None) -> str:
        """Return one of the *allowed* words."""
        words = tuple(allowed)
        value = self.text(name, default)
        if value and value not in words:
            self.fault("plan_unknown_word", name, found=value, allowed=", ".join(words))
        return value

    def whole(self, name: str, low: int, high: int, default: int | None = None) -> int:
        """Return a whole number from *low* to *high*."""
        value = self._take(name, int, default)
        if value is None:
            return low
        if not low <= value <= high:
            self.fault("plan_out_of_range", name, low=low, high=high)
        return int(value)

    def whole_or_unknown(self, name: str, low: int, high: int) -> int | None:
        """Return a whole number, or None where it is not given."""
        self._known.add(name)
        return self.whole(name, low, high) if name in self.values else None

    def day(self, name: str) -> dt.date:
        """Return a local day."""
        value = self._take(name, dt.date, None)
        if value is None:
            return UNKNOWN_DAY
        if not FIRST_DAY <= value <= LAST_DAY:
            self.fault("plan_day_unlikely", name, first=FIRST_DAY.isoformat(), last=LAST_DAY.isoformat())
            return UNKNOWN_DAY
        return cast("dt.date", value)

    def table(self, name: str) -> PlanReader:
        """Return the reader of the table *name*."""
        self._known.add(name)
        if name not in self.values:
            self.fault("plan_missing", name)
            return PlanReader({}, self.path_of(name), [])
        return PlanReader(self.values[name], self.path_of(name), self.faults)

    def tables(self, name: str) -> list[PlanReader]:
        """Return a reader for each table of the list *name*."""
        rows = self._take(name, list, None)
        return [
            PlanReader(row, f"{self.path_of(name)}[{i}]", self.faults) for i, row in enumerate(rows or [])
        ]

    def done(self) -> None:
        """Note every name that nobody asked for: most often a slip of the pen."""
        for name in self.values:
            if name not in self._known:
                self.fault("plan_unknown_name", name)
