"""What the people of the office did, and the ledger's leaves for what came in."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import JSON, DateTime, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from survey.models.schema import Schema


class AuditEntry(Schema):
    """One act of an account (None: the command line). It names ids, never an answer."""

    __tablename__ = "audit_entry"
    __table_args__ = (Index(None, "campaign_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    act: Mapped[str] = mapped_column(String(40))
    campaign_id: Mapped[int | None] = mapped_column(ForeignKey("campaign.id"))
    unit_id: Mapped[int | None]
    subject: Mapped[str] = mapped_column(String(120))  # a number or an id: what the act was about
    details: Mapped[dict[str, object]] = mapped_column(JSON)


class LedgerLeaf(Schema):
    """A leaf that waits for the next checkpoint. Its own hash is its key: no order of coming is kept."""

    __tablename__ = "ledger_leaf"
    __table_args__ = ({"sqlite_with_rowid": False},)

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), primary_key=True, autoincrement=False)
    leaf: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
