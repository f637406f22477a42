"""Made-up campaigns with officers and channels: forms whose answers belong together, and what was planned."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from scoring.analysis.analysis import AnalysisInput
from scoring.arrays import MarkArray
from scoring.index import WeightedCriterion
from scoring.points import point_tables
from scoring.quality import Collected
from scoring.results import CriterionRule, Formula, SurveyResult
from scoring.summary import Questions, Rules, summarise

SIZES = (4, 5, 4, 4, 5, 4)
POINTS = (2.0, 1.5, 1.5, 3.0, 3.0, 2.0)
ITEMS = sum(SIZES)
STARTS = np.cumsum((0, *SIZES[:-1]))
CRITERIA = tuple(
    WeightedCriterion(f"C{place}", points, tuple(range(int(start), int(start) + size)))
    for place, (start, size, points) in enumerate(zip(STARTS, SIZES, POINTS, strict=True), start=1)
)
NAMES = tuple(
    f"{criterion.id}.{place}" for criterion in CRITERIA for place, _ in enumerate(criterion.columns, start=1)
)
QUESTIONS = Questions((*NAMES, "Q"), CRITERIA, overall_item=ITEMS)


@dataclass(frozen=True)
class Campaign:
    """A inputs with the results of the same forms."""

    inputs: AnalysisInput
    result: SurveyResult


def campaign(
    forms: tuple[int, ...] = (50, 80, 80, 80),
    *,
    seed: int = 1,
    moods: tuple[float, ...] | None = None,
    official: Formula = "f1",
    rule: CriterionRule = "pooled",
    known: bool = True,
) -> Campaign:
    """Return so many forms per unit; ``moods`` are the units' mean levels, three officers each, two channels."""
    rng = np.random.default_rng(seed)
    unit = np.repeat(np.arange(len(forms)), forms)
    mean = np.array(moods if moods is not None else [4.2] * len(forms))
    person = rng.normal(mean[unit], 0.6) if unit.size else np.empty(0)
    tilt = np.repeat(np.linspace(0.35, -0.35, len(SIZES)), SIZES)
    wish = person[:, None] + np.append(tilt, 0.0) + rng.normal(0, 0.5, (unit.size, ITEMS + 1))
    marks = np.clip(np.rint(wish), 1, 5).astype(np.uint8)
    marks[rng.random(marks.shape) < 0.03] = 0
    officer = unit * 3 + rng.integers(0, 3, unit.size)
    unknown = np.full(unit.size, np.nan)
    collected = Collected(
        marks[:, :-1],
        unit,
        officer,
        rng.integers(0, 2, unit.size),
        unknown,
        rng.integers(0, 90, unit.size).astype(np.float64),
        ("qr", "paper"),
    )
    inputs = AnalysisInput(
        marks=marks,
        collected=collected,
        questions=QUESTIONS,
        rules=Rules(official=official, criterion=rule),
        units=tuple(f"u{place}" for place in range(1, len(forms) + 1)),
        population=tuple(20 * number + 7 if known else None for number in forms),
        quota=tuple(50 if place == 0 else 80 for place in range(len(forms))),
        tables=(point_tables.load("proportional"), point_tables.load("bands-example")),
        targets=(85.0, 90.0),
        hidden=frozenset(),
    )
    return Campaign(inputs, results_of(inputs))


def results_of(inputs: AnalysisInput, marks: MarkArray | None = None) -> SurveyResult:
    """Return the results of a inputs, or of other marks on the same forms."""
    used = inputs.marks if marks is None else marks
    return summarise(
        used, inputs.collected.unit, inputs.units, inputs.population, inputs.questions, inputs.rules
    )


def copied(made: Campaign, officer: int) -> Campaign:
    """Return the campaign with one officer's forms all alike but for one answer."""
    marks = made.inputs.marks.copy()
    own = np.flatnonzero(made.inputs.collected.officer == officer)
    marks[own] = marks[own[0]]
    marks[own[0], 3] = 5 if marks[own[0], 3] != 5 else 4
    inputs = with_marks(made.inputs, marks)
    return Campaign(inputs, results_of(inputs))


def with_marks(inputs: AnalysisInput, marks: MarkArray) -> AnalysisInput:
    """Return the inputs with other answers on the same forms."""
    return replace(inputs, marks=marks, collected=replace(inputs.collected, marks=marks[:, :-1]))
