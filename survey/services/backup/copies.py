"""A copy of the running database that tells nothing of the order in which citizens came.

SQLite's own ``.backup`` copies page by page, and so copies that order with the rows. A copy made by ``VACUUM INTO`` is
written anew from the keys: it is whole at one moment, has no log beside it and is as small as it can be. What tells
a body that comes again from another one lives for a day in the database, and not at all in a copy.
"""

from __future__ import annotations

import datetime as dt
import os
from contextlib import suppress
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from survey.database.sqlite import DriverError
from survey.errors import Refusal
from survey.models import BodyCheck
from survey.services.accounts import audit
from survey.services.accounts.actors import Actor
from survey.services.installation.installation import Installation

UNFINISHED = ".unfinished"


def back_up(installation: Installation, actor: Actor, out: Path, now: dt.datetime) -> int:
    """Write a copy of the embedded database to the new file *out*, for its owner alone; return its size in bytes.

    The file bears its name only once it is whole and on the disk. Citizens' answers come in meanwhile.

    Raises:
        Refusal: ``backup_not_embedded`` for PostgreSQL, whose own tools copy it; ``backup_exists``;
            ``file_unwritable``.
    """
    if not installation.database.is_sqlite:
        raise Refusal("backup_not_embedded")
    if out.exists():
        raise Refusal("backup_exists", path=str(out))
    unfinished = out.with_name(out.name + UNFINISHED)
    try:
        unfinished.unlink(missing_ok=True)  # one that was left lying may be open to others
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)):
            pass  # an empty file of our own: SQLite would make one that others may read
        installation.database.copy_into(unfinished, without=BodyCheck.__tablename__)
        _flush(unfinished)
        unfinished.rename(out)
        _flush(out.parent)
    except (OSError, DBAPIError, DriverError) as error:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)
        why = getattr(error, "strerror", None) or str(error).split("\n", 1)[0]
        raise Refusal("file_unwritable", path=str(out), why=why) from error
    with installation.database.write() as session:
        audit.note(session, actor, "backup_made", now, subject=out.name)
    return out.stat().st_size


def _flush(path: Path) -> None:
    """Let what was written to a file, or to the list of a folder, outlive a power cut."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
