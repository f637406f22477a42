"""The embedded database: a current SQLite, opened so that a power cut loses nothing.

The interpreter's own library is often one with the WAL-reset corruption bug, mended in 3.51.3; the
``pysqlite3`` wheel brings a newer one. What is really in force is asked of each new connection.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pysqlite3.dbapi2 as driver
from sqlalchemy import URL, Connection, Engine, create_engine, delete, event, table

from survey.errors import Refusal

DriverError: type[Exception] = driver.Error
OLDEST_SAFE = (3, 51, 3)
BUSY_MS = 10_000
# What is deleted is overwritten, not only forgotten (secure_delete). Without recursive triggers, REPLACE would change rows behind the back of those that forbid it.
WANTED: Mapping[str, str | int] = {
    "journal_mode": "wal",
    "synchronous": 2,
    "foreign_keys": 1,
    "recursive_triggers": 1,
    "secure_delete": 1,
}


def open_sqlite(path: Path, **options: Any) -> Engine:
    """Return an engine on the database file *path*, made if it is not there, with SQLAlchemy's *options*.

    Raises:
        Refusal: ``sqlite_too_old``; at the first connection ``sqlite_settings`` when a setting
            cannot be put in force (a network disk without WAL, for one).
    """
    if driver.sqlite_version_info < OLDEST_SAFE:
        raise Refusal("sqlite_too_old", version=driver.sqlite_version)
    # As a record: a path may hold what a URL takes for a separator.
    address = URL.create("sqlite+pysqlite", database=str(path))
    engine = create_engine(address, module=driver, **options)
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "begin", _on_begin)
    return engine


def forget_rows(path: Path, name: str) -> None:
    """Leave no trace of a table's rows in the database file *path*, which nobody else has open."""
    with closing(driver.connect(str(path), isolation_level=None)) as file:
        for statement in ("PRAGMA secure_delete = 1", str(delete(table(name))), "VACUUM"):
            file.execute(statement)


def settings_in_force(connection: Connection) -> dict[str, str | int]:
    """Return the durability settings as the open *connection* reports them."""
    return {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in WANTED}


def _on_connect(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # the driver starts no transaction of its own: _on_begin does
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
    for name, value in WANTED.items():
        cursor.execute(f"PRAGMA {name} = {value}")
    in_force = {name: cursor.execute(f"PRAGMA {name}").fetchone()[0] for name in WANTED}
    cursor.close()
    if in_force != WANTED:
        raise Refusal("sqlite_settings", found=str(in_force))


def _on_begin(connection: Connection) -> None:
    """Take the write lock at the start of a write, so that two writers queue instead of failing late."""
    writing = connection.get_execution_options().get("writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")
