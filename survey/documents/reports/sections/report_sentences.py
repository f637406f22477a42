"""The sentences of a report: only what the intervals carry, and what the figures cannot say."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from scoring.disclosure.suppression import THRESHOLD
from scoring.results import DomainResult, Estimate
from survey.documents.reports.formats import (
    count,
    decimal,
    interval,
    listing,
    percent,
    plain,
    short_date,
    short_percent,
)
from survey.documents.reports.record import UnitFacts
from survey.documents.reports.report_context import Brief, official_of
from survey.documents.reports.sections.tables import total

_WEAK_ITEMS = 3


def collection(brief: Brief, units: Sequence[UnitFacts]) -> tuple[str, ...]:
    """Say how many forms came in, and which units reached their minimum quota."""
    sums = total(units)
    summary = brief.say(
        "collection.summary" if len(units) > 1 else "collection.summary_unit",
        as_of=short_date(brief.campaign.as_of),
        valid=count(sums.valid),
        rate=percent(100 * sums.valid / sums.target) if sums.target else "–",
        target=count(sums.target),
        awaiting=count(sums.awaiting),
        late=count(sums.late),
        excluded=count(sums.excluded),
    )
    return (summary, _reached(brief, units)) if len(units) > 1 else (summary,)


def _reached(brief: Brief, units: Sequence[UnitFacts]) -> str:
    missing = [plain(unit.name) for unit in units if unit.valid < unit.target]
    if not missing:
        return brief.say("collection.all_reached", units=count(len(units)))
    if len(missing) == len(units):
        return brief.say("collection.none_reached")
    reached = count(len(units) - len(missing))
    return brief.say(
        "collection.some_reached", reached=reached, units=count(len(units)), missing=listing(missing)
    )


def province(brief: Brief) -> tuple[str, ...]:
    """Say the province's official figure, and the transaction-weighted one or why there is none."""
    pooled = brief.result.province_pooled
    found = brief.estimate(pooled, pooled.overall)
    if found is None:
        return (brief.say("province.nothing"),)
    return (_headline(brief, "province.headline", found, ""), _weighted(brief))


def unit_headline(brief: Brief, unit: DomainResult) -> str:
    """Say a unit's official figure."""
    name = brief.unit_name(unit.id)
    found = brief.estimate(unit, unit.overall)
    if found is None:
        return brief.say("province.unit_nothing", unit=name)
    return _headline(brief, "province.unit_headline", found, name)


def _headline(brief: Brief, key: str, found: Estimate, unit: str) -> str:
    words = {"official": brief.official_name, "value": percent(found.value or 0.0), "unit": unit}
    if found.low is None or found.high is None:
        return brief.say(f"{key}_short", **words)
    return brief.say(key, level=brief.level, low=percent(found.low), high=percent(found.high), **words)


def _weighted(brief: Brief) -> str:
    unknown = [brief.unit_name(unit.id) for unit in brief.result.units if unit.population is None]
    domain = brief.result.province_weighted
    found = None if domain is None else official_of(brief.result, domain.overall)
    if found is None or found.value is None or found.low is None or found.high is None:
        if unknown:
            return brief.say("province.unknown", units=_named(brief, unknown, len(brief.result.units)))
        return brief.say("province.not_weighted")
    ends = {"low": percent(found.low), "high": percent(found.high)}
    return brief.say("province.weighted", value=percent(found.value), **ends)


def remarks(brief: Brief, domain: DomainResult, units: Sequence[DomainResult]) -> tuple[str, ...]:
    """Return the observations on a domain and on its units; never a ranking."""
    said = (
        *_targets(brief, domain),
        *_criteria(brief, domain),
        *_weak_items(brief, domain),
        *_units(brief, units),
    )
    if not said:
        return (brief.say("remark.none"),)
    return (*said, brief.say("remark.no_ranking")) if len(units) > 1 else said


def _targets(brief: Brief, domain: DomainResult) -> Iterator[str]:
    found = brief.estimate(domain, domain.overall)
    if found is None or found.low is None or found.high is None:
        return
    for target in brief.campaign.targets:
        key = _verdict(found.low, found.high, target)
        words = {"target": short_percent(target), "interval": interval(found.low, found.high)}
        yield brief.say(f"remark.target_{key}", **words)


def _criteria(brief: Brief, domain: DomainResult) -> Iterator[str]:
    known = [(index, found) for index in domain.criteria if (found := brief.estimate(domain, index))]
    if len(known) < 2:
        return
    best, high = max(known, key=lambda pair: pair[1].value or 0.0)
    worst, low = min(known, key=lambda pair: pair[1].value or 0.0)
    if high.low is None or low.high is None or best is worst:
        return
    yield brief.say(
        "remark.criteria_distinct" if high.low > low.high else "remark.criteria_close",
        best=brief.index_name(best.id),
        best_value=percent(high.value or 0.0),
        worst=brief.index_name(worst.id),
        worst_value=percent(low.value or 0.0),
    )


def _weak_items(brief: Brief, domain: DomainResult) -> Iterator[str]:
    known = [
        (found.value, item.id)
        for item in domain.items
        if (found := brief.estimate(domain, item)) and found.value is not None
    ]
    if len(known) > _WEAK_ITEMS:
        weak = sorted(known)[:_WEAK_ITEMS]
        named = [
            brief.say("remark.item", code=key, item=brief.index_name(key), value=percent(value))
            for value, key in weak
        ]
        yield brief.say("remark.weak_items", items=listing(named))


def _units(brief: Brief, units: Sequence[DomainResult]) -> Iterator[str]:
    if len(units) < 2:
        return
    ends = [(brief.unit_name(unit.id), found) for unit in units if (found := _ends(brief, unit))]
    for target in brief.campaign.targets:
        for verdict in ("above", "below", "open"):
            names = [name for name, (low, high) in ends if _verdict(low, high, target) == verdict]
            if names:
                said = _named(brief, names, len(units))
                yield brief.say(f"remark.units_{verdict}", target=short_percent(target), units=said)


def _named(brief: Brief, names: Sequence[str], units: int) -> str:
    """List units by name, unless it is all of several."""
    if 1 < len(names) == units:
        return brief.say("remark.all_units", units=count(units))
    return listing(names)


def _verdict(low: float, high: float, target: float) -> str:
    """Say on which side of a target an interval lies: above, below, or open where it holds the target."""
    if low >= target:
        return "above"
    return "below" if high < target else "open"


def _ends(brief: Brief, unit: DomainResult) -> tuple[float, float] | None:
    found = brief.estimate(unit, unit.overall)
    if found is None or found.low is None or found.high is None:
        return None
    return found.low, found.high


def limits(brief: Brief, units: Sequence[DomainResult]) -> tuple[str, ...]:
    """Say what the figures do not carry: sampling, width of intervals, unknown N, hidden cells."""
    level = brief.level
    unknown = [brief.unit_name(unit.id) for unit in units if unit.population is None]
    said = [brief.say("limit.sample"), brief.say("limit.interval", level=level), *_widths(brief, units)]
    if unknown:
        said.append(brief.say("limit.population", units=_named(brief, unknown, len(units))))
    if brief.hidden:
        said.append(brief.say("limit.suppressed", threshold=str(THRESHOLD)))
    said.append(brief.say("limit.states"))
    if brief.campaign.rehearsal:
        said.append(brief.say("limit.rehearsal"))
    return tuple(said)


def _widths(brief: Brief, units: Sequence[DomainResult]) -> Iterator[str]:
    widths = sorted(ends[1] - ends[0] for unit in units if (ends := _ends(brief, unit)))
    if len(units) == 1 and widths:
        yield brief.say("limit.size_unit", width=decimal(widths[0]))
    elif widths:
        yield brief.say("limit.size", narrowest=decimal(widths[0]), widest=decimal(widths[-1]))
