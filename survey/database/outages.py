"""Which errors of a database or a disk are an outage, after which the same thing may be asked again, and which a defect."""

from __future__ import annotations

import errno

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from survey.database.sqlite import DriverError

DISK = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO})
# SQLite's primary codes: busy, locked, read-only, a failing disk, a full one, a file that cannot be opened.
SQLITE = frozenset({5, 6, 8, 10, 13, 14})
# PostgreSQL's classes: no connection, given up for others, no room, told to end, a failing disk.
POSTGRESQL = ("08", "40", "53", "57", "58")
LOCKED, READ_ONLY = "55P03", "25006"


def is_outage(error: BaseException) -> bool:
    """Return whether *error* says that the disk is full, read-only or failing, or that the database is away or busy."""
    if isinstance(error, NoConnectionFree):
        return True
    if isinstance(error, DBAPIError):
        return error.connection_invalidated or _of_driver(error.orig)
    return _of_driver(error)


def _of_driver(error: BaseException | None) -> bool:
    if isinstance(error, DriverError):
        return getattr(error, "sqlite_errorcode", 0) & 0xFF in SQLITE
    if isinstance(error, OSError):
        return error.errno in DISK
    state = getattr(error, "sqlstate", "")
    if state is None:  # a server that cannot be reached has no code to give
        return type(error).__name__ == "OperationalError"
    return state.startswith(POSTGRESQL) or state in {LOCKED, READ_ONLY}
