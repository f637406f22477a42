"""What a thief of a copy learns about the order in which citizens came: no more than chance would tell."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import select, text

from survey.cli.boundary import run
from survey.database import engine
from survey.models import BodyCheck
from survey.services.accounts.actors import COMMAND_LINE
from survey.services.backup import copies
from survey.services.collection import arrival_order, door
from survey.services.collection.arrival_order import NightlyErasure, erase_after_release, erase_arrival_order
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


def test_a_backup_does_not_tell_whether_a_body_is_the_one_that_a_page_sent(
    embedded: Installation, tmp_path: Path
) -> None:
    arrivals(embedded, embedded.campaigns.get(scene.CODE))
    with embedded.database.read() as session:
        macs = session.scalars(select(BodyCheck.body_mac)).all()
    assert len(macs) == VISITS
    copies.back_up(embedded, COMMAND_LINE, tmp_path / "copy", NOW)
    copy = (tmp_path / "copy").read_bytes()
    assert not any(mac in copy for mac in macs)


def test_what_a_release_leaves_to_be_erased_waits_for_readers_and_holds_nobody_up(
    embedded: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    campaign, log = (
        embedded.campaigns.get(scene.CODE),
        embedded.config.sqlite_path.with_suffix(".sqlite3-wal"),
    )
    arrivals(embedded, campaign)
    monkeypatch.setattr(arrival_order, "PAUSE", 0.05)
    monkeypatch.setattr(engine, "PATIENCE_MS", 50)
    with embedded.database.read() as session:
        session.execute(text("SELECT count(*) FROM response")).scalar_one()
        assert not erase_arrival_order(embedded), "somebody reads, as the page may that made the release"
        erase_after_release(embedded)
        assert door.accept(embedded, entry(campaign), NOW).state == "valid", "an answer comes in meanwhile"
    embedded.background.settle()
    assert not log.read_bytes()


def test_postgresql_is_written_anew_by_night_only(
    installation: Installation, campaign: CampaignRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[object] = []

    def rewrite(_: object, tables: object) -> bool:
        written.append(tables)
        return True

    monkeypatch.setattr(type(installation.database), "rewrite", rewrite)
    erase_after_release(installation)
    installation.background.settle()
    assert len(written) == int(installation.database.is_sqlite)


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


def test_the_owner_of_the_tables_can_do_the_nights_work_by_a_timer(
    installation: Installation,
    campaign: CampaignRecord,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    came = arrivals(installation, campaign)
    monkeypatch.setenv("HAILONG_DATABASE_URL", installation.config.database_url or "")
    words = ["erase-order", "--data", str(installation.config.data)]
    assert run(words) == 0
    if not installation.database.is_sqlite:
        with installation.database.read() as session:
            rows = session.execute(text("SELECT response_key FROM response ORDER BY ctid")).scalars()
            assert [bytes(key) for key in rows] == sorted(came)
            assert session.execute(text("SELECT count(DISTINCT xmin::text) FROM response")).scalar_one() == 1
    monkeypatch.setattr(type(installation.database), "rewrite", lambda *_: False)
    capsys.readouterr()
    assert run(words) == 1
    assert "Chưa xóa được" in capsys.readouterr().err
