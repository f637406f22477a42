"""Read scans."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "scan_file",
        sa.Column("campaign_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("local_day", sa.Date(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("length(digest) = 32", name=op.f("ck_scan_file_digest_length")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_scan_file_account")),
        sa.ForeignKeyConstraint(
            ["campaign_id", "unit_id"],
            ["campaign_unit.campaign_id", "campaign_unit.unit_id"],
            name=op.f("fk_scan_file_campaign_unit"),
        ),
        sa.PrimaryKeyConstraint("campaign_id", "digest", name=op.f("pk_scan_file")),
    )
    op.create_table(
        "scan_form",
        sa.Column("campaign_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("unit_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("serial", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("waits", sa.Boolean(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("local_day", sa.Date(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("serial BETWEEN 1 AND 999999", name=op.f("ck_scan_form_serial_in_range")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_scan_form_account")),
        sa.ForeignKeyConstraint(
            ["campaign_id", "unit_id"],
            ["campaign_unit.campaign_id", "campaign_unit.unit_id"],
            name=op.f("fk_scan_form_campaign_unit"),
        ),
        sa.PrimaryKeyConstraint("campaign_id", "unit_id", "serial", name=op.f("pk_scan_form")),
    )


def downgrade() -> None:
    """Undo the change."""
    op.drop_table("scan_form")
    op.drop_table("scan_file")
