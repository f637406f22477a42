"""What was given out before receipts had a table of their own is still good, and no longer leads to any answer."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import json
import shutil
import tarfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import MetaData, func, insert, select

from forms.answers import AnswerSheet
from survey import keys
from survey.config import Config
from survey.database.engine import open_database
from survey.models import BodyCheck, Comment, Decision, LedgerLeaf, PaperForm, Receipt, Response
from survey.services.accounts.actors import COMMAND_LINE
from survey.services.collection import csv_transfer, door, receipts
from survey.services.collection.entries import WebEntry
from survey.services.installation import schema
from survey.services.installation.installation import Installation, initialise, open_installation
from tests.support import scene
from tests.support.installation import DATABASES
from tests.support.old_directory import CODE, GOLDEN, UNIT
from tests.support.postgres import PostgresServer

BEFORE = "0010"
LATER = dt.datetime(2024, 8, 20, 11, 30, tzinfo=scene.NOW.tzinfo)
Row = dict[str, Any]


def rows_of(config: Config) -> dict[str, list[Row]]:
    """Every row of every table, with the types that the database itself tells."""
    database, found = open_database(config), MetaData()
    with database.engine.connect() as connection:
        found.reflect(connection)
        rows = {
            name: [dict(row) for row in connection.execute(select(table)).mappings()]
            for name, table in found.tables.items()
        }
    database.close()
    return rows


def fill(config: Config, rows: dict[str, list[Row]]) -> None:
    """Put the rows of a database into an empty one that stands where it stood."""
    database, found = open_database(config), MetaData()
    with database.write() as session:
        command.upgrade(schema.settings(session.connection()), BEFORE)
    with database.write() as session:
        found.reflect(session.connection())
        for table in found.sorted_tables:
            if rows[table.name] and table.name != "alembic_version":
                session.execute(insert(table), rows[table.name])
                if table.autoincrement_column is not None:
                    at = func.pg_get_serial_sequence(table.name, "id")
                    session.execute(select(func.setval(at, len(rows[table.name]))))
    database.close()


@pytest.fixture(params=DATABASES)
def old(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Config]:
    """The data directory of an earlier day, as it lay then; on PostgreSQL what that would have held."""
    with tarfile.open(GOLDEN / "data.tar.xz") as packed:
        packed.extractall(tmp_path, filter="data")
    embedded = Config(data=tmp_path / "data")
    if request.param == "sqlite":
        yield embedded
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    with server.fresh() as url:
        config = Config(
            data=embedded.data, database_url=url.replace("postgresql://", "postgresql+psycopg://")
        )
        fill(config, rows_of(embedded))
        yield config


@pytest.fixture
def before(old: Config) -> dict[str, list[Row]]:
    """Every row of the old database."""
    return rows_of(old)


@pytest.fixture
def upgraded(old: Config, before: dict[str, list[Row]]) -> Iterator[Installation]:
    """The installation after its upgrade."""
    initialise(old)
    installation = open_installation(old)
    yield installation
    installation.close()


def given_out(installation: Installation, before: dict[str, list[Row]]) -> list[str]:
    """The codes that citizens of the old days were given."""
    key = installation.keys.receipt
    return [receipts.issue(key, row["response_key"]).code for row in before["response"]]


def without(rows: Sequence[Any], *names: str) -> Counter[tuple[object, ...]]:
    """Rows but for some columns, counted."""
    as_rows = [row if isinstance(row, dict) else row._asdict() for row in rows]
    return Counter(tuple(row[name] for name in sorted(row) if name not in names) for row in as_rows)


def kept(installation: Installation, model: Any) -> list[Row]:
    with installation.database.read() as session:
        return [dict(row) for row in session.execute(select(model.__table__)).mappings()]


def test_every_old_code_is_found_with_its_unit(upgraded: Installation, before: dict[str, list[Row]]) -> None:
    facts = json.loads((GOLDEN / "facts.json").read_text("utf-8"))
    codes = given_out(upgraded, before)
    assert facts["receipt"] in codes, "as it was printed then"
    campaign = upgraded.campaigns.get(CODE)
    for code, row in zip(codes, before["response"], strict=True):
        lookup = receipts.find(upgraded, code)
        assert lookup is not None
        assert lookup.unit == campaign.unit(row["unit_id"]).name
    assert len(kept(upgraded, Receipt)) == len(codes)


def test_no_answer_is_lost_changed_or_led_to(upgraded: Installation, before: dict[str, list[Row]]) -> None:
    responses = kept(upgraded, Response)
    away = ("response_key", "replaced_by", "body_mac")
    assert without(responses, *away) == without(before["response"], *away)
    for name, model in (("comment", Comment), ("decision", Decision), ("paper_form", PaperForm)):
        assert without(kept(upgraded, model), *away) == without(before[name], *away), name
    marks = {row["response_key"]: row["marks"] for row in responses}
    old_marks = {row["response_key"]: row["marks"] for row in before["response"]}
    of_form = {row["form_number"]: old_marks[row["response_key"]] for row in before["paper_form"]}
    assert {row["form_number"]: marks[row["response_key"]] for row in kept(upgraded, PaperForm)} == of_form
    assert len(kept(upgraded, LedgerLeaf)) == len(before["ledger_leaf"])
    assert not set(marks) & set(old_marks)
    codes = set(given_out(upgraded, before))
    now = {receipts.issue(upgraded.keys.receipt, key).code for key in marks}
    assert not codes & now, "a row's key gives no receipt any more"


def test_every_renewed_answer_has_the_leaf_of_what_it_is_now(upgraded: Installation) -> None:
    campaign = upgraded.campaigns.get(CODE)
    leaves = {row["leaf"] for row in kept(upgraded, LedgerLeaf)}
    with upgraded.database.read() as session:
        rows = session.execute(select(Response.__table__)).mappings().all()
    entry = WebEntry(campaign, 1, scene.fresh_number(), scene.sheet(campaign.questionnaire))
    assert {door._leaf(entry, dict(row)) for row in rows} <= leaves


def test_no_trace_of_an_old_key_is_left_in_the_files(
    upgraded: Installation, before: dict[str, list[Row]]
) -> None:
    files = [path.read_bytes() for path in upgraded.config.data.rglob("*") if path.is_file()]
    if upgraded.database.is_sqlite:
        assert files
        for row in before["response"]:
            assert not any(row["response_key"] in file or row["body_mac"] in file for file in files)


def test_what_is_sent_again_adds_nothing(upgraded: Installation, before: dict[str, list[Row]]) -> None:
    """The file that was imported, an export of the old days, and a record of a kiosk that had no answer."""
    campaign = upgraded.campaigns.get(CODE)
    header = ("id", "unit", "day", "half_day", *csv_transfer.columns(campaign.questionnaire))
    unit_id = campaign.unit_id(UNIT)
    names = [f"cu-{n}" for n in range(9)]
    names += [row["response_key"].hex() for row in before["response"] if row["unit_id"] == unit_id]
    answered = ("4" if name == "overall" else "" for name in header[4:])
    line = ",".join((UNIT, "2024-08-06", "am", *answered))
    data = "\n".join((",".join(header), *(f"{name},{line}" for name in names))).encode()
    assert csv_transfer.import_csv(upgraded, COMMAND_LINE, campaign, data, LATER) == (0, len(names))
    assert len(kept(upgraded, Response)) == len(before["response"])
    assert kept(upgraded, BodyCheck) == []


def test_no_receipt_of_an_old_scan_tells_which_answers_were_on_it(
    old: Config, before: dict[str, list[Row]]
) -> None:
    """The key of a scanned sheet was made of its number and its answers; whoever has the secret could make it again."""
    secret = keys.load(old.data)
    row = next(row for row in before["response"] if row["channel"] == "paper")
    sheet = AnswerSheet(row["marks"], row["profile"], "")
    digest = hashlib.sha256(repr(sheet).encode()).hexdigest()
    name = f"{CODE}/{row['unit_id']}/scan.0041.{digest}".encode()
    seed = hmac.digest(secret.response, name, hashlib.sha256)[:16]
    database, tables = open_database(old), MetaData()
    with database.write() as session:
        tables.reflect(session.connection(), only=["response", "paper_reading"])
        session.execute(insert(tables.tables["response"]), [{**row, "response_key": seed}])
        scan = {
            **before["paper_reading"][0],
            "unit_id": row["unit_id"],
            "serial": 41,
            "step": 1,
            "kind": "first",
            "source": "scanned",
        }
        session.execute(insert(tables.tables["paper_reading"]), [scan])
    database.close()
    initialise(old)
    installation = open_installation(old)
    given = receipts.issue(secret.receipt, seed)
    assert receipts.find(installation, given.code) is None
    assert (
        len(kept(installation, Receipt)) == len(before["response"]) + 1 == len(kept(installation, Response))
    )
    installation.close()


def test_the_copy_made_before_can_be_gone_back_to(
    old: Config, before: dict[str, list[Row]], tmp_path: Path
) -> None:
    """The directory is put back as it was, and upgraded once more; a server's dump is its own tool's affair."""
    shutil.copytree(old.data, tmp_path / "copy")
    initialise(old)
    installation = open_installation(old)
    campaign = installation.campaigns.get(CODE)
    door.accept(installation, scene.entry(campaign), LATER)
    installation.close()
    if old.database_url is None:
        shutil.rmtree(old.data)
        shutil.copytree(tmp_path / "copy", old.data)
        assert rows_of(old) == before
        initialise(old)
        again = open_installation(old)
        assert {receipts.find(again, code) for code in given_out(again, before)} - {None}
        assert len(kept(again, Receipt)) == len(before["response"])
        again.close()


def test_an_upgrade_without_the_secret_changes_nothing(old: Config, before: dict[str, list[Row]]) -> None:
    keys.secret_path(old.data).unlink()
    database = open_database(old)
    with pytest.raises(AttributeError):
        schema.upgrade(database)
    assert schema.current(database) == BEFORE
    database.close()
    assert rows_of(old) == before
