"""How far a citizen's answers can be guessed from released figures: ``python -m bench.guessing``.

The attacker has every figure of every release of a unit, has sent nine of the forms himself, knows of nine more (the
worst that can be) which set they came into, and wants the answers of one citizen. He takes the difference of any two
releases. Units are drawn again and again from made-up citizens; releases come as the product's own rules let them,
figures from its own arithmetic. Printed by pair of grades and number of forms in which the two sets differ: how often
the attacker is sure of a mark; how far off his best guess of the citizen's mean of a criterion is, in levels, beside
the guess of somebody who has read the newest figures only. ``--units`` sets how many units (default 400).
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from bench.flags import citizens, table
from scoring.disclosure.coarse import coarse
from scoring.disclosure.release_rule import FormSet, may_follow_coarsely
from scoring.index import WeightedCriterion
from scoring.results import SurveyResult
from scoring.summary import Questions, Rules, summarise

UNITS = 400
OWN = 9
# The criteria of the bundled questionnaire.
SIZES = (4, 5, 4, 4, 5, 4)
SCALE = 20.0  # points of F1 for one level


@dataclass(slots=True)
class Attempts:
    """Attempts on one citizen's criterion: how many, how often sure of a mark, squared errors of both guesses."""

    number: int = 0
    sure: int = 0
    guess: float = 0.0
    reader: float = 0.0
    narrowed: list[float] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Look:
    """What one release says of each criterion: the least and largest sum of levels behind it, and how many answers."""

    forms: int
    exact: bool
    least: NDArray[np.int64]
    most: NDArray[np.int64]
    answers: NDArray[np.int64]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--units", type=int, default=UNITS)
    asked, _ = parser.parse_known_args()
    rows = []
    for (pair, forms), one in sorted(attempted(asked.units, 20241005).items()):
        rows.append(
            (
                pair,
                forms,
                str(one.number),
                f"{100 * one.sure / one.number:.2f} %",
                f"{(one.guess / one.number) ** 0.5:.2f}",
                f"{(one.reader / one.number) ** 0.5:.2f}",
                f"{float(np.median(one.narrowed)):.1f}",
            )
        )
    head = (
        "releases",
        "forms between",
        "attempts",
        "sure of a mark",
        "guess off by",
        "reader off by",
        "still possible",
    )
    table(head, rows)


def attempted(units: int, seed: int) -> dict[tuple[str, str], Attempts]:
    """Return the attempts on so many made-up units, by the grades of the two releases and the forms between them."""
    rng, found = np.random.default_rng(seed), defaultdict[tuple[str, str], Attempts](Attempts)
    for _ in range(units):
        _unit(rng, found)
    return found


def _unit(rng: np.random.Generator, found: dict[tuple[str, str], Attempts]) -> None:
    """Let one unit collect its forms day by day; attack its releases one after the other, and what the end may be."""
    target = int(rng.choice([50, 80, 80]))
    marks, _ = citizens(rng, [round(target * rng.uniform(0.9, 1.5))])
    sizes, came = list[int](), 0
    while came < len(marks):
        came = min(came + int(rng.poisson(1.8)), len(marks))
        if may_follow_coarsely(_forms(came), [_forms(size) for size in sizes]):
            sizes.append(came)
    looks = [look(marks[:size], exact=False) for size in sizes]
    for earlier, later in pairwise(looks):
        _attack(rng, marks, earlier, later, found)
    for more in range(1, OWN + 2):  # the unit may close at any time after its last coarse figures
        if looks and looks[-1].forms + more <= len(marks):
            _attack(rng, marks, looks[-1], look(marks[: looks[-1].forms + more], exact=True), found)


def _attack(
    rng: np.random.Generator,
    marks: NDArray[np.uint8],
    earlier: Look,
    later: Look,
    found: dict[tuple[str, str], Attempts],
) -> None:
    """Guess the answers of one citizen among the forms between two looks, of which nine are the attacker's."""
    between = np.arange(earlier.forms, later.forms)
    if not between.size:
        return
    victim = int(rng.choice(between))
    known = [form for form in between if form != victim][:OWN]
    strangers = between.size - 1 - len(known)
    pair = "coarse, full" if later.exact else "coarse, coarse"
    attempts = found[pair, _size(between.size)]
    for number, items in enumerate(_columns()):
        own = marks[known][:, items].astype(np.int64).sum()
        answered = int((marks[victim, items] > 0).sum())
        if not answered:
            continue
        # As much as he can know: how many items everybody between the two looks has answered.
        others = int((marks[between][:, items] > 0).sum() - (marks[known][:, items] > 0).sum() - answered)
        low = later.least[number] - earlier.most[number] - own - 5 * others
        high = later.most[number] - earlier.least[number] - own - others
        low, high = max(int(low), answered), min(int(high), 5 * answered)
        truth = int(marks[victim, items].sum())
        attempts.number += 1
        attempts.sure += not strangers and low == high and truth in {answered, 5 * answered}
        mean = (later.least[number] + later.most[number]) / 2 / later.answers[number]
        attempts.guess += ((low + high) / 2 / answered - truth / answered) ** 2
        attempts.reader += (mean - truth / answered) ** 2
        attempts.narrowed.append((high - low) / answered)


def _size(forms: int) -> str:
    return "1 to 9" if forms < 10 else "10" if forms == 10 else "11 and more"


def look(marks: NDArray[np.uint8], *, exact: bool) -> Look:
    """Return what a release over *marks* says, from the figures that the product would show."""
    shown = _shown(marks, exact=exact)
    answers = np.array([(marks[:, items] > 0).sum() for items in _columns()])
    sums = np.array([marks[:, items].astype(np.int64).sum() for items in _columns()])
    if exact:
        return Look(len(marks), True, sums, sums, answers)
    values = np.array([index.f1.value for index in shown.units[0].criteria], dtype=np.float64)
    least = np.ceil((values - 0.5) * answers / SCALE - 1e-9).astype(np.int64)
    most = np.ceil((values + 0.5) * answers / SCALE - 1e-9).astype(np.int64) - 1
    if not ((least <= sums) & (sums <= most)).all():
        raise AssertionError("the attacker's arithmetic is not the product's")
    return Look(len(marks), False, least, most, answers)


def _shown(marks: NDArray[np.uint8], *, exact: bool) -> SurveyResult:
    criteria = tuple(WeightedCriterion(f"C{n + 1}", 1.0, items) for n, items in enumerate(_columns()))
    questions = Questions(tuple(f"q{item + 1}" for item in range(sum(SIZES))), criteria)
    unit = np.zeros(len(marks), dtype=np.intp)
    result = summarise(marks, unit, ["u"], [None], questions, Rules())
    return result if exact else coarse(result, {"u", "province"})


def _columns() -> tuple[tuple[int, ...], ...]:
    ends = np.cumsum(SIZES)
    return tuple(tuple(range(end - size, end)) for end, size in zip(ends.tolist(), SIZES, strict=True))


def _forms(number: int) -> FormSet:
    return frozenset(form.to_bytes(2, "big") for form in range(number))


if __name__ == "__main__":
    main()
