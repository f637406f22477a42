"""What another person with an account on the same machine reads: neither the data directory nor what commands wrote."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from survey import clock
from survey.cli.boundary import run
from survey.cli.files import written_for_the_owner
from survey.config import Config
from survey.errors import Refusal
from survey.services.accounts.actors import COMMAND_LINE
from survey.services.backup import copies
from survey.services.collection import door
from survey.services.installation.installation import Installation, initialise, open_installation
from tests.support import scene
from tests.support.scene import NOW, entry

OPEN_TO_ALL = 0o777
OTHERS = 0o077


def open_to_others(path: Path) -> int:
    """Which rights others have on a file or a directory."""
    return stat.S_IMODE(path.stat().st_mode) & OTHERS


@pytest.fixture
def careless() -> Iterator[None]:
    """Everything that is made meanwhile is made readable to all, unless who makes it takes care."""
    before = os.umask(0)
    yield
    os.umask(before)


def test_a_data_directory_that_was_there_is_closed_to_others(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    data.chmod(OPEN_TO_ALL)
    initialise(Config(data=data))
    assert open_to_others(data) == 0
    data.chmod(0o755)
    open_installation(Config(data=data)).close()
    assert open_to_others(data) == 0, "of an installation from before, too"


def test_a_directory_that_many_share_stays_as_it_is_and_the_doctor_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "data"
    initialise(Config(data=data))
    assert run(["doctor", "--data", str(data)]) == 0
    data.chmod(stat.S_ISVTX | OPEN_TO_ALL)
    capsys.readouterr()
    assert run(["doctor", "--data", str(data)]) == 1
    assert open_to_others(data) == OTHERS
    assert [line[0] for line in capsys.readouterr().out.splitlines() if line[0] in "✓✗"].count("✗") == 1


@pytest.mark.usefixtures("careless")
@pytest.mark.parametrize("there", [False, True])
def test_what_a_command_writes_of_people_is_for_its_owner(
    embedded: Installation,
    tmp_path: Path,
    there: bool,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    campaign, folder = embedded.campaigns.get(scene.CODE), tmp_path / "out"
    door.accept(embedded, entry(campaign, comment="Cảm ơn."), NOW)
    names = ("answers.csv", "cards.pdf", "cards.json", "merged.csv")
    folder.mkdir()
    if there:
        for name in names:
            (folder / name).touch()
            (folder / name).chmod(0o666)
    people = tmp_path / "people.csv"
    people.write_text("ten,zalo\n" + "".join(f"Cty {n},+8490512345{n}\n" for n in range(5)), "utf-8")
    answers, cards, listing, merged = (str(folder / name) for name in names)
    shell = ("--data", str(embedded.config.data))
    assert run(["export-responses", *shell, "--out", answers]) == 0
    of_cards = ("--unit", "an-nhon", "--count", "1", "--out", cards, "--json", listing)
    assert run(["tickets", "print", *shell, *of_cards]) == 0
    assert run(["invitations", "merge", str(people), *shell, "--unit", "an-nhon", "--out", merged]) == 0
    assert "Cảm ơn." in (folder / "answers.csv").read_text("utf-8")
    assert {name: open_to_others(folder / name) for name in names} == dict.fromkeys(names, 0)
    capsys.readouterr()
    assert run(["export-responses", *shell]) == 0
    assert "Cảm ơn." in capsys.readouterr().out, "without a file, to the standard output"


@pytest.mark.usefixtures("careless")
def test_what_a_killed_backup_left_open_is_not_written_to(embedded: Installation, tmp_path: Path) -> None:
    left = tmp_path / f"copy{copies.UNFINISHED}"
    left.touch()
    left.chmod(0o666)
    copies.back_up(embedded, COMMAND_LINE, tmp_path / "copy", NOW)
    assert open_to_others(tmp_path / "copy") == 0


def test_a_file_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(Refusal) as refusal:
        written_for_the_owner(tmp_path, b"")
    assert refusal.value.code == "file_unwritable"
