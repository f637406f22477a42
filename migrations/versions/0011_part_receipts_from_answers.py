"""Part receipts from answers.

A receipt used to follow from its response's key, and that from the key of the page. Here every receipt given out so
far is written into a table of its own, and then every response gets a new key, drawn by lot, that leads to none.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

RESPONSE = ("campaign_id", "unit_id", "response_key")
# In the order in which they can be made; what a table may change in a row, and when that is no emptying.
TABLES = ("response", "comment", "decision", "paper_form", "set_aside", "ledger_leaf")
APPEND_ONLY = ("response", "decision", "ledger_leaf")
ERASABLE = {
    "set_aside": {"comment": "NEW.comment <> ''"},
    "paper_form": {"response_key": "NEW.response_key IS NOT NULL", "keyed_by": "NEW.keyed_by IS NOT NULL"},
}
CHANNELS = "channel IN ('qr', 'paper', 'import', 'kiosk', 'ticket', 'screen', 'invitation')"
STATES = "entry_state IN ('valid', 'awaiting', 'late')"
CHUNK = 1000
RESPONSES = """
INSERT INTO response
    (campaign_id, unit_id, response_key, entry_state, channel, local_day, half_day, marks, profile)
SELECT f.campaign_id, f.unit_id, r.new_key, entry_state, channel, local_day, half_day, marks, profile
FROM former_response f JOIN renewal r
    ON r.campaign_id = f.campaign_id AND r.unit_id = f.unit_id AND r.old_key = f.response_key
ORDER BY 1, 2, 3
"""
COMMENTS = """
INSERT INTO comment (campaign_id, unit_id, response_key, text)
SELECT f.campaign_id, f.unit_id, r.new_key, text FROM former_comment f JOIN renewal r
    ON r.campaign_id = f.campaign_id AND r.unit_id = f.unit_id AND r.old_key = f.response_key
ORDER BY 1, 2, 3
"""
DECISIONS = """
INSERT INTO decision
    (campaign_id, unit_id, response_key, step, verdict, reason, replaced_by, account_id, decided_at)
SELECT f.campaign_id, f.unit_id, r.new_key, step, verdict, reason, s.new_key, account_id, decided_at
FROM former_decision f JOIN renewal r
    ON r.campaign_id = f.campaign_id AND r.unit_id = f.unit_id AND r.old_key = f.response_key
LEFT JOIN renewal s
    ON s.campaign_id = f.campaign_id AND s.unit_id = f.unit_id AND s.old_key = f.replaced_by
ORDER BY 1, 2, 3, 4
"""
FORMS = """
INSERT INTO paper_form (campaign_id, form_number, unit_id, response_key, keyed_by)
SELECT f.campaign_id, form_number, f.unit_id, r.new_key, keyed_by FROM former_paper_form f LEFT JOIN renewal r
    ON r.campaign_id = f.campaign_id AND r.unit_id = f.unit_id AND r.old_key = f.response_key
ORDER BY 1, 2
"""
FORMER_ASIDE = sa.table("former_set_aside")
RECEIPTS = """
INSERT INTO receipt (campaign_id, receipt_key, unit_id)
SELECT campaign_id, receipt_key, unit_id FROM renewal ORDER BY 1, 2
"""
SCANNED = """
SELECT c.code AS campaign, r.unit_id, p.serial, r.marks, r.profile, coalesce(t.text, '') AS comment
FROM paper_reading p JOIN campaign c ON c.id = p.campaign_id JOIN response r
    ON r.campaign_id = p.campaign_id AND r.unit_id = p.unit_id AND r.channel = 'paper'
LEFT JOIN comment t
    ON t.campaign_id = r.campaign_id AND t.unit_id = r.unit_id AND t.response_key = r.response_key
WHERE p.source = 'scanned'
"""
LEAVES = """
INSERT INTO ledger_leaf (campaign_id, leaf)
SELECT campaign_id, leaf FROM former_ledger_leaf f
WHERE NOT EXISTS (SELECT 1 FROM renewal r WHERE r.campaign_id = f.campaign_id AND r.old_leaf = f.leaf)
UNION ALL SELECT campaign_id, new_leaf FROM renewal ORDER BY 1, 2
"""


def upgrade() -> None:
    """Apply the change."""
    _receipts()
    _renewal()
    _rebuild(receipts_apart=True)
    for statement in (RESPONSES, COMMENTS, DECISIONS, FORMS, LEAVES):
        op.execute(statement)
    _copy_aside()
    _drop_former()
    op.drop_table("renewal")


def downgrade() -> None:
    """Undo the change; answers forbid it, for what told them apart is gone: go back to the copy made before."""
    if op.get_bind().execute(sa.text("SELECT count(*) FROM response")).scalar_one():
        raise RuntimeError("there are answers: open the copy made before the upgrade with the version before")
    _rebuild(receipts_apart=False)
    _drop_former()
    op.drop_table("body_check")
    op.drop_table("receipt")


def _receipts() -> None:
    op.create_table(
        "receipt",
        _number("campaign_id"),
        _key("receipt_key"),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        _length("receipt", "receipt_key"),
        _of_unit("receipt"),
        sa.PrimaryKeyConstraint("campaign_id", "receipt_key", name=op.f("pk_receipt")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "body_check",
        _number("campaign_id"),
        _key("receipt_key"),
        _key("body_mac"),
        sa.Column("entry_state", sa.String(length=16), nullable=True),
        sa.CheckConstraint(STATES, name=op.f("ck_body_check_entry_state_known")),
        _length("body_check", "body_mac"),
        _of_campaign("body_check"),
        sa.PrimaryKeyConstraint("campaign_id", "receipt_key", "body_mac", name=op.f("pk_body_check")),
        sqlite_with_rowid=False,
    )
    _refuse("receipt", "update", "UPDATE")
    _refuse("receipt", "delete", "DELETE")


def _renewal() -> None:
    """Give every response a new key, and write every receipt given out so far."""
    connection = op.get_bind()
    renewal = op.create_table(
        "renewal",
        *map(_number, RESPONSE[:2]),
        *map(_key, ("old_key", "new_key", "receipt_key")),
        *(sa.Column(name, sa.LargeBinary(32), nullable=False) for name in ("old_leaf", "new_leaf")),
        sa.PrimaryKeyConstraint("campaign_id", "unit_id", "old_key"),
    )
    answers = "SELECT response.*, code AS campaign FROM response JOIN campaign ON campaign.id = campaign_id"
    scanned = _scanned_keys()
    rows = connection.execute(sa.text(answers), execution_options={"yield_per": CHUNK})
    for chunk in rows.mappings().partitions():
        connection.execute(renewal.insert(), [_renewed(dict(row), scanned) for row in chunk])
    op.execute(RECEIPTS)


def _key_of(purpose: str) -> bytes:
    return getattr(op.get_context().config.attributes["keys"], purpose)  # type: ignore[union-attr,no-any-return]


def _scanned_keys() -> set[bytes]:
    """Return the keys that whoever has the secret can make of a scanned sheet's number and of answers.

    Nobody was given their receipts, which would go on telling which answers were that number's.
    """
    made = set()
    for row in op.get_bind().execute(sa.text(SCANNED)).mappings():
        sheet = f"AnswerSheet(marks={row['marks']!r}, profile={row['profile']!r}, comment={row['comment']!r})"
        digest = hashlib.sha256(sheet.encode()).hexdigest()
        name = f"{row['campaign']}/{row['unit_id']}/scan.{row['serial']:04}.{digest}"
        made.add(hmac.digest(_key_of("response"), name.encode(), hashlib.sha256)[:16])
    return made


def _renewed(old: dict[str, Any], scanned: set[bytes]) -> dict[str, Any]:
    """Return what takes the place of a response's key, of the receipt that followed from it and of its leaf."""
    key = old["response_key"]
    new = {**old, "response_key": secrets.token_bytes(16)}
    del new["body_mac"]
    return {
        **{name: old[name] for name in RESPONSE[:2]},
        "old_key": key,
        "new_key": new["response_key"],
        "receipt_key": secrets.token_bytes(16) if key in scanned else _receipt_key(key),
        "old_leaf": _leaf(old),
        "new_leaf": _leaf(new),
    }


def _receipt_key(seed: bytes) -> bytes:
    """Return the key of the receipt that followed from a response's key: its code's letters, then a rest."""
    key = _key_of("receipt")
    bits = 0
    for byte in hmac.digest(key, b"body" + seed, hashlib.sha256)[:8]:
        bits = bits << 5 | byte % 32
    return bits.to_bytes(5, "big") + hmac.digest(key, b"key" + seed, hashlib.sha256)[:11]


def _leaf(row: dict[str, Any]) -> bytes:
    """Return the leaf that stands for a response in the ledger."""
    plain = {name: value.hex() if isinstance(value, bytes) else str(value) for name, value in row.items()}
    entry = {**plain, "campaign_id": row["campaign_id"]}
    packed = json.dumps(entry, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    return hashlib.sha256(b"\x00" + packed).digest()


def _rebuild(*, receipts_apart: bool) -> None:
    """Put the tables aside as ``former_...`` and make empty ones in their place."""
    for table in TABLES:
        op.rename_table(table, f"former_{table}")
        if op.get_bind().dialect.name == "postgresql":
            op.execute(f"ALTER TABLE former_{table} RENAME CONSTRAINT pk_{table} TO former_pk_{table}")
    _response(receipts_apart=receipts_apart)
    _comment()
    _decision()
    _paper_form()
    _set_aside(receipts_apart=receipts_apart)
    op.create_table(
        "ledger_leaf",
        _number("campaign_id"),
        sa.Column("leaf", sa.LargeBinary(length=32), nullable=False),
        _of_campaign("ledger_leaf"),
        sa.PrimaryKeyConstraint("campaign_id", "leaf", name=op.f("pk_ledger_leaf")),
        sqlite_with_rowid=False,
    )


def _drop_former() -> None:
    """Drop what was put aside; its triggers go with it and make room for those of the new tables."""
    for table in reversed(TABLES):
        op.drop_table(f"former_{table}")
    _forbid_changes()


def _copy_aside() -> None:
    """Copy what was set aside without saying any more which response it contradicts."""
    connection = op.get_bind()
    names = (*RESPONSE[:2], "channel", "local_day", "half_day", "marks", "profile", "comment")
    rows = connection.execute(sa.select(*map(sa.column, names)).select_from(FORMER_ASIDE)).mappings()
    renewed = [{**row, "aside_key": secrets.token_bytes(16)} for row in rows]
    renewed.sort(key=lambda row: (row["campaign_id"], row["unit_id"], row["aside_key"]))
    if renewed:
        connection.execute(sa.table("set_aside", *map(sa.column, (*names, "aside_key"))).insert(), renewed)


def _of_campaign(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f(f"fk_{table}_campaign"))


def _of_unit(table: str) -> sa.ForeignKeyConstraint:
    unit = ["campaign_unit.campaign_id", "campaign_unit.unit_id"]
    return sa.ForeignKeyConstraint(["campaign_id", "unit_id"], unit, name=op.f(f"fk_{table}_campaign_unit"))


def _of_response(table: str, key: str = "response_key", suffix: str = "") -> sa.ForeignKeyConstraint:
    response, name = [f"response.{name}" for name in RESPONSE], op.f(f"fk_{table}_response{suffix}")
    return sa.ForeignKeyConstraint(["campaign_id", "unit_id", key], response, name=name)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), autoincrement=False, nullable=False)


def _key(name: str, *, nullable: bool = False) -> sa.Column[bytes]:
    return sa.Column(name, sa.LargeBinary(length=16), nullable=nullable)


def _length(table: str, column: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(f"length({column}) = 16", name=op.f(f"ck_{table}_{column}_length"))


def _answers(table: str) -> tuple[sa.Column[Any] | sa.CheckConstraint, ...]:
    """Return the columns that a response and a body set aside have alike, and their rules."""
    rules = {
        "channel_known": CHANNELS,
        "half_day_known": "half_day IN ('am', 'pm')",
        "marks_known": "length(marks) > 0 AND trim(marks, '012345-') = ''",
        "profile_known": "trim(profile, 'abcdefghijklmnopqrstuvwxyz.-') = ''",
    }
    return (
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("local_day", sa.Date(), nullable=False),
        sa.Column("half_day", sa.String(length=2), nullable=False),
        sa.Column("marks", sa.String(length=256), nullable=False),
        sa.Column("profile", sa.String(length=32), nullable=False),
        *(sa.CheckConstraint(rule, name=op.f(f"ck_{table}_{name}")) for name, rule in rules.items()),
    )


def _response(*, receipts_apart: bool) -> None:
    mac = () if receipts_apart else (_key("body_mac"), _length("response", "body_mac"))
    op.create_table(
        "response",
        *map(_number, RESPONSE[:2]),
        _key("response_key"),
        sa.Column("entry_state", sa.String(length=16), nullable=False),
        *_answers("response"),
        *mac,
        sa.CheckConstraint(STATES, name=op.f("ck_response_entry_state_known")),
        _length("response", "response_key"),
        _of_unit("response"),
        sa.PrimaryKeyConstraint(*RESPONSE, name=op.f("pk_response")),
        sqlite_with_rowid=False,
    )


def _comment() -> None:
    op.create_table(
        "comment",
        *map(_number, RESPONSE[:2]),
        _key("response_key"),
        sa.Column("text", sa.Text(), nullable=False),
        sa.CheckConstraint("length(text) BETWEEN 1 AND 1000", name=op.f("ck_comment_text_length")),
        _of_response("comment"),
        sa.PrimaryKeyConstraint(*RESPONSE, name=op.f("pk_comment")),
        sqlite_with_rowid=False,
    )


def _decision() -> None:
    rules = {
        "replacement_when_corrected": "(verdict = 'corrected') = (replaced_by IS NOT NULL)",
        "reason_when_excluded": "(verdict = 'excluded') = (reason IS NOT NULL)",
        "not_replaced_by_itself": "replaced_by <> response_key",
        "reason_known": "reason IN ('duplicate', 'test', 'not_genuine', 'keyed_wrong', 'withdrawn')",
        "verdict_known": "verdict IN ('verified', 'excluded', 'reinstated', 'corrected')",
        "step_positive": "step > 0",
    }
    op.create_table(
        "decision",
        *map(_number, RESPONSE[:2]),
        _key("response_key"),
        _number("step"),
        sa.Column("verdict", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=32), nullable=True),
        _key("replaced_by", nullable=True),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        *(sa.CheckConstraint(rule, name=op.f(f"ck_decision_{name}")) for name, rule in rules.items()),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_decision_account")),
        _of_response("decision"),
        _of_response("decision", "replaced_by", "_replaced_by"),
        sa.PrimaryKeyConstraint(*RESPONSE, "step", name=op.f("pk_decision")),
        sqlite_with_rowid=False,
    )


def _paper_form() -> None:
    op.create_table(
        "paper_form",
        _number("campaign_id"),
        sa.Column("form_number", sa.String(length=24), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        _key("response_key", nullable=True),
        sa.Column("keyed_by", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "length(form_number) BETWEEN 1 AND 24", name=op.f("ck_paper_form_form_number_length")
        ),
        _of_response("paper_form"),
        _of_unit("paper_form"),
        sa.ForeignKeyConstraint(["keyed_by"], ["account.id"], name=op.f("fk_paper_form_account")),
        sa.PrimaryKeyConstraint("campaign_id", "form_number", name=op.f("pk_paper_form")),
        sqlite_with_rowid=False,
    )


def _set_aside(*, receipts_apart: bool) -> None:
    if receipts_apart:
        keys: tuple[str, ...] = ("campaign_id", "unit_id", "aside_key")
        own = (_length("set_aside", "aside_key"), _of_unit("set_aside"))
    else:
        keys = (*RESPONSE, "body_mac")
        own = (_length("set_aside", "body_mac"), _of_response("set_aside"))
    op.create_table(
        "set_aside",
        *map(_number, RESPONSE[:2]),
        *(_key(name) for name in keys[2:]),
        *_answers("set_aside"),
        sa.Column("comment", sa.Text(), nullable=False),
        *own,
        sa.PrimaryKeyConstraint(*keys, name=op.f("pk_set_aside")),
        sqlite_with_rowid=False,
    )


def _forbid_changes() -> None:
    """Let the database itself refuse what nobody may do, whatever program is connected to it."""
    for table in APPEND_ONLY:
        _refuse(table, "update", "UPDATE")
        _refuse(table, "delete", "DELETE")
    _refuse("comment", "update", "UPDATE")
    for table, erasable in ERASABLE.items():
        _refuse(table, "delete", "DELETE")
        kept = [column["name"] for column in sa.inspect(op.get_bind()).get_columns(table)]
        _refuse(table, "update", f"UPDATE OF {', '.join(name for name in kept if name not in erasable)}")
        for name, condition in erasable.items():
            _refuse(table, f"rewrite_{name}", f"UPDATE OF {name}", condition)


def _refuse(table: str, name: str, act: str, condition: str = "") -> None:
    when = f"WHEN ({condition})" if condition else ""
    said = f"BEGIN SELECT RAISE(ABORT, 'rows of {table} are never changed or deleted this way'); END"
    if op.get_bind().dialect.name == "postgresql":
        when = f"FOR EACH {'ROW' if condition else 'STATEMENT'} {when}"
        act = f"{act} OR TRUNCATE" if act == "DELETE" else act
        said = "EXECUTE FUNCTION refuse_change()"
    op.execute(f"CREATE TRIGGER {table}_no_{name} BEFORE {act} ON {table} {when} {said}")
