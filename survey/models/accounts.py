"""Who may sign in. One account, one role; a unit is named where the role is bound to one."""

from __future__ import annotations

import datetime as dt

from flask_security import RoleMixin, UserMixin
from sqlalchemy import CheckConstraint, DateTime, String
from sqlalchemy.orm import Mapped, mapped_column

from survey.models.schema import Schema, one_of
from survey.vocabulary import Role


class AccountRole(RoleMixin):
    """A role as the sign-in library asks for it; roles are words of the account's row, not rows."""

    def __init__(self, name: str) -> None:
        self.name = name


class Account(Schema, UserMixin):
    """A person of the office. ``unit_code`` is the unit's code, which stays the same across campaigns."""

    __tablename__ = "account"
    __table_args__ = (
        one_of("role", Role),
        CheckConstraint(
            "(role IN ('unit_head', 'officer')) = (unit_code IS NOT NULL)", name="unit_fits_role"
        ),
        CheckConstraint("email = lower(email)", name="email_lower"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    password: Mapped[str] = mapped_column(String(255))  # its hash
    active: Mapped[bool] = mapped_column(default=True)
    fs_uniquifier: Mapped[str] = mapped_column(String(64), unique=True)  # a new one ends all sessions
    role: Mapped[str] = mapped_column(String(16))
    unit_code: Mapped[str | None] = mapped_column(String(64))
    created_at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True))

    @property
    def roles(self) -> list[RoleMixin]:  # type: ignore[override]  # never written to: the role is a column
        """The one role as the list that the sign-in library asks for."""
        return [AccountRole(self.role)]
