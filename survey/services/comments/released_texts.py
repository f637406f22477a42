"""The free texts that may be read: those of released batches, in the order of keys, without day or channel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from survey.errors import Refusal
from survey.models import Comment, CommentErasure, ReleasedAside, ReleasedComment, SetAside
from survey.services.accounts.actors import Actor
from survey.services.comments.batches import same_aside, same_comment
from survey.services.installation.campaign_records import CampaignRecord
from survey.services.installation.installation import Installation
from survey.vocabulary import ErasureReason, Role

PAGE = 100  # comments on one page


@dataclass(frozen=True, slots=True)
class ReadableComment:
    """A comment as it may be read: its text, or why there is none any more."""

    reference: str
    text: str
    erased: ErasureReason | None


@dataclass(frozen=True, slots=True)
class CommentPage:
    """Some comments of a list, how many there are in all, and on how many pages."""

    comments: tuple[ReadableComment, ...]
    total: int
    page: int

    @property
    def pages(self) -> int:
        """How many pages the list has; an empty one has one."""
        return max(1, -(-self.total // PAGE))


@dataclass(frozen=True, slots=True)
class ReadableBody:
    """A body set aside: its marks packed, its comment, and the code of its unit, empty where that is not told.

    Its profile is not among them: beside the marks it would tell whose they are.
    """

    unit: str
    marks: str
    comment: ReadableComment


def of_unit(
    installation: Installation, actor: Actor, campaign: CampaignRecord, unit: str, page: int = 1
) -> CommentPage:
    """Return the readable comments of a unit.

    Raises:
        Refusal: ``unit_unknown``; ``unit_out_of_reach``; ``role_out_of_reach`` for an officer.
    """
    unit_id = campaign.unit_id(unit)
    if actor.role is Role.OFFICER:
        raise Refusal("role_out_of_reach")
    actor.require(unit)
    of_list = and_(ReleasedComment.by_unit, ReleasedComment.unit_id == unit_id)
    with installation.database.read() as session:
        return _comments(session, campaign, of_list, page)


def of_all_units(
    installation: Installation, actor: Actor, campaign: CampaignRecord, page: int = 1
) -> CommentPage:
    """Return what was left of all units in the end; it says of none whose it is.

    Raises:
        Refusal: ``role_out_of_reach``.
    """
    actor.require_every_unit()
    with installation.database.read() as session:
        return _comments(session, campaign, ~ReleasedComment.by_unit, page)


def counts(installation: Installation, actor: Actor, campaign: CampaignRecord) -> Mapping[str, int]:
    """Return how many comments of every unit are readable, by its code.

    Raises:
        Refusal: ``role_out_of_reach``.
    """
    actor.require_every_unit()
    query = (
        select(ReleasedComment.unit_id, func.count())
        .where(ReleasedComment.campaign_id == campaign.id, ReleasedComment.by_unit)
        .group_by(ReleasedComment.unit_id)
    )
    with installation.database.read() as session:
        readable = {row[0]: row[1] for row in session.execute(query)}
    return {unit.code: readable.get(campaign.unit_id(unit.code), 0) for unit in campaign.plan.units}


def asides(installation: Installation, actor: Actor, campaign: CampaignRecord) -> Sequence[ReadableBody]:
    """Return the readable bodies set aside: those told with their unit by unit, then the others.

    Raises:
        Refusal: ``role_out_of_reach``.
    """
    actor.require_every_unit()
    query = (
        select(ReleasedAside, SetAside, CommentErasure.reason)
        .join(SetAside, same_aside())
        .outerjoin(CommentErasure, _erasure_of(ReleasedAside))
        .where(ReleasedAside.campaign_id == campaign.id)
        .order_by(ReleasedAside.aside_key)
    )
    with installation.database.read() as session:
        bodies = [
            (released.unit_id if released.by_unit else len(campaign.unit_ids) + 1, released, kept, reason)
            for released, kept, reason in session.execute(query)
        ]
    return [
        ReadableBody(
            unit=campaign.unit(released.unit_id).code if released.by_unit else "",
            marks=kept.marks,
            comment=_readable(released.reference, kept.comment, reason),
        )
        for _, released, kept, reason in sorted(bodies, key=lambda body: body[0])
    ]


def _comments(
    session: Session, campaign: CampaignRecord, of_list: ColumnElement[bool], page: int
) -> CommentPage:
    chosen = and_(ReleasedComment.campaign_id == campaign.id, of_list)
    total = session.scalar(select(func.count()).select_from(ReleasedComment).where(chosen)) or 0
    query = (
        select(ReleasedComment.reference, Comment.text, CommentErasure.reason)
        .outerjoin(Comment, same_comment())
        .outerjoin(CommentErasure, _erasure_of(ReleasedComment))
        .where(chosen)
        # The key alone: among those of all units the unit would order them.
        .order_by(ReleasedComment.response_key, ReleasedComment.reference)
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    )
    rows = session.execute(query).all()
    return CommentPage(tuple(_readable(row[0], row[1], row[2]) for row in rows), total, page)


def _erasure_of(table: type[ReleasedComment | ReleasedAside]) -> ColumnElement[bool]:
    return and_(CommentErasure.campaign_id == table.campaign_id, CommentErasure.reference == table.reference)


def _readable(reference: bytes, text: str | None, reason: str | None) -> ReadableComment:
    return ReadableComment(reference.hex(), text or "", None if reason is None else ErasureReason(reason))
