"""What a document says of its release: which one it is, why figures are rounded, what changed or was left open."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from scoring.disclosure.release_rule import FIRST
from scoring.disclosure.suppression import THRESHOLD
from scoring.results import DomainResult
from survey.documents.reports.formats import NBSP, count, listing, short_date
from survey.documents.reports.release_facts import ReleaseFacts, UnitReleaseFacts
from survey.documents.reports.report_context import ReportContext


def headline(context: ReportContext, domain: DomainResult) -> str:
    """Say the overall index of a unit, or of the province, in whole points, or that there is none yet."""
    whole = domain.id == context.result.province_pooled.id
    out = context.released(domain, domain.overall)
    values = {} if whole else {"unit": context.unit_name(domain.id)}
    if out is None or out.value is None:
        return _nothing(context, domain, values)
    values |= {
        "official": context.official_name,
        "value": f"{out.value:.0f}{NBSP}%",
        "forms": count(domain.forms),
    }
    key = "release.headline" if whole else "release.unit_headline"
    if out.low is None or out.high is None:
        return context.text(f"{key}_short", **values)
    ends = {"low": f"{out.low:.0f}{NBSP}%", "high": f"{out.high:.0f}{NBSP}%"}
    return context.text(key, level=context.level, **ends, **values)


def _nothing(context: ReportContext, domain: DomainResult, values: dict[str, str]) -> str:
    if not values:
        return context.text("release.nothing")
    if context.campaign.period:
        period = context.campaign.period
        return context.text("release.unit_nothing_period", period=period, threshold=str(THRESHOLD), **values)
    return context.text("release.unit_nothing", **values)


def why(context: ReportContext, release: ReleaseFacts) -> tuple[str, ...]:
    """Say why figures are rounded, when the next come, and when the full tables do."""
    if context.campaign.period:
        return ()
    return (
        context.text("release.why"),
        context.text("release.first", first=str(FIRST), threshold=str(THRESHOLD)),
        context.text("release.times", times=listing(release.times)),
        context.text("release.final", last=short_date(context.campaign.last_day)),
    )


def dated(context: ReportContext, unit: str | None) -> tuple[str, ...]:
    """Say which release the figures of a unit, or of the province (None), are from."""
    known = _release_of(context, unit)
    return (
        ()
        if known is None
        else (context.text("release.dated", number=str(known[0]), day=short_date(known[1])),)
    )


def as_of(context: ReportContext, unit: str | None) -> date:
    """Return the day of the release that the figures of a unit, or of the province (None), are from."""
    known = _release_of(context, unit)
    return context.campaign.as_of if known is None else known[1]


def _release_of(context: ReportContext, unit: str | None) -> tuple[int, date] | None:
    release = context.campaign.release
    if release is None:
        return None
    known = release.province if unit is None else release.units.get(unit)
    if known is not None:
        return known.number, known.day
    return (release.number, release.day) if unit is None and release.day is not None else None


def limits(context: ReportContext, unit: str | None) -> tuple[str, ...]:
    """Say what full tables were made without, and what changed since: of a unit, or of the province (None)."""
    release = context.campaign.release
    if release is None:
        return ()
    lacking = _lacking(context, release) if unit is None else ()
    units = release.units if unit is None else {unit: release.units[unit]} if unit in release.units else {}
    ordered = [(each.id, units[each.id]) for each in context.result.units if each.id in units]
    return (*lacking, *(sentence for name, known in ordered for sentence in _of_unit(context, name, known)))


def _lacking(context: ReportContext, release: ReleaseFacts) -> tuple[str, ...]:
    if release.province is None:
        return ()
    names = [
        context.unit_name(unit.id) for unit in context.result.units if unit.id not in release.province.units
    ]
    if not names:
        return ()
    if context.campaign.period:
        values = {"period": context.campaign.period, "threshold": str(THRESHOLD)}
        return (context.text("release.lacking_period", units=listing(names), **values),)
    return (context.text("release.lacking", units=listing(names)),)


def _of_unit(context: ReportContext, unit: str, known: UnitReleaseFacts) -> Iterator[str]:
    values = {"unit": context.unit_name(unit), "day": short_date(known.day)}
    if known.open_points:
        points = listing([context.text(f"open.{code}") for code in known.open_points])
        yield context.text("release.forced", points=points, **values)
    if known.changed:
        reasons = [
            context.text(f"change.{reason}", count=count(number))
            for reason, number in sorted(known.reasons.items())
        ]
        which = "changes" if known.conclusion_changes else "same"
        yield context.text(
            "release.amended",
            changed=count(known.changed),
            reasons=listing(reasons),
            threshold=str(THRESHOLD),
            conclusion=context.text(f"release.conclusion_{which}"),
            **values,
        )
