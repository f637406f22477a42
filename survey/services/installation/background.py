"""Work that goes on behind the requests: threads that are told to stop, and waited for, when the service ends."""

from __future__ import annotations

import threading
from collections.abc import Callable

import structlog

log = structlog.get_logger()

PATIENCE = 45.0


class Background:
    """The threads of one installation. A piece of work gets the signal that says it is to stop."""

    def __init__(self) -> None:
        self.stopping = threading.Event()
        self._threads: list[threading.Thread] = []
        self._lock = threading.Lock()

    def start(self, name: str, work: Callable[[threading.Event], object]) -> None:
        """Begin *work* in a thread of its own; what it raises is logged, and stops nothing else."""
        thread = threading.Thread(target=self._run, args=(name, work), name=name, daemon=True)
        with self._lock:
            self._threads = [each for each in self._threads if each.is_alive()]
            self._threads.append(thread)
        thread.start()

    def every(self, seconds: float, name: str, work: Callable[[], object]) -> None:
        """Begin to do *work* now and again after every *seconds*, until the service ends."""

        def repeat(stopping: threading.Event) -> None:
            while True:
                self._attempt(name, work)
                if stopping.wait(seconds):
                    return

        self.start(name, repeat)

    def settle(self) -> None:
        """Wait until what was begun is done, for as long as it takes."""
        for thread in list(self._threads):
            thread.join()

    def close(self) -> None:
        """Tell everything to stop and wait a while for it."""
        self.stopping.set()
        for thread in list(self._threads):
            thread.join(PATIENCE)

    def _run(self, name: str, work: Callable[[threading.Event], object]) -> None:
        self._attempt(name, lambda: work(self.stopping))

    @staticmethod
    def _attempt(name: str, work: Callable[[], object]) -> None:
        try:
            work()
        except Exception as error:
            log.exception("background_failed", work=name, exc_info=error)
