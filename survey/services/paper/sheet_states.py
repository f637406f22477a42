"""Where every printed sheet of a unit is: derived from the minutes over it and from what was entered."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from survey.models import PaperMinute, PaperRange, PaperReading
from survey.services.collection.serial_ranges import SerialSpan
from survey.services.collection.serials import AFTER
from survey.services.installation.unit_keys import UnitKey
from survey.vocabulary import PaperAct, ReadingKind, SheetState

NOT_YET_BACK = (SheetState.UNUSED, SheetState.HANDED_OUT)


@dataclass(slots=True)
class UnitSheetStates:
    """The sheets of one unit: by the minutes, and which of them were keyed in or read."""

    states: dict[int, SheetState] = field(default_factory=dict)
    entered: set[int] = field(default_factory=set)
    closed: bool = False

    def where(self, serial: int) -> SheetState:
        """Return where a sheet is; one whose answers are in is back, whatever its last minute says."""
        state = self.states[serial]
        return SheetState.RETURNED if serial in self.entered and state in NOT_YET_BACK else state

    def counts(self) -> Mapping[SheetState, int]:
        """Return how many sheets are in each state; together they are the printed ones."""
        counted = Counter(self.where(serial) for serial in self.states)
        return {state: counted[state] for state in SheetState}

    def spans(self, state: SheetState) -> tuple[SerialSpan, ...]:
        """Return the sheets in that state."""
        return spans_of(serial for serial in self.states if self.where(serial) is state)

    def not_entered(self) -> tuple[SerialSpan, ...]:
        """Return the sheets that are back and whose answers are not in."""
        return spans_of(
            serial
            for serial in self.states
            if self.where(serial) is SheetState.RETURNED and serial not in self.entered
        )


def of_units(
    session: Session, campaign_id: int, unit_ids: Collection[int], until: dt.date | None = None
) -> dict[int, UnitSheetStates]:
    """Return the sheets of the units as they are, or as they were at the end of the day *until*.

    Two queries, whatever the number of units. Units without printed forms are left out.
    """
    units: dict[int, UnitSheetStates] = defaultdict(UnitSheetStates)
    for row in session.execute(_minutes(campaign_id, until)):
        if row.unit_id not in unit_ids:
            continue
        act, sheets = PaperAct(row.act), units[row.unit_id]
        if act is PaperAct.CLOSED:
            sheets.closed = True
        else:
            serials = range(row.first_serial, row.last_serial + 1)
            sheets.states.update(dict.fromkeys(serials, AFTER[act]))
    for unit_id, serial in session.execute(_entered(campaign_id, until)):
        if unit_id in units:
            units[unit_id].entered.add(serial)
    return dict(units)


def of_unit(session: Session, unit: UnitKey, until: dt.date | None = None) -> UnitSheetStates:
    """Return the sheets of one unit as :func:`of_units` does; of a unit without printed forms there are none."""
    return of_units(session, unit.campaign_id, [unit.unit_id], until).get(unit.unit_id, UnitSheetStates())


def spans_of(serials: Iterable[int]) -> tuple[SerialSpan, ...]:
    """Return serials as few spans as there can be."""
    spans: list[SerialSpan] = []
    for serial in sorted(serials):
        if spans and spans[-1].last == serial - 1:
            spans[-1] = SerialSpan(spans[-1].first, serial)
        else:
            spans.append(SerialSpan(serial, serial))
    return tuple(spans)


def _minutes(campaign_id: int, until: dt.date | None) -> Select[int, str, int, int]:
    minute = PaperMinute
    query = (
        select(minute.unit_id, minute.act, PaperRange.first_serial, PaperRange.last_serial)
        .outerjoin(
            PaperRange,
            (PaperRange.campaign_id == minute.campaign_id)
            & (PaperRange.unit_id == minute.unit_id)
            & (PaperRange.minute == minute.number),
        )
        .where(minute.campaign_id == campaign_id)
        .order_by(minute.unit_id, minute.number)
    )
    return query if until is None else query.where(minute.local_day <= until)


def _entered(campaign_id: int, until: dt.date | None) -> Select[int, int]:
    query = select(PaperReading.unit_id, PaperReading.serial).where(
        PaperReading.campaign_id == campaign_id, PaperReading.kind == ReadingKind.FIRST.value
    )
    return query if until is None else query.where(PaperReading.local_day <= until)
