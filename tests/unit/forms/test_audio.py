"""Recordings in a folder: found by language and key, and never more than a device can keep."""

from __future__ import annotations

from pathlib import Path

import pytest

from forms import audio


def put(folder: Path, name: str, size: int = 10) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x" * size)
    return path


def test_no_folder_is_no_recording(tmp_path: Path) -> None:
    assert audio.look(tmp_path / "audio") == audio.Recordings({}, ())


def test_recordings_are_found_by_language_and_key(tmp_path: Path) -> None:
    names = ["vi/c1_1.mp3", "vi/C1.ogg", "vi/level.5.wav", "vi/p_sex.a.mp3", "hre/kiosk.invite.ogg"]
    paths = [put(tmp_path, name) for name in names]
    found = audio.look(tmp_path)
    assert found.left_out == ()
    assert found.files == {
        "vi": {"c1_1": paths[0], "C1": paths[1], "level.5": paths[2], "p_sex.a": paths[3]},
        "hre": {"kiosk.invite": paths[4]},
    }


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("vi/c1_1.txt", 1),
        ("vi/c1 1.mp3", 1),
        ("vi/.mp3", 1),
        ("VI/c1_1.mp3", 1),
        ("vi/empty.mp3", 0),
        ("vi/long.mp3", audio.LARGEST_FILE + 1),
    ],
)
def test_what_is_no_recording_is_named(tmp_path: Path, name: str, size: int) -> None:
    put(tmp_path, name, size)
    assert audio.look(tmp_path) == audio.Recordings({}, (name,))


def test_two_files_of_one_key_and_more_than_there_is_room_for_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audio, "LARGEST_TOTAL", 25)
    for name in ("vi/a.mp3", "vi/a.ogg", "vi/b.mp3", "vi/c.mp3"):
        put(tmp_path, name)
    found = audio.look(tmp_path)
    assert list(found.files["vi"]) == ["a", "b"]
    assert found.left_out == ("vi/a.ogg", "vi/c.mp3")


def test_the_state_of_a_file_changes_with_it(tmp_path: Path) -> None:
    path = put(tmp_path, "vi/a.mp3")
    before = audio.state_of(path)
    put(tmp_path, "vi/a.mp3", 11)
    assert audio.state_of(path) != before
