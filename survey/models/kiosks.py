"""Kiosks and the numbers of the records that came from each: nothing here leads to an answer.

A range says only that a kiosk's records from one number to another are in. It has no time and no key of
a response, and ranges that touch become one, so that it does not even say in which steps they came.
"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import CheckConstraint, DateTime, ForeignKeyConstraint, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from survey.models.schema import Schema, one_of
from survey.vocabulary import AlertCause, Delivery, Unfinished

SHORTEST_IDLE, LONGEST_IDLE = 20, 600


class Kiosk(Schema):
    """A device of one counter, known by a number in its campaign. Only hashes of its secrets are kept.

    ``seen_at`` and the counts beside it are what the device said of itself at a heartbeat of its own clock,
    never at an answer.
    """

    __tablename__ = "kiosk"
    __table_args__ = (
        ForeignKeyConstraint(
            ("campaign_id", "unit_id"), ["campaign_unit.campaign_id", "campaign_unit.unit_id"]
        ),
        UniqueConstraint("key_hash"),
        one_of("unfinished", Unfinished),
        CheckConstraint("number > 0", name="number_positive"),
        CheckConstraint("counter > 0", name="counter_positive"),
        CheckConstraint("length(link_hash) = 32", name="link_hash_length"),
        CheckConstraint("length(key_hash) = 32", name="key_hash_length"),
        CheckConstraint(f"idle_seconds BETWEEN {SHORTEST_IDLE} AND {LONGEST_IDLE}", name="idle_in_range"),
        CheckConstraint(
            "issued >= 0 AND waiting >= 0 AND overdue BETWEEN 0 AND waiting", name="counts_sound"
        ),
        CheckConstraint("doubled >= 0", name="doubled_not_negative"),
        CheckConstraint("length(signing_key) = 33", name="signing_key_length"),
        CheckConstraint("excess >= 0", name="excess_not_negative"),
    )

    campaign_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    # counted from 1 in its campaign
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    unit_id: Mapped[int]
    counter: Mapped[int]  # the number of a counter of the unit
    idle_seconds: Mapped[int]  # after which an unfinished visit ends
    unfinished: Mapped[str] = mapped_column(String(16))  # what becomes of an unfinished visit then
    # of the one-time link's code, or of what a waiting device shows
    link_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    link_until: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True))
    # of the device's own key; None until a device has enrolled
    key_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    revoked: Mapped[bool] = mapped_column(default=False)
    seen_at: Mapped[dt.datetime | None] = mapped_column(DateTime(timezone=True))
    issued: Mapped[int] = mapped_column(default=0)  # the highest number that the device has given
    waiting: Mapped[int] = mapped_column(default=0)  # records that it still holds
    overdue: Mapped[int] = mapped_column(default=0)  # of these, how many for too long
    doubled: Mapped[int] = mapped_column(default=0)  # numbers that came twice with different answers
    # the public half of the key with which the device signs; None while it speaks as devices did before they signed
    signing_key: Mapped[bytes | None] = mapped_column(LargeBinary(33))
    # by how much what had come was more than the device ever said it had given: whoever has its key speaks for it
    excess: Mapped[int] = mapped_column(default=0)


class KioskRange(Schema):
    """The records of a kiosk from one number to another, all of them in."""

    __tablename__ = "kiosk_range"
    __table_args__ = (
        ForeignKeyConstraint(("campaign_id", "kiosk"), ["kiosk.campaign_id", "kiosk.number"]),
        CheckConstraint("1 <= first_number AND first_number <= last_number", name="numbers_in_order"),
        {"sqlite_with_rowid": False},
    )

    campaign_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kiosk: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    first_number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last_number: Mapped[int]


class KioskAlert(Schema):
    """An incident: a kiosk that holds answers too long, or whose numbers cannot be. The row goes when that is over.

    ``mail`` is what became of the letter about it, so that there is one letter for each incident.
    """

    __tablename__ = "kiosk_alert"
    __table_args__ = (
        ForeignKeyConstraint(("campaign_id", "kiosk"), ["kiosk.campaign_id", "kiosk.number"]),
        one_of("mail", Delivery),
        one_of("cause", AlertCause),
    )

    campaign_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kiosk: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    cause: Mapped[str] = mapped_column(String(12), primary_key=True)
    since: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True))  # when it was first seen
    mail: Mapped[str] = mapped_column(String(12), default=Delivery.WAITING)


class KioskExit(Schema):
    """The one wish of a device to let an administrator leave its page, until it is granted or too old."""

    __tablename__ = "kiosk_exit"
    __table_args__ = (
        ForeignKeyConstraint(("campaign_id", "kiosk"), ["kiosk.campaign_id", "kiosk.number"]),
        CheckConstraint("length(code_hash) = 32", name="code_hash_length"),
    )

    campaign_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kiosk: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    code_hash: Mapped[bytes] = mapped_column(LargeBinary(32))  # of the code on its screen
    until: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True))
    granted: Mapped[bool] = mapped_column(default=False)
