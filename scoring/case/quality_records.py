"""Records of the flags on data quality, where a case has officers or times to fill in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

import numpy as np

from scoring.arrays import CodeArray
from scoring.case.case import Case
from scoring.case.records import StatisticRecord
from scoring.defaults import SEED
from scoring.quality import Collected, Flag, flag_forms, flag_officers
from scoring.quality.collected import NONE


def quality_records(case: Case) -> Iterator[StatisticRecord]:
    """Yield one record per flagged officer and per form that came too fast; none where nothing is flagged."""
    officers, collected = _collected(case)
    if case.responses.officer is not None:
        for flag in flag_officers(collected, SEED):
            yield _record(case, flag, {"officer": officers[cast("int", flag.officer)]})
    if case.responses.seconds is not None:
        for flag in flag_forms(collected):
            yield _record(case, flag, {"response_id": _form(case, cast("int", flag.form))})


def _collected(case: Case) -> tuple[list[str], Collected]:
    """Return the officers' names by code, and the forms in the order of the file."""
    responses = case.responses
    unknown = np.full(responses.unit.size, np.nan)
    names = responses.officer or ("",) * responses.unit.size
    # Two units may both have an "officer 1".
    codes: dict[tuple[int, str], int] = {}
    officer: CodeArray = np.array(
        [
            codes.setdefault((unit, name), len(codes)) if name.strip() else NONE
            for unit, name in zip(responses.unit.tolist(), names, strict=True)
        ],
        dtype=np.intp,
    )
    seconds = unknown if responses.seconds is None else responses.seconds
    channel = np.full(responses.unit.size, NONE, dtype=np.intp)
    collected = Collected(responses.marks, responses.unit, officer, channel, seconds, unknown)
    return [name for _, name in codes], collected


def _form(case: Case, place: int) -> str:
    return case.responses.ids[place] if case.responses.ids is not None else str(place + 1)


def _record(case: Case, flag: Flag, who: StatisticRecord) -> StatisticRecord:
    unit = case.responses.unit_names[flag.unit]
    return {
        "stat": "quality_flag",
        "kind": flag.kind,
        "unit": unit,
        **who,
        "p": flag.p,
        "p_holm": flag.p_holm,
    }
