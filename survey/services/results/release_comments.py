"""Lets the comments and set-aside bodies behind a release be read with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy.orm import Session

from survey.services.comments import batches
from survey.services.installation.campaign_records import CampaignRecord
from survey.services.results.release_drafts import UnitDraft
from survey.services.results.release_sets import History, PublishedSet
from survey.services.results.snapshots import WHOLE


def keep(
    session: Session,
    campaign: CampaignRecord,
    number: int,
    history: History,
    new: Sequence[UnitDraft],
    provinces: Mapping[str, Sequence[int]],
) -> None:
    """Let be read what the sets of *new* drafts, and those that stand from *history*, allow.

    *provinces* has the units behind full tables of the province that are made with this release: what is left of these
    units is pooled with them. A rehearsal has such tables all along, and so shows what it would show in the end.
    """
    standing = dict([*_before(history), *_made(number, new)])
    forms = {unit_id: published.forms for unit_id, published in standing.items()}
    full = {unit_id for unit_id, published in standing.items() if published.is_full}
    batches.release(session, campaign, number, forms, full, provinces.get(WHOLE, ()))


def _before(history: History) -> Iterator[tuple[int, PublishedSet]]:
    for (unit_id, period), sets in history.items():
        if period == WHOLE:
            yield unit_id, sets[-1]


def _made(number: int, new: Sequence[UnitDraft]) -> Iterator[tuple[int, PublishedSet]]:
    for draft in new:
        if draft.case.period == WHOLE:
            yield draft.case.unit_id, PublishedSet(number, draft.grade, draft.forms)
