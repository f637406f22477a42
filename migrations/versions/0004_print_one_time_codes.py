"""Print one-time codes, and let answers come by them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

CHANNELS = ("response", "set_aside")
BEFORE = "channel IN ('qr', 'paper', 'import', 'kiosk')"
AFTER = "channel IN ('qr', 'paper', 'import', 'kiosk', 'ticket')"
APPEND_ONLY = ("ticket", "spent_ticket")


def upgrade() -> None:
    """Apply the change."""
    for table in CHANNELS:
        _reword(table, f"ck_{table}_channel_known", BEFORE, AFTER)
    op.create_table(
        "ticket_batch",
        sa.Column("campaign_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("unit_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("printed", sa.Integer(), nullable=False),
        sa.Column("handed_out", sa.Integer(), nullable=False),
        sa.Column("spent", sa.Integer(), nullable=False),
        sa.Column("void", sa.Integer(), nullable=False),
        sa.CheckConstraint("number > 0 AND printed > 0", name=op.f("ck_ticket_batch_numbers_positive")),
        sa.CheckConstraint(
            "handed_out BETWEEN 0 AND printed", name=op.f("ck_ticket_batch_handed_out_in_range")
        ),
        sa.CheckConstraint(
            "spent >= 0 AND void >= 0 AND spent + void <= printed",
            name=op.f("ck_ticket_batch_ended_in_range"),
        ),
        sa.ForeignKeyConstraint(
            ["campaign_id", "unit_id"],
            ["campaign_unit.campaign_id", "campaign_unit.unit_id"],
            name=op.f("fk_ticket_batch_campaign_unit"),
        ),
        sa.PrimaryKeyConstraint("campaign_id", "unit_id", "number", name=op.f("pk_ticket_batch")),
    )
    op.create_table(
        "ticket",
        sa.Column("campaign_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("unit_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("code_hash", sa.LargeBinary(length=16), nullable=False),
        sa.Column("short_hash", sa.LargeBinary(length=16), nullable=False),
        sa.Column("batch", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "length(code_hash) = 16 AND length(short_hash) = 16", name=op.f("ck_ticket_hash_lengths")
        ),
        sa.ForeignKeyConstraint(
            ["campaign_id", "unit_id", "batch"],
            ["ticket_batch.campaign_id", "ticket_batch.unit_id", "ticket_batch.number"],
            name=op.f("fk_ticket_ticket_batch"),
        ),
        sa.PrimaryKeyConstraint("campaign_id", "unit_id", "code_hash", name=op.f("pk_ticket")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_ticket_code_hash")),
        sa.UniqueConstraint("short_hash", name=op.f("uq_ticket_short_hash")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "spent_ticket",
        sa.Column("campaign_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("mark", sa.LargeBinary(length=16), nullable=False),
        sa.Column("ended", sa.String(length=8), nullable=False),
        sa.CheckConstraint("ended IN ('spent', 'void')", name=op.f("ck_spent_ticket_ended_known")),
        sa.CheckConstraint("length(mark) = 16", name=op.f("ck_spent_ticket_mark_length")),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_spent_ticket_campaign")),
        sa.PrimaryKeyConstraint("campaign_id", "mark", name=op.f("pk_spent_ticket")),
        sqlite_with_rowid=False,
    )
    for table in APPEND_ONLY:
        _refuse(table, "update", "UPDATE")
        _refuse(table, "delete", "DELETE")


def downgrade() -> None:
    """Undo the change; answers that came by one-time codes forbid it. The triggers go with their tables."""
    for table in CHANNELS:
        _reword(table, f"ck_{table}_channel_known", AFTER, BEFORE)
    op.drop_table("spent_ticket")
    op.drop_table("ticket")
    op.drop_table("ticket_batch")


def _refuse(table: str, name: str, act: str) -> None:
    if op.get_bind().dialect.name == "postgresql":
        acts = f"{act} OR TRUNCATE" if act == "DELETE" else act
        op.execute(
            f"CREATE TRIGGER {table}_no_{name} BEFORE {acts} ON {table} FOR EACH STATEMENT "
            "EXECUTE FUNCTION refuse_change()"
        )
        return
    op.execute(
        f"CREATE TRIGGER {table}_no_{name} BEFORE {act} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, 'rows of {table} are never changed or deleted this way'); END"
    )


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
