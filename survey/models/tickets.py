"""One-time codes: what was printed, what has ended, the counts of each batch, and the codes of screens.

A spent code leaves its unit's count one higher and a keyed hash in a table of its own, which has no time, no
unit and no key of a response: nothing here can be joined to an answer.
"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    LargeBinary,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from survey.models.schema import Schema, one_of
from survey.vocabulary import TicketEnd


class TicketBatch(Schema):
    """The cards of one printing for one unit, counted."""

    __tablename__ = "ticket_batch"
    __table_args__ = (
        ForeignKeyConstraint(
            ("campaign_id", "unit_id"), ["campaign_unit.campaign_id", "campaign_unit.unit_id"]
        ),
        CheckConstraint("number > 0 AND printed > 0", name="numbers_positive"),
        CheckConstraint("handed_out BETWEEN 0 AND printed", name="handed_out_in_range"),
        CheckConstraint("spent >= 0 AND void >= 0 AND spent + void <= printed", name="ended_in_range"),
    )

    campaign_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    unit_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)  # counted from 1 in its unit
    printed: Mapped[int]
    handed_out: Mapped[int]
    spent: Mapped[int]
    void: Mapped[int]  # lost or spoiled cards


class Ticket(Schema):
    """A printed code and its short code, as keyed hashes: whoever reads the table cannot use a card."""

    __tablename__ = "ticket"
    __table_args__ = (
        ForeignKeyConstraint(
            ("campaign_id", "unit_id", "batch"),
            ["ticket_batch.campaign_id", "ticket_batch.unit_id", "ticket_batch.number"],
        ),
        UniqueConstraint("code_hash"),
        UniqueConstraint("short_hash"),
        CheckConstraint("length(code_hash) = 16 AND length(short_hash) = 16", name="hash_lengths"),
        {"sqlite_with_rowid": False},
    )

    campaign_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    unit_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    code_hash: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)
    short_hash: Mapped[bytes] = mapped_column(LargeBinary(16))
    batch: Mapped[int]


class SpentTicket(Schema):
    """A code that has ended: another keyed hash of it, so that not even the two tables can be joined."""

    __tablename__ = "spent_ticket"
    __table_args__ = (
        one_of("ended", TicketEnd),
        CheckConstraint("length(mark) = 16", name="mark_length"),
        {"sqlite_with_rowid": False},
    )

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), primary_key=True, autoincrement=False)
    mark: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)  # a keyed hash of the code's hash
    ended: Mapped[str] = mapped_column(String(8))  # how it ended


class SpentScreenCode(Schema):
    """The keyed hash of a spent code of a screen, until the day after: then no such code lives.

    The day is the answer's own and says no more than it. The row goes because the minutes of a day are few enough
    for who has the secret to try them all.
    """

    __tablename__ = "spent_screen_code"
    __table_args__ = (
        CheckConstraint("length(mark) = 16", name="mark_length"),
        {"sqlite_with_rowid": False},
    )

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), primary_key=True, autoincrement=False)
    # a keyed hash of the code and its minute
    mark: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)
    local_day: Mapped[dt.date]  # on which the code was shown


class ScreenCount(Schema):
    """How many codes a screen has shown, one a minute, and the last minute that was counted.

    ``screen`` is 0 for the officers' own screens at the counter, else the number of a kiosk. How many were
    spent follows from the answers, so that no count goes up with one.
    """

    __tablename__ = "screen_count"
    __table_args__ = (
        ForeignKeyConstraint(
            ("campaign_id", "unit_id"), ["campaign_unit.campaign_id", "campaign_unit.unit_id"]
        ),
        CheckConstraint("counter > 0 AND screen >= 0", name="place_sound"),
        CheckConstraint("shown > 0 AND last_minute > 0", name="counts_positive"),
    )

    campaign_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    unit_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    counter: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    screen: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    shown: Mapped[int]
    last_minute: Mapped[int]  # since 1970; the same minute is not counted twice
