"""Account for every printed sheet."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

APPEND_ONLY = ("paper_batch", "paper_minute", "paper_range", "seal_picture", "verification_closing")
# Columns that may be emptied, and when a change is none of that; the other columns stay as they are.
ERASABLE = {
    "marks": "NEW.marks IS NOT NULL",
    "profile": "NEW.profile IS NOT NULL",
    "comment": "NEW.comment IS NOT NULL",
}
OVERLAP = (
    "SELECT 1 FROM paper_batch WHERE campaign_id = NEW.campaign_id "
    "AND first_serial <= NEW.last_serial AND last_serial >= NEW.first_serial"
)
REFUSE_OVERLAP = f"""
CREATE FUNCTION refuse_overlap() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS ({OVERLAP}) THEN RAISE EXCEPTION 'serials are printed once in a campaign and never changed'; END IF;
    RETURN NEW;
END $$
"""


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "seal_picture",
        sa.Column("campaign_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("step", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("diameter", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("diameter IN (34, 36)", name=op.f("ck_seal_picture_diameter_known")),
        sa.CheckConstraint("step > 0", name=op.f("ck_seal_picture_step_positive")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_seal_picture_account")),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_seal_picture_campaign")),
        sa.PrimaryKeyConstraint("campaign_id", "step", name=op.f("pk_seal_picture")),
    )
    op.create_table(
        "verification_closing",
        sa.Column("campaign_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("forms", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_verification_closing_account")),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_verification_closing_campaign")
        ),
        sa.PrimaryKeyConstraint("campaign_id", name=op.f("pk_verification_closing")),
    )
    op.create_table(
        "paper_minute",
        sa.Column("campaign_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("unit_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("act", sa.String(length=16), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("local_day", sa.Date(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("witness", sa.String(length=120), nullable=False),
        sa.Column("note", sa.String(length=400), nullable=False),
        sa.Column("sheets", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.CheckConstraint(
            "(act = 'closed') = (sheets = 0)", name=op.f("ck_paper_minute_sheets_unless_closed")
        ),
        sa.CheckConstraint(
            "act IN ('printed', 'handed_out', 'taken_back', 'returned', 'late', 'blank', 'spoiled', 'missing', 'closed')",
            name=op.f("ck_paper_minute_act_known"),
        ),
        sa.CheckConstraint("length(digest) = 32", name=op.f("ck_paper_minute_digest_length")),
        sa.CheckConstraint("number > 0", name=op.f("ck_paper_minute_number_positive")),
        sa.CheckConstraint("sheets >= 0", name=op.f("ck_paper_minute_sheets_not_negative")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_paper_minute_account")),
        sa.ForeignKeyConstraint(
            ["campaign_id", "unit_id"],
            ["campaign_unit.campaign_id", "campaign_unit.unit_id"],
            name=op.f("fk_paper_minute_campaign_unit"),
        ),
        sa.PrimaryKeyConstraint("campaign_id", "unit_id", "number", name=op.f("pk_paper_minute")),
    )
    op.create_table(
        "paper_reading",
        sa.Column("campaign_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("unit_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("serial", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("step", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("local_day", sa.Date(), nullable=False),
        sa.Column("drawn", sa.Boolean(), nullable=False),
        sa.Column("compared", sa.Integer(), nullable=True),
        sa.Column("differing", sa.Integer(), nullable=True),
        sa.Column("marks", sa.String(length=256), nullable=True),
        sa.Column("profile", sa.String(length=32), nullable=True),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(kind IN ('second', 'settled')) = (compared IS NOT NULL) AND (compared IS NULL) = (differing IS NULL)",
            name=op.f("ck_paper_reading_counted_when_compared"),
        ),
        sa.CheckConstraint(
            "kind IN ('first', 'second', 'settled', 'duplicate', 'resolved')",
            name=op.f("ck_paper_reading_kind_known"),
        ),
        sa.CheckConstraint("source IN ('keyed', 'scanned')", name=op.f("ck_paper_reading_source_known")),
        sa.CheckConstraint("trim(marks, '012345-') = ''", name=op.f("ck_paper_reading_marks_known")),
        sa.CheckConstraint(
            "trim(profile, 'abcdefghijklmnopqrstuvwxyz.-') = ''", name=op.f("ck_paper_reading_profile_known")
        ),
        sa.CheckConstraint(
            "0 <= differing AND differing <= compared", name=op.f("ck_paper_reading_differing_in_range")
        ),
        sa.CheckConstraint("serial BETWEEN 1 AND 999999", name=op.f("ck_paper_reading_serial_in_range")),
        sa.CheckConstraint("step > 0", name=op.f("ck_paper_reading_step_positive")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_paper_reading_account")),
        sa.ForeignKeyConstraint(
            ["campaign_id", "unit_id"],
            ["campaign_unit.campaign_id", "campaign_unit.unit_id"],
            name=op.f("fk_paper_reading_campaign_unit"),
        ),
        sa.PrimaryKeyConstraint("campaign_id", "unit_id", "serial", "step", name=op.f("pk_paper_reading")),
    )
    op.create_table(
        "paper_batch",
        sa.Column("campaign_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("unit_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("first_serial", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last_serial", sa.Integer(), nullable=False),
        sa.Column("minute", sa.Integer(), nullable=False),
        sa.Column("edition", sa.String(length=16), nullable=False),
        sa.Column("lang", sa.String(length=8), nullable=False),
        sa.Column("seal", sa.Integer(), nullable=True),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.CheckConstraint(
            "1 <= first_serial AND first_serial <= last_serial AND last_serial <= 999999",
            name=op.f("ck_paper_batch_serials_in_order"),
        ),
        sa.CheckConstraint("length(digest) = 32", name=op.f("ck_paper_batch_digest_length")),
        sa.ForeignKeyConstraint(
            ["campaign_id", "unit_id", "minute"],
            ["paper_minute.campaign_id", "paper_minute.unit_id", "paper_minute.number"],
            name=op.f("fk_paper_batch_paper_minute"),
        ),
        sa.PrimaryKeyConstraint("campaign_id", "unit_id", "first_serial", name=op.f("pk_paper_batch")),
        sa.UniqueConstraint(
            "campaign_id", "first_serial", name=op.f("uq_paper_batch_campaign_id_first_serial")
        ),
    )
    op.create_table(
        "paper_range",
        sa.Column("campaign_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("unit_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("minute", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("first_serial", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last_serial", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "1 <= first_serial AND first_serial <= last_serial AND last_serial <= 999999",
            name=op.f("ck_paper_range_serials_in_order"),
        ),
        sa.ForeignKeyConstraint(
            ["campaign_id", "unit_id", "minute"],
            ["paper_minute.campaign_id", "paper_minute.unit_id", "paper_minute.number"],
            name=op.f("fk_paper_range_paper_minute"),
        ),
        sa.PrimaryKeyConstraint(
            "campaign_id", "unit_id", "minute", "first_serial", name=op.f("pk_paper_range")
        ),
    )
    _forbid_changes()
    _refuse_overlap()


def downgrade() -> None:
    """Undo the change. The triggers go with their tables."""
    op.drop_table("paper_range")
    op.drop_table("paper_batch")
    op.drop_table("paper_reading")
    op.drop_table("paper_minute")
    op.drop_table("verification_closing")
    op.drop_table("seal_picture")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_overlap()")


def _forbid_changes() -> None:
    """Let the database itself refuse what nobody may do, whatever program is connected to it."""
    for table in APPEND_ONLY:
        _refuse(table, "update", "UPDATE")
        _refuse(table, "delete", "DELETE")
    _refuse("paper_reading", "delete", "DELETE")
    kept = [column["name"] for column in sa.inspect(op.get_bind()).get_columns("paper_reading")]
    _refuse("paper_reading", "update", f"UPDATE OF {', '.join(n for n in kept if n not in ERASABLE)}")
    for name, condition in ERASABLE.items():
        _refuse("paper_reading", f"rewrite_{name}", f"UPDATE OF {name}", condition)


def _refuse_overlap() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(REFUSE_OVERLAP)
        op.execute(
            "CREATE TRIGGER paper_batch_overlap BEFORE INSERT ON paper_batch FOR EACH ROW "
            "EXECUTE FUNCTION refuse_overlap()"
        )
        return
    op.execute(
        f"CREATE TRIGGER paper_batch_overlap BEFORE INSERT ON paper_batch WHEN EXISTS ({OVERLAP}) "
        "BEGIN SELECT RAISE(ABORT, 'serials are printed once in a campaign and never changed'); END"
    )


def _refuse(table: str, name: str, act: str, condition: str = "") -> None:
    when = f"WHEN ({condition})" if condition else ""
    if op.get_bind().dialect.name == "postgresql":
        each = "ROW" if condition else "STATEMENT"
        acts = f"{act} OR TRUNCATE" if act == "DELETE" else act
        op.execute(
            f"CREATE TRIGGER {table}_no_{name} BEFORE {acts} ON {table} FOR EACH {each} {when} "
            "EXECUTE FUNCTION refuse_change()"
        )
        return
    op.execute(
        f"CREATE TRIGGER {table}_no_{name} BEFORE {act} ON {table} {when} "
        f"BEGIN SELECT RAISE(ABORT, 'rows of {table} are never changed or deleted this way'); END"
    )
