"""Every command line ends in an exit code, and every fault in one sentence on standard error."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import click
import pytest

from survey.cli import boundary, hailong
from survey.cli.commands import COMMANDS
from survey.errors import Fault, Refusal

ROOT = Path(__file__).parents[3]
ENGLISH = re.compile(
    r"\b(Error|Usage|Options|No such|Missing|Invalid|unexpected|requires|is|not|does|extra)\b"
)


@pytest.fixture(autouse=True)
def _vietnamese(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HAILONG_LANG", raising=False)
    monkeypatch.delenv("HAILONG_DEBUG", raising=False)


@pytest.fixture
def ending(monkeypatch: pytest.MonkeyPatch) -> Callable[[BaseException], int]:
    """Run a command that ends by raising what it is given."""

    def run(raised: BaseException) -> int:
        def fail() -> None:
            raise raised

        command = click.Command("version", callback=fail)
        monkeypatch.setattr(type(hailong), "get_command", lambda *_: command)
        return boundary.run(["version"])

    return run


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (["no-such"], "Không có lệnh no-such."),
        (["plam"], "Có phải plan"),
        (["version", "--no-such"], "Không có tùy chọn --no-such."),
        (["version", "--hel"], "--help"),
        (["version", "surplus"], "surplus"),
        (["serve", "--port", "many"], "không phải là số nguyên"),
        (["serve", "--port", "70000"], "70000 nằm ngoài khoảng"),
        (["serve", "--port"], "--port"),
        (["score"], "Thiếu"),
        (["init", "--data", __file__], "là tệp, không phải thư mục"),
        (["plan", "check", "/no/such/file.toml", "surplus"], "thừa tham số surplus"),
        (["plan", "chek"], "Có phải check"),
    ],
)
def test_a_wrong_command_line_is_explained_in_vietnamese(
    words: list[str], part: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert boundary.run(words) == boundary.FAULTY
    written = capsys.readouterr()
    assert written.out == ""
    assert written.err.count("\n") == 1
    assert part in written.err
    assert "--help" in written.err
    assert not ENGLISH.search(written.err)


def test_a_wrong_command_line_is_explained_in_english_when_asked(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HAILONG_LANG", "en")
    assert boundary.run(["version", "--no-such"]) == boundary.FAULTY
    assert capsys.readouterr().err == "hailong: No such option '--no-such'. See ./hailong version --help.\n"


def test_no_words_show_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert boundary.run([]) == boundary.FAULTY
    shown = capsys.readouterr().out
    assert all(name in shown for name in COMMANDS)


def test_a_refusal_without_faults_exits_1(
    ending: Callable[[BaseException], int], capsys: pytest.CaptureFixture[str]
) -> None:
    refusal = Refusal("port_taken", port=8000)
    assert ending(refusal) == boundary.REFUSED
    assert capsys.readouterr().err == f"hailong: {refusal.sentence('vi')}\n"


def test_a_refusal_with_faults_lists_them_all_and_exits_2(
    ending: Callable[[BaseException], int], capsys: pytest.CaptureFixture[str]
) -> None:
    faults = [
        Fault("setting_database_url", "HAILONG_DATABASE_URL"),
        Fault("setting_public_url", "HAILONG_PUBLIC_URL"),
    ]
    assert ending(Refusal("settings_unsafe", faults)) == boundary.FAULTY
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 3
    assert lines[1].startswith("  HAILONG_DATABASE_URL: ")
    assert lines[2].startswith("  HAILONG_PUBLIC_URL: ")


@pytest.mark.parametrize(
    ("raised", "code", "part"),
    [
        (KeyboardInterrupt(), boundary.STOPPED, "Đã dừng"),
        (click.Abort(), boundary.STOPPED, "Đã dừng"),
        (PermissionError(13, "Permission denied", "/x/y"), boundary.REFUSED, "/x/y"),
        (ZeroDivisionError("secret answer"), boundary.REFUSED, "ZeroDivisionError"),
        (click.FileError("plan.toml", "no"), boundary.REFUSED, "plan.toml"),
    ],
)
def test_what_nobody_foresaw_is_one_sentence_without_a_trace(
    ending: Callable[[BaseException], int],
    raised: BaseException,
    code: int,
    part: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert ending(raised) == code
    written = capsys.readouterr().err.removeprefix("\n")  # Click ends the line that ^C stands on
    assert written.count("\n") == 1
    assert part in written
    assert "secret answer" not in written


def test_a_technician_can_ask_for_the_trace(
    ending: Callable[[BaseException], int],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("HAILONG_DEBUG", "1")
    assert ending(ZeroDivisionError("here")) == boundary.REFUSED
    assert "ZeroDivisionError: here" in capsys.readouterr().err


def test_a_reader_who_leaves_early_causes_no_noise() -> None:
    shell = f"{sys.executable} -m survey.cli --help | true"
    done = subprocess.run(["sh", "-c", shell], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stderr == ""


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_exists_and_explains_itself(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert boundary.run([name, "--help"]) == boundary.DONE
    shown = capsys.readouterr().out
    assert shown.startswith("Cách dùng: ./hailong " + name)
    assert "Hiện hướng dẫn này." in shown
    assert not ENGLISH.search(shown)
