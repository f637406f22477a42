"""How often flags on officers and statements about targets are right: ``python -m bench.flags``.

Surveys are drawn again and again from made-up citizens, each with a level of contentment of its own, so that
the 26 answers of a form belong together as they do in reality. Flags: honest officers must be left alone, and
planted ones found. Targets: how often a unit below 85 % is given a probability of 0.95 or more of being above
it. Prints Markdown tables; ``--surveys`` sets how many (default 100).
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from scoring.index import WeightedCriterion
from scoring.points.posterior import from_estimate
from scoring.quality import Collected, flag_officers
from scoring.results import SurveyResult
from scoring.summary import Questions, Rules, summarise

SURVEYS = 100
ITEMS = 26
POPULATIONS = (4100, *[1500] * 10)
FORMS = (50, *[80] * 10)
TARGET = 85.0
MARKS_ABOVE = np.array([-2.0, -1.2, -0.3, 1.0])


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print a Markdown table."""
    print("| " + " | ".join(head) + " |")
    print("|" + " --- |" * len(head))
    for row in rows:
        print("| " + " | ".join(row) + " |")
    print()


def citizens(
    rng: np.random.Generator, sizes: Sequence[int], spread: float = 0.25
) -> tuple[NDArray[np.uint8], NDArray[np.intp]]:
    """Return the marks (people, 26) of whole populations, 6 per cent all 5 and 4 per cent blanks, and their units."""
    unit = np.repeat(np.arange(len(sizes)), sizes)
    person = rng.normal(0, 0.8, unit.size) + rng.normal(1.0, spread, len(sizes))[unit]
    wish = person[:, None] + rng.normal(0, 0.3, ITEMS) + rng.normal(0, 0.8, (unit.size, ITEMS))
    marks = (1 + np.searchsorted(MARKS_ABOVE, wish)).astype(np.uint8)
    marks[rng.random(unit.size) < 0.06] = 5
    marks[rng.random(marks.shape) < 0.04] = 0
    return marks, unit


def summary(marks: NDArray[np.uint8], unit: NDArray[np.intp]) -> SurveyResult:
    """Score forms as the product does, with one criterion that holds every item."""
    questions = Questions(
        tuple(f"q{item + 1}" for item in range(ITEMS)), (WeightedCriterion("C1", 1.0, tuple(range(ITEMS))),)
    )
    names = [f"U{number:02d}" for number in range(len(POPULATIONS))]
    return summarise(marks, unit, names, POPULATIONS, questions, Rules(official="f2"))


def targets(number: int) -> None:
    """Compare the stated probability that a unit reaches 85 % with the truth, by bands of it."""
    rng = np.random.default_rng(20240805)
    stated: list[float] = []
    reached: list[bool] = []
    for _ in range(max(number // 20, 1)):
        marks, unit = citizens(rng, POPULATIONS)
        truth = summary(marks, unit)
        places = [np.flatnonzero(unit == code) for code in range(len(POPULATIONS))]
        for _ in range(20):
            drawn = np.concatenate(
                [rng.choice(place, n, replace=False) for place, n in zip(places, FORMS, strict=True)]
            )
            for one, real in zip(summary(marks[drawn], unit[drawn]).units, truth.units, strict=True):
                estimate = one.overall.f2
                posterior = from_estimate(
                    (estimate.value or 0) / 100, (estimate.se or 0) / 100, one.overall.forms
                )
                stated.append(posterior.at_least(TARGET / 100))
                reached.append((real.overall.f2.value or 0) >= TARGET)
    chance, true = np.array(stated), np.array(reached)
    print(f"P(overall F2 >= {TARGET:g} %), units of 50 and 80 forms\n")
    rows = []
    for low, high in ((0, 0.05), (0.05, 0.25), (0.25, 0.5), (0.5, 0.75), (0.75, 0.95), (0.95, 1.0001)):
        inside = (chance >= low) & (chance < high)
        share = f"{true[inside].mean():.3f}" if inside.any() else "-"
        rows.append(
            (
                f"{low:.2f} to {min(high, 1):.2f}",
                str(int(inside.sum())),
                f"{chance[inside].mean():.3f}",
                share,
            )
        )
    table(("stated probability", "units", "mean stated", "really at 85 % or more"), rows)


def flags(number: int) -> None:
    """Count flagged officers in honest surveys of 30 officers, and found ones among planted."""
    rng = np.random.default_rng(7)
    plants: dict[str, Callable[[Collected, NDArray[np.intp]], None]] = {
        "honest": _leave,
        "two thirds of the forms all 4": lambda collected, own: _fill(collected, own[: 2 * own.size // 3], 4),
        "two thirds of the forms all 5": lambda collected, own: _fill(collected, own[: 2 * own.size // 3], 5),
        "six copies of one form": lambda collected, own: _copy(collected, own[:7]),
        "all forms invented (4 or 5 at random)": lambda collected, own: _invent(collected, own, rng),
        "half of the forms invented": lambda collected, own: _invent(collected, own[: own.size // 2], rng),
    }
    rows = []
    for name, plant in plants.items():
        planted = set() if plant is _leave else {0}
        caught = others = most = 0
        for survey in range(number):
            collected = _collection(rng)
            plant(collected, np.flatnonzero(collected.officer == 0))
            flagged = {flag.officer for flag in flag_officers(collected, survey)}
            caught += 0 in flagged
            others += len(flagged - planted)
            most = max(most, len(flagged - planted))
        found = f"{caught / number:.3f}" if planted else "-"
        rows.append((name, found, f"{others / number:.3f}", str(most)))
    print(f"Flags: 10 units x 3 officers x about 16 forms, {number} surveys each\n")
    table(("officer 0 of 30", "found", "honest officers flagged a survey", "most in a survey"), rows)


def _collection(rng: np.random.Generator) -> Collected:
    marks, unit = citizens(rng, [48] * 10)
    unknown = np.full(unit.size, np.nan)
    officer = (unit * 3 + rng.integers(0, 3, unit.size)).astype(np.intp)
    return Collected(marks, unit, officer, np.zeros(unit.size, dtype=np.intp), unknown, unknown)


def _leave(collected: Collected, own: NDArray[np.intp]) -> None:
    """Plant nothing."""


def _fill(collected: Collected, own: NDArray[np.intp], level: int) -> None:
    collected.marks[own] = level


def _copy(collected: Collected, own: NDArray[np.intp]) -> None:
    varied = next(place for place in own if np.unique(collected.marks[place]).size > 2)
    collected.marks[own] = collected.marks[varied]
    collected.marks[own, np.arange(own.size)] = 4


def _invent(collected: Collected, own: NDArray[np.intp], rng: np.random.Generator) -> None:
    collected.marks[own] = rng.integers(4, 6, (own.size, ITEMS))


def main(number: int = SURVEYS) -> None:
    """Print both tables."""
    targets(number)
    flags(number)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument(
        "--surveys", type=int, default=SURVEYS, help="simulated surveys (default %(default)s)"
    )
    main(parser.parse_args().surveys)
