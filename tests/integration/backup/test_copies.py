"""Backups of the running database: whole or not there, never over another one, and good to go on with."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from survey.cli.boundary import run
from survey.config import Config
from survey.errors import Refusal
from survey.services.accounts.actors import COMMAND_LINE
from survey.services.backup import copies
from survey.services.collection import door
from survey.services.installation.campaign_records import CampaignRecord
from survey.services.installation.installation import Installation, open_installation
from tests.support import scene
from tests.support.scene import NOW, entry

KEY = "some page's own key...."


def test_a_copy_with_its_keys_goes_on_where_the_database_stood(
    embedded: Installation, tmp_path: Path
) -> None:
    kept = door.accept(embedded, entry(embedded.campaigns.get(scene.CODE), key=KEY), NOW)
    data = tmp_path / "restored"
    shutil.copytree(embedded.config.data / "keys", data / "keys")
    copies.back_up(embedded, COMMAND_LINE, data / "hailong.sqlite3", NOW)
    restored = open_installation(Config(data=data))
    try:
        again = door.accept(restored, entry(restored.campaigns.get(scene.CODE), key=KEY), NOW)
        assert (again.receipt, again.repeated) == (kept.receipt, True)
        assert scene.counts(restored)["response"] == 1
    finally:
        restored.close()


def test_the_act_is_in_the_audit_log(embedded: Installation, tmp_path: Path) -> None:
    before = scene.counts(embedded)["audit_entry"]
    copies.back_up(embedded, COMMAND_LINE, tmp_path / "copy", NOW)
    assert scene.counts(embedded)["audit_entry"] == before + 1


def test_no_file_is_written_over(embedded: Installation, tmp_path: Path) -> None:
    there = tmp_path / "copy"
    there.write_text("mine", "utf-8")
    with pytest.raises(Refusal, match="backup_exists"):
        copies.back_up(embedded, COMMAND_LINE, there, NOW)
    assert there.read_text("utf-8") == "mine"


def test_what_cannot_be_finished_leaves_nothing(
    embedded: Installation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: object, path: Path, without: str) -> None:
        path.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(type(embedded.database), "copy_into", full)
    with pytest.raises(Refusal, match="file_unwritable") as refused:
        copies.back_up(embedded, COMMAND_LINE, tmp_path / "copy", NOW)
    assert "No space left" in refused.value.sentence("en")
    assert not list(tmp_path.glob("copy*"))
    with pytest.raises(Refusal, match="file_unwritable"):
        copies.back_up(embedded, COMMAND_LINE, tmp_path / "nowhere" / "copy", NOW)


@pytest.mark.parametrize("config", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True)
def test_a_postgresql_is_left_to_its_own_tools(
    installation: Installation, campaign: CampaignRecord, tmp_path: Path
) -> None:
    with pytest.raises(Refusal, match="backup_not_embedded"):
        copies.back_up(installation, COMMAND_LINE, tmp_path / "copy", NOW)


def test_the_command_says_what_to_keep_beside_it(
    embedded: Installation, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["backup", "--data", str(embedded.config.data), "--out", str(tmp_path / "copy")]
    assert run(words) == 0
    assert str(embedded.config.data / "keys") in capsys.readouterr().out
    assert run(words) != 0
    assert "đã có" in capsys.readouterr().err
