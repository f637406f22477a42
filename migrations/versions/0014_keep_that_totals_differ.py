"""Keep that typed totals differed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "totals_mismatch",
        sa.Column("campaign_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("form_number", sa.String(length=24), nullable=False),
        sa.Column("step", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("local_day", sa.Date(), nullable=False),
        sa.CheckConstraint("step > 0", name=op.f("ck_totals_mismatch_step_positive")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_totals_mismatch_account")),
        sa.ForeignKeyConstraint(
            ["campaign_id", "form_number"],
            ["paper_form.campaign_id", "paper_form.form_number"],
            name=op.f("fk_totals_mismatch_paper_form"),
        ),
        sa.ForeignKeyConstraint(
            ["campaign_id", "unit_id"],
            ["campaign_unit.campaign_id", "campaign_unit.unit_id"],
            name=op.f("fk_totals_mismatch_campaign_unit"),
        ),
        sa.PrimaryKeyConstraint("campaign_id", "form_number", "step", name=op.f("pk_totals_mismatch")),
        sqlite_with_rowid=False,
    )
    _refuse("update", "UPDATE")
    _refuse("delete", "DELETE")


def downgrade() -> None:
    """Undo the change. The triggers go with their table."""
    op.drop_table("totals_mismatch")


def _refuse(name: str, act: str) -> None:
    if op.get_bind().dialect.name == "postgresql":
        acts = f"{act} OR TRUNCATE" if act == "DELETE" else act
        op.execute(
            f"CREATE TRIGGER totals_mismatch_no_{name} BEFORE {acts} ON totals_mismatch FOR EACH STATEMENT "
            "EXECUTE FUNCTION refuse_change()"
        )
        return
    op.execute(
        f"CREATE TRIGGER totals_mismatch_no_{name} BEFORE {act} ON totals_mismatch "
        "BEGIN SELECT RAISE(ABORT, 'rows of totals_mismatch are never changed or deleted this way'); END"
    )
