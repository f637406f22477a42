"""Progress bars are for people who wait: on a terminal, after a while, and never in a file."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from survey.cli import progress


class Screen(io.StringIO):
    """A terminal that remembers what was written."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> Screen:
    made = Screen()
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(progress, "Console", lambda **_: Console(file=made, force_terminal=True, width=80))
    return made


def test_a_bar_appears_for_who_waits(screen: Screen) -> None:
    with progress.advancing("Nhập phiếu", 3, patience=0) as advance:
        advance(2)
    assert "Nhập phiếu" in screen.getvalue()
    assert "2/3" in screen.getvalue()


def test_quick_work_shows_no_bar(screen: Screen) -> None:
    assert list(progress.track(range(5), "Nhập phiếu", 5)) == [0, 1, 2, 3, 4]
    assert screen.getvalue() == ""


def test_a_pipe_gets_no_bar(capsys: pytest.CaptureFixture[str]) -> None:
    with progress.advancing("Nhập phiếu", 3, patience=0) as advance:
        advance(1)
    written = capsys.readouterr()
    assert written.out + written.err == ""


def test_a_bar_ends_when_the_work_fails(screen: Screen) -> None:
    with pytest.raises(ZeroDivisionError), progress.advancing("Nhập phiếu", None, patience=0) as advance:
        advance(1)
        raise ZeroDivisionError
    assert "\x1b[?25h" in screen.getvalue()  # the cursor is shown again
