"""Lay the foundations."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

APPEND_ONLY = ("response", "decision", "audit_entry", "ledger_leaf", "campaign", "campaign_unit")
# Columns that may be emptied, and when a change is none of that; the other columns stay as they are.
ERASABLE = {
    "set_aside": {"comment": "NEW.comment <> ''"},
    "paper_form": {"response_key": "NEW.response_key IS NOT NULL", "keyed_by": "NEW.keyed_by IS NOT NULL"},
}
REFUSE = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'rows of % are never changed or deleted this way', TG_TABLE_NAME; END $$
"""


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "account",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("password", sa.String(length=255), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("fs_uniquifier", sa.String(length=64), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("unit_code", sa.String(length=64), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(role IN ('unit_head', 'officer')) = (unit_code IS NOT NULL)",
            name=op.f("ck_account_unit_fits_role"),
        ),
        sa.CheckConstraint(
            "role IN ('admin', 'tccb', 'unit_head', 'officer')", name=op.f("ck_account_role_known")
        ),
        sa.CheckConstraint("email = lower(email)", name=op.f("ck_account_email_lower")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("email", name=op.f("uq_account_email")),
        sa.UniqueConstraint("fs_uniquifier", name=op.f("uq_account_fs_uniquifier")),
    )
    op.create_table(
        "campaign",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("rehearsal", sa.Boolean(), nullable=False),
        sa.Column("opens_on", sa.Date(), nullable=False),
        sa.Column("closes_on", sa.Date(), nullable=False),
        sa.Column("report_before", sa.Date(), nullable=False),
        sa.Column("official_formula", sa.String(length=2), nullable=False),
        sa.Column("plan", sa.JSON(), nullable=False),
        sa.Column("questionnaire", sa.JSON(), nullable=False),
        sa.Column("loaded_on", sa.Date(), nullable=False),
        sa.CheckConstraint(
            "official_formula IN ('f1', 'f2', 'f3')", name=op.f("ck_campaign_official_formula_known")
        ),
        sa.CheckConstraint(
            "opens_on < closes_on AND closes_on <= report_before", name=op.f("ck_campaign_days_in_order")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign")),
        sa.UniqueConstraint("code", name=op.f("uq_campaign_code")),
    )
    op.create_table(
        "audit_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("act", sa.String(length=40), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=True),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("subject", sa.String(length=120), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_audit_entry_account")),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_audit_entry_campaign")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entry")),
    )
    op.create_index(op.f("ix_audit_entry_campaign_id_id"), "audit_entry", ["campaign_id", "id"], unique=False)
    op.create_table(
        "campaign_unit",
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("parent_code", sa.String(length=64), nullable=True),
        sa.Column("target", sa.Integer(), nullable=False),
        sa.Column("transactions", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('province_office', 'district_office', 'local_office')",
            name=op.f("ck_campaign_unit_kind_known"),
        ),
        sa.CheckConstraint("target >= 0", name=op.f("ck_campaign_unit_target_not_negative")),
        sa.CheckConstraint(
            "transactions IS NULL OR transactions > 0", name=op.f("ck_campaign_unit_transactions_positive")
        ),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_campaign_unit_campaign")),
        sa.PrimaryKeyConstraint("campaign_id", "unit_id", name=op.f("pk_campaign_unit")),
        sa.UniqueConstraint("campaign_id", "code", name=op.f("uq_campaign_unit_campaign_id_code")),
    )
    op.create_table(
        "ledger_leaf",
        sa.Column("campaign_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("leaf", sa.LargeBinary(length=32), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_ledger_leaf_campaign")),
        sa.PrimaryKeyConstraint("campaign_id", "leaf", name=op.f("pk_ledger_leaf")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "response",
        sa.Column("campaign_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("unit_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("response_key", sa.LargeBinary(length=16), nullable=False),
        sa.Column("entry_state", sa.String(length=16), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("local_day", sa.Date(), nullable=False),
        sa.Column("half_day", sa.String(length=2), nullable=False),
        sa.Column("marks", sa.String(length=256), nullable=False),
        sa.Column("profile", sa.String(length=32), nullable=False),
        sa.Column("body_mac", sa.LargeBinary(length=16), nullable=False),
        sa.CheckConstraint("channel IN ('qr', 'paper', 'import')", name=op.f("ck_response_channel_known")),
        sa.CheckConstraint(
            "entry_state IN ('valid', 'awaiting', 'late')", name=op.f("ck_response_entry_state_known")
        ),
        sa.CheckConstraint("half_day IN ('am', 'pm')", name=op.f("ck_response_half_day_known")),
        sa.CheckConstraint(
            "length(marks) > 0 AND trim(marks, '012345-') = ''", name=op.f("ck_response_marks_known")
        ),
        sa.CheckConstraint(
            "trim(profile, 'abcdefghijklmnopqrstuvwxyz.-') = ''", name=op.f("ck_response_profile_known")
        ),
        sa.CheckConstraint("length(body_mac) = 16", name=op.f("ck_response_body_mac_length")),
        sa.CheckConstraint("length(response_key) = 16", name=op.f("ck_response_response_key_length")),
        sa.ForeignKeyConstraint(
            ["campaign_id", "unit_id"],
            ["campaign_unit.campaign_id", "campaign_unit.unit_id"],
            name=op.f("fk_response_campaign_unit"),
        ),
        sa.PrimaryKeyConstraint("campaign_id", "unit_id", "response_key", name=op.f("pk_response")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "comment",
        sa.Column("campaign_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("unit_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("response_key", sa.LargeBinary(length=16), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.CheckConstraint("length(text) BETWEEN 1 AND 1000", name=op.f("ck_comment_text_length")),
        sa.ForeignKeyConstraint(
            ["campaign_id", "unit_id", "response_key"],
            ["response.campaign_id", "response.unit_id", "response.response_key"],
            name=op.f("fk_comment_response"),
        ),
        sa.PrimaryKeyConstraint("campaign_id", "unit_id", "response_key", name=op.f("pk_comment")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "decision",
        sa.Column("campaign_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("unit_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("response_key", sa.LargeBinary(length=16), nullable=False),
        sa.Column("step", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("verdict", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=32), nullable=True),
        sa.Column("replaced_by", sa.LargeBinary(length=16), nullable=True),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(verdict = 'corrected') = (replaced_by IS NOT NULL)",
            name=op.f("ck_decision_replacement_when_corrected"),
        ),
        sa.CheckConstraint(
            "(verdict = 'excluded') = (reason IS NOT NULL)", name=op.f("ck_decision_reason_when_excluded")
        ),
        sa.CheckConstraint("replaced_by <> response_key", name=op.f("ck_decision_not_replaced_by_itself")),
        sa.CheckConstraint(
            "reason IN ('duplicate', 'test', 'not_genuine', 'keyed_wrong', 'withdrawn')",
            name=op.f("ck_decision_reason_known"),
        ),
        sa.CheckConstraint(
            "verdict IN ('verified', 'excluded', 'reinstated', 'corrected')",
            name=op.f("ck_decision_verdict_known"),
        ),
        sa.CheckConstraint("step > 0", name=op.f("ck_decision_step_positive")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_decision_account")),
        sa.ForeignKeyConstraint(
            ["campaign_id", "unit_id", "response_key"],
            ["response.campaign_id", "response.unit_id", "response.response_key"],
            name=op.f("fk_decision_response"),
        ),
        sa.ForeignKeyConstraint(
            ["campaign_id", "unit_id", "replaced_by"],
            ["response.campaign_id", "response.unit_id", "response.response_key"],
            name=op.f("fk_decision_response_replaced_by"),
        ),
        sa.PrimaryKeyConstraint("campaign_id", "unit_id", "response_key", "step", name=op.f("pk_decision")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "paper_form",
        sa.Column("campaign_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("form_number", sa.String(length=24), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("response_key", sa.LargeBinary(length=16), nullable=True),
        sa.Column("keyed_by", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "length(form_number) BETWEEN 1 AND 24", name=op.f("ck_paper_form_form_number_length")
        ),
        sa.ForeignKeyConstraint(
            ["campaign_id", "unit_id", "response_key"],
            ["response.campaign_id", "response.unit_id", "response.response_key"],
            name=op.f("fk_paper_form_response"),
        ),
        sa.ForeignKeyConstraint(
            ["campaign_id", "unit_id"],
            ["campaign_unit.campaign_id", "campaign_unit.unit_id"],
            name=op.f("fk_paper_form_campaign_unit"),
        ),
        sa.ForeignKeyConstraint(["keyed_by"], ["account.id"], name=op.f("fk_paper_form_account")),
        sa.PrimaryKeyConstraint("campaign_id", "form_number", name=op.f("pk_paper_form")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "set_aside",
        sa.Column("campaign_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("unit_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("response_key", sa.LargeBinary(length=16), nullable=False),
        sa.Column("body_mac", sa.LargeBinary(length=16), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("local_day", sa.Date(), nullable=False),
        sa.Column("half_day", sa.String(length=2), nullable=False),
        sa.Column("marks", sa.String(length=256), nullable=False),
        sa.Column("profile", sa.String(length=32), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.CheckConstraint("channel IN ('qr', 'paper', 'import')", name=op.f("ck_set_aside_channel_known")),
        sa.CheckConstraint("half_day IN ('am', 'pm')", name=op.f("ck_set_aside_half_day_known")),
        sa.CheckConstraint(
            "length(marks) > 0 AND trim(marks, '012345-') = ''", name=op.f("ck_set_aside_marks_known")
        ),
        sa.CheckConstraint(
            "trim(profile, 'abcdefghijklmnopqrstuvwxyz.-') = ''", name=op.f("ck_set_aside_profile_known")
        ),
        sa.CheckConstraint("length(body_mac) = 16", name=op.f("ck_set_aside_body_mac_length")),
        sa.ForeignKeyConstraint(
            ["campaign_id", "unit_id", "response_key"],
            ["response.campaign_id", "response.unit_id", "response.response_key"],
            name=op.f("fk_set_aside_response"),
        ),
        sa.PrimaryKeyConstraint(
            "campaign_id", "unit_id", "response_key", "body_mac", name=op.f("pk_set_aside")
        ),
        sqlite_with_rowid=False,
    )
    _forbid_changes()


def downgrade() -> None:
    """Undo the change. The triggers go with their tables."""
    op.drop_table("set_aside")
    op.drop_table("paper_form")
    op.drop_table("decision")
    op.drop_table("comment")
    op.drop_table("response")
    op.drop_table("ledger_leaf")
    op.drop_table("campaign_unit")
    op.drop_index(op.f("ix_audit_entry_campaign_id_id"), table_name="audit_entry")
    op.drop_table("audit_entry")
    op.drop_table("campaign")
    op.drop_table("account")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_change()")


def _forbid_changes() -> None:
    """Let the database itself refuse what nobody may do, whatever program is connected to it."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(REFUSE)
    for table in APPEND_ONLY:
        _refuse(table, "update", "UPDATE")
        _refuse(table, "delete", "DELETE")
    _refuse("account", "delete", "DELETE")
    _refuse("comment", "update", "UPDATE")
    for table, erasable in ERASABLE.items():
        _refuse(table, "delete", "DELETE")
        kept = [column["name"] for column in sa.inspect(op.get_bind()).get_columns(table)]
        _refuse(table, "update", f"UPDATE OF {', '.join(name for name in kept if name not in erasable)}")
        for name, condition in erasable.items():
            _refuse(table, f"rewrite_{name}", f"UPDATE OF {name}", condition)


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
