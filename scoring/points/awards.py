"""Points of the reform index: a percentage looked up in a table of segments, exactly as the table rounds.

All arithmetic is decimal, so that a limit of 85 or a step of 0.01 means what it says. A percentage is first
rounded to ten decimals (which takes away the noise of binary fractions: 17 of 20 is 85), or to the table's
``percent_decimals`` where it looks up published figures.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal

from scoring.points.posterior import Posterior

MODES = {"half_up": ROUND_HALF_UP, "half_even": ROUND_HALF_EVEN, "down": ROUND_FLOOR, "up": ROUND_CEILING}
HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class Segment:
    """Points from ``start`` per cent to below ``end``; the last segment of a table includes its end.

    ``points`` at ``start``, growing by ``slope`` for each percentage point; ``points`` is None where the
    source does not say what the band is worth.
    """

    start: Decimal
    end: Decimal
    points: Decimal | None
    slope: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class CriterionPoints:
    """The segments of one criterion. ``relative``: points are parts of whatever the maximum is."""

    id: str
    maximum: Decimal
    cap: Decimal
    segments: tuple[Segment, ...]
    relative: bool = False


@dataclass(frozen=True, slots=True)
class PointTable:
    """A point table as data; ``approved_by`` is empty until somebody has approved it."""

    id: str
    title: str
    source: str
    source_date: str
    approved_by: str
    approved_on: str
    step: Decimal
    mode: str
    percent_decimals: int
    criteria: tuple[CriterionPoints, ...]

    @property
    def approved(self) -> bool:
        """Say whether the table may be printed without the word that it is unapproved."""
        return bool(self.approved_by)

    def criterion(self, name: str) -> CriterionPoints | None:
        """Return a criterion's segments, those for every criterion (``*``), or None."""
        by_id = {criterion.id: criterion for criterion in self.criteria}
        return by_id.get(name) or by_id.get("*")


@dataclass(frozen=True, slots=True)
class Award:
    """Points for one criterion. ``points`` is None where the table does not say (``note``).

    ``note`` is None, ``band_unknown`` or ``criterion_not_in_table``; ``band`` the number of the segment,
    counted from 0.
    """

    criterion: str
    percent: float
    maximum: float
    points: float | None
    band: int | None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class BandProbability:
    """One segment with the probability that the true percentage lies in it.

    ``points_low`` and ``points_high`` are its points at its ends, None where the table does not say.
    """

    start: float
    end: float
    points_low: float | None
    points_high: float | None
    probability: float


@dataclass(frozen=True, slots=True)
class NextStep:
    """The least change of answers that brings more points (or a band whose worth is unknown).

    ``changed`` answers of those that exist would have to be satisfied instead; or ``added`` further answers,
    all of them satisfied. ``changed_points`` and ``added_points`` are what they bring, None where unknown.
    """

    changed: int
    changed_points: float | None
    added: int | None
    added_points: float | None


def award(table: PointTable, criterion: str, percent: float, maximum: float) -> Award:
    """Look up the points of a criterion's percentage.

    points = min(cap, round(points at segment start + slope (percent - start))), in steps of the table's
    rounding. ``percent`` 0..100; ``maximum`` is the questionnaire's maximum, used where the table is
    relative. Edge cases: 100 belongs to the last segment; a limit belongs to the segment that starts
    there. Worked value: ``bands-example``, C2 at 82.22: 0.8 of 1.5; ``proportional``, 76.3 of 10: 7.63.
    """
    rules = table.criterion(criterion)
    if rules is None:
        return Award(criterion, percent, maximum, None, None, "criterion_not_in_table")
    whole = Decimal(repr(maximum)) if rules.relative else rules.maximum
    band, points = _looked_up(table, rules, _decimal(table, percent), whole)
    if points is None:
        return Award(criterion, percent, float(whole), None, band, "band_unknown")
    return Award(criterion, percent, float(whole), float(points), band)


@dataclass(frozen=True, slots=True)
class PointsTotal:
    """The sum of awards; ``points`` is None where any of them is unknown."""

    points: float | None
    maximum: float


def total(awards: Sequence[Award]) -> PointsTotal:
    """Add points exactly, as decimals. Worked value: 0 + 0.8 + 0.8 + 1.8 + 3 + 0.4 = 6.8 of 13."""
    maximum = sum((Decimal(repr(one.maximum)) for one in awards), Decimal(0))
    if any(one.points is None for one in awards):
        return PointsTotal(None, float(maximum))
    points = sum((Decimal(repr(one.points or 0.0)) for one in awards), Decimal(0))
    return PointsTotal(float(points), float(maximum))


def _decimal(table: PointTable, percent: float) -> Decimal:
    """Return a percentage as the table looks it up."""
    return Decimal(repr(percent)).quantize(Decimal(1).scaleb(-table.percent_decimals), ROUND_HALF_UP)


def _looked_up(
    table: PointTable, rules: CriterionPoints, percent: Decimal, maximum: Decimal
) -> tuple[int, Decimal | None]:
    """Return the number of the segment and its rounded points."""
    band = max(
        number for number, segment in enumerate(rules.segments) if number == 0 or percent >= segment.start
    )
    segment = rules.segments[band]
    if segment.points is None:
        return band, None
    scale = maximum if rules.relative else Decimal(1)
    raw = (segment.points + segment.slope * (percent - segment.start)) * scale
    steps = (raw / table.step).quantize(Decimal(1), MODES[table.mode])
    return band, min(steps * table.step, rules.cap * scale)


def bands(
    table: PointTable, criterion: str, posterior: Posterior, maximum: float
) -> tuple[BandProbability, ...]:
    """Return every band of a criterion with the probability that the true percentage lies in it.

    ``posterior`` is about the share on 0..1 (:mod:`scoring.points.posterior`); the percentage is 100 times the share.
    The probabilities sum to 1. Edge cases: an unknown criterion gives no band; a band that is a single point
    (exactly 100 %) has probability 0 unless the share is known from a census. Worked value: 42 of 50,
    ``bands-example``, C1: P(90 to 100) = 0.0853.
    """
    rules = table.criterion(criterion)
    if rules is None:
        return ()
    whole = Decimal(repr(maximum)) if rules.relative else rules.maximum
    starts = [float(segment.start) / 100 for segment in rules.segments]
    reached = [1.0, *(posterior.at_least(start) for start in starts[1:]), 0.0]
    probabilities = []
    for number, segment in enumerate(rules.segments):
        ends = [_at(table, rules, segment, place, whole) for place in (segment.start, segment.end)]
        chance = reached[number] - reached[number + 1]
        probabilities.append(
            BandProbability(float(segment.start), float(segment.end), ends[0], ends[1], chance)
        )
    return tuple(probabilities)


def _at(
    table: PointTable, rules: CriterionPoints, segment: Segment, place: Decimal, maximum: Decimal
) -> float | None:
    """Return a segment's own points at a place, its end included."""
    alone = CriterionPoints(rules.id, rules.maximum, rules.cap, (segment,), rules.relative)
    points = _looked_up(table, alone, place, maximum)[1]
    return None if points is None else float(points)


def next_step(
    table: PointTable, criterion: str, satisfied: int, answers: int, maximum: float
) -> NextStep | None:
    """Say how many more satisfied answers would change the points of a criterion.

    For shares (F2): ``satisfied`` of ``answers``. For F1 give the sum of points and 5 times the answers;
    ``changed`` then counts points. The least number is found by bisection, since a table never falls.

    Edge cases: None where all answers are satisfied, where there is none, where the table has no such
    criterion, or where full satisfaction brings no more; ``added`` is None where more answers alone never
    suffice (only exactly 100 % would). Worked value: 77 of 100 with ``bands-example``, C1: 3 changed
    answers (80 %) or 15 added ones (92 of 115) bring 0.4.
    """
    rules = table.criterion(criterion)
    if rules is None or not 0 <= satisfied < answers:
        return None
    whole = Decimal(repr(maximum)) if rules.relative else rules.maximum

    def worth(good: int, total: int) -> tuple[int, Decimal | None]:
        percent = (HUNDRED * good / total).quantize(Decimal(1).scaleb(-table.percent_decimals), ROUND_HALF_UP)
        return _looked_up(table, rules, percent, whole)

    now = worth(satisfied, answers)
    changed = _least(answers - satisfied, lambda more: worth(satisfied + more, answers), now)
    if changed is None:
        return None
    added = _least(100 * answers, lambda more: worth(satisfied + more, answers + more), now)
    points = worth(satisfied + changed, answers)[1]
    later = None if added is None else worth(satisfied + added, answers + added)[1]
    return NextStep(changed, _float(points), added, _float(later))


def _least(
    most: int, worth: Callable[[int], tuple[int, Decimal | None]], now: tuple[int, Decimal | None]
) -> int | None:
    """Return the least number from 1 to ``most`` that brings more than ``now``, or None."""
    if not _more(worth(most), now):
        return None
    low, high = 0, most
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if _more(worth(middle), now) else (middle, high)
    return high


def _more(then: tuple[int, Decimal | None], now: tuple[int, Decimal | None]) -> bool:
    """Say whether a band and its points are more: more points, or a higher band of unknown worth."""
    if then[1] is None or now[1] is None:
        return then[0] > now[0]
    return then[1] > now[1]


def _float(points: Decimal | None) -> float | None:
    return None if points is None else float(points)
