"""A server process of its own to be measured: the product on fresh data, or a bare Flask hello.

``python -m bench.serving product|hello [DATABASE_URL]`` prints its address and, for the product, the
path of a form, then serves until it is told to stop.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from flask import Flask

from survey import clock, server
from survey.config import Config
from survey.plans import check
from survey.services.accounts.actors import COMMAND_LINE
from survey.services.campaigns import campaigns
from survey.services.counter import links
from survey.services.installation.installation import initialise, open_installation
from survey.web.application import assemble

THREADS = 8
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Served:
    """A running server: where it listens, what to ask for, and its process."""

    host: str
    port: int
    path: str
    process: subprocess.Popen[str]

    def cpu_seconds(self) -> float:
        """Return the processor time, user and system, that the server process has used."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text("ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS


@contextmanager
def running(kind: str, *arguments: str) -> Iterator[Served]:
    """Start a server of that kind in a process of its own; stop it at the end."""
    command = [sys.executable, "-m", "bench.serving", kind, *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            if process.stdout is None:
                raise OSError("the server's output is not read")
            address, path = process.stdout.readline().split()
            host, _, port = address.removeprefix("http://").rpartition(":")
            yield Served(host, int(port), path, process)
        finally:
            process.terminate()


def main(kind: str, database_url: str | None = None) -> None:
    """Serve until stopped."""
    if kind == "hello":
        server.serve(
            _hello(), "127.0.0.1", 0, threads=THREADS, on_ready=lambda url: print(url, "/", flush=True)
        )
        return
    with tempfile.TemporaryDirectory() as folder:
        config = Config(Path(folder), database_url=database_url)
        initialise(config)
        installation = open_installation(config)
        plan = check.read("binh-dinh-2024").rehearsed("bench", clock.now().date(), {})
        campaigns.load(installation, COMMAND_LINE, plan, clock.now(), rehearsal=True)
        link = links.of_campaign(installation, COMMAND_LINE, installation.campaigns.only())[0]
        path = link.url.removeprefix(config.public_url)
        app = assemble(installation)
        server.serve(app, "127.0.0.1", 0, threads=THREADS, on_ready=lambda url: print(url, path, flush=True))
        installation.close()


def _hello() -> Flask:
    app = Flask("hello")

    @app.get("/")
    def hello() -> str:
        return "hello"

    return app


if __name__ == "__main__":
    main(*sys.argv[1:])
