"""Sets an installation up and opens it: the record that every verb works with."""

from __future__ import annotations

from dataclasses import dataclass, field

from survey import keys
from survey.config import Config
from survey.database.engine import Database, open_database, refusing_failures
from survey.errors import Refusal
from survey.keys import Keys
from survey.services.installation import schema
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


def initialise(config: Config) -> None:
    """Make the data directory, the secret and the schema; what is already there stays.

    Raises:
        Refusal: ``data_unwritable``; ``keys_missing`` and its kin; ``database_unusable``; ``schema_ahead``.
    """
    try:
        config.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        keys.create(config.data)
    except OSError as error:
        raise Refusal("data_unwritable", path=str(config.data), why=error.strerror) from error
    database = open_database(config)
    try:
        with refusing_failures():
            schema.upgrade(database, keys.load(config.data))
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
    return Installation(config, secret, database, Campaigns(database))
