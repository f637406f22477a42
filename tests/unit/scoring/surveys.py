"""Small surveys for the properties: random forms, and the steps from forms to estimates."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st

from scoring.arrays import CodeArray, MarkArray
from scoring.design import expand, expansion, moments
from scoring.index import Estimates, WeightedCriterion, build_scheme, estimate
from scoring.tally import arrange

CRITERIA = (WeightedCriterion("C1", 2.0, (0, 1)), WeightedCriterion("C2", 1.0, (2,)))
PLAN = build_scheme(4, CRITERIA)  # the fourth column is the overall item


@dataclass(frozen=True)
class Survey:
    """Marks (n, 4), a stratum per form, and N per stratum (None: unknown everywhere)."""

    marks: MarkArray
    stratum: CodeArray
    population: tuple[int, ...] | None

    def estimates(self, *, weighted: bool = True) -> Estimates:
        """Estimate all indices over all strata."""
        strata = int(self.stratum.max()) + 1
        table = arrange(self.marks, self.stratum, self.population or [None] * strata)
        found = moments(table)
        return estimate(PLAN, expand(found, expansion(found)) if weighted and self.population else found)


@st.composite
def surveys(draw: st.DrawFn, *, known: bool | None = None, most: int = 12) -> Survey:
    """Draw 1 to 3 strata of 2 to ``most`` forms, with blanks and no opinions; N known or not."""
    sizes = draw(st.lists(st.integers(2, most), min_size=1, max_size=3))
    seed = draw(st.integers(0, 2**32 - 1))
    rng = np.random.default_rng(seed)
    levels = np.array([0, 1, 2, 3, 4, 5, 9], dtype=np.uint8)
    marks = rng.choice(levels, size=(sum(sizes), 4), p=[0.05, 0.05, 0.05, 0.1, 0.35, 0.35, 0.05])
    with_n = draw(st.booleans()) if known is None else known
    population = tuple(size + draw(st.integers(0, 40)) for size in sizes) if with_n else None
    return Survey(marks, np.repeat(np.arange(len(sizes)), sizes), population)
