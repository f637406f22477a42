"""Printed sheets and what became of them: batches, minutes over ranges of serials, and readings.

A sheet has no row of its own: where it is follows from the minutes over it, in their order. A serial is
unique in its campaign and belongs to the unit whose batch it was printed in.
"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import (
    CheckConstraint,
    Date,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    false,
)
from sqlalchemy.orm import Mapped, mapped_column

from survey.models.schema import Schema, one_of
from survey.vocabulary import PaperAct, ReadingKind, ReadingSource

UNIT = ("campaign_id", "unit_id")
MINUTE = ("campaign_id", "unit_id", "minute")
LAST_SERIAL = 999_999


def _of_unit() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(UNIT, [f"campaign_unit.{name}" for name in UNIT])


def _of_minute() -> ForeignKeyConstraint:
    targets = ("campaign_id", "unit_id", "number")
    return ForeignKeyConstraint(MINUTE, [f"paper_minute.{name}" for name in targets])


def _serials_in_order() -> CheckConstraint:
    rule = f"1 <= first_serial AND first_serial <= last_serial AND last_serial <= {LAST_SERIAL}"
    return CheckConstraint(rule, name="serials_in_order")


class PaperMinute(Schema):
    """A signed minute: what one person did with sheets of a unit. Its digest is a leaf of the ledger."""

    __tablename__ = "paper_minute"
    __table_args__ = (
        _of_unit(),
        one_of("act", PaperAct),
        CheckConstraint("number > 0", name="number_positive"),
        CheckConstraint("(act = 'closed') = (sheets = 0)", name="sheets_unless_closed"),
        CheckConstraint("sheets >= 0", name="sheets_not_negative"),
        CheckConstraint("length(digest) = 32", name="digest_length"),
    )

    campaign_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    unit_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    act: Mapped[str] = mapped_column(String(16))
    at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True))
    local_day: Mapped[dt.date] = mapped_column(Date)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    witness: Mapped[str] = mapped_column(String(120))
    note: Mapped[str] = mapped_column(String(400))
    sheets: Mapped[int]  # how many serials its ranges hold
    digest: Mapped[bytes] = mapped_column(LargeBinary(32))  # the leaf


class PaperRange(Schema):
    """A range of serials that a minute is about."""

    __tablename__ = "paper_range"
    __table_args__ = (_of_minute(), _serials_in_order())

    campaign_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    unit_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    minute: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    first_serial: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last_serial: Mapped[int]


class PaperBatch(Schema):
    """Forms printed together. A trigger refuses a batch that overlaps another one of its campaign."""

    __tablename__ = "paper_batch"
    __table_args__ = (
        _of_minute(),
        _serials_in_order(),
        UniqueConstraint("campaign_id", "first_serial"),
        CheckConstraint("length(digest) = 32", name="digest_length"),
    )

    campaign_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    unit_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    first_serial: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last_serial: Mapped[int]
    minute: Mapped[int]
    edition: Mapped[str] = mapped_column(String(16))
    lang: Mapped[str] = mapped_column(String(8))
    seal: Mapped[int | None]  # the step of the stamp picture that was printed
    signed: Mapped[bool] = mapped_column(server_default=false())  # the file, digitally
    digest: Mapped[bytes] = mapped_column(LargeBinary(32))  # SHA-256 of the file


class PaperReading(Schema):
    """One reading of a sheet: a keying, a scan, or what a person made of two that differ.

    The answers stand here only where they are not those of the response, and only until verification
    closes: then they are emptied, because they would tell which response a serial was.
    """

    __tablename__ = "paper_reading"
    __table_args__ = (
        _of_unit(),
        one_of("kind", ReadingKind),
        one_of("source", ReadingSource),
        CheckConstraint("step > 0", name="step_positive"),
        CheckConstraint(f"serial BETWEEN 1 AND {LAST_SERIAL}", name="serial_in_range"),
        CheckConstraint("trim(marks, '012345-') = ''", name="marks_known"),
        CheckConstraint("trim(profile, 'abcdefghijklmnopqrstuvwxyz.-') = ''", name="profile_known"),
        CheckConstraint(
            "(kind IN ('second', 'settled')) = (compared IS NOT NULL) "
            "AND (compared IS NULL) = (differing IS NULL)",
            name="counted_when_compared",
        ),
        CheckConstraint("0 <= differing AND differing <= compared", name="differing_in_range"),
    )

    campaign_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    unit_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    serial: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    step: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(16))
    source: Mapped[str] = mapped_column(String(16))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    local_day: Mapped[dt.date] = mapped_column(Date)
    drawn: Mapped[bool]  # sampled for a blind second reading; said of the first one
    compared: Mapped[int | None]  # how many fields
    differing: Mapped[int | None]  # how many of these; of an adjudication: how many were wrong at first
    marks: Mapped[str | None] = mapped_column(String(256))
    profile: Mapped[str | None] = mapped_column(String(32))
    comment: Mapped[str | None] = mapped_column(Text)


class TotalsMismatch(Schema):
    """That the totals which a second person counted on a form's paper were not those of its keyed answers.

    Neither the totals nor the answers stand here. Such a form is not verified by its totals any more.
    """

    __tablename__ = "totals_mismatch"
    __table_args__ = (
        _of_unit(),
        ForeignKeyConstraint(
            ("campaign_id", "form_number"), ("paper_form.campaign_id", "paper_form.form_number")
        ),
        CheckConstraint("step > 0", name="step_positive"),
        {"sqlite_with_rowid": False},
    )

    campaign_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    form_number: Mapped[str] = mapped_column(String(24), primary_key=True)
    step: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    unit_id: Mapped[int]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    local_day: Mapped[dt.date] = mapped_column(Date)


class StampPicture(Schema):
    """The picture of an office's stamp that a campaign may print; the highest step is the one in use."""

    __tablename__ = "seal_picture"
    __table_args__ = (
        CheckConstraint("diameter IN (34, 36)", name="diameter_known"),
        CheckConstraint("step > 0", name="step_positive"),
    )

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), primary_key=True, autoincrement=False)
    step: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    diameter: Mapped[int]  # mm
    content: Mapped[bytes] = mapped_column(LargeBinary)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True))


class VerificationClosing(Schema):
    """That the verification of a campaign's paper is over, and no serial tells its response any more."""

    __tablename__ = "verification_closing"

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), primary_key=True, autoincrement=False)
    at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    forms: Mapped[int]  # how many links were cut


class ScanFile(Schema):
    """A file of scans that was read, by its hash: no file is read twice in a campaign."""

    __tablename__ = "scan_file"
    __table_args__ = (_of_unit(), CheckConstraint("length(digest) = 32", name="digest_length"))

    campaign_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    digest: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)  # SHA-256
    unit_id: Mapped[int]
    pages: Mapped[int]
    local_day: Mapped[dt.date] = mapped_column(Date)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))


class ScanForm(Schema):
    """A scanned form with doubts: what the machine read and the pictures of what it doubts, encrypted.

    A piece of work, not a record: the row goes away when verification closes.
    """

    __tablename__ = "scan_form"
    __table_args__ = (
        _of_unit(),
        CheckConstraint(f"serial BETWEEN 1 AND {LAST_SERIAL}", name="serial_in_range"),
    )

    campaign_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    unit_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    serial: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    waits: Mapped[bool]  # for a person
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    local_day: Mapped[dt.date] = mapped_column(Date)
    content: Mapped[bytes] = mapped_column(LargeBinary)
