"""Brings the database to the schema that this version of the program was written for."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config as AlembicConfig
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from survey.database.engine import Database
from survey.errors import Refusal
from survey.keys import Keys

MIGRATIONS = Path(__file__).parents[3] / "migrations"


def settings(connection: Connection | None = None, keys: Keys | None = None) -> AlembicConfig:
    """Return Alembic's settings for the migrations of this product, on *connection* where given.

    The *keys* are for migrations of what was derived by them.
    """
    config = AlembicConfig()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    config.attributes["keys"] = keys
    return config


@cache
def head() -> str:
    """Return the newest migration's number."""
    revision = ScriptDirectory.from_config(settings()).get_current_head()
    if revision is None:
        raise LookupError("the product ships without its migrations")
    return revision


def current(database: Database) -> str | None:
    """Return the number of the migration that the database stands at, None for an empty one."""
    with database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def upgrade(database: Database, keys: Keys | None = None) -> None:
    """Bring the database to the newest migration, in one transaction; leave no trace of how it was before.

    An empty database needs no *keys*.

    Raises:
        Refusal: ``schema_ahead`` when a newer version of the program made it.
    """
    before = current(database)
    _require_known(before)
    with database.write() as session:
        command.upgrade(settings(session.connection(), keys), "head")
    if before != head():
        database.rewrite({})


def require_current(database: Database) -> None:
    """Check that the database is at the newest migration.

    Raises:
        Refusal: ``schema_behind`` or ``schema_ahead`` when it is not.
    """
    revision, wanted = current(database), head()
    _require_known(revision)
    if revision != wanted:
        raise Refusal("schema_behind", found=revision or "-", wanted=wanted)


def _require_known(revision: str | None) -> None:
    if revision is not None and revision not in _revisions():
        raise Refusal("schema_ahead", found=revision, wanted=head())


@cache
def _revisions() -> frozenset[str]:
    """Return the numbers of all migrations; the folder of a running program does not change."""
    scripts = ScriptDirectory.from_config(settings()).walk_revisions()
    return frozenset(script.revision for script in scripts)
