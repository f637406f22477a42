"""``case.json``: the criteria, their weights and the settings of a case."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scoring.defaults import LEVEL, SATISFIED_FROM, TARGETS
from scoring.faults import DataFault
from scoring.index import WeightedCriterion
from scoring.tally import LEVELS


@dataclass(frozen=True, slots=True)
class CaseSetup:
    """The settings of a case; ``questions`` in the order of the criteria, whose columns point into it."""

    questions: tuple[str, ...]
    criteria: tuple[WeightedCriterion, ...]
    satisfied_from: int
    level: float
    targets: tuple[float, ...]
    rank_year: int | None


class _SetupReader:
    """Takes values out of the parsed JSON and remembers every fault with its path."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.faults: list[DataFault] = []

    def fault(self, code: str, path: str, **details: str | float) -> None:
        self.faults.append(DataFault(code, f"{self.file}: {path}", details))

    def number(self, value: Any, path: str, low: float, high: float, default: float) -> float:
        """Return a number strictly inside low..high, or report it and return the default."""
        if isinstance(value, int | float) and not isinstance(value, bool) and low < value < high:
            return float(value)
        self.fault("case_number", path, value=str(value), low=low, high=high)
        return default

    def whole(self, value: Any, path: str, low: int, high: int, default: int) -> int:
        """Return a whole number of low..high, or report it and return the default."""
        if isinstance(value, int) and not isinstance(value, bool) and low <= value <= high:
            return value
        self.fault("case_whole_number", path, value=str(value), low=low, high=high)
        return default

    def name(self, value: Any, path: str, seen: set[str]) -> str:
        """Return a name that was not seen before, or report it."""
        if not isinstance(value, str) or not value.strip():
            self.fault("case_name_missing", path)
        elif value in seen:
            self.fault("case_name_repeated", path, value=value)
        else:
            seen.add(value)
        return str(value)


def read_setup(path: Path) -> tuple[CaseSetup | None, list[DataFault]]:
    """Read the settings; None and every fault where they cannot be used."""
    reader = _SetupReader(path.name)
    data = _json(path, reader)
    if data is None:
        return None, reader.faults
    questions, criteria = _criteria(data.get("criteria"), reader)
    targets = data.get("targets", list(TARGETS))
    if not isinstance(targets, list):
        reader.fault("case_list", "targets")
        targets = []
    rank_year = data.get("rank_year")
    setup = CaseSetup(
        questions,
        criteria,
        reader.whole(data.get("satisfied_from", SATISFIED_FROM), "satisfied_from", 1, LEVELS, SATISFIED_FROM),
        reader.number(data.get("level", LEVEL), "level", 0, 1, LEVEL),
        tuple(reader.number(t, f"targets[{i}]", 0, 1, 0.5) for i, t in enumerate(targets)),
        None if rank_year is None else reader.whole(rank_year, "rank_year", 1, 9999, 1),
    )
    return (None if reader.faults else setup), reader.faults


def _json(path: Path, reader: _SetupReader) -> dict[str, Any] | None:
    try:
        data = json.loads(path.read_text("utf-8-sig"))
    except FileNotFoundError:
        reader.fault("case_file_missing", "", file=path.name)
    except UnicodeDecodeError as error:
        reader.fault("case_not_utf8", "", byte=error.start)
    except json.JSONDecodeError as error:
        reader.fault("case_not_json", f"{error.lineno}:{error.colno}")
    except RecursionError:
        reader.fault("case_not_json", "")
    else:
        if isinstance(data, dict):
            return data
        reader.fault("case_not_json", "")
    return None


def _criteria(value: Any, reader: _SetupReader) -> tuple[tuple[str, ...], tuple[WeightedCriterion, ...]]:
    if not isinstance(value, list) or not value:
        reader.fault("case_list", "criteria")
        return (), ()
    names: set[str] = set()
    seen: set[str] = set()
    questions: list[str] = []
    criteria = []
    for number, entry in enumerate(value):
        place = f"criteria[{number}]"
        if not isinstance(entry, dict):
            reader.fault("case_object", place)
            continue
        items = entry.get("questions")
        if not isinstance(items, list) or not items:
            reader.fault("case_list", f"{place}.questions")
            items = []
        named = [reader.name(item, f"{place}.questions[{i}]", seen) for i, item in enumerate(items)]
        columns = tuple(range(len(questions), len(questions) + len(named)))
        questions += named
        weight = reader.number(entry.get("weight"), f"{place}.weight", 0, math.inf, 1.0)
        criteria.append(
            WeightedCriterion(reader.name(entry.get("id"), f"{place}.id", names), weight, columns)
        )
    return tuple(questions), tuple(criteria)
