"""Which free texts become readable with a release: none in fewer than ten, so that two looks tell of nobody.

A comment is readable once its form stands behind released figures and nine others of its unit become readable with it.
From then on it stays, whatever is decided about its form. What is left of units in the end becomes readable among that
of all units, without the name of the unit, if it is ten; else never. A body set aside is a row of answers: it
follows the same rule from the full tables on.
"""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence

from sqlalchemy import ColumnElement, and_, insert, select
from sqlalchemy.orm import Session

from scoring.disclosure.release_rule import FormSet
from scoring.disclosure.suppression import THRESHOLD
from survey.models import Comment, ReleasedAside, ReleasedComment, SetAside
from survey.services.installation.campaign_records import CampaignRecord

REFERENCE_BYTES = 8
TextKey = tuple[int, bytes]  # of a unit, with the key of its response or of its body set aside


def release(
    session: Session,
    campaign: CampaignRecord,
    number: int,
    forms: Mapping[int, FormSet],
    full: Collection[int],
    pooled: Collection[int],
) -> None:
    """Let what may be read since this release be read, as part of its transaction.

    *forms* are those behind the figures that stand, by unit; *full* the units whose full tables are out; *pooled* those
    behind full tables of the province that are made with this release.
    """
    comments = [key for key in _untold_comments(session, campaign) if key[1] in forms.get(key[0], ())]
    _keep(session, ReleasedComment, "response_key", campaign, number, _batches(comments, pooled))
    asides = [key for key in _untold_asides(session, campaign) if key[0] in full]
    _keep(session, ReleasedAside, "aside_key", campaign, number, _batches(asides, pooled))


def same_comment() -> ColumnElement[bool]:
    """Return the condition that a released comment is that comment."""
    names = ("campaign_id", "unit_id", "response_key")
    return and_(*(getattr(ReleasedComment, name) == getattr(Comment, name) for name in names))


def same_aside() -> ColumnElement[bool]:
    """Return the condition that a released body is that body set aside."""
    names = ("campaign_id", "unit_id", "aside_key")
    return and_(*(getattr(ReleasedAside, name) == getattr(SetAside, name) for name in names))


def _batches(texts: Sequence[TextKey], pooled: Collection[int]) -> Iterator[tuple[TextKey, bool]]:
    """Yield which texts become readable, and whether as those of their unit."""
    units: dict[int, list[TextKey]] = defaultdict(list)
    for key in texts:
        units[key[0]].append(key)
    left: list[TextKey] = []
    for unit_id, keys in units.items():
        if len(keys) >= THRESHOLD:
            yield from ((key, True) for key in keys)
        elif unit_id in pooled:
            left += keys
    if len(left) >= THRESHOLD:
        yield from ((key, False) for key in left)


def _keep(
    session: Session,
    table: type[ReleasedComment | ReleasedAside],
    name: str,
    campaign: CampaignRecord,
    number: int,
    batches: Iterator[tuple[TextKey, bool]],
) -> None:
    rows = [
        {
            "campaign_id": campaign.id,
            "unit_id": unit_id,
            name: key,
            "number": number,
            "by_unit": by_unit,
            "reference": secrets.token_bytes(REFERENCE_BYTES),
        }
        for (unit_id, key), by_unit in sorted(batches)
    ]
    if rows:
        session.execute(insert(table), rows)


def _untold_comments(session: Session, campaign: CampaignRecord) -> list[TextKey]:
    """Return the comments that nobody could read so far."""
    query = (
        select(Comment.unit_id, Comment.response_key)
        .outerjoin(ReleasedComment, same_comment())
        .where(Comment.campaign_id == campaign.id, ReleasedComment.number.is_(None))
    )
    return [(row.unit_id, row.response_key) for row in session.execute(query)]


def _untold_asides(session: Session, campaign: CampaignRecord) -> list[TextKey]:
    """Return the bodies set aside that nobody could read so far."""
    query = (
        select(SetAside.unit_id, SetAside.aside_key)
        .outerjoin(ReleasedAside, same_aside())
        .where(SetAside.campaign_id == campaign.id, ReleasedAside.number.is_(None))
    )
    return [(row.unit_id, row.aside_key) for row in session.execute(query)]
