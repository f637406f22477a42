"""What was given out for answers, apart from the answers: nothing here names a response, and no response names it.

Both tables are keyed by a keyed hash of the submission's idempotency key, which is kept nowhere. So who has the
whole database and the secret finds a receipt's unit by its code, and no answer by it.
"""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from survey.models.schema import Schema, one_of
from survey.vocabulary import EntryState


class Receipt(Schema):
    """That a submission came in, and for which unit; its code is the beginning of ``receipt_key`` in letters.

    The key is as good as unique, so that it also tells a submission that comes again.
    """

    __tablename__ = "receipt"
    __table_args__ = (
        ForeignKeyConstraint(
            ("campaign_id", "unit_id"), ["campaign_unit.campaign_id", "campaign_unit.unit_id"]
        ),
        CheckConstraint("length(receipt_key) = 16", name="receipt_key_length"),
        {"sqlite_with_rowid": False},
    )

    campaign_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    receipt_key: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)
    unit_id: Mapped[int]


class BodyCheck(Schema):
    """What tells the same answers, sent again, from others under the same key; gone when the order of coming is.

    The hash is keyed with the idempotency key. Whoever had kept that could try it on every response: that is why
    it goes so soon.
    """

    __tablename__ = "body_check"
    __table_args__ = (
        ForeignKeyConstraint(("campaign_id",), ["campaign.id"]),
        one_of("entry_state", EntryState),
        CheckConstraint("length(body_mac) = 16", name="body_mac_length"),
        {"sqlite_with_rowid": False},
    )

    campaign_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    receipt_key: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)
    body_mac: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)
    entry_state: Mapped[str | None] = mapped_column(
        String(16)
    )  # of the response; None: this body was set aside
