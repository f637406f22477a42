"""What an installation says of itself: whether it can take answers, and on what it stands."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping

from sqlalchemy import text

from survey.database.engine import Database
from survey.database.sqlite import settings_in_force
from survey.services.installation import schema, secret_check
from survey.services.installation.installation import Installation

LEAST_FREE_BYTES = 200_000_000


def database_facts(installation: Installation) -> Mapping[str, str]:
    """Return what the database reports about itself and its durability settings."""
    database = installation.database
    with database.engine.connect() as connection:
        if database.is_sqlite:
            version = connection.exec_driver_sql("SELECT sqlite_version()").scalar_one()
            settings = settings_in_force(connection)
            return {"database": f"SQLite {version}"} | {name: str(value) for name, value in settings.items()}
        names = ("server_version", "synchronous_commit", "fsync", "full_page_writes", "server_encoding")
        return {"database": "PostgreSQL"} | {
            name: str(connection.execute(text(f"SHOW {name}")).scalar_one()) for name in names
        }


def readiness(installation: Installation) -> dict[str, bool]:
    """Return whether a write, the disk, the schema and the secret are as they must be to take answers."""
    return {
        "write": _can_write(installation.database),
        "disk": free_bytes(installation) > LEAST_FREE_BYTES,
        "schema": _is_current(installation.database),
        "secret": secret_check.agrees(installation.database, installation.keys),
    }


def _is_current(database: Database) -> bool:
    try:
        return schema.current(database) == schema.head()
    except Exception:
        return False


def free_bytes(installation: Installation) -> int:
    """Return the free bytes of the disk that holds the data directory."""
    data = installation.config.data
    return shutil.disk_usage(data).free if data.exists() else 0


def _can_write(database: Database) -> bool:
    """Take the write lock and write a row that is taken back."""
    try:
        with database.write() as session:
            nested = session.begin_nested()
            session.execute(text("CREATE TEMPORARY TABLE IF NOT EXISTS readiness (at integer)"))
            session.execute(text("INSERT INTO readiness VALUES (1)"))
            nested.rollback()
    except Exception:
        return False
    return os.access(database.engine.url.database or "", os.W_OK) if database.is_sqlite else True
