"""Release comments."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

REASONS = ("name", "contact", "private", "asked")
TABLES = ("released_comment", "released_aside", "comment_erasure")


def upgrade() -> None:
    """Apply the change."""
    _released("released_comment", "response_key", "response", ("campaign_id", "unit_id", "response_key"))
    _released("released_aside", "aside_key", "campaign_unit", ("campaign_id", "unit_id"))
    op.create_table(
        "comment_erasure",
        sa.Column("campaign_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("reference", sa.LargeBinary(length=8), nullable=False),
        sa.Column("reason", sa.String(length=16), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            f"reason IN ({', '.join(map(repr, REASONS))})",
            name=op.f("ck_comment_erasure_reason_known"),
        ),
        sa.CheckConstraint("length(reference) = 8", name=op.f("ck_comment_erasure_reference_length")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_comment_erasure_account")),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_comment_erasure_campaign")),
        sa.PrimaryKeyConstraint("campaign_id", "reference", name=op.f("pk_comment_erasure")),
        sqlite_with_rowid=False,
    )
    for table in TABLES:
        _refuse(table, "update", "UPDATE")
        _refuse(table, "delete", "DELETE")


def downgrade() -> None:
    """Undo the change. The triggers go with their tables."""
    for table in reversed(TABLES):
        op.drop_table(table)


def _released(table: str, name: str, of: str, columns: Sequence[str]) -> None:
    """Make a table that says since which release a text, by its key, may be read."""
    key = ("campaign_id", "unit_id", name)
    op.create_table(
        table,
        *(sa.Column(one, _kind(one), autoincrement=False, nullable=False) for one in key),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("by_unit", sa.Boolean(), nullable=False),
        sa.Column("reference", sa.LargeBinary(length=8), nullable=False),
        sa.CheckConstraint("length(reference) = 8", name=op.f(f"ck_{table}_reference_length")),
        sa.ForeignKeyConstraint(columns, [f"{of}.{one}" for one in columns], name=op.f(f"fk_{table}_{of}")),
        sa.ForeignKeyConstraint(
            ["campaign_id", "number"],
            ["release.campaign_id", "release.number"],
            name=op.f(f"fk_{table}_release"),
        ),
        sa.PrimaryKeyConstraint(*key, name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("campaign_id", "reference", name=op.f(f"uq_{table}_campaign_id_reference")),
        sqlite_with_rowid=False,
    )


def _kind(name: str) -> sa.types.TypeEngine[Any]:
    return sa.LargeBinary(length=16) if name in {"response_key", "aside_key"} else sa.Integer()


def _refuse(table: str, name: str, act: str) -> None:
    """Let the database itself refuse what nobody may do, whatever program is connected to it."""
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
