"""``units.csv``: the units, their transactions N, and N per channel where it is given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from scoring.case.csv_file import CsvFile
from scoring.faults import DataFault

PREFIX = "N_"


@dataclass(frozen=True, slots=True)
class CaseUnit:
    """A unit: its name, its transactions N (None where unknown), and N per channel, empty where not given."""

    name: str
    population: int | None
    channels: Mapping[str, int]


def read_units(path: Path) -> tuple[list[CaseUnit], list[DataFault]]:
    """Read the units in the order of the file, with every fault. No file, no units and no fault."""
    if not path.exists():
        return [], []
    file = CsvFile(path)
    units: list[CaseUnit] = []
    checked = usable = False
    for line, cells in file.rows():
        if not checked:
            checked, usable = True, file.require(("unit", "N"))
        if usable:
            units.append(_unit(file, line, dict(zip(file.header, cells, strict=True)), units))
    if not units and not file.faults:
        file.fault("case_no_rows", 1)
    return units, file.faults


def _unit(file: CsvFile, line: int, row: Mapping[str, str], before: list[CaseUnit]) -> CaseUnit:
    name = row["unit"]
    if not name.strip():
        file.fault("case_name_missing", line, "unit")
    elif any(unit.name == name for unit in before):
        file.fault("case_name_repeated", line, "unit", value=name)
    population = None if row["N"] == "" else _count(file, line, "N", row["N"])
    channels = {
        column.removeprefix(PREFIX): _count(file, line, column, value)
        for column, value in row.items()
        if column.startswith(PREFIX)
    }
    if channels and population is not None and sum(channels.values()) != population:
        file.fault("case_channel_sum", line, "N", value=population, sum=sum(channels.values()))
    return CaseUnit(name, population, channels)


def _count(file: CsvFile, line: int, column: str, value: str) -> int:
    if value.isascii() and value.isdigit() and len(value) <= 12:
        return int(value)
    file.fault("case_count", line, column, value=value)
    return 0
