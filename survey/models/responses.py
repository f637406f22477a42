"""Responses and what is decided about them.

Every key leads with campaign and unit, so that these tables can be partitioned or distributed. The
rest of a response's key is drawn by lot: rows lie in an order that tells nothing about their coming.
Nothing here holds a time finer than a half-day, an address, a browser's name or a person.
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
)
from sqlalchemy.orm import Mapped, mapped_column

from survey.models.schema import Schema, one_of
from survey.vocabulary import Channel, EntryState, HalfDay, Reason, Verdict

UNIT = ("campaign_id", "unit_id")
RESPONSE = ("campaign_id", "unit_id", "response_key")
MAX_COMMENT = 1000


def _of_unit() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(UNIT, [f"campaign_unit.{name}" for name in UNIT])


def _of_response() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(RESPONSE, [f"response.{name}" for name in RESPONSE])


def _packed() -> tuple[CheckConstraint, ...]:
    """Return the rules that packed answers hold answers only."""
    return (
        CheckConstraint("length(marks) > 0 AND trim(marks, '012345-') = ''", name="marks_known"),
        CheckConstraint("trim(profile, 'abcdefghijklmnopqrstuvwxyz.-') = ''", name="profile_known"),
    )


class Response(Schema):
    """One answered form: its marks packed, one character an item.

    ``response_key`` is drawn by lot. It follows from nothing that anybody else has: not from the page's key, nor from
    a receipt, a card or the secret.
    """

    __tablename__ = "response"
    __table_args__ = (
        _of_unit(),
        one_of("entry_state", EntryState),
        one_of("channel", Channel),
        one_of("half_day", HalfDay),
        CheckConstraint("length(response_key) = 16", name="response_key_length"),
        *_packed(),
        {"sqlite_with_rowid": False},
    )

    campaign_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    unit_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    response_key: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)
    entry_state: Mapped[str] = mapped_column(String(16))
    channel: Mapped[str] = mapped_column(String(16))
    local_day: Mapped[dt.date] = mapped_column(Date)
    half_day: Mapped[str] = mapped_column(String(2))
    marks: Mapped[str] = mapped_column(String(256))  # one character an item, the overall item last
    profile: Mapped[str] = mapped_column(String(32))  # one character a question


class Comment(Schema):
    """A response's free text, apart from its marks so that it can be erased alone."""

    __tablename__ = "comment"
    __table_args__ = (
        _of_response(),
        CheckConstraint(f"length(text) BETWEEN 1 AND {MAX_COMMENT}", name="text_length"),
        {"sqlite_with_rowid": False},
    )

    campaign_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    unit_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    response_key: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)
    text: Mapped[str] = mapped_column(Text)


class SetAside(Schema):
    """A body that came under a key already used for another: kept, counted nowhere, for a person to see.

    It does not say which response it contradicts. Only its comment may be emptied, as any comment may be erased.
    """

    __tablename__ = "set_aside"
    __table_args__ = (
        _of_unit(),
        CheckConstraint("length(aside_key) = 16", name="aside_key_length"),
        one_of("channel", Channel),
        one_of("half_day", HalfDay),
        *_packed(),
        {"sqlite_with_rowid": False},
    )

    campaign_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    unit_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    aside_key: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)  # drawn by lot
    channel: Mapped[str] = mapped_column(String(16))
    local_day: Mapped[dt.date] = mapped_column(Date)
    half_day: Mapped[str] = mapped_column(String(2))
    marks: Mapped[str] = mapped_column(String(256))
    profile: Mapped[str] = mapped_column(String(32))
    comment: Mapped[str] = mapped_column(Text)


class Decision(Schema):
    """What a person decided about a response, and why. The highest step is in force.

    ``replaced_by`` is the key of the row, of the same unit, that corrects this one.
    """

    __tablename__ = "decision"
    __table_args__ = (
        _of_response(),
        ForeignKeyConstraint(
            ("campaign_id", "unit_id", "replaced_by"),
            [f"response.{name}" for name in RESPONSE],
            name="fk_decision_response_replaced_by",
        ),
        one_of("verdict", Verdict),
        one_of("reason", Reason),
        CheckConstraint("(verdict = 'excluded') = (reason IS NOT NULL)", name="reason_when_excluded"),
        CheckConstraint(
            "(verdict = 'corrected') = (replaced_by IS NOT NULL)", name="replacement_when_corrected"
        ),
        CheckConstraint("step > 0", name="step_positive"),
        CheckConstraint("replaced_by <> response_key", name="not_replaced_by_itself"),
        {"sqlite_with_rowid": False},
    )

    campaign_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    unit_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    response_key: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)
    step: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    verdict: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str | None] = mapped_column(String(32))
    replaced_by: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    decided_at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True))  # the start of its day


class PaperForm(Schema):
    """The number of a paper form, used once in its campaign, and the response keyed in from it.

    The link to the response is the one that double entry needs; it may be cut, the number stays used.
    """

    __tablename__ = "paper_form"
    __table_args__ = (
        _of_unit(),
        _of_response(),
        CheckConstraint("length(form_number) BETWEEN 1 AND 24", name="form_number_length"),
        {"sqlite_with_rowid": False},
    )

    campaign_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    form_number: Mapped[str] = mapped_column(String(24), primary_key=True)
    unit_id: Mapped[int]
    response_key: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    keyed_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))  # None: the command line
