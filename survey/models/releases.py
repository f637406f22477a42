"""Releases: which forms stood behind the figures of a unit, and when those were made.

Figures are computed from the marks of the forms that a release names; marks never change, so the same release
gives the same figures for ever. Nothing here says more of a form's coming than its half-day does.
"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import JSON, CheckConstraint, DateTime, ForeignKey, ForeignKeyConstraint, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from survey.models.schema import Schema, one_of
from survey.vocabulary import ReleaseGrade

UNIT = ("campaign_id", "unit_id")
RESPONSE = ("campaign_id", "unit_id", "response_key")
RELEASE = ("campaign_id", "number")


def _of_unit() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(UNIT, [f"campaign_unit.{name}" for name in UNIT])


def _of_release() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(RELEASE, [f"release.{name}" for name in RELEASE])


class Release(Schema):
    """A moment at which figures were made, from the forms of the half-days that had begun before ``due_at``."""

    __tablename__ = "release"
    __table_args__ = (CheckConstraint("number > 0", name="number_positive"), {"sqlite_with_rowid": False})

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    due_at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True))
    made_at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))  # None: service or command line


class UnitRelease(Schema):
    """What a release published of one unit.

    ``period`` is empty for the whole campaign. ``open_points`` are the codes of what was still open when TCCB asked for
    the full tables nevertheless.
    """

    __tablename__ = "unit_release"
    __table_args__ = (
        _of_unit(),
        _of_release(),
        one_of("grade", ReleaseGrade),
        CheckConstraint("forms >= 0", name="forms_not_negative"),
        {"sqlite_with_rowid": False},
    )

    campaign_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    unit_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    period: Mapped[str] = mapped_column(String(10), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    grade: Mapped[str] = mapped_column(String(8))
    forms: Mapped[int]
    open_points: Mapped[list[str]] = mapped_column(JSON)


class ReleaseCount(Schema):
    """How many forms of a unit counted as what when a release was made, whether it had new figures or not.

    ``keying`` are the counts of the blind second keying of its paper.
    """

    __tablename__ = "release_count"
    __table_args__ = (_of_unit(), _of_release(), {"sqlite_with_rowid": False})

    campaign_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    unit_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    valid: Mapped[int]
    awaiting: Mapped[int]
    late: Mapped[int]
    excluded: Mapped[int]
    keying: Mapped[dict[str, int]] = mapped_column(JSON)


class ReleasedForm(Schema):
    """A form that a unit's release took in, or (``present`` false) left out again; the newest row is in force."""

    __tablename__ = "released_form"
    __table_args__ = (
        ForeignKeyConstraint(RESPONSE, [f"response.{name}" for name in RESPONSE]),
        _of_release(),
        {"sqlite_with_rowid": False},
    )

    campaign_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    unit_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    period: Mapped[str] = mapped_column(String(10), primary_key=True)
    response_key: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    present: Mapped[bool]


class ProvinceRelease(Schema):
    """Full tables of the province over the sets that these units had at this release; the newest is in force."""

    __tablename__ = "province_release"
    __table_args__ = (_of_release(), {"sqlite_with_rowid": False})

    campaign_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    period: Mapped[str] = mapped_column(String(10), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    units: Mapped[list[int]] = mapped_column(JSON)


class ReleaseNote(Schema):
    """Forms that changed after a unit's full tables, too few for new ones.

    ``reasons`` counts them by why; ``conclusion_changes``: whether an index would pass a target, or miss it.
    """

    __tablename__ = "release_note"
    __table_args__ = (
        _of_unit(),
        _of_release(),
        CheckConstraint("changed >= 0", name="changed_not_negative"),
        {"sqlite_with_rowid": False},
    )

    campaign_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    unit_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    period: Mapped[str] = mapped_column(String(10), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    changed: Mapped[int]
    reasons: Mapped[dict[str, int]] = mapped_column(JSON)
    conclusion_changes: Mapped[bool]
