"""Child processes that read pages, each watched: a page that kills one or takes too long is named, and the rest read."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread, Timer
from typing import Any

from forms.faults import FaultyInstrument, InstrumentFault

NEEDED = {"cv2": "opencv-python-headless", "zxingcpp": "zxing-cpp", "pypdfium2": "pypdfium2"}
PAGE_SECONDS = 60.0
CHUNK = 8  # pages of a file that one child reads in a row
_ROOT = Path(__file__).parents[2]

Record = dict[str, Any]


def check_installed() -> None:
    """Raise the fault ``scan_not_installed`` where a library of the extra is missing."""
    missing = [package for module, package in NEEDED.items() if find_spec(module) is None]
    if missing:
        raise FaultyInstrument([InstrumentFault("scan_not_installed", "", {"missing": ", ".join(missing)})])


@dataclass(frozen=True, slots=True)
class ReadTask:
    """Pages ``start`` up to ``stop`` of a file."""

    file: int
    path: Path
    start: int
    stop: int


class Child:
    """One worker process, started when it is first needed and again after it died."""

    def __init__(self, hello: Mapping[str, Any], page_seconds: float) -> None:
        """Remember what to greet a process with; none is started yet."""
        self._hello = hello
        self._seconds = page_seconds
        self._process: subprocess.Popen[str] | None = None

    def ask(self, request: Mapping[str, Any], replies: int) -> Iterator[Record]:
        """Yield up to that many replies; fewer mean that the process died or was stopped for its time."""
        process = self._started()
        with suppress(BrokenPipeError):
            self._write(process, request)
        for _ in range(replies):
            line = self._line(process)
            if line is None:
                self.stop()
                return
            yield line

    def stop(self) -> None:
        """End the process."""
        if self._process:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def _started(self) -> subprocess.Popen[str]:
        if self._process is None:
            settings = {
                **os.environ,
                "PYTHONPATH": str(_ROOT),
                "OPENBLAS_NUM_THREADS": "1",
                "OMP_NUM_THREADS": "1",
            }
            self._process = subprocess.Popen(
                [sys.executable, "-m", "forms.scan.worker"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=settings,
                text=True,
                encoding="utf-8",
            )
            with suppress(BrokenPipeError):
                self._write(self._process, self._hello)
        return self._process

    @staticmethod
    def _write(process: subprocess.Popen[str], request: Mapping[str, Any]) -> None:
        if process.stdin:
            process.stdin.write(json.dumps(request) + "\n")
            process.stdin.flush()

    def _line(self, process: subprocess.Popen[str]) -> Record | None:
        timer = Timer(self._seconds, process.kill)
        timer.start()
        try:
            line = process.stdout.readline() if process.stdout else ""
        finally:
            timer.cancel()
        if not line.endswith("\n"):
            return None
        reply = json.loads(line)
        return reply if isinstance(reply, dict) else None


def count_pages(child: Child, path: Path) -> Record:
    """Return ``pages`` of a file, or 0 and the ``reason``."""
    replies = list(child.ask({"do": "count", "file": str(path)}, 1))
    return replies[0] if replies else {"pages": 0, "reason": "scan_file_broken"}


def read_all(
    tasks: Sequence[ReadTask],
    hello: Mapping[str, Any],
    *,
    jobs: int,
    with_crops: bool,
    told: Callable[[int, int, Record], None],
    page_seconds: float = PAGE_SECONDS,
) -> None:
    """Read every page of every task with that many children; ``told`` gets file, page and record, from any thread.

    What goes wrong in ``told`` ends the reading and is raised here.
    """
    waiting: SimpleQueue[ReadTask] = SimpleQueue()
    for task in tasks:
        waiting.put(task)
    errors: SimpleQueue[BaseException] = SimpleQueue()

    def work() -> None:
        child = Child(hello, page_seconds)
        try:
            while errors.empty():
                _read(child, waiting.get_nowait(), with_crops=with_crops, told=told)
        except Empty:
            pass
        except BaseException as error:
            errors.put(error)
        finally:
            child.stop()

    threads = [Thread(target=work, name=f"scan-{number}") for number in range(max(1, jobs))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if not errors.empty():
        raise errors.get()


def _read(
    child: Child, task: ReadTask, *, with_crops: bool, told: Callable[[int, int, Record], None]
) -> None:
    """Read a task's pages; the page at which the child dies is named, and the next ones go to a new child."""
    page = task.start
    while page < task.stop:
        request = {
            "do": "read",
            "file": str(task.path),
            "start": page,
            "stop": task.stop,
            "crops": with_crops,
        }
        for record in child.ask(request, task.stop - page):
            told(task.file, page, record)
            page += 1
        if page < task.stop:
            told(task.file, page, {"status": "unreadable", "reason": "scan_page_stopped", "answers": []})
            page += 1
