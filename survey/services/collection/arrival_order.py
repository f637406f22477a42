"""The order in which rows lie: it must not tell in which order citizens came."""

from __future__ import annotations

import datetime as dt

import structlog
from sqlalchemy.exc import DBAPIError

from survey.clock import ZONE
from survey.database.sqlite import DriverError
from survey.services.installation.installation import Installation

log = structlog.get_logger()

SENT_BY_CITIZENS = ("response", "comment", "set_aside", "ledger_leaf", "spent_ticket", "spent_screen_code")
NIGHT = range(1, 5)  # hours in which no office is open and nobody keys


def erase_arrival_order(installation: Installation) -> bool:
    """Let what citizens sent lie in an order that says nothing about its coming; return whether that could be.

    It can't while somebody works with the tables, nor by a role that does not own them; the log says so.
    """
    try:
        installation.database.rewrite(SENT_BY_CITIZENS)
    except (DBAPIError, DriverError) as error:
        log.warning("arrival_order_kept", reason=type(error).__name__)
        return False
    return True


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
