"""A survey in three files: ``case.json``, ``units.csv`` and ``responses.csv``, read whole or refused whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from scoring.arrays import CodeArray
from scoring.case.responses import Responses, StepsDone, find_responses, read_responses
from scoring.case.setup import CaseSetup, read_setup
from scoring.case.units import CaseUnit, read_units
from scoring.faults import DataFault, FaultyData
from scoring.tally import FormTable, arrange


@dataclass(frozen=True, slots=True)
class Case:
    """A survey that was read without a fault.

    ``units`` and ``years`` in order (``years`` is (None,) where the data have no year); stratum
    ``unit * len(years) + year``. ``table`` holds the forms sorted by stratum; ``responses`` the further
    columns in the order of the file (see ``table.order``).
    """

    setup: CaseSetup
    units: tuple[CaseUnit, ...]
    years: tuple[int | None, ...]
    table: FormTable
    responses: Responses

    def stratum(self, unit: int, year: int) -> int:
        """Return the stratum of a unit in a year, both as positions."""
        return unit * len(self.years) + year


def read_case(directory: Path, progress: StepsDone) -> Case:
    """Read a case; raise FaultyData with every fault of every file, none of them read only in part.

    A missing ``units.csv`` leaves every N unknown and takes the units from the responses.
    """
    setup, faults = read_setup(directory / "case.json")
    units, unit_faults = read_units(directory / "units.csv")
    faults += unit_faults
    if setup is None:
        raise FaultyData(faults)
    path = find_responses(directory)
    responses, more = read_responses(path, setup, units if units or unit_faults else None, progress)
    faults += more
    if responses is None or faults:
        raise FaultyData(faults)
    known = units or [CaseUnit(name, None, {}) for name in sorted(set(responses.unit_names))]
    case = _assemble(setup, tuple(known), responses)
    faults = [*_sizes(case, path.name), *_rank_year(case)]
    if faults:
        raise FaultyData(faults)
    return case


def _assemble(setup: CaseSetup, units: tuple[CaseUnit, ...], responses: Responses) -> Case:
    years: tuple[int | None, ...] = (None,)
    year = np.zeros(responses.marks.shape[0], dtype=np.intp)
    if responses.year is not None:
        values, year = np.unique(responses.year, return_inverse=True)
        years = tuple(values.tolist())
    place = {unit.name: number for number, unit in enumerate(units)}
    code: CodeArray = np.array([place[name] for name in responses.unit_names], dtype=np.intp)
    population = [unit.population for unit in units for _ in years]
    unit = code[responses.unit]
    table = arrange(responses.marks, unit * len(years) + year, population, responses.weight)
    return Case(setup, units, years, table, responses)


def _sizes(case: Case, file: str) -> list[DataFault]:
    """Report every stratum with more forms than transactions."""
    faults = []
    for number in np.flatnonzero(case.table.forms > case.table.population):
        unit = case.units[int(number) // len(case.years)]
        details: Mapping[str, str | int | float] = {
            "unit": unit.name,
            "forms": int(case.table.forms[number]),
            "population": int(case.table.population[number]),
        }
        faults.append(DataFault("case_more_forms_than_transactions", f"{file}: {unit.name}", details))
    return faults


def _rank_year(case: Case) -> list[DataFault]:
    """Report a year to be ranked of which there are no forms."""
    wanted = case.setup.rank_year
    if wanted is None or wanted in case.years:
        return []
    return [DataFault("case_rank_year", "case.json: rank_year", {"value": wanted})]
