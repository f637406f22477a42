"""Let kiosks sign, and tell of numbers that cannot be."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

DELIVERIES = "IN ('waiting', 'sending', 'sent', 'deferred', 'refused', 'uncertain')"
CAUSES = "IN ('holding', 'numbers')"
# What the table of kiosks says in SQLite, before and after: what stands behind these lines is put in there.
COLUMN, RULE = (
    "doubled INTEGER NOT NULL, ",
    "CONSTRAINT ck_kiosk_doubled_not_negative CHECK (doubled >= 0), ",
)
COLUMNS = ("signing_key BLOB, ", "excess INTEGER NOT NULL, ")
RULES = (
    "CONSTRAINT ck_kiosk_signing_key_length CHECK (length(signing_key) = 33), ",
    "CONSTRAINT ck_kiosk_excess_not_negative CHECK (excess >= 0), ",
)


def upgrade() -> None:
    """Apply the change."""
    _widen_kiosks()
    _renew_alerts(sa.Column("cause", sa.String(length=12), autoincrement=False, nullable=False))


def downgrade() -> None:
    """Undo the change; the version before hears devices again that do not sign."""
    _renew_alerts()
    if op.get_bind().dialect.name == "sqlite":
        _reword("kiosk", [(_with(RULE, RULES), RULE)])
    for column in ("excess", "signing_key"):
        op.drop_column("kiosk", column)


def _widen_kiosks() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.add_column("kiosk", sa.Column("signing_key", sa.LargeBinary(33)))
        op.add_column("kiosk", sa.Column("excess", sa.Integer(), server_default="0", nullable=False))
        op.alter_column("kiosk", "excess", server_default=None)
        op.create_check_constraint(op.f("ck_kiosk_signing_key_length"), "kiosk", "length(signing_key) = 33")
        op.create_check_constraint(op.f("ck_kiosk_excess_not_negative"), "kiosk", "excess >= 0")
        return
    op.execute("ALTER TABLE kiosk ADD COLUMN signing_key BLOB")
    op.execute("ALTER TABLE kiosk ADD COLUMN excess INTEGER NOT NULL DEFAULT 0")
    op.execute("UPDATE kiosk SET excess = 0")  # so that each row has it when the default goes
    added = ", signing_key BLOB, excess INTEGER NOT NULL DEFAULT 0"
    _reword("kiosk", [(added, ""), (COLUMN, _with(COLUMN, COLUMNS)), (RULE, _with(RULE, RULES))])


def _with(line: str, more: tuple[str, ...]) -> str:
    return "\n\t".join((line, *more))


def _reword(table: str, changes: list[tuple[str, str]]) -> None:
    """Change the words of a table's constraints in place, the way that SQLite's own manual gives: other tables name it."""
    connection = op.get_bind()
    version = connection.exec_driver_sql("PRAGMA schema_version").scalar_one()
    connection.exec_driver_sql("PRAGMA writable_schema = ON")
    for old, new in changes:
        connection.exec_driver_sql(
            "UPDATE sqlite_schema SET sql = replace(sql, ?, ?) WHERE type = 'table' AND name = ?",
            (old, new, table),
        )
    connection.exec_driver_sql(f"PRAGMA schema_version = {version + 1}")
    connection.exec_driver_sql("PRAGMA writable_schema = OFF")


def _renew_alerts(*cause: sa.Column[Any]) -> None:
    """Make the table of incidents anew, with a cause or without; those that kiosks hold answers stay."""
    former = op.get_bind().execute(sa.text("SELECT * FROM kiosk_alert")).mappings().all()
    op.drop_table("kiosk_alert")
    op.create_table(
        "kiosk_alert",
        sa.Column("campaign_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kiosk", sa.Integer(), autoincrement=False, nullable=False),
        *cause,
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("mail", sa.String(length=12), nullable=False),
        sa.CheckConstraint(f"mail {DELIVERIES}", name=op.f("ck_kiosk_alert_mail_known")),
        *(sa.CheckConstraint(f"cause {CAUSES}", name=op.f("ck_kiosk_alert_cause_known")) for _ in cause),
        sa.ForeignKeyConstraint(
            ["campaign_id", "kiosk"],
            ["kiosk.campaign_id", "kiosk.number"],
            name=op.f("fk_kiosk_alert_kiosk"),
        ),
        sa.PrimaryKeyConstraint(
            "campaign_id", "kiosk", *(each.name for each in cause), name=op.f("pk_kiosk_alert")
        ),
    )
    # The moments go back as the database gave them, which each writes in its own way: so no column has a type here.
    names = ("campaign_id", "kiosk", "since", "mail", *(["cause"] if cause else []))
    table = sa.table("kiosk_alert", *(sa.column(name) for name in names))
    for row in former:
        values = {"cause": "holding", **row}
        if values["cause"] == "holding":
            op.get_bind().execute(sa.insert(table).values({name: values[name] for name in names}))
