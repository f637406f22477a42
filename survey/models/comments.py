"""Which free texts may be read since which release, and the minutes about those that were erased.

The texts stand with their responses. Nothing here says more of a text's coming than the release does with which at
least nine others came.
"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import (
    CheckConstraint,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    LargeBinary,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from survey.models.schema import Schema, one_of
from survey.vocabulary import ErasureReason

RESPONSE = ("campaign_id", "unit_id", "response_key")
UNIT = ("campaign_id", "unit_id")
RELEASE = ("campaign_id", "number")


def _of_release() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(RELEASE, [f"release.{name}" for name in RELEASE])


def _sound_reference() -> tuple[UniqueConstraint, CheckConstraint]:
    length = CheckConstraint("length(reference) = 8", name="reference_length")
    return UniqueConstraint("campaign_id", "reference"), length


class ReleasedComment(Schema):
    """A comment that became readable with a release, for good: with its unit's, or with those of all units.

    ``reference`` is drawn at random: by it a page names a comment without naming its response.
    """

    __tablename__ = "released_comment"
    __table_args__ = (
        ForeignKeyConstraint(RESPONSE, [f"response.{name}" for name in RESPONSE]),
        _of_release(),
        *_sound_reference(),
        {"sqlite_with_rowid": False},
    )

    campaign_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    unit_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    response_key: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)
    number: Mapped[int]
    by_unit: Mapped[bool]  # false: shown among those of all units, and never as this one's
    reference: Mapped[bytes] = mapped_column(LargeBinary(8))


class ReleasedAside(Schema):
    """A body set aside that became readable with the full tables of its unit, or of the province."""

    __tablename__ = "released_aside"
    __table_args__ = (
        # Of the body itself no key: it never goes, and a night takes the rows out and puts them in again.
        ForeignKeyConstraint(UNIT, [f"campaign_unit.{name}" for name in UNIT]),
        _of_release(),
        *_sound_reference(),
        {"sqlite_with_rowid": False},
    )

    campaign_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    unit_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    aside_key: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)
    number: Mapped[int]
    by_unit: Mapped[bool]
    reference: Mapped[bytes] = mapped_column(LargeBinary(8))


class CommentErasure(Schema):
    """The minute about a readable text that was erased: which one, why, when and by whom."""

    __tablename__ = "comment_erasure"
    __table_args__ = (
        one_of("reason", ErasureReason),
        CheckConstraint("length(reference) = 8", name="reference_length"),
        {"sqlite_with_rowid": False},
    )

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), primary_key=True, autoincrement=False)
    reference: Mapped[bytes] = mapped_column(LargeBinary(8), primary_key=True)
    reason: Mapped[str] = mapped_column(String(16))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))  # None: the command line
    erased_at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True))
