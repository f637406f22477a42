"""The declarative root, the names of constraints, and how a column states its allowed words."""

from __future__ import annotations

import enum
from collections.abc import Mapping

from sqlalchemy import CheckConstraint, MetaData
from sqlalchemy.orm import DeclarativeBase

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

# What triggers of the migrations see to. Rows of these tables are never changed and never deleted:
APPEND_ONLY = (
    *("response", "decision", "audit_entry", "ledger_leaf", "campaign", "campaign_unit"),
    *("campaign_language", "campaign_clip"),
    *("paper_batch", "paper_minute", "paper_range", "seal_picture", "verification_closing"),
    *("ticket", "spent_ticket", "receipt"),
    *("release", "release_count", "unit_release", "released_form", "province_release", "release_note"),
    *("totals_mismatch", "secret_check"),
    *("released_comment", "released_aside", "comment_erasure"),
)
# rows of these are never deleted, and of their columns only these ever change, to what stands beside them:
ERASABLE: Mapping[str, Mapping[str, str | None]] = {
    "set_aside": {"comment": ""},
    "paper_form": {"response_key": None, "keyed_by": None},
    "paper_reading": {"marks": None, "profile": None, "comment": None},
}
# these texts are erased with their row or stay as they are:
NEVER_REWRITTEN = ("comment",)
# and these people stay known to what they did.
NEVER_DELETED = ("account",)


class Schema(DeclarativeBase):
    """The root of every table."""

    metadata = MetaData(naming_convention=NAMES)


def one_of(column: str, words: type[enum.StrEnum]) -> CheckConstraint:
    """Return the constraint that *column* holds one of *words*."""
    listed = ", ".join(f"'{word}'" for word in words)
    return CheckConstraint(f"{column} IN ({listed})", name=f"{column}_known")
