"""The last count of what citizens sent without an officer: the only one that pages may show."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import JSON, DateTime, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from survey.models.schema import Schema


class BoardCount(Schema):
    """A campaign's self-service counts as they were at the last moment of counting; the next one takes their place.

    They are read whole or not at all and joined with nothing, so that they lie in one row.
    """

    __tablename__ = "board_count"

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), primary_key=True, autoincrement=False)
    counted_at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True))
    counts: Mapped[dict[str, object]] = mapped_column(JSON)  # by unit, batch of codes, screen and kiosk
