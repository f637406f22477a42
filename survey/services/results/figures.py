"""The figures of the last release: computed from the marks of the forms that it names, each as far as it may be shown."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass, replace

from sqlalchemy import Subquery, func, select

from scoring.disclosure.coarse import coarse
from scoring.disclosure.hidden_cells import CellKey, hidden_cells
from scoring.results import SurveyResult
from survey.models import Response
from survey.services.installation.campaign_records import CampaignRecord
from survey.services.installation.installation import Installation
from survey.services.results import estimates, release_sets, snapshots
from survey.services.results.snapshots import WHOLE, ReleasedProvince, Snapshot

LAST = 2**31 - 1


@dataclass(frozen=True, slots=True)
class ReleasedFigures:
    """What is published of a campaign, and its results: coarse where full tables are not out.

    ``hidden`` are the cells that no printed output may show. ``of_province`` are the exact results over the forms behind
    the province's full tables, for the analysis alone; None while there are none.
    """

    snapshot: Snapshot
    result: SurveyResult
    hidden: frozenset[CellKey]
    of_province: SurveyResult | None


def current(installation: Installation, campaign: CampaignRecord, period: str = WHOLE) -> ReleasedFigures:
    """Return the figures of the campaign's last release, or of one of its periods."""
    snapshot = snapshots.current(installation, campaign, period)
    table = estimates.mark_table(installation, campaign, release_sets.members(campaign, period, LAST))
    whole = estimates.summary(table, campaign)
    of_province = _of_province(installation, snapshot, whole)
    hidden = hidden_cells(whole)
    if of_province is not None:
        hidden |= hidden_cells(of_province)
        whole = replace(
            whole,
            province_pooled=of_province.province_pooled,
            province_weighted=of_province.province_weighted,
        )
    domains = {unit.code for unit in campaign.plan.units if not snapshot.is_full(unit.code)}
    if of_province is None:
        domains.add(whole.province_pooled.id)
    return ReleasedFigures(snapshot, coarse(whole, domains), hidden, of_province)


def daily(
    installation: Installation, snapshot: Snapshot, unit_ids: Collection[int]
) -> dict[int, dict[dt.date, int]]:
    """Return how many of the released forms of these units came on which day, by unit."""
    members = release_sets.members(snapshot.campaign, snapshot.period, LAST)
    query = (
        select(Response.unit_id, Response.local_day, func.count())
        .join(members, estimates.is_one_of(members))
        .group_by(Response.unit_id, Response.local_day)
        .order_by(Response.unit_id, Response.local_day)
    )
    days: dict[int, dict[dt.date, int]] = {unit_id: {} for unit_id in unit_ids}
    with installation.database.read() as session:
        for unit_id, day, number in session.execute(query):
            if unit_id in days:
                days[unit_id][day] = number
    return days


def of_province(snapshot: Snapshot, province: ReleasedProvince) -> Subquery:
    """Return the forms behind the province's full tables."""
    members = release_sets.members(snapshot.campaign, snapshot.period, province.number)
    return select(members).where(members.c.unit_id.in_(province.units)).subquery("of_province")


def _of_province(installation: Installation, snapshot: Snapshot, whole: SurveyResult) -> SurveyResult | None:
    """Return the results over the province's own set, which may lack units or be older than theirs."""
    province = snapshot.province
    if province is None:
        return None
    if province.number == snapshot.number and set(province.units) == set(snapshot.units):
        return whole
    table = estimates.mark_table(installation, snapshot.campaign, of_province(snapshot, province))
    return estimates.summary(table, snapshot.campaign)
