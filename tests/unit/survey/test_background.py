"""Work behind the requests: it is told to stop, waited for, and its failures stop nothing else."""

from __future__ import annotations

import threading

import pytest

from survey import logs
from survey.services.installation.background import Background


def test_work_is_told_to_stop_and_waited_for() -> None:
    background, ended = Background(), threading.Event()

    def work(stopping: threading.Event) -> None:
        assert stopping.wait(30)
        ended.set()

    background.start("work", work)
    background.close()
    assert ended.is_set()


def test_what_is_repeated_goes_on_after_a_failure_and_ends_with_the_service(
    capsys: pytest.CaptureFixture[str],
) -> None:
    logs.configure()
    background, thrice, seen = Background(), threading.Event(), [0]

    def work() -> None:
        seen[0] += 1
        if seen[0] == 3:
            thrice.set()
        raise ValueError("an address, say")

    background.every(0.001, "work", work)
    assert thrice.wait(30)
    background.close()
    count = seen[0]
    background.settle()
    assert seen[0] == count
    told = capsys.readouterr().err
    assert "background_failed" in told
    assert "an address" not in told


def test_one_piece_of_work_that_fails_leaves_the_others_alone() -> None:
    background, done = Background(), threading.Event()

    def fail(_stopping: threading.Event) -> None:
        raise ValueError

    background.start("fail", fail)
    background.start("work", lambda _stopping: done.set())
    background.settle()
    assert done.is_set()
    background.close()
