"""The validator of a questionnaire: every fault of its data, each with its place.

A rule looks at one value at one place and adds what it finds to a list; rules for tables and lists are
made of the rules of their parts, so that the shape of a questionnaire can be read from
``_questionnaire`` at the end of this module.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from forms.faults import InstrumentFault

Rule = Callable[[list[InstrumentFault], str, object], None]

LONGEST_TEXT = 200
MOST_ITEMS = 60
LEVEL_VALUES = (1, 2, 3, 4, 5)


def questionnaire_faults(data: Mapping[str, Any]) -> tuple[InstrumentFault, ...]:
    """Return all faults of a questionnaire's data (from TOML or JSON), none if it is sound."""
    faults: list[InstrumentFault] = []
    _questionnaire(_languages(data))(faults, "", data)
    _check_levels(faults, data)
    _check_ids(faults, data)
    _check_references(faults, data)
    return tuple(faults)


def _join(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key


def _table(required: Mapping[str, Rule], optional: Mapping[str, Rule] | None = None) -> Rule:
    known = {**required, **(optional or {})}

    def rule(faults: list[InstrumentFault], path: str, value: object) -> None:
        if not isinstance(value, Mapping):
            faults.append(InstrumentFault("questionnaire_type", path, {"expected": "table"}))
            return
        faults += [
            InstrumentFault("questionnaire_missing", _join(path, key)) for key in required if key not in value
        ]
        for key, part in value.items():
            if key in known:
                known[key](faults, _join(path, key), part)
            else:
                faults.append(InstrumentFault("questionnaire_unknown_key", _join(path, str(key))))

    return rule


def _list(part: Rule, low: int, high: int) -> Rule:
    def rule(faults: list[InstrumentFault], path: str, value: object) -> None:
        if not isinstance(value, list | tuple):
            faults.append(InstrumentFault("questionnaire_type", path, {"expected": "list"}))
            return
        if not low <= len(value) <= high:
            details = {"count": len(value), "low": low, "high": high}
            faults.append(InstrumentFault("questionnaire_count", path, details))
        for index, entry in enumerate(value):
            part(faults, f"{path}[{index}]", entry)

    return rule


def _name(pattern: str) -> Rule:
    shape = re.compile(pattern, re.ASCII)

    def rule(faults: list[InstrumentFault], path: str, value: object) -> None:
        if not isinstance(value, str):
            faults.append(InstrumentFault("questionnaire_type", path, {"expected": "text"}))
        elif not shape.fullmatch(value):
            faults.append(InstrumentFault("questionnaire_bad_id", path, {"value": value[:40]}))

    return rule


def _number(low: float, high: float, kinds: type | tuple[type, ...]) -> Rule:
    def rule(faults: list[InstrumentFault], path: str, value: object) -> None:
        if isinstance(value, bool) or not isinstance(value, kinds) or not isinstance(value, int | float):
            faults.append(InstrumentFault("questionnaire_type", path, {"expected": "number"}))
        elif not (math.isfinite(value) and low <= value <= high):
            faults.append(InstrumentFault("questionnaire_range", path, {"low": low, "high": high}))

    return rule


def _switch(faults: list[InstrumentFault], path: str, value: object) -> None:
    if not isinstance(value, bool):
        faults.append(InstrumentFault("questionnaire_type", path, {"expected": "true or false"}))


def _sentence(faults: list[InstrumentFault], path: str, value: object) -> None:
    if not isinstance(value, str):
        faults.append(InstrumentFault("questionnaire_type", path, {"expected": "text"}))
    elif not value.strip():
        faults.append(InstrumentFault("questionnaire_blank_text", path))
    elif len(value) > LONGEST_TEXT:
        faults.append(InstrumentFault("questionnaire_long_text", path, {"limit": LONGEST_TEXT}))
    elif not is_tidy(value):
        faults.append(InstrumentFault("questionnaire_untidy_text", path))


def is_tidy(value: str) -> bool:
    """Say whether a text is composed (NFC), trimmed, and free of control and private characters."""
    hidden = any(unicodedata.category(letter) in {"Cc", "Cs", "Co"} for letter in value)
    return not hidden and value == value.strip() and unicodedata.is_normalized("NFC", value)


def _languages(data: Mapping[str, Any]) -> list[str]:
    declared = data.get("languages")
    return [each for each in declared if isinstance(each, str)] if isinstance(declared, list | tuple) else []


def _entries(table: Mapping[str, Any], key: str, path: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the place and the table of each well-formed entry of a list, for checks across entries."""
    entries = table.get(key)
    if isinstance(entries, list | tuple):
        for index, entry in enumerate(entries):
            if isinstance(entry, Mapping):
                yield f"{_join(path, key)}[{index}]", entry


def _check_levels(faults: list[InstrumentFault], data: Mapping[str, Any]) -> None:
    values = tuple(entry.get("value") for _, entry in _entries(data, "levels"))
    if values and len(values) == len(LEVEL_VALUES) and values != LEVEL_VALUES:
        faults.append(InstrumentFault("questionnaire_levels", "levels"))


def _check_ids(faults: list[InstrumentFault], data: Mapping[str, Any]) -> None:
    _unique(faults, "id", list(_entries(data, "parts")))
    _unique(faults, "id", list(_entries(data, "criteria")))
    _unique(faults, "id", list(_entries(data, "profile")))
    items = [item for path, each in _entries(data, "criteria") for item in _entries(each, "items", path)]
    _unique(faults, "id", items)
    if len(items) > MOST_ITEMS:
        details = {"count": len(items), "low": 1, "high": MOST_ITEMS}
        faults.append(InstrumentFault("questionnaire_count", "criteria", details))
    for path, question in _entries(data, "profile"):
        _unique(faults, "value", list(_entries(question, "options", path)))
    languages = [(f"languages[{index}]", {"id": tag}) for index, tag in enumerate(_languages(data))]
    _unique(faults, "id", languages)


def _unique(
    faults: list[InstrumentFault], key: str, entries: Sequence[tuple[str, Mapping[str, Any]]]
) -> None:
    seen: set[str] = set()
    for path, entry in entries:
        value = entry.get(key)
        if isinstance(value, str):
            if value in seen:
                where = path if path.startswith("languages") else f"{path}.{key}"
                faults.append(InstrumentFault("questionnaire_duplicate", where, {"value": value[:40]}))
            seen.add(value)


def _check_references(faults: list[InstrumentFault], data: Mapping[str, Any]) -> None:
    parts = [entry.get("id") for _, entry in _entries(data, "parts")]
    for path, criterion in _entries(data, "criteria"):
        part = criterion.get("part")
        if isinstance(part, str) and part not in parts:
            faults.append(InstrumentFault("questionnaire_unknown_id", f"{path}.part", {"value": part[:40]}))
        _check_items(faults, path, criterion)
    _check_opted_in(faults, data)


def _check_items(faults: list[InstrumentFault], path: str, criterion: Mapping[str, Any]) -> None:
    """Add a fault for each item whose id does not name the criterion that it stands under."""
    owner = criterion.get("id")
    for location, item in _entries(criterion, "items", path):
        own = item.get("id")
        if isinstance(own, str) and isinstance(owner, str) and own.partition(".")[0] != owner:
            faults.append(
                InstrumentFault("questionnaire_foreign_item", f"{location}.id", {"value": own[:40]})
            )


def _check_opted_in(faults: list[InstrumentFault], data: Mapping[str, Any]) -> None:
    sensitive = [entry.get("id") for _, entry in _entries(data, "profile") if entry.get("sensitive") is True]
    opted_in = data.get("opted_in")
    for index, each in enumerate(opted_in if isinstance(opted_in, list | tuple) else ()):
        if isinstance(each, str) and each not in sensitive:
            details = {"value": each[:40]}
            faults.append(InstrumentFault("questionnaire_unknown_id", f"opted_in[{index}]", details))


def _questionnaire(languages: Sequence[str]) -> Rule:
    """Return the rule for a whole questionnaire whose every text stands in all these languages."""
    text = _table(dict.fromkeys(languages, _sentence))
    slug = _name(r"[a-z][a-z0-9]*(-[a-z0-9]+){0,5}")
    short = _name(r"[a-z][a-z0-9]{0,11}")
    wording = _table({"text": text})
    level = _table({"value": _number(1, 5, int), "text": text})
    item = _table({"id": _name(r"[A-Z][A-Z0-9]{0,5}\.[1-9][0-9]?"), "text": text})
    criterion = _table(
        {
            "id": _name(r"[A-Z][A-Z0-9]{0,5}"),
            "max_points": _number(0.01, 100, (int, float)),
            "text": text,
            "items": _list(item, 1, 20),
        },
        {"part": short},
    )
    option = _table({"value": _name("[a-z]"), "text": text})
    question = _table({"id": short, "text": text, "options": _list(option, 2, 20)}, {"sensitive": _switch})
    return _table(
        {
            "id": slug,
            "version": _number(1, 999, int),
            "languages": _list(_name(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,2}"), 1, 12),
            "title": text,
            "no_opinion": text,
            "declined": text,
            "levels": _list(level, 5, 5),
            "criteria": _list(criterion, 1, 12),
            "overall": wording,
            "comment": wording,
        },
        {
            "parts": _list(_table({"id": short, "text": text}), 1, 4),
            "profile": _list(question, 0, 12),
            "opted_in": _list(short, 0, 12),
        },
    )
