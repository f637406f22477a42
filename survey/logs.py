"""Logs: an event's name and ids, one JSON line each; never an answer, never an address."""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import Iterator
from io import TextIOBase
from types import TracebackType
from typing import TextIO, cast

import structlog
from structlog.typing import EventDict, WrappedLogger

OWN = "hailong"


class StandardError(TextIOBase):
    """Standard error as it is when something is written: a logger once made outlives the stream of its day."""

    def write(self, text: str) -> int:
        """Write to what standard error is now."""
        return sys.stderr.write(text)

    def flush(self) -> None:
        """Flush what standard error is now."""
        sys.stderr.flush()


def configure() -> None:
    """Write structured lines to standard error, those of the libraries too; errors without their words."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            without_words,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        logger_factory=structlog.WriteLoggerFactory(cast("TextIO", StandardError())),
        cache_logger_on_first_use=True,
    )
    root = logging.getLogger()
    root.handlers = [handler for handler in root.handlers if handler.name != OWN]
    handler = logging.StreamHandler(StandardError())
    handler.name = OWN
    handler.setFormatter(LibraryLogFormatter("%(levelname)s %(name)s: %(message)s"))
    root.addHandler(handler)


class LibraryLogFormatter(logging.Formatter):
    """Writes what the libraries log, their errors without their words."""

    def formatException(self, ei: object) -> str:  # noqa: N802 - the library's name
        """Return the kinds of the error and its causes, and the lines that it passed."""
        error = ei[1] if isinstance(ei, tuple) else None
        return "\n".join(passed(error)) if isinstance(error, BaseException) else ""


def without_words(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Replace an exception by its kind and the lines that it passed: its words may quote an answer."""
    error = event.pop("exc_info", None)
    if isinstance(error, BaseException):
        event["passed"] = list(passed(error))
    return event


def passed(error: BaseException | None) -> Iterator[str]:
    """Yield the kind of *error* and of each of its causes, each with the lines of the program it passed."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield type(error).__name__
        yield from _lines(error.__traceback__)
        error = error.__cause__ or error.__context__


def _lines(trace: TracebackType | None) -> Iterator[str]:
    for frame in traceback.extract_tb(trace):
        yield f"{frame.filename}:{frame.lineno} {frame.name}"
