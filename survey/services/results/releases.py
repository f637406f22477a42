"""Releases: the only moments at which figures are made, and the rules that let one follow another.

Whoever sees two tables sees a third: that of the forms in which they differ. So figures exist in releases only. While
a unit is open its release is coarse and follows another only over a set of forms that differs enough; the final one
has the full tables (``scoring.disclosure.release_rule`` has the rules, ``docs/threats.md`` what they leave).
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from scoring.disclosure.release_rule import FormSet
from survey.documents.reports.keying_comparison import UNREAD, KeyingComparison
from survey.errors import Refusal
from survey.models import Campaign, ProvinceRelease, Release, ReleaseCount, ReleaseNote, UnitRelease
from survey.services.accounts import audit
from survey.services.accounts.actors import COMMAND_LINE, Actor
from survey.services.collection.arrival_order import erase_after_release
from survey.services.installation.campaign_records import CampaignRecord
from survey.services.installation.installation import Installation
from survey.services.installation.unit_keys import UnitKey
from survey.services.paper import keying_accuracy
from survey.services.results import (
    amendments,
    release_comments,
    release_drafts,
    release_points,
    release_sets,
    release_times,
    snapshots,
)
from survey.services.results.amendments import AmendmentRow
from survey.services.results.release_drafts import UnitCase, UnitDraft
from survey.services.results.release_sets import NOTHING, History, UnitForms
from survey.services.results.release_times import Period
from survey.services.results.snapshots import WHOLE
from survey.vocabulary import ReleaseGrade, State


@dataclass(frozen=True, slots=True)
class Demand:
    """What TCCB asks for beyond the rules: the full tables of units with open points, or of the province without all.

    ``units`` maps unit ids to the codes of the open points that were named.
    """

    units: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    province: bool = False


NO_DEMAND = Demand()


@dataclass(frozen=True, slots=True)
class _Making:
    """A release that is being made, in one transaction."""

    session: Session
    campaign: CampaignRecord
    due: dt.datetime
    demand: Demand
    standing: Mapping[int, UnitForms]
    history: History
    notes: Mapping[tuple[int, str], ReleaseNote]
    keying: Mapping[int, KeyingComparison]

    def noted(self, unit_id: int, period: str = WHOLE) -> bool:
        """Say whether a note about changed forms stands."""
        note = self.notes.get((unit_id, period))
        return note is not None and note.changed > 0

    def forms(self, unit_id: int, period: Period | None = None) -> FormSet:
        """Return the forms of a unit, or of one of its periods, that may stand in this release."""
        unit = self.standing.get(unit_id)
        return NOTHING if unit is None else unit.within(period)


class DueReleases:
    """Makes every campaign's releases when they are due; looked after once a minute, and at the start."""

    def __init__(self, installation: Installation) -> None:
        self._installation = installation
        self._tried: dict[str, dt.datetime] = {}

    def make(self, now: dt.datetime) -> list[int]:
        """Make what is due and not made yet; return the numbers of those releases that changed anything.

        One that was due while the service was off is made over the half-days before it. Each is tried once: tried again
        and again, it would come out at the very moment at which there is enough to show.
        """
        made = []
        for campaign in self._installation.campaigns.all():
            due = release_times.last_due(campaign.plan.releases, campaign.plan.window.opens_on, now)
            if due is None or self._tried.get(campaign.code) == due:
                continue
            self._tried[campaign.code] = due
            if not _made_since(self._installation, campaign, due):
                made.append(make(self._installation, COMMAND_LINE, campaign, now, due=due))
        return [number for number in made if number is not None]


def make(
    installation: Installation,
    actor: Actor,
    campaign: CampaignRecord,
    now: dt.datetime,
    *,
    due: dt.datetime | None = None,
    demand: Demand = NO_DEMAND,
) -> int | None:
    """Make a release of what the rules allow and return its number; None where everything stands as it is.

    ``due`` is the moment whose half-days it holds, by default *now*.

    Raises:
        Refusal: ``role_out_of_reach``.
    """
    actor.require_every_unit()
    keying = keying_accuracy.of_units(installation, campaign)
    with installation.database.write() as session:
        session.get(
            Campaign, campaign.id, with_for_update=True
        )  # of two who make one the second sees the first
        making = _Making(
            session,
            campaign,
            due or now,
            demand,
            release_sets.standing(session, campaign, due or now),
            release_sets.published(session, campaign),
            amendments.standing(session, campaign),
            keying,
        )
        number = _publish(making, actor, now)
    if number is not None:
        erase_after_release(installation)
    return number


def make_full(
    installation: Installation,
    actor: Actor,
    campaign: CampaignRecord,
    unit: str,
    named: Collection[str],
    now: dt.datetime,
) -> int | None:
    """Make the full tables of a unit although something of it is open; *named* are the codes of what is.

    Raises:
        Refusal: ``role_out_of_reach``; ``unit_unknown``; ``release_too_early`` before the last day has ended;
            ``release_points_differ`` with every point that is open, where others were named.
    """
    actor.require_every_unit()
    unit_id = campaign.unit_id(unit)
    _require_closed(campaign, now)
    faults = release_points.of_unit(installation, actor, campaign, unit)
    codes = tuple(sorted({fault.code for fault in faults}))
    if set(named) != set(codes):
        raise Refusal("release_points_differ", faults)
    return make(installation, actor, campaign, now, demand=Demand(units={unit_id: codes}))


def make_province_full(
    installation: Installation,
    actor: Actor,
    campaign: CampaignRecord,
    named: Collection[str],
    now: dt.datetime,
) -> int | None:
    """Make the full tables of the province without the units *named*, which have none yet.

    Raises:
        Refusal: ``role_out_of_reach``; ``release_too_early`` before the last day has ended; ``release_units_differ``
            where other units lack theirs than those that were named.
    """
    actor.require_every_unit()
    _require_closed(campaign, now)
    lacking = snapshots.current(installation, campaign).lacking
    if set(named) != set(lacking):
        raise Refusal("release_units_differ", units=", ".join(lacking))
    return make(installation, actor, campaign, now, demand=Demand(province=True))


def _publish(making: _Making, actor: Actor, now: dt.datetime) -> int | None:
    """Write the release with all that belongs to it; None, and nothing written, where there is nothing new."""
    drafts = release_drafts.of_units(_cases(making, now))
    new = [draft for draft in drafts if draft.is_new]
    provinces, notes = _provinces(making, new), _notes(making, drafts)
    if not (new or provinces or notes):
        return None
    number = _open(making, actor, now)
    _write_counts(making, number)
    for draft in new:
        _write_unit(making, number, draft)
    release_comments.keep(making.session, making.campaign, number, making.history, new, provinces)
    _write(making, number, provinces, notes)
    audit.note(
        making.session,
        actor,
        "figures_released",
        now,
        campaign_id=making.campaign.id,
        subject=str(number),
        units=_named(making.campaign, new),
        province=WHOLE in provinces,
        notes=len(notes),
    )
    return number


def _named(campaign: CampaignRecord, new: Sequence[UnitDraft]) -> dict[str, str]:
    """Return which units have new figures of the whole campaign: their grade and number of forms, by code."""
    whole = (draft for draft in new if not draft.case.period)
    return {campaign.unit(draft.case.unit_id).code: f"{draft.grade}:{len(draft.forms)}" for draft in whole}


def _cases(making: _Making, now: dt.datetime) -> Iterator[UnitCase]:
    """Return every unit and every ended period of it, as it is before this release."""
    campaign = making.campaign
    ended = release_times.ended_periods(campaign.plan.releases, campaign.plan.window, making.due)
    for unit_id in campaign.unit_ids.values():
        of_periods = set[bytes]()
        for period in ended:
            earlier = making.history.get((unit_id, period.code), ())
            case = UnitCase(
                unit_id,
                period.code,
                making.forms(unit_id, period),
                earlier,
                NOTHING,
                settled=True,
                invented=False,
                noted=making.noted(unit_id, period.code),
            )
            draft = release_drafts.period_draft(case)
            of_periods |= case.before if draft is None else draft.forms
            yield case
        yield UnitCase(
            unit_id,
            WHOLE,
            making.forms(unit_id),
            making.history.get((unit_id, WHOLE), ()),
            frozenset(of_periods),
            settled=_is_settled(making, unit_id, now),
            invented=campaign.rehearsal,
            noted=making.noted(unit_id),
        )


def _is_settled(making: _Making, unit_id: int, now: dt.datetime) -> bool:
    """Say whether nothing of the unit is open after the close, or TCCB has named what is."""
    if unit_id in making.demand.units:
        return True
    if now < making.campaign.closes_at:
        return False
    return not any(release_points.open_points(making.session, UnitKey(making.campaign.id, unit_id)))


def _provinces(making: _Making, new: list[UnitDraft]) -> dict[str, list[int]]:
    """Return over which units the province's full tables are to be made, by period."""
    campaign = making.campaign
    sets: dict[str, dict[int, FormSet]] = defaultdict(dict)
    for (unit_id, period), published in making.history.items():
        if published[-1].is_full:
            sets[period][unit_id] = published[-1].forms
    for draft in new:
        if draft.grade is ReleaseGrade.FULL:
            sets[draft.case.period][draft.case.unit_id] = draft.forms
    due = {}
    for period, full in sets.items():
        incomplete = bool(period) or campaign.rehearsal or making.demand.province
        before = _province_sets(making, period)
        units = release_drafts.province_units(
            full, before, tuple(campaign.unit_ids.values()), incomplete=incomplete
        )
        if units is not None:
            due[period] = units
    return due


def _province_sets(making: _Making, period: str) -> list[Mapping[int, FormSet]]:
    """Return the sets behind the province's full tables so far, the oldest first."""
    query = (
        select(ProvinceRelease.number, ProvinceRelease.units)
        .filter_by(campaign_id=making.campaign.id, period=period)
        .order_by(ProvinceRelease.number)
    )
    return [
        {
            unit_id: [each for each in making.history[unit_id, period] if each.number <= row.number][-1].forms
            for unit_id in row.units
        }
        for row in making.session.execute(query)
    ]


def _notes(making: _Making, drafts: Sequence[UnitDraft]) -> list[AmendmentRow]:
    wanted = (_note(making, draft) for draft in drafts if draft.wants_note)
    return [note for note in wanted if note is not None]


def _note(making: _Making, draft: UnitDraft) -> AmendmentRow | None:
    """Return the note about a draft, None where the last one says the same."""
    row = amendments.of_draft(making.session, making.campaign, draft)
    last = making.notes.get((draft.case.unit_id, draft.case.period))
    said = (row["reasons"], row["conclusion_changes"])
    return None if last is not None and (last.reasons, last.conclusion_changes) == said else row


def _open(making: _Making, actor: Actor, now: dt.datetime) -> int:
    last = making.session.scalar(select(func.max(Release.number)).filter_by(campaign_id=making.campaign.id))
    number = (last or 0) + 1
    row = {"number": number, "due_at": making.due, "made_at": now, "account_id": actor.account_id}
    making.session.execute(insert(Release).values(campaign_id=making.campaign.id, **row))
    return number


def _write_unit(making: _Making, number: int, draft: UnitDraft) -> None:
    case = draft.case
    key = {
        "campaign_id": making.campaign.id,
        "unit_id": case.unit_id,
        "period": case.period,
        "number": number,
    }
    named = list(making.demand.units.get(case.unit_id, ()))
    values = {"grade": draft.grade, "forms": len(draft.forms), "open_points": named}
    making.session.execute(insert(UnitRelease).values(**key, **values))
    release_sets.keep(making.session, key, draft.forms, case.before)


def _write_counts(making: _Making, number: int) -> None:
    """Write how many forms of every unit count as what, beside the figures."""
    rows = [
        {
            "campaign_id": making.campaign.id,
            "number": number,
            "unit_id": unit_id,
            "keying": asdict(making.keying.get(unit_id, UNREAD)),
            **{state.value: making.standing.get(unit_id, UnitForms()).counts[state] for state in State},
        }
        for unit_id in making.campaign.unit_ids.values()
    ]
    making.session.execute(insert(ReleaseCount), rows)


def _write(
    making: _Making, number: int, provinces: Mapping[str, list[int]], notes: list[AmendmentRow]
) -> None:
    for period, units in provinces.items():
        key = {"campaign_id": making.campaign.id, "period": period, "number": number}
        making.session.execute(insert(ProvinceRelease).values(**key, units=units))
    for note in notes:
        making.session.execute(insert(ReleaseNote).values(number=number, **note))


def _made_since(installation: Installation, campaign: CampaignRecord, due: dt.datetime) -> bool:
    query = (
        select(func.count())
        .select_from(Release)
        .where(Release.campaign_id == campaign.id, Release.due_at >= due)
    )
    with installation.database.read() as session:
        return bool(session.scalar(query))


def _require_closed(campaign: CampaignRecord, now: dt.datetime) -> None:
    if now < campaign.closes_at:
        raise Refusal("release_too_early", closes=f"{campaign.closes_at:%d/%m/%Y}")
