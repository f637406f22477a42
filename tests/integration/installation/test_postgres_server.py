"""The PostgreSQL server that the tests start: what it is, that tests do not meet in it, that it ends."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import psycopg
import pytest

from tests.support.postgres import PostgresServer

pytestmark = pytest.mark.postgres


def names(url: str) -> list[str]:
    with psycopg.connect(url) as connection:
        rows = connection.execute("SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 2200")
        return [row[0] for row in rows]


def test_it_is_a_real_server_that_knows_vietnamese_letters(postgres_url: str) -> None:
    with psycopg.connect(postgres_url) as connection:
        assert connection.info.server_version >= 160000
        assert connection.execute("SELECT lower('ĐẶNG THỊ ƯỚC')").fetchone() == ("đặng thị ước",)


@pytest.mark.parametrize("turn", [1, 2])
def test_each_test_has_an_empty_database(postgres_url: str, turn: int) -> None:
    assert names(postgres_url) == []
    with psycopg.connect(postgres_url) as connection:
        connection.execute(f"CREATE TABLE left_over_{turn} (n int)".encode())


def test_a_template_is_prepared_once_and_copied(postgres_server: PostgresServer) -> None:
    prepared = []

    def prepare(url: str) -> None:
        prepared.append(url)
        with psycopg.connect(url) as connection:
            connection.execute("CREATE TABLE ready (n int)")

    for _ in range(2):
        name = postgres_server.template("prepared_once", prepare)
        with postgres_server.fresh(name) as url:
            assert names(url) == ["ready"]
    assert len(prepared) == 1


def test_a_stopped_server_leaves_no_process() -> None:
    with tempfile.TemporaryDirectory(prefix="hailong-pg-") as name:
        server = PostgresServer(Path(name))
        client = psycopg.connect(server.url("postgres"))  # a client that never goes must not hold it up
        pid = server._process.pid
        os.kill(pid, 0)
        server.stop()
        client.close()
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
