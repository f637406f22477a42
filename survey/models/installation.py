"""What the database knows of the installation that it belongs to."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from survey.models.schema import Schema


class SecretCheck(Schema):
    """What follows from the secret that the database was filled under, and leads to no key; the last step counts."""

    __tablename__ = "secret_check"
    __table_args__ = (
        CheckConstraint("step > 0", name="step_positive"),
        CheckConstraint("length(check_value) = 32", name="check_value_length"),
    )

    step: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    check_value: Mapped[bytes] = mapped_column(LargeBinary(32))
