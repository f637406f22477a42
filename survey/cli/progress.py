"""Bars on what takes longer than two seconds, for people: on a terminal, on standard error."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

PATIENCE = 2.0
T = TypeVar("T")


@contextmanager
def advancing(what: str, total: int | None, *, patience: float = PATIENCE) -> Iterator[Callable[[int], None]]:
    """Yield a callback that takes how many more steps are done; a bar appears after *patience* seconds.

    The bar goes away when the work ends, and is never written to a file or a pipe.
    """
    console = Console(stderr=True)
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
    task = bar.add_task(what, total=total)
    begun = time.monotonic()

    def advance(steps: int = 1) -> None:
        bar.advance(task, steps)
        if not bar.live.is_started and time.monotonic() - begun >= patience:
            bar.start()

    try:
        yield advance
    finally:
        bar.stop()


def track(items: Iterable[T], what: str, total: int | None = None) -> Iterator[T]:
    """Yield *items*, showing how many of *total* have been worked on."""
    with advancing(what, total) as advance:
        for item in items:
            yield item
            advance(1)
