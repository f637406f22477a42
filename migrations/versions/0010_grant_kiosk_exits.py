"""Grant kiosk exits."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "kiosk_exit",
        sa.Column("campaign_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kiosk", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("code_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("granted", sa.Boolean(), nullable=False),
        sa.CheckConstraint("length(code_hash) = 32", name=op.f("ck_kiosk_exit_code_hash_length")),
        sa.ForeignKeyConstraint(
            ["campaign_id", "kiosk"], ["kiosk.campaign_id", "kiosk.number"], name=op.f("fk_kiosk_exit_kiosk")
        ),
        sa.PrimaryKeyConstraint("campaign_id", "kiosk", name=op.f("pk_kiosk_exit")),
    )


def downgrade() -> None:
    """Undo the change."""
    op.drop_table("kiosk_exit")
