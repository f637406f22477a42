"""Release figures."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

COUNTS = ("valid", "awaiting", "late", "excluded")
# In the order in which they refer to each other.
TABLES = ("release", "unit_release", "release_count", "released_form", "province_release", "release_note")


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "release",
        *_key(),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("number > 0", name=op.f("ck_release_number_positive")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_release_account")),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_release_campaign")),
        sa.PrimaryKeyConstraint("campaign_id", "number", name=op.f("pk_release")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "unit_release",
        *_key("unit_id", "period"),
        sa.Column("grade", sa.String(length=8), nullable=False),
        sa.Column("forms", sa.Integer(), nullable=False),
        sa.Column("open_points", sa.JSON(), nullable=False),
        sa.CheckConstraint("grade IN ('coarse', 'full')", name=op.f("ck_unit_release_grade_known")),
        sa.CheckConstraint("forms >= 0", name=op.f("ck_unit_release_forms_not_negative")),
        *_references("unit_release"),
        sa.PrimaryKeyConstraint("campaign_id", "unit_id", "period", "number", name=op.f("pk_unit_release")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "release_count",
        *_columns("campaign_id", "number", "unit_id"),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in COUNTS),
        sa.Column("keying", sa.JSON(), nullable=False),
        *_references("release_count"),
        sa.PrimaryKeyConstraint("campaign_id", "number", "unit_id", name=op.f("pk_release_count")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "released_form",
        *_key("unit_id", "period", "response_key"),
        sa.Column("present", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id", "unit_id", "response_key"],
            ["response.campaign_id", "response.unit_id", "response.response_key"],
            name=op.f("fk_released_form_response"),
        ),
        _of_release("released_form"),
        sa.PrimaryKeyConstraint(
            "campaign_id", "unit_id", "period", "response_key", "number", name=op.f("pk_released_form")
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "province_release",
        *_key("period"),
        sa.Column("units", sa.JSON(), nullable=False),
        _of_release("province_release"),
        sa.PrimaryKeyConstraint("campaign_id", "period", "number", name=op.f("pk_province_release")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "release_note",
        *_key("unit_id", "period"),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("conclusion_changes", sa.Boolean(), nullable=False),
        sa.CheckConstraint("changed >= 0", name=op.f("ck_release_note_changed_not_negative")),
        *_references("release_note"),
        sa.PrimaryKeyConstraint("campaign_id", "unit_id", "period", "number", name=op.f("pk_release_note")),
        sqlite_with_rowid=False,
    )
    for table in TABLES:
        _refuse(table, "update", "UPDATE")
        _refuse(table, "delete", "DELETE")


def downgrade() -> None:
    """Undo the change. The triggers go with their tables."""
    for table in reversed(TABLES):
        op.drop_table(table)


def _key(*between: str) -> tuple[sa.Column[Any], ...]:
    """Return the columns of a key from campaign to number."""
    return _columns("campaign_id", *between, "number")


def _columns(*named: str) -> tuple[sa.Column[Any], ...]:
    return tuple(sa.Column(name, _kind(name), autoincrement=False, nullable=False) for name in named)


def _kind(name: str) -> sa.types.TypeEngine[Any]:
    if name == "period":
        return sa.String(length=10)
    return sa.LargeBinary(length=16) if name == "response_key" else sa.Integer()


def _of_release(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["campaign_id", "number"],
        ["release.campaign_id", "release.number"],
        name=op.f(f"fk_{table}_release"),
    )


def _references(table: str) -> tuple[sa.ForeignKeyConstraint, ...]:
    unit = sa.ForeignKeyConstraint(
        ["campaign_id", "unit_id"],
        ["campaign_unit.campaign_id", "campaign_unit.unit_id"],
        name=op.f(f"fk_{table}_campaign_unit"),
    )
    return unit, _of_release(table)


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
