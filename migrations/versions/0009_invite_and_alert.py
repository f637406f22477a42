"""Invite by mail, and tell when a kiosk holds answers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

CHANNELS = ("response", "set_aside")
BEFORE = "channel IN ('qr', 'paper', 'import', 'kiosk', 'ticket', 'screen')"
AFTER = "channel IN ('qr', 'paper', 'import', 'kiosk', 'ticket', 'screen', 'invitation')"
DELIVERIES = "IN ('waiting', 'sending', 'sent', 'deferred', 'refused', 'uncertain')"


def upgrade() -> None:
    """Apply the change."""
    for table in CHANNELS:
        _reword(table, f"ck_{table}_channel_known", BEFORE, AFTER)
    _lists()
    _recipients()
    _batches()
    op.create_table(
        "kiosk_alert",
        sa.Column("campaign_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kiosk", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("mail", sa.String(length=12), nullable=False),
        sa.CheckConstraint(f"mail {DELIVERIES}", name=op.f("ck_kiosk_alert_mail_known")),
        sa.ForeignKeyConstraint(
            ["campaign_id", "kiosk"],
            ["kiosk.campaign_id", "kiosk.number"],
            name=op.f("fk_kiosk_alert_kiosk"),
        ),
        sa.PrimaryKeyConstraint("campaign_id", "kiosk", name=op.f("pk_kiosk_alert")),
    )


def downgrade() -> None:
    """Undo the change; answers that came by invitation forbid it."""
    for table in CHANNELS:
        _reword(table, f"ck_{table}_channel_known", AFTER, BEFORE)
    op.drop_table("kiosk_alert")
    op.drop_table("invitation_batch")
    op.drop_table("invitation_recipient")
    op.drop_table("invitation_list")


def _lists() -> None:
    op.create_table(
        "invitation_list",
        sa.Column("campaign_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("unit_code", sa.String(length=64), nullable=True),
        sa.Column("recipients", sa.Integer(), nullable=False),
        sa.Column("loaded_on", sa.Date(), nullable=False),
        sa.Column("erase_on", sa.Date(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("linked", sa.Boolean(), nullable=False),
        sa.Column("key_check", sa.LargeBinary(length=16), nullable=True),
        sa.Column("sent_on", sa.Date(), nullable=True),
        sa.Column("running_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fault", sa.String(length=40), nullable=True),
        sa.Column("erased", sa.Boolean(), nullable=False),
        sa.CheckConstraint("number > 0 AND recipients > 0", name=op.f("ck_invitation_list_numbers_positive")),
        sa.CheckConstraint("round BETWEEN 0 AND 2", name=op.f("ck_invitation_list_round_known")),
        sa.CheckConstraint(
            "key_check IS NULL OR length(key_check) = 16", name=op.f("ck_invitation_list_key_check_length")
        ),
        sa.CheckConstraint(
            "(round = 0) = (key_check IS NULL)", name=op.f("ck_invitation_list_key_check_from_first_round")
        ),
        sa.CheckConstraint(
            "(round = 0) = (sent_on IS NULL)", name=op.f("ck_invitation_list_sent_from_first_round")
        ),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_invitation_list_campaign")),
        sa.PrimaryKeyConstraint("campaign_id", "number", name=op.f("pk_invitation_list")),
    )


def _recipients() -> None:
    op.create_table(
        "invitation_recipient",
        sa.Column("campaign_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("list_number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("salt", sa.LargeBinary(length=16), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("delivery", sa.String(length=12), nullable=False),
        sa.Column("reply", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint(f"delivery {DELIVERIES}", name=op.f("ck_invitation_recipient_delivery_known")),
        sa.CheckConstraint("length(salt) = 16", name=op.f("ck_invitation_recipient_salt_length")),
        sa.CheckConstraint("place > 0", name=op.f("ck_invitation_recipient_place_positive")),
        sa.ForeignKeyConstraint(
            ["campaign_id", "list_number"],
            ["invitation_list.campaign_id", "invitation_list.number"],
            name=op.f("fk_invitation_recipient_invitation_list"),
        ),
        sa.ForeignKeyConstraint(
            ["campaign_id", "unit_id"],
            ["campaign_unit.campaign_id", "campaign_unit.unit_id"],
            name=op.f("fk_invitation_recipient_campaign_unit"),
        ),
        sa.PrimaryKeyConstraint("campaign_id", "list_number", "place", name=op.f("pk_invitation_recipient")),
    )


def _batches() -> None:
    op.create_table(
        "invitation_batch",
        sa.Column("campaign_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("unit_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("list_number", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["campaign_id", "unit_id", "number"],
            ["ticket_batch.campaign_id", "ticket_batch.unit_id", "ticket_batch.number"],
            name=op.f("fk_invitation_batch_ticket_batch"),
        ),
        sa.ForeignKeyConstraint(
            ["campaign_id", "list_number"],
            ["invitation_list.campaign_id", "invitation_list.number"],
            name=op.f("fk_invitation_batch_invitation_list"),
        ),
        sa.PrimaryKeyConstraint("campaign_id", "unit_id", "number", name=op.f("pk_invitation_batch")),
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
