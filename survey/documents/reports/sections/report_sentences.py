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
from survey.documents.reports.report_context import ReportContext
from survey.documents.reports.sections import release_sentences
from survey.documents.reports.sections.tables import total

_WEAK_ITEMS = 3


def collection(context: ReportContext, units: Sequence[UnitFacts]) -> tuple[str, ...]:
    """Say how many forms came in, and which units reached their minimum quota."""
    sums = total(units)
    if context.campaign.period:
        period = context.campaign.period
        return (context.text("collection.period", period=period, valid=count(sums.valid)),)
    summary = context.text(
        "collection.summary" if len(units) > 1 else "collection.summary_unit",
        as_of=short_date(context.campaign.as_of),
        valid=count(sums.valid),
        rate=percent(100 * sums.valid / sums.target) if sums.target else "–",
        target=count(sums.target),
        awaiting=count(sums.awaiting),
        late=count(sums.late),
        excluded=count(sums.excluded),
    )
    return (summary, _reached(context, units)) if len(units) > 1 else (summary,)


def _reached(context: ReportContext, units: Sequence[UnitFacts]) -> str:
    missing = [plain(unit.name) for unit in units if unit.valid < unit.target]
    if not missing:
        return context.text("collection.all_reached", units=count(len(units)))
    if len(missing) == len(units):
        return context.text("collection.none_reached")
    reached = count(len(units) - len(missing))
    return context.text(
        "collection.some_reached", reached=reached, units=count(len(units)), missing=listing(missing)
    )


def province(context: ReportContext) -> tuple[str, ...]:
    """Say the province's official figure, and the transaction-weighted one or why there is none."""
    pooled = context.result.province_pooled
    official = context.estimate(pooled, pooled.overall)
    if official is None:
        return (context.text("province.nothing"),)
    return (_headline(context, "province.headline", official, ""), _weighted(context))


def unit_headline(context: ReportContext, unit: DomainResult) -> str:
    """Say a unit's official figure."""
    name = context.unit_name(unit.id)
    official = context.estimate(unit, unit.overall)
    if official is None:
        return context.text("province.unit_nothing", unit=name)
    return _headline(context, "province.unit_headline", official, name)


def _headline(context: ReportContext, key: str, official: Estimate, unit: str) -> str:
    values = {"official": context.official_name, "value": percent(official.value or 0.0), "unit": unit}
    if official.low is None or official.high is None:
        return context.text(f"{key}_short", **values)
    return context.text(
        key, level=context.level, low=percent(official.low), high=percent(official.high), **values
    )


def _weighted(context: ReportContext) -> str:
    unknown = [context.unit_name(unit.id) for unit in context.result.units if unit.population is None]
    domain = context.result.province_weighted
    official = None if domain is None else domain.overall.by(context.result.official)
    if official is None or official.value is None or official.low is None or official.high is None:
        if unknown:
            return context.text("province.unknown", units=_named(context, unknown, len(context.result.units)))
        return context.text("province.not_weighted")
    ends = {"low": percent(official.low), "high": percent(official.high)}
    return context.text("province.weighted", value=percent(official.value), **ends)


def remarks(context: ReportContext, domain: DomainResult, units: Sequence[DomainResult]) -> tuple[str, ...]:
    """Return the observations on a domain and on its units; never a ranking."""
    observations = (
        *_targets(context, domain),
        *_criteria(context, domain),
        *_weak_items(context, domain),
        *_units(context, units),
    )
    if not observations:
        return (context.text("remark.none"),)
    return (*observations, context.text("remark.no_ranking")) if len(units) > 1 else observations


def _targets(context: ReportContext, domain: DomainResult) -> Iterator[str]:
    official = context.estimate(domain, domain.overall)
    if official is None or official.low is None or official.high is None:
        return
    for target in context.campaign.targets:
        key = _verdict(official.low, official.high, target)
        values = {"target": short_percent(target), "interval": interval(official.low, official.high)}
        yield context.text(f"remark.target_{key}", **values)


def _criteria(context: ReportContext, domain: DomainResult) -> Iterator[str]:
    shown = context.shown_indices(domain, domain.criteria)
    if len(shown) < 2:
        return
    best = max(shown, key=lambda criterion: criterion.value)
    worst = min(shown, key=lambda criterion: criterion.value)
    low, high = best.estimate.low, worst.estimate.high
    if low is None or high is None or best is worst:
        return
    yield context.text(
        "remark.criteria_distinct" if low > high else "remark.criteria_close",
        best=context.index_name(best.index.id),
        best_value=percent(best.value),
        worst=context.index_name(worst.index.id),
        worst_value=percent(worst.value),
    )


def _weak_items(context: ReportContext, domain: DomainResult) -> Iterator[str]:
    known = [(item.value, item.index.id) for item in context.shown_indices(domain, domain.items)]
    if len(known) > _WEAK_ITEMS:
        weak = sorted(known)[:_WEAK_ITEMS]
        named = [
            context.text("remark.item", code=key, item=context.index_name(key), value=percent(value))
            for value, key in weak
        ]
        yield context.text("remark.weak_items", items=listing(named))


def _units(context: ReportContext, units: Sequence[DomainResult]) -> Iterator[str]:
    if len(units) < 2:
        return
    ends = [
        (context.unit_name(unit.id), interval_ends)
        for unit in units
        if (interval_ends := _ends(context, unit))
    ]
    for target in context.campaign.targets:
        for verdict in ("above", "below", "open"):
            names = [name for name, (low, high) in ends if _verdict(low, high, target) == verdict]
            if names:
                named = _named(context, names, len(units))
                yield context.text(f"remark.units_{verdict}", target=short_percent(target), units=named)


def _named(context: ReportContext, names: Sequence[str], units: int) -> str:
    """List units by name, unless it is all of several."""
    if 1 < len(names) == units:
        return context.text("remark.all_units", units=count(units))
    return listing(names)


def _verdict(low: float, high: float, target: float) -> str:
    """Say on which side of a target an interval lies: above, below, or open where it holds the target."""
    if low >= target:
        return "above"
    return "below" if high < target else "open"


def _ends(context: ReportContext, unit: DomainResult) -> tuple[float, float] | None:
    official = context.estimate(unit, unit.overall)
    if official is None or official.low is None or official.high is None:
        return None
    return official.low, official.high


def limits(context: ReportContext, units: Sequence[DomainResult]) -> tuple[str, ...]:
    """Say what the figures do not carry: units, forms, sampling, width of intervals, unknown N, hidden cells."""
    level = context.level
    unknown = [context.unit_name(unit.id) for unit in units if unit.population is None]
    whole = units is context.result.units
    sentences = [
        *release_sentences.limits(context, None if whole else units[0].id),
        context.text("limit.sample"),
        context.text("limit.interval", level=level),
        *_widths(context, units),
    ]
    if unknown:
        sentences.append(context.text("limit.population", units=_named(context, unknown, len(units))))
    if context.hidden:
        sentences.append(context.text("limit.suppressed", threshold=str(THRESHOLD)))
    released = context.campaign.release is not None
    sentences.append(
        context.text("limit.states_released", threshold=str(THRESHOLD))
        if released
        else context.text("limit.states")
    )
    if context.campaign.rehearsal:
        sentences.append(context.text("limit.rehearsal"))
    return tuple(sentences)


def _widths(context: ReportContext, units: Sequence[DomainResult]) -> Iterator[str]:
    widths = sorted(ends[1] - ends[0] for unit in units if (ends := _ends(context, unit)))
    if len(units) == 1 and widths:
        yield context.text("limit.size_unit", width=decimal(widths[0]))
    elif widths:
        yield context.text("limit.size", narrowest=decimal(widths[0]), widest=decimal(widths[-1]))
