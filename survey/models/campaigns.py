"""A campaign, its units, its further languages and its recordings: the frozen copy of a plan."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from survey.models.schema import Schema, one_of
from survey.vocabulary import ClipKind, Formula, UnitKind


class Campaign(Schema):
    """One survey round. Days are local; ``closes_on`` and ``report_before`` are the first days outside."""

    __tablename__ = "campaign"
    __table_args__ = (
        one_of("official_formula", Formula),
        CheckConstraint("opens_on < closes_on AND closes_on <= report_before", name="days_in_order"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(64), unique=True)
    title: Mapped[str] = mapped_column(Text)
    rehearsal: Mapped[bool]
    opens_on: Mapped[dt.date] = mapped_column(Date)
    closes_on: Mapped[dt.date] = mapped_column(Date)
    report_before: Mapped[dt.date] = mapped_column(Date)
    official_formula: Mapped[str] = mapped_column(String(2))  # f1, f2 or f3
    plan: Mapped[dict[str, object]] = mapped_column(JSON)  # as it was loaded
    questionnaire: Mapped[dict[str, object]] = mapped_column(JSON)  # as it was loaded, in all its languages
    loaded_on: Mapped[dt.date] = mapped_column(Date)


class CampaignUnit(Schema):
    """A unit as the campaign froze it: its name, level, minimum target and number of transactions."""

    __tablename__ = "campaign_unit"
    __table_args__ = (
        UniqueConstraint("campaign_id", "code"),
        one_of("kind", UnitKind),
        CheckConstraint("target >= 0", name="target_not_negative"),
        CheckConstraint("transactions IS NULL OR transactions > 0", name="transactions_positive"),
    )

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), primary_key=True)
    # the place in the plan, from 1
    unit_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    code: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(String(32))
    parent_code: Mapped[str | None] = mapped_column(String(64))
    target: Mapped[int]  # the least number of valid forms
    transactions: Mapped[int | None]  # of the unit in the window; None where unknown


class CampaignLanguage(Schema):
    """A language that the campaign speaks beyond the bundled ones, or for which it has recordings.

    ``words`` are the sentences of its pages, empty for a bundled language.
    """

    __tablename__ = "campaign_language"

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), primary_key=True)
    tag: Mapped[str] = mapped_column(String(24), primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    words: Mapped[dict[str, object]] = mapped_column(JSON)


class CampaignClip(Schema):
    """A recording that reads one text aloud in one language. ``digest`` names its content in addresses."""

    __tablename__ = "campaign_clip"
    __table_args__ = (
        ForeignKeyConstraint(
            ["campaign_id", "tag"], ["campaign_language.campaign_id", "campaign_language.tag"]
        ),
        one_of("kind", ClipKind),
        CheckConstraint("length(digest) = 16", name="digest_length"),
    )

    campaign_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    tag: Mapped[str] = mapped_column(String(24), primary_key=True)
    key: Mapped[str] = mapped_column(String(64), primary_key=True)  # what it reads aloud
    kind: Mapped[str] = mapped_column(String(4))
    digest: Mapped[bytes] = mapped_column(LargeBinary(16))
    content: Mapped[bytes] = mapped_column(LargeBinary)
