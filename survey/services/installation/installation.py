"""Sets an installation up and opens it: the record that every verb works with."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from survey import keys
from survey.config import Config
from survey.database.engine import Database, open_database, refusing_failures
from survey.errors import Refusal
from survey.keys import Keys
from survey.services.installation import privacy, schema, secret_check
from survey.services.installation.background import Background
from survey.services.installation.campaign_records import Campaigns


@dataclass(frozen=True, slots=True)
class Installation:
    """An open installation: what every request and command works with."""

    config: Config
    keys: Keys
    database: Database
    campaigns: Campaigns
    background: Background = field(default_factory=Background)

    def close(self) -> None:
        """End what goes on in the background and close the database."""
        self.background.close()
        self.database.close()


def initialise(config: Config) -> bool:
    """Make the data directory, the secret and the schema; what is already there stays.

    Only an empty database gets a new secret: on one that is filled, printed addresses and receipts hang.
    Return whether an older database had to believe that the secret beside it is its own.

    Raises:
        Refusal: ``data_unwritable``; ``keys_missing`` and its kin; ``keys_foreign``; ``database_unusable``;
            ``schema_ahead``.
    """
    with _writing(config):
        config.data.mkdir(mode=privacy.OWNER_ONLY, parents=True, exist_ok=True)
        privacy.keep(config.data)
        if not _has_database(config):
            keys.create(config.data)
    database = open_database(config)
    try:
        with refusing_failures():
            return _found(config, database)
    finally:
        database.close()


def open_installation(config: Config) -> Installation:
    """Open an installation that :func:`initialise` made.

    Raises:
        Refusal: ``not_initialised``; ``keys_missing`` and its kin; ``keys_foreign``; ``database_unusable``;
            ``schema_behind``; ``schema_ahead``.
    """
    if not _has_database(config):
        raise Refusal("not_initialised", path=str(config.data))
    privacy.keep(config.data)
    database = open_database(config)
    try:
        with refusing_failures():
            secret = secret_check.load(config, database)
            schema.require_current(database)
            secret_check.trust(database, secret)
    except BaseException:
        database.close()
        raise
    return Installation(config, secret, database, Campaigns(database))


def _has_database(config: Config) -> bool:
    """Return whether there is a database to look into; that of a server is always there."""
    return config.database_url is not None or config.sqlite_path.exists()


def _found(config: Config, database: Database) -> bool:
    empty = secret_check.is_empty(database)
    if empty:
        with _writing(config):
            keys.create(config.data)
    secret = keys.load(config.data)
    if not empty:
        secret_check.require(config, database, secret)
    schema.upgrade(database, secret)
    return secret_check.trust(database, secret)


@contextmanager
def _writing(config: Config) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise Refusal("data_unwritable", path=str(config.data), why=error.strerror) from error
