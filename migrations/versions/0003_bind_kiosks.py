"""Bind kiosks to counters, and let answers come from them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

CHANNELS = ("response", "set_aside")
BEFORE = "channel IN ('qr', 'paper', 'import')"
AFTER = "channel IN ('qr', 'paper', 'import', 'kiosk')"


def upgrade() -> None:
    """Apply the change."""
    for table in CHANNELS:
        _reword(table, f"ck_{table}_channel_known", BEFORE, AFTER)
    op.create_table(
        "kiosk",
        sa.Column("campaign_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("counter", sa.Integer(), nullable=False),
        sa.Column("idle_seconds", sa.Integer(), nullable=False),
        sa.Column("unfinished", sa.String(length=16), nullable=False),
        sa.Column("link_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("link_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("key_hash", sa.LargeBinary(length=32), nullable=True),
        sa.Column("revoked", sa.Boolean(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("issued", sa.Integer(), nullable=False),
        sa.Column("waiting", sa.Integer(), nullable=False),
        sa.Column("overdue", sa.Integer(), nullable=False),
        sa.Column("doubled", sa.Integer(), nullable=False),
        sa.CheckConstraint("unfinished IN ('discard', 'keep')", name=op.f("ck_kiosk_unfinished_known")),
        sa.CheckConstraint("number > 0", name=op.f("ck_kiosk_number_positive")),
        sa.CheckConstraint("counter > 0", name=op.f("ck_kiosk_counter_positive")),
        sa.CheckConstraint("length(link_hash) = 32", name=op.f("ck_kiosk_link_hash_length")),
        sa.CheckConstraint("length(key_hash) = 32", name=op.f("ck_kiosk_key_hash_length")),
        sa.CheckConstraint("idle_seconds BETWEEN 20 AND 600", name=op.f("ck_kiosk_idle_in_range")),
        sa.CheckConstraint(
            "issued >= 0 AND waiting >= 0 AND overdue BETWEEN 0 AND waiting",
            name=op.f("ck_kiosk_counts_sound"),
        ),
        sa.CheckConstraint("doubled >= 0", name=op.f("ck_kiosk_doubled_not_negative")),
        sa.ForeignKeyConstraint(
            ["campaign_id", "unit_id"],
            ["campaign_unit.campaign_id", "campaign_unit.unit_id"],
            name=op.f("fk_kiosk_campaign_unit"),
        ),
        sa.PrimaryKeyConstraint("campaign_id", "number", name=op.f("pk_kiosk")),
        sa.UniqueConstraint("key_hash", name=op.f("uq_kiosk_key_hash")),
    )
    op.create_table(
        "kiosk_range",
        sa.Column("campaign_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kiosk", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("first_number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last_number", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "1 <= first_number AND first_number <= last_number",
            name=op.f("ck_kiosk_range_numbers_in_order"),
        ),
        sa.ForeignKeyConstraint(
            ["campaign_id", "kiosk"],
            ["kiosk.campaign_id", "kiosk.number"],
            name=op.f("fk_kiosk_range_kiosk"),
        ),
        sa.PrimaryKeyConstraint("campaign_id", "kiosk", "first_number", name=op.f("pk_kiosk_range")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """Undo the change; answers that came from kiosks forbid it."""
    for table in CHANNELS:
        _reword(table, f"ck_{table}_channel_known", AFTER, BEFORE)
    op.drop_table("kiosk_range")
    op.drop_table("kiosk")


def _reword(table: str, name: str, old: str, new: str) -> None:
    """Change the words of a CHECK constraint in place: the rows and their triggers stay untouched."""
    connection = op.get_bind()
    if connection.dialect.name == "postgresql":
        op.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}, ADD CONSTRAINT {name} CHECK ({new})")
        return
    # The way that SQLite's own manual gives for a change of constraints alone; to copy the table would
    # mean to delete from one that refuses it.
    version = connection.exec_driver_sql("PRAGMA schema_version").scalar_one()
    connection.exec_driver_sql("PRAGMA writable_schema = ON")
    connection.exec_driver_sql(
        "UPDATE sqlite_schema SET sql = replace(sql, ?, ?) WHERE type = 'table' AND name = ?",
        (old, new, table),
    )
    connection.exec_driver_sql(f"PRAGMA schema_version = {version + 1}")
    connection.exec_driver_sql("PRAGMA writable_schema = OFF")
