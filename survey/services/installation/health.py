"""What an installation says of itself: whether it can take answers, and on what it stands."""

from __future__ import annotations

import math
import os
import shutil
import tempfile
import threading
import time
from collections.abc import Mapping
from pathlib import Path

from sqlalchemy import text

from survey.database.engine import Database
from survey.database.sqlite import settings_in_force
from survey.services.installation import schema, secret_check
from survey.services.installation.installation import Installation

LEAST_FREE_BYTES = 200_000_000
BLOCK = 4096  # bytes: the least that a disk writes
RECENT_SECONDS = 5
PATIENCE_SECONDS = 15


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
    """Return whether a write, the disk, the schema and the secret are as they must be to take answers.

    It writes, and waits for the disk, as an answer does; :class:`RecentReadiness` keeps strangers from asking for that
    all the time.
    """
    return {
        "write": _can_write(installation.database),
        "disk": _can_keep(installation.config.data) and free_bytes(installation) > LEAST_FREE_BYTES,
        "schema": _is_current(installation.database),
        "secret": secret_check.agrees(installation.database, installation.keys),
    }


class RecentReadiness:
    """What :func:`readiness` last said of one installation, asked anew once it is :data:`RECENT_SECONDS` old.

    One asks at a time. Who comes meanwhile is told what was said last, and that nothing can be taken where the
    answer takes longer than :data:`PATIENCE_SECONDS`: a disk that does not answer must not hold up every worker.
    """

    def __init__(self, installation: Installation) -> None:
        self.installation = installation
        self._asking = threading.Lock()
        self._said = dict.fromkeys(("write", "disk", "schema", "secret"), False)
        self._said_at = self._asked_at = -math.inf

    def checks(self) -> dict[str, bool]:
        """Return each check and whether it passed."""
        now = time.monotonic()
        if now - self._said_at < RECENT_SECONDS:
            return self._said
        if not self._asking.acquire(blocking=False):
            return self._said if now - self._asked_at < PATIENCE_SECONDS else dict.fromkeys(self._said, False)
        try:
            self._asked_at = now
            self._said, self._said_at = readiness(self.installation), time.monotonic()
        finally:
            self._asking.release()
        return self._said


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
    """Commit what changes nothing and leaves no row, and wait until it is on the disk."""
    try:
        with database.write() as session:
            connection = session.connection()
            if database.is_sqlite:
                number = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
                connection.exec_driver_sql(f"PRAGMA user_version = {number}")  # a page in the log, as it was
                return True
            connection.exec_driver_sql("SET LOCAL synchronous_commit = on")
            if connection.exec_driver_sql("SHOW transaction_read_only").scalar_one() == "on":
                return False
            # A record in the server's log that no table sees: the commit waits for it to be flushed.
            connection.exec_driver_sql("SELECT pg_logical_emit_message(true, 'readiness', '')")
    except Exception:
        return False
    return True


def _can_keep(data: Path) -> bool:
    """Write a file without a name into the data directory, and wait until it is on the disk."""
    try:
        with tempfile.TemporaryFile(dir=data, buffering=0) as file:
            file.write(b"\0" * BLOCK)
            os.fsync(file.fileno())
    except OSError:
        return False
    return True
