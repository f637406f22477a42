"""The service while the disk or the database is away: it says so, loses nothing, and goes on by itself afterwards."""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from pathlib import Path
from typing import Any

import pysqlite3.dbapi2 as driver
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import OperationalError

from forms.address_mac import AddressMac
from survey.cli.boundary import run
from survey.database.outages import is_outage
from survey.database.sqlite import DriverError
from survey.services.installation import health
from survey.services.installation.health import RecentReadiness, readiness
from survey.services.installation.installation import Installation
from survey.vocabulary import Role
from tests.support import scene
from tests.support.postgres import PostgresServer
from tests.support.web import SignIn, token

ALL_WELL = {"write": True, "disk": True, "schema": True, "secret": True}
HIDDEN = re.compile(r'<input type=hidden name="([^"]*)" value="([^"]*)">')
ANSWER = {"key": "k" * 22, "c1_1": "5", "overall": "4", "comment": 'Đông <quá> "giờ" trưa.'}


@contextmanager
def full_disk(engine: Engine) -> Iterator[None]:
    """Let every commit of a write fail as it does on a full disk."""

    def fail(connection: Connection) -> None:
        if connection.get_execution_options().get("writing"):
            raise OperationalError("COMMIT", {}, full())

    event.listen(engine, "commit", fail)
    try:
        yield
    finally:
        event.remove(engine, "commit", fail)


def full() -> Exception:
    """What SQLite raises on a full disk, made by a database of one page."""
    connection = driver.connect(":memory:")
    connection.execute("PRAGMA max_page_count = 1")
    try:
        connection.execute("CREATE TABLE t (a)")
    except DriverError as error:
        return error
    raise AssertionError


@pytest.fixture
def counter(installation: Installation) -> str:
    """The address of a counter."""
    return f"/k/{AddressMac(installation.keys.address_mac).write(scene.CODE, 'an-nhon', 1)}"


def test_a_citizen_keeps_everything_and_sends_it_again(
    client: FlaskClient, installation: Installation, counter: str
) -> None:
    assert client.get(counter).status_code == 200
    with full_disk(installation.database.engine):
        answer = client.post(f"{counter}?lang=en", data=ANSWER)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
    kept = {unescape(name): unescape(value) for name, value in HIDDEN.findall(answer.text)}
    assert kept == ANSWER
    assert "<quá>" not in answer.text
    assert scene.counts(installation).get("response") is None
    assert client.post(counter, data=kept).status_code == 303
    assert scene.counts(installation)["response"] == 1


def test_the_office_is_told_to_wait(installation: Installation, signed_in: SignIn) -> None:
    browser = signed_in(Role.OFFICER)
    page = f"/noi-bo/{scene.CODE}/nhap-phieu"
    sent = {"form_number": "0042", "key": "k" * 22, "overall": "5", "csrf_token": token(browser, page)}
    with full_disk(installation.database.engine):
        answer = browser.post(page, data=sent)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
    assert "storage_away" in answer.text
    assert browser.post(page, data=sent).status_code == 303


@pytest.mark.parametrize("path", ["/noi-bo/chi-tieu", "/noi-bo/dang-nhap", "/readyz", "/bien-nhan"])
def test_no_page_breaks_while_the_database_is_away(
    installation: Installation, signed_in: SignIn, path: str
) -> None:
    browser = signed_in(Role.TCCB)

    def away(*_: Any) -> None:
        raise OperationalError("SELECT", {}, unreachable())

    event.listen(installation.database.engine, "before_cursor_execute", away)
    post = browser.post(path, data={"email": "ai@x.vn", "password": "sai mật khẩu", "ma": "ABCD-EFGH-JKLM"})
    answers = [browser.get(path), post]
    event.remove(installation.database.engine, "before_cursor_execute", away)
    assert {answer.status_code for answer in answers} <= {200, 405, 503}
    assert all("Retry-After" in answer.headers for answer in answers if answer.status_code == 503)
    assert browser.get("/noi-bo/chi-tieu").status_code == 302


def unreachable() -> Exception:
    """What SQLite raises where its file cannot be opened."""
    try:
        driver.connect("/nowhere/at/all")
    except DriverError as error:
        return error
    raise AssertionError


def test_a_defect_is_no_outage(installation: Installation) -> None:
    with installation.database.read() as session, pytest.raises(Exception) as raised:
        session.connection().exec_driver_sql("SELECT * FROM no_such_table")
    assert not is_outage(raised.value)
    assert not is_outage(ZeroDivisionError())
    assert not is_outage(FileNotFoundError(errno.ENOENT, "no such file"))


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EDQUOT, errno.EIO])
def test_a_disk_that_takes_nothing_is_an_outage(number: int) -> None:
    assert is_outage(OSError(number, "disk"))


def test_a_server_that_went_away_is_an_outage_and_comes_back(
    installation: Installation, client: FlaskClient, counter: str
) -> None:
    if installation.database.is_sqlite:
        pytest.skip("it has no server")
    name = installation.database.engine.url.database
    with pytest.raises(Exception) as raised, installation.database.write() as session:
        own = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
        session.connection().exec_driver_sql(own)
    assert is_outage(raised.value), name
    assert client.post(counter, data=ANSWER).status_code == 303


def test_a_read_only_server_is_not_ready(installation: Installation, client: FlaskClient) -> None:
    database = installation.database
    if database.is_sqlite:
        pytest.skip("its file is tried by writing")
    assert client.get("/readyz").status_code == 200
    with database.engine.connect() as connection, connection.begin():
        connection.exec_driver_sql(
            f"ALTER DATABASE {database.engine.url.database} SET default_transaction_read_only = on"
        )
    database.engine.dispose()
    assert readiness(installation) == {**ALL_WELL, "write": False}
    with database.write() as session, pytest.raises(Exception) as raised:
        session.execute(scene.table("campaign").delete())
    assert is_outage(raised.value)


def test_ready_means_that_a_write_is_on_the_disk(
    installation: Installation, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = scene.counts(installation)
    with full_disk(installation.database.engine):
        answer = client.get("/readyz")
        assert answer.status_code == 503
        assert answer.json is not None
        assert answer.json["checks"] == {**ALL_WELL, "write": False}
        assert answer.headers["Retry-After"]
    monkeypatch.setattr(health, "RECENT_SECONDS", 0)
    assert client.get("/readyz").status_code == 200
    assert scene.counts(installation) == before


def test_ready_means_that_the_data_directory_takes_files(
    embedded: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[int] = []

    def fail(handle: int) -> None:
        synced.append(handle)
        raise OSError(errno.EIO, "the disk does not answer")

    monkeypatch.setattr(os, "fsync", fail)
    before = sorted(embedded.config.data.iterdir())
    assert readiness(embedded) == {**ALL_WELL, "disk": False}
    assert synced
    assert sorted(embedded.config.data.iterdir()) == before


def test_the_doctor_tries_it_too(embedded: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    words = ["doctor", "--data", str(embedded.config.data)]
    assert run(words) == 0
    monkeypatch.setattr(os, "fsync", lambda _: (_ for _ in ()).throw(OSError(errno.ENOSPC, "full")))
    assert run(words) == 1


def test_asking_all_the_time_writes_once_in_a_while(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    recent, asked = RecentReadiness(installation), 0

    def count(of: Installation) -> dict[str, bool]:
        nonlocal asked
        asked += 1
        return readiness(of)

    monkeypatch.setattr(health, "readiness", count)
    assert [recent.checks() for _ in range(1000)] == [ALL_WELL] * 1000
    assert asked == 1


def test_no_dead_rows_are_left(installation: Installation, postgres_server: PostgresServer) -> None:
    if installation.database.is_sqlite:
        pytest.skip("it leaves none")
    for _ in range(50):
        assert readiness(installation) == ALL_WELL
    with installation.database.engine.connect() as connection:
        connection.exec_driver_sql("SELECT pg_stat_force_next_flush()")
        dead = "SELECT coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0) FROM pg_stat_all_tables"
        before = connection.exec_driver_sql(dead).scalar_one()
    for _ in range(50):
        assert readiness(installation) == ALL_WELL
    with installation.database.engine.connect() as connection:
        assert connection.exec_driver_sql(dead).scalar_one() == before


def test_a_disk_that_hangs_holds_up_one_who_asks(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    recent = RecentReadiness(installation)
    assert recent.checks() == ALL_WELL
    monkeypatch.setattr(health, "RECENT_SECONDS", 0)
    with recent._asking:  # somebody asks, and waits for the disk
        assert recent.checks() == ALL_WELL
        monkeypatch.setattr(health, "PATIENCE_SECONDS", 0)
        assert not any(recent.checks().values())


def test_a_file_that_is_not_there_any_more_is_told(tmp_path: Path, app: Flask) -> None:
    assert not health._can_keep(tmp_path / "gone")
