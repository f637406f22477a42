"""Whether the secret beside a database is the one that the database was filled under.

Printed addresses, receipts and what tells a repetition follow from the secret. Under another one the service would
run and refuse them all, so the database keeps a check value and nothing opens where the two do not belong together.
"""

from __future__ import annotations

import hashlib
import hmac

import structlog
from sqlalchemy import func, inspect, select

from survey import keys
from survey.config import Config
from survey.database.engine import Database
from survey.database.statements import insert_once
from survey.errors import Refusal
from survey.keys import Keys
from survey.models import Account, Campaign, SecretCheck

REFUSALS = frozenset({"keys_missing", "keys_damaged", "keys_foreign"})
log = structlog.get_logger()


def is_empty(database: Database) -> bool:
    """Return whether nothing hangs on the secret yet: there is no campaign and no account."""
    with database.read() as session:
        seen = inspect(session.connection())
        tables = [table for table in (Campaign, Account) if seen.has_table(table.__tablename__)]
        return all(session.execute(select(table.id).limit(1)).first() is None for table in tables)


def load(config: Config, database: Database) -> Keys:
    """Return the keys of an installation whose database they belong to, or does not know them yet.

    Raises:
        Refusal: ``keys_missing`` and its kin; ``keys_foreign``; ``not_initialised`` where nothing depends on
            the secret yet, so that no backup needs to be looked for.
    """
    try:
        secret = keys.load(config.data)
        require(config, database, secret)
    except Refusal as refusal:
        if refusal.code in {"keys_missing", "keys_foreign"} and is_empty(database):
            raise Refusal("not_initialised", path=str(config.data)) from refusal
        raise
    return secret


def require(config: Config, database: Database, secret: Keys) -> None:
    """Check that the database was not filled under another secret.

    Raises:
        Refusal: ``keys_foreign``.
    """
    if _known(database) not in {None, _check_value(secret)}:
        raise Refusal("keys_foreign", path=str(keys.secret_path(config.data)))


def agrees(database: Database, secret: Keys) -> bool:
    """Return whether the database knows this secret; False as well where that cannot be found out."""
    try:
        return _known(database) == _check_value(secret)
    except Exception:
        return False


def trust(database: Database, secret: Keys) -> bool:
    """Let a database that knows no secret, or an empty one, know this one; return whether it had to be believed.

    A database of a version before knows none: nothing in it says whether this is the right one, and the log tells so.
    """
    if _known(database) == _check_value(secret):
        return False
    believed = not is_empty(database)
    with database.write() as session:
        step = 1 + (session.execute(select(func.max(SecretCheck.step))).scalar() or 0)
        row = {"step": step, "check_value": _check_value(secret)}
        inserted = insert_once(session, SecretCheck, row)
    if believed and inserted:
        log.warning("secret_trusted")
    return believed and inserted


def _known(database: Database) -> bytes | None:
    """Return the check value that is in force, None in a database that has none yet."""
    with database.read() as session:
        if not inspect(session.connection()).has_table(SecretCheck.__tablename__):
            return None
        newest = select(SecretCheck.check_value).order_by(SecretCheck.step.desc()).limit(1)
        return session.execute(newest).scalar()


def _check_value(secret: Keys) -> bytes:
    return hmac.digest(secret.secret_check, b"the secret of this database", hashlib.sha256)
