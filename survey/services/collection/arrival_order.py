"""The order in which rows lie: it must not tell in which order citizens came."""

from __future__ import annotations

from contextlib import suppress

from sqlalchemy.exc import DBAPIError

from survey.database.sqlite import DriverError
from survey.services.installation.installation import Installation

SENT_BY_CITIZENS = ("response", "comment", "set_aside", "ledger_leaf", "spent_ticket", "spent_screen_code")


def erase_arrival_order(installation: Installation) -> None:
    """Let what citizens sent lie in an order that says nothing about its coming; in vain when busy."""
    with suppress(DBAPIError, DriverError):
        installation.database.rewrite(SENT_BY_CITIZENS)
