"""A data directory of an earlier day is upgraded in place: nothing is lost, and whoever it knows is known again."""

from __future__ import annotations

import contextlib
import json
import shutil
import sqlite3
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Any

import pytest

from survey.services.installation.schema import head
from tests.support.old_directory import GOLDEN, HOME, dump

RECEIPT_LETTERS = 14
# Rows that acts may change: a kiosk's counts and numbers, the counts of a batch of cards, who signed in when.
# An upgrade makes tables of its own, and gives every answer another key.
CHANGED = {"the schema", "alembic_version"}
CHANGING = {"kiosk", "kiosk_range", "ticket_batch", "account"}


def act(name: str, data: Path) -> dict[str, Any]:
    words = [sys.executable, "-m", "tests.support.old_directory", name, str(data)]
    ended = subprocess.run(words, cwd=HOME, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    found: dict[str, Any] = json.loads(ended.stdout)
    return found


@pytest.fixture(scope="module")
def facts() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((GOLDEN / "facts.json").read_text("utf-8"))
    return found


@pytest.fixture
def data(tmp_path: Path) -> Path:
    with tarfile.open(GOLDEN / "data.tar.xz") as packed:
        packed.extractall(tmp_path, filter="data")
    return tmp_path / "data"


def test_an_old_directory_is_upgraded_in_place_and_everybody_comes_back(
    data: Path, facts: dict[str, Any]
) -> None:
    before = dump(data)
    assert {name: len(rows) for name, rows in before.items()} == facts["rows"]
    assert before["alembic_version"] == ["('0010',)"]
    assert act("open", data) == {"ready": 200, "schema": head()}
    upgraded = dump(data)
    assert {name: len(upgraded[name]) for name in set(before) - CHANGED} == {
        name: len(rows) for name, rows in before.items() if name not in CHANGED
    }
    assert act("open", data) == {"ready": 200, "schema": head()}
    assert dump(data) == upgraded, "and only once"
    before = upgraded
    found = act("use", data)
    assert found.pop("board") == facts["board"]
    for way in ("poster", "card", "invitation"):
        assert len(found.pop(way)) == RECEIPT_LETTERS
    assert found == {
        "spent card": 409,
        "receipt": 200,
        "keyed": 303,
        "keyed twice": 303,
        "admin": 200,
        "unit_head": 200,
        **{f"kiosk {kiosk} record {number}": "kept" for kiosk in (1, 2) for number in (4, 5)},
    }
    after = dump(data)
    assert after["the schema"] == before["the schema"]
    assert {name for name, rows in before.items() if set(rows) - set(after[name])} <= CHANGING
    added = {name: len(rows) - len(before[name]) for name, rows in after.items()}
    # a poster, a card, an invitation, a missing record of either kiosk and a sheet; what came before adds nothing
    assert added["response"] == 6
    assert (added["spent_ticket"], added["paper_form"]) == (2, 1)


def test_it_goes_back_to_the_copy_that_was_made_before(
    data: Path, tmp_path: Path, facts: dict[str, Any]
) -> None:
    """The copy takes the place of the upgraded database, which has gone on since, and is upgraded like the first."""
    copy, database = tmp_path / "before.sqlite3", data / "hailong.sqlite3"
    with contextlib.closing(sqlite3.connect(database)) as made:
        made.execute("VACUUM INTO ?", (str(copy),))
    old = dump(data)
    act("open", data)
    act("use", data)
    assert dump(data)["alembic_version"] == [f"('{head()}',)"]
    for path in data.glob("hailong.sqlite3*"):
        path.unlink()
    shutil.copyfile(copy, database)
    assert dump(data) == old, "the copy is what the directory was, for the version before too"
    assert act("open", data) == {"ready": 200, "schema": head()}
    assert act("use", data)["board"] == facts["board"]
