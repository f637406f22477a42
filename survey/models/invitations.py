"""Invitations: lists of recipients, and the batches of one-time codes that went out with them.

No row ties a recipient to a code. A code follows from the recipient's random ``salt``, the installation's
secret and the reminder key, and the reminder key is kept by whoever sends, never here (see ADR 15). Name
and address are encrypted, and the recipients are deleted once they are not needed any more.
"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import CheckConstraint, Date, DateTime, ForeignKey, ForeignKeyConstraint, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from survey.models.schema import Schema, one_of
from survey.vocabulary import Delivery


class InvitationList(Schema):
    """A list of recipients. ``round`` is 0 before anything went out, 1 from the invitation, 2 from the reminder.

    ``running_until`` is set while a process sends; ``fault`` is the code of what stopped it last.
    """

    __tablename__ = "invitation_list"
    __table_args__ = (
        CheckConstraint("number > 0 AND recipients > 0", name="numbers_positive"),
        CheckConstraint("round BETWEEN 0 AND 2", name="round_known"),
        CheckConstraint("key_check IS NULL OR length(key_check) = 16", name="key_check_length"),
        CheckConstraint("(round = 0) = (key_check IS NULL)", name="key_check_from_first_round"),
        CheckConstraint("(round = 0) = (sent_on IS NULL)", name="sent_from_first_round"),
    )

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    title: Mapped[str] = mapped_column(String(120))
    # of who loaded it; None for who reaches every unit
    unit_code: Mapped[str | None] = mapped_column(String(64))
    recipients: Mapped[int]
    loaded_on: Mapped[dt.date] = mapped_column(Date)
    erase_on: Mapped[dt.date] = mapped_column(Date)  # the day on which names and addresses go
    round: Mapped[int] = mapped_column(default=0)
    linked: Mapped[bool] = mapped_column(default=True)  # whether the letters of this round hold links
    # by which the reminder key is known again; the key itself is kept nowhere
    key_check: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    sent_on: Mapped[dt.date | None] = mapped_column(Date)  # the day of the first letter
    running_until: Mapped[dt.datetime | None] = mapped_column(DateTime(timezone=True))
    fault: Mapped[str | None] = mapped_column(String(40))
    erased: Mapped[bool] = mapped_column(default=False)


class InvitationRecipient(Schema):
    """A place of a list: name and address, encrypted, and what became of the letter to it."""

    __tablename__ = "invitation_recipient"
    __table_args__ = (
        ForeignKeyConstraint(
            ("campaign_id", "list_number"), ["invitation_list.campaign_id", "invitation_list.number"]
        ),
        ForeignKeyConstraint(
            ("campaign_id", "unit_id"), ["campaign_unit.campaign_id", "campaign_unit.unit_id"]
        ),
        one_of("delivery", Delivery),
        CheckConstraint("length(salt) = 16", name="salt_length"),
        CheckConstraint("place > 0", name="place_positive"),
    )

    campaign_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    list_number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    place: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)  # the order in the list, from 1
    unit_id: Mapped[int]  # which they rate
    # from which, with the reminder key, the codes follow
    salt: Mapped[bytes] = mapped_column(LargeBinary(16))
    content: Mapped[bytes] = mapped_column(LargeBinary)  # name and address, encrypted
    delivery: Mapped[str] = mapped_column(String(12), default=Delivery.WAITING)
    reply: Mapped[bytes | None] = mapped_column(LargeBinary)  # the mail server's words, encrypted


class InvitationBatch(Schema):
    """A batch of one-time codes that went out as invitations, and of which list, if it was sent from here."""

    __tablename__ = "invitation_batch"
    __table_args__ = (
        ForeignKeyConstraint(
            ("campaign_id", "unit_id", "number"),
            ["ticket_batch.campaign_id", "ticket_batch.unit_id", "ticket_batch.number"],
        ),
        ForeignKeyConstraint(
            ("campaign_id", "list_number"), ["invitation_list.campaign_id", "invitation_list.number"]
        ),
    )

    campaign_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    unit_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    list_number: Mapped[int | None]  # None for a mail-merge file
