"""What a thief of a copy learns about the order in which citizens came: no more than chance would tell."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import text

from survey.services.accounts.actors import COMMAND_LINE
from survey.services.backup import copies
from survey.services.collection.arrival_order import NightlyErasure, erase_arrival_order
from survey.services.installation.campaign_records import CampaignRecord
from survey.services.installation.installation import Installation
from tests.support import scene
from tests.support.scene import NOW, entry

VISITS = 40
NIGHT = NOW.replace(hour=2) + dt.timedelta(days=1)


def arrivals(installation: Installation, campaign: CampaignRecord) -> list[bytes]:
    """The keys of citizens of one unit in the order of their coming."""
    return [scene.arrival(installation, entry(campaign, mark="12345"[n % 5])) for n in range(VISITS)]


def guessed(lying: Sequence[bytes], came: Sequence[bytes]) -> float:
    """The share of neighbours in the order of coming that lie in one and the same direction: chance gives a half."""
    steps = [lying.index(later) > lying.index(earlier) for earlier, later in pairwise(came)]
    return max(sum(steps), len(steps) - sum(steps)) / len(steps)


def lying(data: bytes, keys: Sequence[bytes]) -> list[bytes]:
    """The keys as they lie in the bytes of a file."""
    return sorted(keys, key=data.rindex)


def test_a_backup_tells_no_order(embedded: Installation, tmp_path: Path) -> None:
    came = arrivals(embedded, embedded.campaigns.get(scene.CODE))
    path, copy = embedded.config.sqlite_path, tmp_path / "copy.sqlite3"
    running = path.read_bytes() + path.with_name(f"{path.name}-wal").read_bytes()
    assert guessed(lying(running, came), came) > 0.9, "this is the danger"
    assert copies.back_up(embedded, COMMAND_LINE, copy, NOW) == copy.stat().st_size
    found = lying(copy.read_bytes(), came)
    assert found in (sorted(came), sorted(came, reverse=True)), "by their keys, which are random"
    assert guessed(found, came) < 0.75
    assert [file.name for file in tmp_path.glob("copy*")] == ["copy.sqlite3"], "there is no log beside it"
    assert copy.stat().st_mode & 0o077 == 0, "nobody else reads it"


@pytest.mark.parametrize("hour", [0, 7, 12, 23])
def test_nothing_is_rewritten_while_people_work(
    installation: Installation, campaign: CampaignRecord, monkeypatch: pytest.MonkeyPatch, hour: int
) -> None:
    monkeypatch.setattr(type(installation.database), "rewrite", lambda *_: pytest.fail("by day"))
    NightlyErasure(installation).attempt(NOW.replace(hour=hour))


def test_the_order_is_erased_once_a_night(
    installation: Installation, campaign: CampaignRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    came = arrivals(installation, campaign)
    nightly = NightlyErasure(installation)
    nightly.attempt(NIGHT)
    if not installation.database.is_sqlite:
        with installation.database.read() as session:
            rows = session.execute(text("SELECT response_key FROM response ORDER BY ctid")).scalars()
            assert [bytes(key) for key in rows] == sorted(came)
    monkeypatch.setattr(type(installation.database), "rewrite", lambda *_: pytest.fail("a second time"))
    nightly.attempt(NIGHT + dt.timedelta(minutes=1))


@pytest.mark.parametrize("config", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True)
def test_who_works_at_night_is_not_waited_for(installation: Installation, campaign: CampaignRecord) -> None:
    arrivals(installation, campaign)
    with installation.database.write() as session:
        session.execute(text("LOCK TABLE response IN SHARE MODE"))
        assert not erase_arrival_order(installation)
    assert erase_arrival_order(installation), "and tried again"
    with installation.database.read() as session:
        assert session.execute(text("SHOW lock_timeout")).scalar_one() == "0", "others wait as before"
