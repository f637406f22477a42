"""Know the secret.

The row itself is written when the installation is next opened, under the secret that lies there.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "secret_check",
        sa.Column("step", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("check_value", sa.LargeBinary(length=32), nullable=False),
        sa.CheckConstraint("step > 0", name=op.f("ck_secret_check_step_positive")),
        sa.CheckConstraint("length(check_value) = 32", name=op.f("ck_secret_check_check_value_length")),
        sa.PrimaryKeyConstraint("step", name=op.f("pk_secret_check")),
    )
    _refuse("update", "UPDATE")
    _refuse("delete", "DELETE")


def downgrade() -> None:
    """Undo the change. The triggers go with their table."""
    op.drop_table("secret_check")


def _refuse(name: str, act: str) -> None:
    if op.get_bind().dialect.name == "postgresql":
        acts = f"{act} OR TRUNCATE" if act == "DELETE" else act
        op.execute(
            f"CREATE TRIGGER secret_check_no_{name} BEFORE {acts} ON secret_check FOR EACH STATEMENT "
            "EXECUTE FUNCTION refuse_change()"
        )
        return
    op.execute(
        f"CREATE TRIGGER secret_check_no_{name} BEFORE {act} ON secret_check "
        "BEGIN SELECT RAISE(ABORT, 'rows of secret_check are never changed or deleted this way'); END"
    )
