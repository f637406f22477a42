"""How probable it is that a true share reaches a target, given what was collected."""

from __future__ import annotations

import math
from dataclasses import dataclass

from scipy.special import betainc, betaincc


@dataclass(frozen=True, slots=True)
class Posterior:
    """What the data say about a share on 0..1: a Beta(a, b) distribution, or a known point (a census).

    ``point`` is None except where the share is known without error. An index that cannot go below
    ``offset`` (F1: 0.2) is a share of the ``width`` that is left (0.8); limits and ``point`` are the index's own.
    """

    a: float
    b: float
    point: float | None = None
    offset: float = 0.0
    width: float = 1.0

    def at_least(self, limit: float) -> float:
        """Return P(share >= limit)."""
        if self.point is not None:
            return float(self.point >= limit)
        return float(betaincc(self.a, self.b, self._on_share(limit)))

    def below(self, limit: float) -> float:
        """Return P(share < limit), exact where it is tiny."""
        if self.point is not None:
            return float(self.point < limit)
        return float(betainc(self.a, self.b, self._on_share(limit)))

    def _on_share(self, limit: float) -> float:
        return min(max((limit - self.offset) / self.width, 0.0), 1.0)


def from_counts(x: float, n: float) -> Posterior:
    """Return Jeffreys' posterior Beta(x + 1/2, n - x + 1/2) of a share with x satisfied of n forms.

    One item of one unit: the n answers come from n forms. Never for the answers of a criterion, which belong
    together in forms: there take :func:`from_estimate`. Edge cases: x = 0 and x = n are allowed and give no
    certainty; n = 0 gives Jeffreys' prior. Reference: Brown, Cai and DasGupta (2001),
    doi:10.1214/ss/1009213286. Worked value: 42 of 50: P(share >= 0.85) = 0.4042.
    """
    return Posterior(x + 0.5, n - x + 0.5)


def from_estimate(estimate: float, se: float, forms: float, *, census: bool = False) -> Posterior:
    """Return Jeffreys' posterior at the effective sample size of an index on 0..1.

    Estimator: n_eff = estimate (1 - estimate) / se^2, Beta(n_eff estimate + 1/2, n_eff (1 - estimate) + 1/2).
    ``estimate`` and ``se`` on 0..1 (divide F2 and F3 by 100; F1 as (F1 - 20) / 80), ``se`` at the level of
    forms with finite-population correction; ``forms`` is the number of forms with an answer.

    Edge cases: a census is a point; where se is 0 without a census (every form alike) n_eff is the number
    of forms. Not for fewer than about ten forms, where se itself is a guess. Reference: Korn and Graubard
    (1998), Survey Methodology 24, 193-201 (effective sample size); Brown, Cai and DasGupta (2001),
    doi:10.1214/ss/1009213286. Worked value: 0.9, se 0.03: n_eff 100, P(share >= 0.85) = 0.9251.
    """
    if census:
        return Posterior(math.inf, math.inf, estimate)
    size = estimate * (1 - estimate) / se**2 if se > 0 else forms
    return from_counts(size * estimate, size)


def probability_at_least(x: float, n: float, target: float) -> float:
    """Return P(share >= target) for x satisfied of n forms; see :func:`from_counts`.

    Worked value: 42 of 50, target 0.90: 0.0853.
    """
    return from_counts(x, n).at_least(target)
