"""Speak further languages and read aloud."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

APPEND_ONLY = ("campaign_language", "campaign_clip")


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "campaign_language",
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("tag", sa.String(length=24), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("words", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_campaign_language_campaign")),
        sa.PrimaryKeyConstraint("campaign_id", "tag", name=op.f("pk_campaign_language")),
    )
    op.create_table(
        "campaign_clip",
        sa.Column("campaign_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("tag", sa.String(length=24), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=4), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=16), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("kind IN ('mp3', 'ogg', 'm4a', 'wav')", name=op.f("ck_campaign_clip_kind_known")),
        sa.CheckConstraint("length(digest) = 16", name=op.f("ck_campaign_clip_digest_length")),
        sa.ForeignKeyConstraint(
            ["campaign_id", "tag"],
            ["campaign_language.campaign_id", "campaign_language.tag"],
            name=op.f("fk_campaign_clip_campaign_language"),
        ),
        sa.PrimaryKeyConstraint("campaign_id", "tag", "key", name=op.f("pk_campaign_clip")),
    )
    for table in APPEND_ONLY:
        _refuse(table, "update", "UPDATE")
        _refuse(table, "delete", "DELETE")


def downgrade() -> None:
    """Undo the change. The triggers go with their tables."""
    op.drop_table("campaign_clip")
    op.drop_table("campaign_language")


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
