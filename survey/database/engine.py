"""One handle on the database for the services: reading, writing, and many small writes in one commit."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, delete, inspect
from sqlalchemy import table as named
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.orm import Session

from survey.config import Config
from survey.database.group_commit import GroupCommit
from survey.database.sqlite import BUSY_MS, DriverError, forget_rows, open_sqlite
from survey.errors import Fault, Refusal

SPARE_CONNECTIONS = 4
EVERY_ROW = "*"
PATIENCE_MS = 2000  # of a rewriting that would have to wait for somebody
T = TypeVar("T")


class Database:
    """The open database. ``read`` and ``write`` give a session in one transaction.

    On SQLite ``write_grouped`` hands short writes to one thread that commits many of them together:
    one flush to disk then serves all who wait. PostgreSQL groups commits by itself.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._writing = engine.execution_options(writing=True)
        self._group = GroupCommit(self._writing) if self.is_sqlite else None

    @property
    def is_sqlite(self) -> bool:
        """Whether this is the embedded database."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Give a session that sees one state of the database and writes nothing."""
        with Session(self.engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """Give a session whose work is committed at the end of the block, or undone if it raises."""
        with Session(self._writing, expire_on_commit=False) as session, session.begin():
            yield session

    def session(self, *, writing: bool) -> Session:
        """Return a session for a library that commits and closes it itself."""
        return Session(self._writing if writing else self.engine, expire_on_commit=False)

    def write_grouped(self, work: Callable[[Session], T]) -> T:
        """Run the short *work* in a transaction and return its result once that is on disk."""
        if self._group is not None:
            return self._group.run(work)
        with self.write() as session:
            return work(session)

    def rewrite(self, tables: Mapping[str, str | None]) -> bool:
        """Write the *tables* anew in the order of their keys, and empty the log of what came when.

        Both databases put what is new where there is room: until then, whoever has the file or the
        server sees within a page, and in the write-ahead log, which row came after which. On PostgreSQL rows also
        bear the number of the transaction that wrote them, and keep it when they are moved; so they are written
        once more by one transaction: by way of the column that is named, which is given its own type again, or for
        :data:`EVERY_ROW`, where triggers name every column, by taking the rows out and putting them in. Where
        none is named rows are moved only.

        Nobody waits long: what would have to wait for somebody gives up, with an error on PostgreSQL. Return
        whether nothing is left: on SQLite a reader may have kept the log from being emptied.
        """
        if self.is_sqlite:
            return self._rewrite_file()
        with self.engine.connect() as connection:
            for table, column in tables.items():
                with connection.begin():
                    connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{PATIENCE_MS}ms'")
                    connection.exec_driver_sql(
                        "SET LOCAL synchronize_seqscans = off"
                    )  # from the first page on
                    if column == EVERY_ROW:
                        _write_rows_again(connection, table)
                    connection.exec_driver_sql(f"CLUSTER {table} USING pk_{table}")
                    if column not in {None, EVERY_ROW}:
                        _write_table_again(connection, table, str(column))
        return True

    def _rewrite_file(self) -> bool:
        with closing(
            self.engine.raw_connection()
        ) as raw:  # outside any transaction; it writes all or nothing
            cursor = raw.cursor()
            cursor.execute("VACUUM")
            cursor.execute(f"PRAGMA busy_timeout = {PATIENCE_MS}")  # who writes waits as long as this does
            try:
                busy, _, _ = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            finally:
                cursor.execute(f"PRAGMA busy_timeout = {BUSY_MS}")  # for the next who gets this connection
        return not busy

    def copy_into(self, path: Path, without: str) -> None:
        """Write the embedded database, as it is at one moment, anew into the empty file *path*, one table's rows left out."""
        with closing(self.engine.raw_connection()) as raw:
            raw.cursor().execute("VACUUM INTO ?", (str(path),))
        forget_rows(path, without)

    def close(self) -> None:
        """End the writing thread and close every connection."""
        if self._group is not None:
            self._group.close()
        self.engine.dispose()


def _write_table_again(connection: Connection, table: str, column: str) -> None:
    """Let PostgreSQL write every row of a table anew: all of them then bear this transaction's number."""
    described = next(each for each in inspect(connection).get_columns(table) if each["name"] == column)
    kind = described["type"].compile(connection.dialect)
    nothing = "''::bytea" if kind == "BYTEA" else "''"
    connection.exec_driver_sql(
        f"ALTER TABLE {table} ALTER COLUMN {column} TYPE {kind} USING ({column} || {nothing})::{kind}"
    )


def _write_rows_again(connection: Connection, table: str) -> None:
    """Take every row of a table out and put it in again, past the triggers that forbid others to do so."""
    connection.exec_driver_sql(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    connection.exec_driver_sql(f"CREATE TEMPORARY TABLE again ON COMMIT DROP AS TABLE {table}")
    connection.execute(delete(named(table)))
    connection.exec_driver_sql(f"INSERT INTO {table} TABLE again")
    connection.exec_driver_sql(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def open_database(config: Config) -> Database:
    """Return the database that *config* names; nothing is connected yet.

    Raises:
        Refusal: ``settings_unsafe`` for an address that no database can have; ``sqlite_too_old``.
    """
    options: dict[str, Any] = {
        # An error's text goes into logs; what was to be written are people's answers.
        "hide_parameters": True,
        # A page of the office uses two connections at a time: one for the account, one for the service.
        "pool_size": config.threads,
        "max_overflow": config.threads + SPARE_CONNECTIONS,
    }
    if config.database_url is None:
        return Database(open_sqlite(config.sqlite_path, **options))
    try:
        return Database(create_engine(config.database_url, pool_pre_ping=True, **options))
    except (SQLAlchemyError, ValueError) as error:
        fault = Fault("setting_database_url", "HAILONG_DATABASE_URL")
        raise Refusal("settings_unsafe", [fault]) from error


@contextmanager
def refusing_failures() -> Iterator[None]:
    """Turn what the database driver raises at the start into a sentence about what to do.

    Raises:
        Refusal: ``database_unusable``.
    """
    try:
        yield
    except (DBAPIError, DriverError) as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        first, *_ = str(cause).strip().splitlines() or [type(cause).__name__]
        raise Refusal("database_unusable", why=first) from error
