"""Sets an installation up, opens it, and asks after its health."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from survey import keys
from survey.config import Config
from survey.database.engine import Database, open_database, refusing_failures
from survey.database.sqlite import DriverError, settings_in_force
from survey.errors import Refusal
from survey.keys import Keys
from survey.services.collection.door import Door
from survey.services.installation import schema
from survey.services.installation.background import Background
from survey.services.installation.campaign_records import Campaigns

SENT_BY_CITIZENS = ("response", "comment", "set_aside", "ledger_leaf", "spent_ticket", "spent_screen_code")
LEAST_FREE_BYTES = 200_000_000


@dataclass(frozen=True, slots=True)
class Installation:
    """An open installation: what every request and command works with."""

    config: Config
    keys: Keys
    database: Database
    campaigns: Campaigns
    door: Door
    background: Background = field(default_factory=Background)

    def forget_order(self) -> None:
        """Let what citizens sent lie in an order that says nothing about its coming; in vain when busy."""
        with suppress(DBAPIError, DriverError):
            self.database.rewrite(SENT_BY_CITIZENS)

    def close(self) -> None:
        """End what goes on in the background and close the database."""
        self.background.close()
        self.database.close()


def initialise(config: Config) -> None:
    """Make the data directory, the secret and the schema; what is already there stays.

    Raises:
        Refusal: ``data_unwritable``; ``database_unusable``; ``schema_ahead``.
    """
    try:
        config.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        keys.create(config.data)
    except OSError as error:
        raise Refusal("data_unwritable", path=str(config.data), why=error.strerror) from error
    database = open_database(config)
    try:
        with refusing_failures():
            schema.upgrade(database)
    finally:
        database.close()


def open_installation(config: Config) -> Installation:
    """Open an installation that :func:`initialise` made.

    Raises:
        Refusal: ``not_initialised``; ``keys_missing`` and its kin; ``database_unusable``;
            ``schema_behind``; ``schema_ahead``.
    """
    if config.database_url is None and not config.sqlite_path.exists():
        raise Refusal("not_initialised", path=str(config.data))
    secret = keys.load(config.data)
    database = open_database(config)
    try:
        with refusing_failures():
            schema.require_current(database)
    except BaseException:
        database.close()
        raise
    return Installation(config, secret, database, Campaigns(database), Door(database, secret))


def database_facts(database: Database) -> Mapping[str, str]:
    """Return what the database reports about itself and its durability settings."""
    with database.engine.connect() as connection:
        if database.is_sqlite:
            version = connection.exec_driver_sql("SELECT sqlite_version()").scalar_one()
            found = settings_in_force(connection)
            return {"database": f"SQLite {version}"} | {name: str(value) for name, value in found.items()}
        names = ("server_version", "synchronous_commit", "fsync", "full_page_writes", "server_encoding")
        return {"database": "PostgreSQL"} | {
            name: str(connection.execute(text(f"SHOW {name}")).scalar_one()) for name in names
        }


def readiness(installation: Installation) -> dict[str, bool]:
    """Return whether a write, the disk and the schema are as they must be to take answers."""
    return {
        "write": _can_write(installation.database),
        "disk": free_bytes(installation.config.data) > LEAST_FREE_BYTES,
        "schema": _is_current(installation.database),
    }


def _is_current(database: Database) -> bool:
    try:
        return schema.current(database) == schema.head()
    except Exception:
        return False


def free_bytes(data: Path) -> int:
    """Return the free bytes of the disk that holds *data*."""
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
