"""One handle on the database for the services: reading, writing, and many small writes in one commit."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import Session

from survey.config import Config
from survey.database.group_commit import GroupCommit
from survey.database.sqlite import open_sqlite

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

    def write_grouped(self, work: Callable[[Session], T]) -> T:
        """Run the short *work* in a transaction and return its result once that is on disk."""
        if self._group is not None:
            return self._group.run(work)
        with self.write() as session:
            return work(session)

    def close(self) -> None:
        """End the writing thread and close every connection."""
        if self._group is not None:
            self._group.close()
        self.engine.dispose()


def open_database(config: Config) -> Database:
    """Return the database that *config* names; nothing is connected yet."""
    if config.database_url is None:
        return Database(open_sqlite(config.sqlite_path))
    return Database(create_engine(config.database_url, pool_size=config.threads, pool_pre_ping=True))
