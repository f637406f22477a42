"""What the database itself refuses: changing what was collected, and states that cannot be."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import CheckConstraint, delete, insert, inspect, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError

from survey.models import APPEND_ONLY, ERASABLE, NEVER_DELETED, NEVER_REWRITTEN, Schema
from survey.services.collection import board_counts, decisions, door
from survey.services.installation.campaign_records import CampaignRecord
from survey.services.installation.installation import Installation
from survey.vocabulary import Reason, Role, Verdict
from tests.support import paper_scene, scene
from tests.support.scene import NOW, entry

GROWING = ("response", "comment", "set_aside", "decision", "paper_form")
OF_CAMPAIGN = (
    "ledger_leaf",
    "kiosk_range",
    "ticket",
    "spent_ticket",
    "spent_screen_code",
    "receipt",
    "body_check",
    "totals_mismatch",
)  # which have no key of a response
# Written by a release, all rows at once and in the order of their keys.
RELEASED = ("release", "release_count", "unit_release", "released_form", "province_release", "release_note")
READ = ("released_comment", "released_aside", "comment_erasure")
KEY = "k" * 22
OTHER = {
    "campaign_id": 9,
    "unit_id": 9,
    "response_key": b"\1" * 16,
    "replaced_by": b"\1" * 16,
    "leaf": b"\1" * 32,
}


@pytest.fixture(autouse=True)
def one_row_everywhere(installation: Installation, campaign: CampaignRecord) -> None:
    """Leave at least one row in every table."""
    scene.amended(installation, campaign)
    first = scene.account(installation, "mot@x.vn")
    door.accept(installation, entry(campaign, key=KEY, comment="Cảm ơn.", number="1", actor=first), NOW)
    with pytest.raises(Exception, match="response_conflict"):
        door.accept(installation, entry(campaign, key=KEY, comment="Khác.", number="1", actor=first), NOW)
    decisions.decide(installation, first, campaign, "1", Verdict.EXCLUDED, NOW, reason=Reason.TEST)
    scene.alarmed(installation, campaign, scene.kiosk(installation, campaign))
    scene.cards(installation, campaign)
    scene.screen_code(installation, campaign)
    scene.language(installation, campaign)
    scene.invited(installation, campaign)
    paper_scene.a_row_everywhere(installation, campaign)
    scene.readable(installation, campaign)
    board_counts.count_due(installation, NOW)
    assert set(scene.counts(installation)) == set(Schema.metadata.tables)


def refused(installation: Installation, statement: Any) -> str:
    """What the database says when it refuses the statement."""
    with pytest.raises(DBAPIError) as error, installation.database.write() as session:
        session.execute(statement)
    return str(error.value.orig)


def changed(table: str, column: str) -> Any:
    """Another value for a column, of its own type."""
    kind = scene.table(table).c[column].type.python_type
    if column in OTHER:
        return OTHER[column]
    values: dict[type, Any] = {
        str: "x",
        int: 9,
        bool: True,
        bytes: b"\1" * 16,
        object: {"x": 1},  # JSON
        dt.date: dt.date(2030, 1, 1),
        dt.datetime: NOW,
    }
    return values[kind]


def columns(tables: tuple[str, ...]) -> list[tuple[str, str]]:
    return [(name, column.name) for name in tables for column in scene.table(name).c]


def test_no_column_of_what_was_collected_changes(installation: Installation) -> None:
    for table, column in columns((*APPEND_ONLY, *NEVER_REWRITTEN)):
        said = refused(installation, update(scene.table(table)).values({column: changed(table, column)}))
        assert "never changed" in said, (table, column)


def test_no_row_of_what_was_collected_goes_away(installation: Installation) -> None:
    for table in (*APPEND_ONLY, *ERASABLE, *NEVER_DELETED):
        assert "never changed or deleted" in refused(installation, delete(scene.table(table))), table


def test_no_table_is_emptied_or_written_over(installation: Installation) -> None:
    for table in (*APPEND_ONLY, *ERASABLE, *NEVER_DELETED):
        row = ", ".join(column.name for column in scene.table(table).c)
        over = f"REPLACE INTO {table} ({row}) SELECT {row} FROM {table}"
        said = refused(
            installation, text(over if installation.database.is_sqlite else f"TRUNCATE {table} CASCADE")
        )
        assert "never changed" in said, table


def test_only_what_may_be_erased_changes_and_only_to_nothing(installation: Installation) -> None:
    for table, column in columns(tuple(ERASABLE)):
        said = refused(installation, update(scene.table(table)).values({column: changed(table, column)}))
        assert "never changed" in said or "foreign key" in said.lower(), (table, column)
    for table, erasable in ERASABLE.items():
        with installation.database.write() as session:
            session.execute(update(scene.table(table)).values(erasable))
        with installation.database.read() as session:
            found = session.execute(select(*(scene.table(table).c[name] for name in erasable))).all()
        assert found == [tuple(erasable.values())]


def test_a_comment_can_be_erased_with_its_row(installation: Installation) -> None:
    with installation.database.write() as session:
        session.execute(delete(scene.table("comment")))
    assert "comment" not in scene.counts(installation)


# Every row below breaks one rule; the rest of it is sound. The rule's name stands first.
WRONG: list[tuple[str, str, dict[str, Any]]] = [
    ("entry_state_known", "response", {"entry_state": "excluded"}),
    ("channel_known", "response", {"channel": "fax"}),
    ("half_day_known", "response", {"half_day": "xm"}),
    ("response_key_length", "response", {"response_key": b"short"}),
    ("marks_known", "response", {"marks": ""}),
    ("marks_known", "response", {"marks": "4446"}),
    ("marks_known", "response", {"marks": "<b>"}),
    ("profile_known", "response", {"profile": "A"}),
    ("kind_known", "campaign_clip", {"kind": "exe"}),
    ("digest_length", "campaign_clip", {"digest": b"short"}),
    ("text_length", "comment", {"text": ""}),
    ("text_length", "comment", {"text": "x" * 1001}),
    ("aside_key_length", "set_aside", {"aside_key": b"short"}),
    ("receipt_key_length", "receipt", {"receipt_key": b"short"}),
    ("body_mac_length", "body_check", {"body_mac": b"short"}),
    ("entry_state_known", "body_check", {"entry_state": "lost"}),
    ("marks_known", "set_aside", {"marks": "9"}),
    ("profile_known", "set_aside", {"profile": "A"}),
    ("channel_known", "set_aside", {"channel": "fax"}),
    ("half_day_known", "set_aside", {"half_day": "xm"}),
    ("verdict_known", "decision", {"verdict": "guessed", "reason": None}),
    ("not_replaced_by_itself", "decision", {"verdict": "corrected", "reason": None, "replaced_by": "own"}),
    ("reason_known", "decision", {"reason": "bored"}),
    ("reason_when_excluded", "decision", {"reason": None}),
    ("reason_when_excluded", "decision", {"verdict": "verified", "reason": "test"}),
    ("replacement_when_corrected", "decision", {"verdict": "corrected", "reason": None}),
    ("step_positive", "decision", {"step": 0}),
    ("form_number_length", "paper_form", {"form_number": ""}),
    ("number_positive", "paper_minute", {"number": 0}),
    ("act_known", "paper_minute", {"act": "eaten"}),
    ("sheets_unless_closed", "paper_minute", {"sheets": 0}),
    ("sheets_not_negative", "paper_minute", {"sheets": -1}),
    ("digest_length", "paper_minute", {"digest": b"short"}),
    ("serials_in_order", "paper_range", {"last_serial": 1}),
    ("serials_in_order", "paper_batch", {"last_serial": 1_000_000}),
    ("digest_length", "paper_batch", {"digest": b"short"}),
    ("kind_known", "paper_reading", {"kind": "guess", "compared": None, "differing": None}),
    ("source_known", "paper_reading", {"source": "heard"}),
    ("step_positive", "paper_reading", {"step": 0}),
    ("serial_in_range", "paper_reading", {"serial": 0}),
    ("marks_known", "paper_reading", {"marks": "9"}),
    ("profile_known", "paper_reading", {"profile": "A"}),
    ("counted_when_compared", "paper_reading", {"compared": None, "differing": None}),
    ("differing_in_range", "paper_reading", {"differing": 4}),
    ("digest_length", "scan_file", {"digest": b"short"}),
    ("serial_in_range", "scan_form", {"serial": 0}),
    ("diameter_known", "seal_picture", {"diameter": 35}),
    ("step_positive", "seal_picture", {"step": 0}),
    ("step_positive", "totals_mismatch", {"step": 0}),
    ("step_positive", "secret_check", {"step": 0}),
    ("check_value_length", "secret_check", {"check_value": b"short"}),
    ("official_formula_known", "campaign", {"official_formula": "f9"}),
    ("days_in_order", "campaign", {"opens_on": dt.date(2030, 1, 1)}),
    ("days_in_order", "campaign", {"report_before": dt.date(2024, 9, 1)}),
    ("kind_known", "campaign_unit", {"kind": "castle"}),
    ("target_not_negative", "campaign_unit", {"target": -1}),
    ("transactions_positive", "campaign_unit", {"transactions": 0}),
    ("role_known", "account", {"role": "king", "unit_code": None}),
    ("unit_fits_role", "account", {"unit_code": None}),
    ("unit_fits_role", "account", {"role": "tccb"}),
    ("email_lower", "account", {"email": "Hoa@x.vn"}),
    ("unfinished_known", "kiosk", {"unfinished": "burn"}),
    ("number_positive", "kiosk", {"number": 0}),
    ("counter_positive", "kiosk", {"counter": 0}),
    ("link_hash_length", "kiosk", {"link_hash": b"short"}),
    ("key_hash_length", "kiosk", {"key_hash": b"short"}),
    ("idle_in_range", "kiosk", {"idle_seconds": 5}),
    ("counts_sound", "kiosk", {"waiting": 1, "overdue": 2}),
    ("doubled_not_negative", "kiosk", {"doubled": -1}),
    ("signing_key_length", "kiosk", {"signing_key": b"short"}),
    ("excess_not_negative", "kiosk", {"excess": -1}),
    ("code_hash_length", "kiosk_exit", {"code_hash": b"short"}),
    ("numbers_in_order", "kiosk_range", {"first_number": 9, "last_number": 8}),
    ("numbers_positive", "ticket_batch", {"number": 0}),
    ("numbers_positive", "ticket_batch", {"printed": 0, "handed_out": 0, "spent": 0, "void": 0}),
    ("handed_out_in_range", "ticket_batch", {"handed_out": 99}),
    ("ended_in_range", "ticket_batch", {"spent": 2, "void": 1}),
    ("hash_lengths", "ticket", {"short_hash": b"short"}),
    ("ended_known", "spent_ticket", {"ended": "lost"}),
    ("mark_length", "spent_ticket", {"mark": b"short"}),
    ("mark_length", "spent_screen_code", {"mark": b"short"}),
    ("place_sound", "screen_count", {"counter": 0}),
    ("place_sound", "screen_count", {"screen": -1}),
    ("counts_positive", "screen_count", {"shown": 0}),
    ("counts_positive", "screen_count", {"last_minute": 0}),
    ("mail_known", "kiosk_alert", {"mail": "shouted"}),
    ("cause_known", "kiosk_alert", {"cause": "boredom"}),
    ("numbers_positive", "invitation_list", {"number": 0}),
    ("numbers_positive", "invitation_list", {"recipients": 0}),
    ("round_known", "invitation_list", {"round": 3}),
    ("key_check_length", "invitation_list", {"key_check": b"short"}),
    ("key_check_from_first_round", "invitation_list", {"key_check": None}),
    ("sent_from_first_round", "invitation_list", {"sent_on": None}),
    ("place_positive", "invitation_recipient", {"place": 0}),
    ("salt_length", "invitation_recipient", {"salt": b"short"}),
    ("delivery_known", "invitation_recipient", {"delivery": "eaten"}),
    ("number_positive", "release", {"number": 0}),
    ("grade_known", "unit_release", {"grade": "fine"}),
    ("forms_not_negative", "unit_release", {"forms": -1}),
    ("changed_not_negative", "release_note", {"changed": -1}),
    ("reference_length", "released_comment", {"reference": b"short"}),
    ("reference_length", "released_aside", {"reference": b"short"}),
    ("reference_length", "comment_erasure", {"reference": b"short"}),
    ("reason_known", "comment_erasure", {"reason": "bored"}),
]
# What a second row needs to be another one than the first.
FRESH: dict[str, dict[str, Any]] = {
    "response": {"response_key": b"\2" * 16},
    "set_aside": {"aside_key": b"\2" * 16},
    "receipt": {"receipt_key": b"\2" * 16},
    "body_check": {"body_mac": b"\2" * 16},
    "decision": {"step": 2},
    "paper_form": {"form_number": "2"},
    "paper_minute": {"number": 2},
    "paper_range": {"first_serial": 2},
    "paper_batch": {"first_serial": 4, "last_serial": 6},
    "paper_reading": {"step": 2},
    "scan_file": {"digest": b"\2" * 32},
    "scan_form": {"serial": 2},
    "seal_picture": {"step": 2},
    "totals_mismatch": {"step": 2},
    "secret_check": {"step": 2},
    "campaign": {"id": 2, "code": "other"},
    "campaign_unit": {"unit_id": 99, "code": "other"},
    "campaign_language": {"tag": "hre"},
    "campaign_clip": {"key": "C1"},
    "account": {"id": 99, "email": "hoa@x.vn", "fs_uniquifier": "x"},
    "kiosk": {"number": 99, "key_hash": b"\2" * 32},
    "kiosk_exit": {"kiosk": 99},
    "kiosk_range": {"first_number": 9, "last_number": 9},
    "ticket_batch": {"number": 9},
    "ticket": {"code_hash": b"\2" * 16, "short_hash": b"\2" * 16},
    "spent_ticket": {"mark": b"\2" * 16},
    "spent_screen_code": {"mark": b"\2" * 16},
    "screen_count": {"screen": 9},
    "kiosk_alert": {"kiosk": 99},
    "invitation_list": {"number": 9},
    "invitation_recipient": {"place": 9},
    "invitation_batch": {"number": 9},
    "release": {"number": 9},
    "unit_release": {"period": "2024-08"},
    "release_note": {"period": "2024-08"},
    "released_comment": {"response_key": "another", "reference": b"\4" * 8},
    "released_aside": {"aside_key": b"\3" * 16, "reference": b"\4" * 8},
    "comment_erasure": {"reference": b"\4" * 8},
}


# Every row below names something that there is not.
HANGING: list[tuple[str, dict[str, Any]]] = [
    ("response", {"unit_id": 99}),
    ("response", {"campaign_id": 99}),
    ("comment", {"unit_id": 1}),
    ("comment", {"response_key": b"\3" * 16}),
    ("set_aside", {"unit_id": 99}),
    ("receipt", {"unit_id": 99}),
    ("body_check", {"campaign_id": 99}),
    ("decision", {"unit_id": 1}),
    ("decision", {"account_id": 99}),
    ("decision", {"verdict": "corrected", "reason": None, "replaced_by": b"\3" * 16}),
    ("paper_form", {"unit_id": 1}),
    ("paper_form", {"response_key": b"\3" * 16}),
    ("paper_minute", {"unit_id": 99}),
    ("paper_range", {"minute": 99}),
    ("paper_batch", {"minute": 99}),
    ("paper_reading", {"unit_id": 99}),
    ("scan_file", {"unit_id": 99}),
    ("scan_form", {"unit_id": 99}),
    ("seal_picture", {"campaign_id": 99}),
    ("totals_mismatch", {"unit_id": 99}),
    ("totals_mismatch", {"form_number": "99"}),
    ("verification_closing", {"campaign_id": 99}),
    ("campaign_unit", {"campaign_id": 99}),
    ("campaign_language", {"campaign_id": 99}),
    ("campaign_clip", {"tag": "hre"}),
    ("kiosk", {"unit_id": 99}),
    ("kiosk_exit", {"kiosk": 99}),
    ("kiosk_range", {"kiosk": 99}),
    ("ticket_batch", {"unit_id": 99}),
    ("ticket", {"batch": 99}),
    ("spent_ticket", {"campaign_id": 99}),
    ("spent_screen_code", {"campaign_id": 99}),
    ("screen_count", {"unit_id": 99}),
    ("kiosk_alert", {"kiosk": 98}),
    ("invitation_list", {"campaign_id": 99}),
    ("invitation_recipient", {"list_number": 99}),
    ("invitation_recipient", {"unit_id": 99}),
    ("invitation_batch", {"number": 98}),
    ("release", {"campaign_id": 99}),
    ("unit_release", {"unit_id": 99}),
    ("unit_release", {"number": 98}),
    ("release_count", {"unit_id": 99}),
    ("release_count", {"number": 98}),
    ("released_form", {"response_key": b"\3" * 16}),
    ("released_form", {"number": 98}),
    ("province_release", {"number": 98}),
    ("release_note", {"unit_id": 99}),
    ("release_note", {"number": 98}),
    ("released_comment", {"response_key": b"\3" * 16}),
    ("released_comment", {"number": 98}),
    ("released_aside", {"unit_id": 99}),
    ("released_aside", {"number": 98}),
    ("comment_erasure", {"campaign_id": 99}),
]


def write(installation: Installation, name: str, row: dict[str, Any]) -> None:
    with installation.database.write() as session:
        if name == "comment":  # a response has one at most
            session.execute(delete(scene.table(name)))
        session.execute(insert(scene.table(name)).values(row))


def second_row(installation: Installation, name: str, change: dict[str, Any]) -> dict[str, Any]:
    with installation.database.read() as session:
        row = dict(session.execute(select(scene.table(name))).mappings().first() or {})
        keys = session.scalars(select(scene.table("response").c.response_key)).all()
    own = {"replaced_by": row["response_key"]} if change.get("replaced_by") == "own" else {}
    made = {**row, **FRESH.get(name, {}), **change, **own}
    if made.get("response_key") == "another":
        made["response_key"] = next(key for key in keys if key != row["response_key"])
    return made


def test_the_database_refuses_every_state_that_cannot_be(installation: Installation) -> None:
    for rule, table, change in WRONG:
        row = second_row(installation, table, change)
        with pytest.raises(DBAPIError) as error:
            write(installation, table, row)
        assert rule in str(error.value.orig), (table, change)


def test_every_rule_of_the_models_is_among_them() -> None:
    rules = {
        (constraint.name, table.name)
        for table in Schema.metadata.sorted_tables
        for constraint in table.constraints
        if isinstance(constraint, CheckConstraint)
    }
    assert rules - {(f"ck_{table}_{rule}", table) for rule, table, _ in WRONG} == set()


def test_the_same_rows_without_their_mistakes_are_taken(installation: Installation) -> None:
    for table in sorted({table for _, table, _ in WRONG}):
        row = second_row(installation, table, {})
        write(installation, table, row)


def test_nothing_hangs_in_the_air(installation: Installation) -> None:
    for table, change in HANGING:
        row = second_row(installation, table, change)
        with pytest.raises(IntegrityError) as error:
            write(installation, table, row)
        assert "foreign key" in str(error.value.orig).lower(), (table, change)


def test_growing_tables_lie_in_the_order_of_their_keyed_hashes(installation: Installation) -> None:
    if installation.database.is_sqlite:
        with installation.database.engine.connect() as connection:
            rows = connection.exec_driver_sql("SELECT name, wr FROM pragma_table_list").all()
        without_rowid = {name for name, without in rows if without}
        assert without_rowid == {*GROWING, *OF_CAMPAIGN, *RELEASED, *READ}
    keys = {
        name: inspect(installation.database.engine).get_pk_constraint(name)
        for name in (*GROWING, *OF_CAMPAIGN)
    }
    assert all(key["constrained_columns"][0] == "campaign_id" for key in keys.values())
    # A form's number is unique in its whole campaign, so its unit cannot stand in its key.
    for name in {*GROWING} - {"paper_form"}:
        key = "aside_key" if name == "set_aside" else "response_key"
        assert keys[name]["constrained_columns"][:3] == ["campaign_id", "unit_id", key]


def test_foreign_keys_and_roles_are_what_the_models_say(installation: Installation) -> None:
    found = inspect(installation.database.engine)
    for table in Schema.metadata.sorted_tables:
        assert {key["name"] for key in found.get_foreign_keys(table.name)} == {
            constraint.name for constraint in table.foreign_key_constraints
        }
    assert Role.OFFICER in str(found.get_check_constraints("account"))
    with pytest.raises((StatementError, DBAPIError)), installation.database.write() as session:
        session.execute(text("INSERT INTO account (role) VALUES ('officer')"))
