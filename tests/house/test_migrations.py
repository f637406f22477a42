"""Migrations are numbered without gaps, have one head, go down and up, and end at what the models say."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Inspector, inspect

from survey.config import Config
from survey.database.engine import Database, open_database
from survey.models import Schema
from survey.services.installation import schema
from tests.support.postgres import PostgresServer

DATABASES = ("sqlite", pytest.param("postgresql", marks=pytest.mark.postgres))


@pytest.fixture(params=DATABASES)
def two(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Database, Database]]:
    """Two empty databases of one kind."""
    if request.param == "sqlite":
        configs = [Config(data=tmp_path / name) for name in ("first", "second")]
        for config in configs:
            config.data.mkdir()
        yield from _opened(configs)
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    with server.fresh() as first, server.fresh() as second:
        urls = (url.replace("postgresql://", "postgresql+psycopg://") for url in (first, second))
        yield from _opened([Config(data=tmp_path, database_url=url) for url in urls])


def _opened(configs: list[Config]) -> Iterator[tuple[Database, Database]]:
    first, second = (open_database(config) for config in configs)
    yield first, second
    first.close()
    second.close()


def shape(connection: Connection) -> dict[str, Any]:
    """Everything that constrains each table, in an order of its own."""
    seen = inspect(connection)
    return {
        table: {
            "columns": {c["name"]: (str(c["type"]), c["nullable"]) for c in seen.get_columns(table)},
            **{kind: _sorted(getattr(seen, f"get_{kind}")(table)) for kind in _KINDS},
            "primary": seen.get_pk_constraint(table)["constrained_columns"],
            "options": _without_rowid(connection, table),
        }
        for table in _tables(seen)
    }


_KINDS = ("check_constraints", "unique_constraints", "foreign_keys", "indexes")


def _tables(seen: Inspector) -> list[str]:
    return [table for table in seen.get_table_names() if table != "alembic_version"]


def _sorted(found: list[dict[str, Any]]) -> list[str]:
    return sorted(repr(sorted(entry.items(), key=lambda pair: pair[0])) for entry in found)


def _without_rowid(connection: Connection, table: str) -> bool:
    if connection.dialect.name != "sqlite":
        return False
    query = "SELECT wr FROM pragma_table_list WHERE name = ?"
    return bool(connection.exec_driver_sql(query, (table,)).scalar())


def test_migrations_are_numbered_in_their_order_and_have_one_head() -> None:
    scripts = ScriptDirectory.from_config(schema.settings())
    numbers = [script.revision for script in reversed(list(scripts.walk_revisions()))]
    assert numbers == [f"{number:04}" for number in range(1, len(numbers) + 1)]
    assert scripts.get_heads() == [numbers[-1]]
    files = sorted(path.name for path in (schema.MIGRATIONS / "versions").glob("*.py"))
    assert [name.partition("_")[0] for name in files] == numbers


def test_migrations_end_at_what_the_models_say(two: tuple[Database, Database]) -> None:
    migrated, modelled = two
    schema.upgrade(migrated)
    with modelled.write() as session:
        Schema.metadata.create_all(session.connection())
    with migrated.engine.connect() as one, modelled.engine.connect() as other:
        assert shape(one) == shape(other)
        assert len(shape(one)) > 8
        context = MigrationContext.configure(one, opts={"compare_type": True})
        assert compare_metadata(context, Schema.metadata) == []


def test_migrations_go_down_to_nothing_and_up_again(two: tuple[Database, Database]) -> None:
    database, _ = two
    schema.upgrade(database)
    with database.engine.connect() as connection:
        before = shape(connection)
    with database.write() as session:
        command.downgrade(schema.settings(session.connection()), "base")
    with database.engine.connect() as connection:
        assert shape(connection) == {}
    schema.upgrade(database)
    with database.engine.connect() as connection:
        assert shape(connection) == before
    assert schema.current(database) == schema.head()
