"""Show codes on screens, and let answers come by them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

CHANNELS = ("response", "set_aside")
BEFORE = "channel IN ('qr', 'paper', 'import', 'kiosk', 'ticket')"
AFTER = "channel IN ('qr', 'paper', 'import', 'kiosk', 'ticket', 'screen')"


def upgrade() -> None:
    """Apply the change."""
    for table in CHANNELS:
        _reword(table, f"ck_{table}_channel_known", BEFORE, AFTER)
    op.create_table(
        "spent_screen_code",
        sa.Column("campaign_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("mark", sa.LargeBinary(length=16), nullable=False),
        sa.Column("local_day", sa.Date(), nullable=False),
        sa.CheckConstraint("length(mark) = 16", name=op.f("ck_spent_screen_code_mark_length")),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_spent_screen_code_campaign")),
        sa.PrimaryKeyConstraint("campaign_id", "mark", name=op.f("pk_spent_screen_code")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "screen_count",
        sa.Column("campaign_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("unit_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("counter", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("screen", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("shown", sa.Integer(), nullable=False),
        sa.Column("last_minute", sa.Integer(), nullable=False),
        sa.CheckConstraint("counter > 0 AND screen >= 0", name=op.f("ck_screen_count_place_sound")),
        sa.CheckConstraint("shown > 0 AND last_minute > 0", name=op.f("ck_screen_count_counts_positive")),
        sa.ForeignKeyConstraint(
            ["campaign_id", "unit_id"],
            ["campaign_unit.campaign_id", "campaign_unit.unit_id"],
            name=op.f("fk_screen_count_campaign_unit"),
        ),
        sa.PrimaryKeyConstraint("campaign_id", "unit_id", "counter", "screen", name=op.f("pk_screen_count")),
    )


def downgrade() -> None:
    """Undo the change; answers that came by codes of screens forbid it."""
    op.drop_table("screen_count")
    op.drop_table("spent_screen_code")
    for table in CHANNELS:
        _reword(table, f"ck_{table}_channel_known", AFTER, BEFORE)


def _reword(table: str, name: str, old: str, new: str) -> None:
    """Change the words of a CHECK constraint in place: the rows and their triggers stay untouched."""
    connection = op.get_bind()
    if connection.dialect.name == "postgresql":
        op.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}, ADD CONSTRAINT {name} CHECK ({new})")
        return
    # The way that SQLite's own manual gives for a change of constraints alone, as in 0003.
    version = connection.exec_driver_sql("PRAGMA schema_version").scalar_one()
    connection.exec_driver_sql("PRAGMA writable_schema = ON")
    connection.exec_driver_sql(
        "UPDATE sqlite_schema SET sql = replace(sql, ?, ?) WHERE type = 'table' AND name = ?",
        (old, new, table),
    )
    connection.exec_driver_sql(f"PRAGMA schema_version = {version + 1}")
    connection.exec_driver_sql("PRAGMA writable_schema = OFF")
