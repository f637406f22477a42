"""Point tables as TOML: the bundled ones, and a reader that names every fault with its place.

A table has ``id``, ``title``, ``source``, optional ``source_date``, ``approved_by``, ``approved_on``,
``percent_decimals`` (how many decimals a percentage is rounded to before it is looked up), a ``[rounding]``
with ``step`` and ``mode`` (half_up, half_even, down, up), and per criterion ``id`` (``*`` for all), ``max``,
optional ``cap`` (else ``max``) and ``relative``, and ``segments`` from 0 to 100 without gap or overlap: ``from``,
``to``, and either ``points`` with an optional ``slope`` per percentage point, or ``unknown = true``.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

from scoring.faults import DataFault, FaultyData
from scoring.points.awards import HUNDRED, MODES, CriterionPoints, PointTable, Segment

_FOLDER = Path(__file__).parent / "bundled"
_TEXTS = ("id", "title", "source")
_OPTIONAL_TEXTS = ("source_date", "approved_by", "approved_on")
_TABLE_KEYS = {*_TEXTS, *_OPTIONAL_TEXTS, "percent_decimals", "rounding", "criteria"}
_CRITERION_KEYS = {"id", "max", "cap", "relative", "segments"}
_SEGMENT_KEYS = {"from", "to", "points", "slope", "unknown"}
_MOST_DECIMALS = 10


def bundled() -> tuple[str, ...]:
    """Return the names of the tables that ship with the program."""
    return tuple(sorted(path.stem for path in _FOLDER.glob("*.toml")))


def load(name: str) -> PointTable:
    """Return a bundled table; FaultyData ``point_table_unknown`` where there is none of that name."""
    if name not in bundled():
        raise FaultyData([DataFault("point_table_unknown", name, {"known": ", ".join(bundled())})])
    return parse((_FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


def parse(text: str) -> PointTable:
    """Read a table; FaultyData carries all its faults, each with a place as ``criteria[2].segments[0].from``."""
    try:
        data = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise FaultyData([DataFault("point_table_not_toml", "file", {"reason": str(error)})]) from error
    reader = _PointTableReader()
    table = reader.table(data)
    if reader.faults:
        raise FaultyData(reader.faults)
    return table


@dataclass(slots=True)
class _PointTableReader:
    """Reads values of a given kind and collects what is wrong with them, going on with a stand-in."""

    faults: list[DataFault] = field(default_factory=list)

    def fault(self, code: str, place: str, **details: str | float) -> None:
        """Note a fault."""
        self.faults.append(DataFault(code, place, details))

    def known(self, data: Mapping[str, Any], keys: set[str], place: str) -> None:
        """Name keys that mean nothing, since they are most often misspelt ones."""
        for key in sorted(set(data) - keys):
            self.fault("point_table_key_unknown", f"{place}{key}")

    def text(self, data: Mapping[str, Any], key: str, place: str, *, needed: bool = True) -> str:
        """Read a text; a needed one must not be empty."""
        value = data.get(key, "")
        if not isinstance(value, str) or (needed and not value.strip()):
            self.fault("point_table_text_missing", f"{place}{key}")
            return ""
        return value

    def number(
        self, data: Mapping[str, Any], key: str, place: str, default: Decimal | None = None
    ) -> Decimal:
        """Read a finite number of 0 or more; without a default it must be there."""
        value = data.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            self.fault("point_table_number_missing", f"{place}{key}")
            return Decimal(0)
        number = Decimal(value)
        if not number.is_finite() or number < 0:
            self.fault("point_table_number_range", f"{place}{key}", value=str(value))
            return Decimal(0)
        return number

    def flag(self, data: Mapping[str, Any], key: str, place: str) -> bool:
        """Read true or false, false where it is not there."""
        value = data.get(key, False)
        if not isinstance(value, bool):
            self.fault("point_table_flag", f"{place}{key}")
        return value is True

    def rows(self, data: Mapping[str, Any], key: str, place: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """Yield the sub-tables of a list with their places; there must be at least one."""
        value = data.get(key)
        if not isinstance(value, list) or not value:
            self.fault("point_table_list_missing", f"{place}{key}")
            return
        for number, row in enumerate(value):
            if isinstance(row, dict):
                yield f"{place}{key}[{number}].", row
            else:
                self.fault("point_table_row", f"{place}{key}[{number}]")

    def table(self, data: Mapping[str, Any]) -> PointTable:
        """Read the whole table."""
        self.known(data, _TABLE_KEYS, "")
        texts = {key: self.text(data, key, "") for key in _TEXTS}
        texts |= {key: self.text(data, key, "", needed=False) for key in _OPTIONAL_TEXTS}
        step, mode = self.rounding(data)
        decimals = self.number(data, "percent_decimals", "", Decimal(_MOST_DECIMALS))
        if decimals > _MOST_DECIMALS or decimals % 1:
            self.fault("point_table_decimals", "percent_decimals", value=str(decimals))
            decimals = Decimal(0)
        criteria = tuple(self.criterion(row, place) for place, row in self.rows(data, "criteria", ""))
        for number, criterion in enumerate(criteria):
            if criterion.id in {one.id for one in criteria[:number]}:
                self.fault("point_table_criterion_twice", f"criteria[{number}].id", id=criterion.id)
        return PointTable(**texts, step=step, mode=mode, percent_decimals=int(decimals), criteria=criteria)

    def rounding(self, data: Mapping[str, Any]) -> tuple[Decimal, str]:
        """Read step and mode of rounding."""
        rounding = data.get("rounding")
        if not isinstance(rounding, dict):
            self.fault("point_table_rounding_missing", "rounding")
            return Decimal(1), "half_up"
        self.known(rounding, {"step", "mode"}, "rounding.")
        step = self.number(rounding, "step", "rounding.")
        if step == 0:
            self.fault("point_table_number_range", "rounding.step", value=str(step))
        mode = rounding.get("mode")
        if mode not in MODES:
            self.fault("point_table_mode", "rounding.mode", known=", ".join(MODES))
        return step, str(mode)

    def criterion(self, data: Mapping[str, Any], place: str) -> CriterionPoints:
        """Read one criterion and check its segments together."""
        self.known(data, _CRITERION_KEYS, place)
        maximum = self.number(data, "max", place)
        cap = self.number(data, "cap", place, maximum)
        if cap > maximum:
            self.fault("point_table_cap", f"{place}cap", cap=str(cap), max=str(maximum))
        read = [(at, self.segment(row, at)) for at, row in self.rows(data, "segments", place)]
        if read:
            self.joined(read, maximum)
        segments = tuple(segment for _, segment in read)
        return CriterionPoints(
            self.text(data, "id", place), maximum, cap, segments, self.flag(data, "relative", place)
        )

    def segment(self, data: Mapping[str, Any], place: str) -> Segment:
        """Read one segment."""
        self.known(data, _SEGMENT_KEYS, place)
        start, end = self.number(data, "from", place), self.number(data, "to", place)
        if self.flag(data, "unknown", place):
            for key in sorted({"points", "slope"} & set(data)):
                self.fault("point_table_unknown_with_points", f"{place}{key}")
            return Segment(start, end, None)
        points, slope = self.number(data, "points", place), self.number(data, "slope", place, Decimal(0))
        return Segment(start, end, points, slope)

    def joined(self, read: list[tuple[str, Segment]], maximum: Decimal) -> None:
        """Check that segments run from 0 to 100 without gap or overlap, never fall and stay below the maximum."""
        first, last = read[0], read[-1]
        if first[1].start != 0:
            self.fault("point_table_not_from_0", f"{first[0]}from", value=str(first[1].start))
        if last[1].end != HUNDRED:
            self.fault("point_table_not_to_100", f"{last[0]}to", value=str(last[1].end))
        for place, segment in read:
            self.alone(segment, place, maximum, is_last=place == last[0])
        for (_, before), (place, after) in pairwise(read):
            if before.end != after.start:
                code = "point_table_gap" if before.end < after.start else "point_table_overlap"
                self.fault(code, f"{place}from", end=str(before.end), start=str(after.start))
        self.rising([(place, segment) for place, segment in read if segment.points is not None], maximum)

    def alone(self, segment: Segment, place: str, maximum: Decimal, *, is_last: bool) -> None:
        """Check that a segment is not empty and stays below the maximum."""
        # A single point, from = to, can only be the last: exactly 100 per cent.
        if segment.end < segment.start or (segment.end == segment.start and not is_last):
            self.fault("point_table_segment_empty", f"{place}to", value=str(segment.end))
        if segment.points is not None and segment.points > maximum:
            self.fault(
                "point_table_above_max", f"{place}points", points=str(segment.points), max=str(maximum)
            )

    def rising(self, known: list[tuple[str, Segment]], maximum: Decimal) -> None:
        """Check that a higher percentage never brings fewer points; a slope may run into the maximum."""
        highest = Decimal(0)
        for place, segment in known:
            points = segment.points or Decimal(0)
            if points < highest:
                self.fault("point_table_falls", f"{place}points", points=str(points), before=str(highest))
            highest = max(highest, min(maximum, points + segment.slope * (segment.end - segment.start)))
