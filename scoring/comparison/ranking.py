"""The ranking: units by their official overall index, with every rank that the data leave open."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from string import ascii_lowercase

from scoring.comparison.differences import PairDifference, unit_differences
from scoring.comparison.ranks import (
    RankSets,
    kww_bonferroni,
    mrsw_marginal,
    mrsw_simultaneous,
    pairwise_bonferroni,
)
from scoring.intervals import Interval, interval_error, normal_quantile
from scoring.results import DomainResult, Estimate, Formula

# Simulated rank sets and the list of all pairs cost units squared; beyond this one step must do.
MOST_SIMULATED = 60


@dataclass(frozen=True, slots=True)
class Ranking:
    """Units that may be compared, in the order they were given, and what the data say about their order.

    ``value`` is the official overall index in per cent. ``letters`` say who is tied: two units that the pairwise
    tests (Holm) do not separate share a letter. ``left_out`` are the units without a place: too few forms, or
    hidden. ``pairs`` holds all differences, empty for more than :data:`MOST_SIMULATED` units.
    """

    formula: Formula
    level: float
    units: tuple[str, ...]
    forms: tuple[int, ...]
    value: tuple[float, ...]
    left_out: tuple[str, ...]
    marginal: RankSets
    simultaneous: RankSets
    deterministic: RankSets
    pairs: tuple[PairDifference, ...]
    letters: tuple[str, ...]

    @property
    def order(self) -> tuple[int, ...]:
        """The places of the units from the highest index to the lowest."""
        return tuple(sorted(range(len(self.units)), key=lambda unit: (self.marginal.rank[unit], unit)))

    @property
    def separated(self) -> tuple[PairDifference, ...]:
        """The pairs that differ after Holm's adjustment, the clearest first."""
        different = (pair for pair in self.pairs if pair.p_holm <= 1 - self.level)
        return tuple(sorted(different, key=lambda pair: (pair.p_holm, pair.p, pair.first, pair.second)))

    @property
    def all_tied(self) -> bool:
        """Whether every rank is still open to every unit, so that the table orders nobody."""
        last = len(self.units)
        return all(
            ends == (1, last) for ends in zip(self.simultaneous.low, self.simultaneous.high, strict=True)
        )


@dataclass(frozen=True, slots=True)
class _RankedUnit:
    """A unit that may be ranked: its number of forms, its index, and the standard error of that."""

    id: str
    forms: int
    value: float
    error: float


def rank_error(estimate: Estimate, level: float) -> float:
    """Return the standard error with which an estimate may enter a comparison of units.

    Its own; 0 for a census; and where every form is alike without a census, half the width of its interval
    over the normal quantile, because an estimated 0 is not certainty. NaN where there is neither. On the scale
    of the estimate. Worked value: 100 with interval 95.4 to 100 and se 0, 95 %: 4.6 / 2 / 1.96 = 1.17.
    """
    if estimate.note == "census":
        return 0.0
    if estimate.se:
        return estimate.se
    if estimate.low is None or estimate.high is None:
        return math.nan
    return interval_error(Interval(estimate.low, estimate.high), normal_quantile(level))


def ranking(
    domains: Sequence[DomainResult],
    formula: Formula,
    level: float,
    *,
    seed: int,
    fewest: int,
    hidden: Collection[str] = (),
) -> Ranking:
    """Rank the units that have at least ``fewest`` forms and are not ``hidden`` by their overall index.

    Rank sets: marginal and simultaneous ones of Mogstad, Romano, Shaikh and Wilhelm from ``seed``, and the
    deterministic ones of Klein, Wright and Wieczorek; see :mod:`scoring.comparison.ranks`. Beyond :data:`MOST_SIMULATED` units
    one step with Bonferroni's quantile over all pairs stands in for both simulated sets; it is wider. Edge
    cases: a unit without an index or an interval is left out; no unit or one gives an empty comparison.
    """
    ranked = list(_ranked_units(domains, formula, level, fewest, hidden))
    in_one_step = _ranking_in_one_step(domains, ranked, formula, level)
    if len(ranked) > MOST_SIMULATED:
        return in_one_step
    value, error = in_one_step.value, [unit.error for unit in ranked]
    pairs = tuple(unit_differences(value, error, level))
    return replace(
        in_one_step,
        marginal=mrsw_marginal(value, error, level, seed=seed),
        simultaneous=mrsw_simultaneous(value, error, level, seed=seed),
        pairs=pairs,
        letters=letter_display(in_one_step.marginal.rank, pairs, 1 - level),
    )


def _ranking_in_one_step(
    domains: Sequence[DomainResult], ranked: Sequence[_RankedUnit], formula: Formula, level: float
) -> Ranking:
    value = tuple(unit.value for unit in ranked)
    error = [unit.error for unit in ranked]
    units = tuple(unit.id for unit in ranked)
    wide = pairwise_bonferroni(value, error, level)
    return Ranking(
        formula=formula,
        level=level,
        units=units,
        forms=tuple(unit.forms for unit in ranked),
        value=value,
        left_out=tuple(domain.id for domain in domains if domain.id not in units),
        marginal=wide,
        simultaneous=wide,
        deterministic=kww_bonferroni(value, error, level),
        pairs=(),
        letters=(),
    )


def _ranked_units(
    domains: Iterable[DomainResult], formula: Formula, level: float, fewest: int, hidden: Collection[str]
) -> Iterator[_RankedUnit]:
    for domain in domains:
        estimate = domain.overall.by(formula)
        error = rank_error(estimate, level)
        is_open = domain.forms >= fewest and domain.id not in hidden
        if is_open and estimate.value is not None and not math.isnan(error):
            yield _RankedUnit(domain.id, domain.forms, estimate.value, error)


def letter_display(rank: Sequence[int], pairs: Sequence[PairDifference], alpha: float) -> tuple[str, ...]:
    """Return the letters of each unit: two share one exactly where their difference is not significant.

    ``rank`` of the units; a is the group of the best. The groups are found by inserting one significant pair
    after the other: every group that holds both is split in two, and groups within others are dropped.
    Reference: Piepho (2004), doi:10.1198/1061860043515. Worked value: three units of which only the first and the
    last differ: a, ab, b.
    """
    groups = [frozenset(range(len(rank)))]
    for pair in pairs:
        if pair.p_holm <= alpha:
            groups = _split(groups, pair.first, pair.second)
    groups.sort(key=lambda group: sorted((rank[unit], unit) for unit in group))
    names = [_letter(number) for number in range(len(groups))]
    return tuple(
        "".join(name for name, group in zip(names, groups, strict=True) if unit in group)
        for unit in range(len(rank))
    )


def _split(groups: Sequence[frozenset[int]], first: int, second: int) -> list[frozenset[int]]:
    """Return the groups with no two members first and second, none of them within another."""
    parted: list[frozenset[int]] = []
    for group in groups:
        both = first in group and second in group
        parted += [group - {first}, group - {second}] if both else [group]
    single = list(dict.fromkeys(parted))
    return [group for group in single if not any(group < other for other in single)]


def _letter(number: int) -> str:
    """Return a, b, ..., z, a2, b2, ..."""
    turn, place = divmod(number, len(ascii_lowercase))
    return ascii_lowercase[place] + (str(turn + 1) if turn else "")
