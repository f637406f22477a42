"""Group commit for the embedded database: one transaction, one flush to disk, for all who wait.

SQLite has a single writer. Threads that each open a write transaction sleep and retry against one
another, and the unlucky ones wait long. Here one thread takes what has queued up, runs each piece of
work inside its own savepoint, commits once, and only then lets the callers go on: whoever is told
"accepted" is on disk, and one piece's failure undoes nothing of its neighbours.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

from sqlalchemy import Engine
from sqlalchemy.orm import Session

T = TypeVar("T")
Work = Callable[[Session], Any]
Waiting = tuple[Work, "Future[Any]"]

LARGEST_GROUP = 64


class GroupCommit:
    """The queue of waiting writes and the one thread that carries them out; it starts at the first write."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._queue: queue.SimpleQueue[Waiting | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()
        self._closed = False

    def run(self, work: Callable[[Session], T]) -> T:
        """Run *work* and return its result after the commit; whatever it raises is raised here."""
        future: Future[T] = Future()
        with self._lock:
            if self._closed:
                raise RuntimeError("the database is closed")
            if self._thread is None:
                self._thread = threading.Thread(target=self._serve, name="group-commit", daemon=True)
                self._thread.start()
            self._queue.put((work, future))
        return future.result()

    def close(self) -> None:
        """Carry out what has queued up, then end the thread."""
        with self._lock:
            self._closed = True
            thread, self._thread = self._thread, None
        if thread is not None:
            self._queue.put(None)
            thread.join()

    def _serve(self) -> None:
        while (first := self._queue.get()) is not None:
            group, last = self._gather(first)
            self._carry_out(group)
            if last:
                return

    def _gather(self, first: Waiting) -> tuple[list[Waiting], bool]:
        group = [first]
        while len(group) < LARGEST_GROUP:
            try:
                item = self._queue.get_nowait()
            except queue.Empty:
                break
            if item is None:
                return group, True
            group.append(item)
        return group, False

    def _carry_out(self, group: list[Waiting]) -> None:
        outcomes: list[Callable[[], None]] = []
        try:
            with Session(self._engine, expire_on_commit=False) as session, session.begin():
                for work, future in group:
                    outcomes.append(_attempt(session, work, future))
        except BaseException as error:
            for _, future in group:
                future.set_exception(error)
            return
        for settle in outcomes:
            settle()


def _attempt(session: Session, work: Work, future: Future[Any]) -> Callable[[], None]:
    """Run *work* in a savepoint; return how to settle its future once the group is committed.

    Only what *work* itself raises is one caller's failure. A savepoint that can be neither released nor
    undone (SQLite may have rolled the whole transaction back on a full disk) is the failure of all.
    """
    savepoint = session.begin_nested()
    try:
        result = work(session)
    except Exception as error:
        failure = error
        savepoint.rollback()
        return lambda: future.set_exception(failure)
    savepoint.commit()
    return lambda: future.set_result(result)
