"""Simulated forms at five levels are read without a wrong answer; the large evaluation is ``bench/paper.py``."""

from __future__ import annotations

import pytest

from tests.paper.measure import Tally, measured, upper_bound


# A few dozen questions say little about the share that goes to a person: these bounds only tell a reader that
# works from one that doubts everything. docs/paper.md has what is measured and what is aimed at.
@pytest.mark.parametrize(
    ("level", "forms", "dpi", "edition", "doubts"),
    [
        ("clean", 2, 200, "standard", 0.25),
        ("office", 3, 150, "standard", 0.25),
        ("office", 1, 150, "large", 0.35),
        ("bad scan", 2, 150, "standard", 0.40),
        ("good photo", 1, 170, "standard", 0.45),
        ("bad photo", 1, 170, "standard", 0.80),
    ],
)
def test_no_answer_is_wrong_and_few_go_to_a_person(
    level: str, forms: int, dpi: int, edition: str, doubts: float
) -> None:
    found = measured(level, range(1, forms + 1), 40, dpi=dpi, edition=edition)
    assert (found.wrong, found.misread) == (0, 0)
    assert found.share_to_a_person <= doubts


def test_the_bound_is_the_exact_one() -> None:
    # The rule of three: nothing wrong in n leaves 1 - 0.05 ** (1 / n).
    assert upper_bound(0, 20_000) == pytest.approx(1 - 0.05 ** (1 / 20_000))
    assert Tally(questions=20_000).wrong_at_most == pytest.approx(14.98, abs=0.01)
    assert upper_bound(3, 3) == 1.0
