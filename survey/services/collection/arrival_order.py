"""The order in which rows lie: it must not tell in which order citizens came."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Mapping

import structlog
from sqlalchemy import delete
from sqlalchemy.exc import DBAPIError

from survey.clock import ZONE
from survey.database.engine import EVERY_ROW
from survey.database.sqlite import DriverError
from survey.models import BodyCheck
from survey.services.installation.installation import Installation

log = structlog.get_logger()

# Each with the column by which PostgreSQL can be made to write its rows anew: no trigger and no other table names it.
# Decisions and what leads to a sheet are among them: an audit entry names the sheet, and was written together with both.
TABLES: Mapping[str, str | None] = {
    "response": "profile",
    "decision": "reason",
    "paper_form": None,
    "paper_reading": None,
    "comment": "text",
    "set_aside": EVERY_ROW,
    "ledger_leaf": "leaf",
    "receipt": "receipt_key",
    "body_check": "entry_state",
    "spent_ticket": "ended",
    "spent_screen_code": "mark",
}
ATTEMPTS, PAUSE = 5, 2.0  # seconds: a page that is being read is soon read
NIGHT = range(1, 5)  # hours in which no office is open and nobody keys


def erase_arrival_order(installation: Installation, *more: str) -> bool:
    """Let what citizens sent lie in an order that says nothing about its coming; return whether that could be.

    *more* tables are written anew with it, that nothing lies on of what was deleted there.

    What tells a submission that comes again from another one under its key goes at the same time. It can be called
    while the service runs, from any thread or process: answers come in meanwhile, those that are sent in this second
    wait for it. It can't be done by a role that does not own the tables, nor, on PostgreSQL, while somebody works with
    them; nor is the log of SQLite emptied while somebody reads for long. The log of the service then says so. So it
    must not be called with a session open.
    """
    try:
        with installation.database.write() as session:
            session.execute(delete(BodyCheck))
        done = installation.database.rewrite({**TABLES, **dict.fromkeys(more)})
    except (DBAPIError, DriverError) as error:
        log.warning("arrival_order_kept", reason=type(error).__name__)
        return False
    if not done:
        log.warning("arrival_order_kept", reason="readers")
    return done


def erase_after_release(installation: Installation) -> None:
    """Erase the order of arrival once figures were made or a comment was erased, behind whoever did it.

    A night makes good what fails. What was deleted leaves the file and its log at the same time.

    On PostgreSQL it is the night's work alone: there the tables are closed while they are written anew.
    """
    if installation.database.is_sqlite:
        installation.background.start("arrival_order", lambda stopping: _persist(installation, stopping))


def _persist(installation: Installation, stopping: threading.Event) -> None:
    for _ in range(ATTEMPTS):
        if erase_arrival_order(installation) or stopping.wait(PAUSE):
            return


class NightlyErasure:
    """Erases the order of arrival once a night, and tries again while it is night where that could not be."""

    def __init__(self, installation: Installation) -> None:
        self._installation = installation
        self._done: dt.date | None = None

    def attempt(self, now: dt.datetime) -> None:
        """Erase the order if it is night and this night's erasure is still to come."""
        local = now.astimezone(ZONE)
        if local.hour in NIGHT and self._done != local.date() and erase_arrival_order(self._installation):
            self._done = local.date()
