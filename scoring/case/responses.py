"""``responses.csv``: one form a row, checked cell by cell and stored as columns."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from operator import itemgetter
from pathlib import Path

import numpy as np

from scoring.arrays import CodeArray, CountArray, FloatArray, MarkArray
from scoring.case.csv_file import CsvFile
from scoring.case.setup import CaseSetup
from scoring.case.units import CaseUnit
from scoring.faults import DataFault

StepsDone = Callable[[int], None]
READING = 600  # of the 1000 steps of a whole run
_REPORT_EVERY = 4096
_LEVEL = {"": 0, "1": 1, "2": 2, "3": 3, "4": 4, "5": 5}
_LEGAL = frozenset(_LEVEL)


@dataclass(frozen=True, slots=True)
class Responses:
    """The columns of the file, in its order; None where the file has no such column.

    ``marks`` uint8 (n, questions), 0 = blank. ``unit`` positions into ``unit_names``; ``channel`` and
    ``officer`` plain texts, an officer may be empty; ``seconds`` NaN and ``entered_at`` None where the cell is empty.
    """

    marks: MarkArray
    unit_names: tuple[str, ...]
    unit: CodeArray
    ids: tuple[str, ...] | None
    year: CountArray | None
    weight: FloatArray | None
    channel: tuple[str, ...] | None
    officer: tuple[str, ...] | None
    seconds: FloatArray | None
    entered_at: tuple[datetime | None, ...] | None


def find_responses(directory: Path) -> Path:
    """Return ``responses.csv``, or ``responses.csv.gz`` where only that one exists."""
    packed = directory / "responses.csv.gz"
    plain = directory / "responses.csv"
    return packed if packed.exists() and not plain.exists() else plain


def read_responses(
    path: Path, setup: CaseSetup, units: Sequence[CaseUnit] | None, progress: StepsDone
) -> tuple[Responses | None, list[DataFault]]:
    """Read all forms; None where there is any fault. ``units`` None accepts every unit's name."""
    file = CsvFile(path)
    rows = _ResponseRows(file, setup, units)
    size, reported = path.stat().st_size if path.exists() else 0, 0
    for number, (line, cells) in enumerate(file.rows()):
        if number == 0 and not rows.start():
            break
        rows.take(line, cells)
        if number % _REPORT_EVERY == 0 and file.raw is not None:
            done = READING * file.raw.tell() // max(size, 1)
            progress(done - reported)
            reported = done
    progress(READING - reported)
    if not file.faults and not rows.units:
        file.fault("case_no_rows", 1)
    return (None if file.faults else rows.finish()), file.faults


@dataclass(slots=True)
class _ResponseRows:
    """What was read so far."""

    file: CsvFile
    setup: CaseSetup
    known: Sequence[CaseUnit] | None
    marks: bytearray = field(default_factory=bytearray)
    units: list[int] = field(default_factory=list)
    names: dict[str, int] = field(default_factory=dict)
    ids: dict[str, int] = field(default_factory=dict)
    columns: dict[str, list[str]] = field(default_factory=dict)
    years: list[int] = field(default_factory=list)
    numbers: dict[str, list[float]] = field(default_factory=dict)
    times: list[datetime | None] = field(default_factory=list)
    place: dict[str, int] = field(default_factory=dict)
    pick: Callable[[list[str]], tuple[str, ...]] = tuple
    legal_units: frozenset[str] = field(init=False)
    legal_channels: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        known = self.known or ()
        self.legal_units = frozenset(unit.name for unit in known)
        self.legal_channels = frozenset(name for unit in known for name in unit.channels)

    def start(self) -> bool:
        """Find the columns; False where one that is needed is missing."""
        header, questions = self.file.header, self.setup.questions
        if not self.file.require(("unit", *questions)):
            return False
        self.place = {name: number for number, name in enumerate(header)}
        columns = [self.place[question] for question in questions]
        self.pick = itemgetter(*columns) if len(columns) > 1 else lambda cells: (cells[columns[0]],)
        self.columns = {name: [] for name in ("channel", "officer") if name in self.place}
        self.numbers = {name: [] for name in ("w", "seconds") if name in self.place}
        return True

    def take(self, line: int, cells: list[str]) -> None:
        """Check one row and keep it."""
        answers = self.pick(cells)
        if _LEGAL.issuperset(answers):
            self.marks.extend(map(_LEVEL.__getitem__, answers))
        else:
            for question, answer in zip(self.setup.questions, answers, strict=True):
                if answer not in _LEGAL:
                    self.file.fault("case_answer", line, question, value=answer)
        self._unit(line, cells[self.place["unit"]])
        if "response_id" in self.place:
            self._id(line, cells[self.place["response_id"]])
        if "year" in self.place:
            self._year(line, cells[self.place["year"]])
        for name, texts in self.columns.items():
            texts.append(self._text(line, name, cells[self.place[name]]))
        for name, numbers in self.numbers.items():
            numbers.append(self._number(line, name, cells[self.place[name]]))
        if "entered_at" in self.place:
            self.times.append(self._time(line, cells[self.place["entered_at"]]))

    def _unit(self, line: int, name: str) -> None:
        if self.known is not None and name not in self.legal_units:
            self.file.fault("case_unit_unknown", line, "unit", value=name)
        elif not name.strip():
            self.file.fault("case_name_missing", line, "unit")
        self.units.append(self.names.setdefault(name, len(self.names)))

    def _id(self, line: int, name: str) -> None:
        if not name.strip():
            self.file.fault("case_name_missing", line, "response_id")
        elif self.ids.setdefault(name, line) != line:
            self.file.fault("case_name_repeated", line, "response_id", value=name)

    def _year(self, line: int, value: str) -> None:
        if value.isascii() and value.isdigit() and len(value) == 4:
            self.years.append(int(value))
        else:
            self.file.fault("case_year", line, "year", value=value)

    def _text(self, line: int, name: str, value: str) -> str:
        # Nobody hands out a form that is filled in at home, so an officer may be missing.
        if name == "channel" and not value.strip():
            self.file.fault("case_name_missing", line, name)
        elif name == "channel" and self.legal_channels and value not in self.legal_channels:
            self.file.fault("case_channel_unknown", line, name, value=value)
        return value

    def _number(self, line: int, name: str, value: str) -> float:
        if value == "" and name == "seconds":
            return math.nan
        try:
            number = float(value)
        except ValueError:
            number = math.nan
        if not (0 < number < math.inf or (number == 0 and name == "seconds")):
            self.file.fault("case_positive_number", line, name, value=value)
        return number

    def _time(self, line: int, value: str) -> datetime | None:
        try:
            return datetime.fromisoformat(value) if value else None
        except ValueError:
            self.file.fault("case_time", line, "entered_at", value=value)
            return None

    def finish(self) -> Responses:
        """Turn what was read into arrays."""
        weight, seconds = self.numbers.get("w"), self.numbers.get("seconds")
        channel, officer = self.columns.get("channel"), self.columns.get("officer")
        return Responses(
            marks=np.frombuffer(self.marks, dtype=np.uint8).reshape(-1, len(self.setup.questions)),
            unit_names=tuple(self.names),
            unit=np.array(self.units, dtype=np.intp),
            ids=tuple(self.ids) if "response_id" in self.place else None,
            year=np.array(self.years, dtype=np.int64) if "year" in self.place else None,
            weight=None if weight is None else np.array(weight),
            channel=None if channel is None else tuple(channel),
            officer=None if officer is None else tuple(officer),
            seconds=None if seconds is None else np.array(seconds),
            entered_at=tuple(self.times) if "entered_at" in self.place else None,
        )
