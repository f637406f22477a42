"""How well paper is keyed in: what blind second keyings of the sampled forms found wrong."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import aliased

from survey.documents.reports.keying_comparison import UNREAD, KeyingComparison
from survey.models import PaperReading
from survey.services.installation.campaign_records import CampaignRecord
from survey.services.installation.installation import Installation
from survey.vocabulary import ReadingKind


def of_units(installation: Installation, campaign: CampaignRecord) -> Mapping[int, KeyingComparison]:
    """Return the comparison of every unit that has numbered forms, by two queries.

    Only the sampled forms are compared: they alone speak for the rest.
    """
    with installation.database.read() as session:
        counted = {row.unit_id: (row.forms, row.sampled) for row in session.execute(_counted(campaign))}
        rows = session.execute(_compared(campaign)).all()
    seconds: dict[int, dict[int, tuple[int, int]]] = defaultdict(dict)
    wrong: dict[int, dict[int, int]] = defaultdict(dict)
    for row in rows:
        if row.kind == ReadingKind.SECOND:
            seconds[row.unit_id][row.serial] = (row.compared, row.differing)
        wrong[row.unit_id][row.serial] = row.differing  # what adjudicated it has the last word
    return {
        unit_id: KeyingComparison(
            forms=forms,
            sampled=sampled,
            doubled=len(seconds[unit_id]),
            fields=sum(compared for compared, _ in seconds[unit_id].values()),
            differing=sum(differing for _, differing in seconds[unit_id].values()),
            wrong=sum(wrong[unit_id].values()),
        )
        for unit_id, (forms, sampled) in counted.items()
    }


def of_campaign(installation: Installation, campaign: CampaignRecord) -> KeyingComparison:
    """Return the comparison over all units."""
    return sum(of_units(installation, campaign).values(), UNREAD)


def _counted(campaign: CampaignRecord) -> Select[int, int, int]:
    reading = PaperReading
    sampled = func.sum(case((reading.drawn, 1), else_=0)).label("sampled")
    return (
        select(reading.unit_id, func.count().label("forms"), sampled)
        .where(reading.campaign_id == campaign.id, reading.kind == ReadingKind.FIRST.value)
        .group_by(reading.unit_id)
    )


def _compared(campaign: CampaignRecord) -> Select[int, int, str, int | None, int | None]:
    reading, first = PaperReading, aliased(PaperReading)
    same_sheet = (
        (first.campaign_id == reading.campaign_id)
        & (first.unit_id == reading.unit_id)
        & (first.serial == reading.serial)
    )
    return (
        select(reading.unit_id, reading.serial, reading.kind, reading.compared, reading.differing)
        .join(first, same_sheet)
        .where(
            reading.campaign_id == campaign.id,
            reading.compared.is_not(None),
            first.kind == ReadingKind.FIRST.value,
            first.drawn,
        )
        .order_by(reading.step)
    )
