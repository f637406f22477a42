"""Count what citizens send at moments only."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "board_count",
        sa.Column("campaign_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_board_count_campaign")),
        sa.PrimaryKeyConstraint("campaign_id", name=op.f("pk_board_count")),
    )


def downgrade() -> None:
    """Undo the change."""
    op.drop_table("board_count")
