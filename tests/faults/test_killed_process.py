"""The process is killed in the middle of many commits: every receipt that was given out is on disk."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import select

from survey.config import Config
from survey.models import Comment, LedgerLeaf, Response
from survey.services.collection import door
from survey.services.installation.installation import open_installation
from tests.support import scene

ROOT = Path(__file__).parents[2]
KILLED_AFTER = 120
# Eight threads send forms without end and write each key that was acknowledged, whole lines at a time.
SENDER = """
import os, pathlib, sys, threading
from survey.config import Config
from survey.services.collection import door
from survey.services.installation.installation import open_installation
from tests.support import scene
opened = open_installation(Config(data=pathlib.Path(sys.argv[1]), database_url=sys.argv[2] or None))
campaign = opened.campaigns.get(scene.CODE)
def send():
    while True:
        accepted = door.accept(opened, scene.entry(campaign, comment="x" * 300), scene.NOW)
        os.write(1, accepted.response_key.hex().encode() + b"\\n")
for _ in range(8):
    threading.Thread(target=send).start()
"""


@pytest.fixture
def acknowledged(config: Config) -> set[bytes]:
    """The keys that a process had acknowledged when it was killed."""
    process = subprocess.Popen(
        [sys.executable, "-c", SENDER, str(config.data), config.database_url or ""],
        stdout=subprocess.PIPE,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert process.stdout is not None
    with process.stdout as out:
        lines = [out.readline() for _ in range(KILLED_AFTER)]
        process.send_signal(signal.SIGKILL)
        lines += out.readlines()
    process.wait(20)
    assert process.returncode == -signal.SIGKILL
    return {bytes.fromhex(line.decode()) for line in lines if line.endswith(b"\n")}


def test_every_receipt_given_out_is_on_disk_and_nothing_is_half_written(
    config: Config, acknowledged: set[bytes]
) -> None:
    assert len(acknowledged) >= KILLED_AFTER
    installation = open_installation(config)
    with installation.database.read() as session:
        kept = set(session.scalars(select(Response.response_key)))
        commented = set(session.scalars(select(Comment.response_key)))
        leaves = session.scalars(select(LedgerLeaf.leaf)).all()
    assert acknowledged <= kept
    assert commented == kept
    assert len(leaves) == len(kept)
    # Whoever had no answer yet sends again, and the service goes on as if nothing had been.
    door.accept(installation, scene.entry(installation.campaigns.get(scene.CODE)), scene.NOW)
    if installation.database.is_sqlite:
        with installation.database.engine.connect() as connection:
            assert connection.exec_driver_sql("PRAGMA integrity_check").scalars().all() == ["ok"]
            assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []
    installation.close()
