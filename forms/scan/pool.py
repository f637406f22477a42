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
from forms.scan.packing import MalformedRecordError, unpack_count, unpack_page
from forms.scan.records import ClaimedPage, FileCount

NEEDED = {"cv2": "opencv-python-headless", "zxingcpp": "zxing-cpp", "pypdfium2": "pypdfium2"}
PAGE_SECONDS = 60.0
CHUNK = 8  # pages of a file that one child reads in a row
_ROOT = Path(__file__).parents[2]

Receive = Callable[[int, int, ClaimedPage], None]  # file, page of it, and what a child says of it


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

    def ask(self, request: Mapping[str, Any], replies: int) -> Iterator[str]:
        """Yield up to that many lines in reply; fewer mean that the process died or was stopped for its time."""
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

    def _line(self, process: subprocess.Popen[str]) -> str | None:
        timer = Timer(self._seconds, process.kill)
        timer.start()
        try:
            line = process.stdout.readline() if process.stdout else ""
        finally:
            timer.cancel()
        return line if line.endswith("\n") else None


def count_pages(child: Child, path: Path) -> FileCount:
    """Return the pages of a file; a child that dies of it, or says what makes no sense, calls it broken."""
    try:
        for line in child.ask({"do": "count", "file": str(path)}, 1):
            return unpack_count(line)
    except MalformedRecordError:
        child.stop()
    return FileCount(0, "scan_file_broken")


def read_all(
    tasks: Sequence[ReadTask],
    hello: Mapping[str, Any],
    *,
    jobs: int,
    with_crops: bool,
    receive: Receive,
    page_seconds: float = PAGE_SECONDS,
) -> None:
    """Read every page of every task with that many children; ``receive`` gets file, page and claim, from any thread.

    What goes wrong in ``receive`` ends the reading and is raised here.
    """
    waiting: SimpleQueue[ReadTask] = SimpleQueue()
    for task in tasks:
        waiting.put(task)
    errors: SimpleQueue[BaseException] = SimpleQueue()

    def work() -> None:
        child = Child(hello, page_seconds)
        try:
            while errors.empty():
                _read(child, waiting.get_nowait(), with_crops=with_crops, receive=receive)
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


def _read(child: Child, task: ReadTask, *, with_crops: bool, receive: Receive) -> None:
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
        for claim in _claims(child, request, task.stop - page):
            receive(task.file, page, claim)
            page += 1
        if page < task.stop:
            receive(task.file, page, ClaimedPage("unreadable", "scan_page_stopped"))
            page += 1


def _claims(child: Child, request: Mapping[str, Any], pages: int) -> Iterator[ClaimedPage]:
    """Yield what the child says of its pages up to the first line that makes no sense, which ends the child."""
    for line in child.ask(request, pages):
        try:
            claim = unpack_page(line)
        except MalformedRecordError:
            child.stop()
            return
        yield claim
