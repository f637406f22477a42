"""Opens an installation for the length of one command."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from survey import logs
from survey.config import from_environment
from survey.services.installation.installation import Installation, open_installation


@contextmanager
def opened_installation(data: str | None, host: str = "", port: int = 0) -> Iterator[Installation]:
    """Yield the open installation of ``--data``, served at *host* and *port* if at all; close it at the end."""
    logs.configure()
    installation = open_installation(from_environment(data).listening(host, port))
    try:
        yield installation
    finally:
        installation.close()
