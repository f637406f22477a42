"""Files that a command writes for whoever called it, and for nobody else."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from survey.errors import Refusal

OWNER_ONLY = 0o600
STANDARD_OUTPUT = Path("-")


def written_for_the_owner(path: Path, content: bytes) -> None:
    """Write a file that only its owner can read, and the folder above it where there is none.

    Raises:
        Refusal: ``file_unwritable``.
    """
    with opened_for_the_owner(path) as file:
        file.write(content)


@contextmanager
def opened_for_the_owner(path: Path) -> Iterator[IO[bytes]]:
    """Open a file that only its owner can read, also where it was there before; ``-`` is the standard output.

    Raises:
        Refusal: ``file_unwritable``.
    """
    if path == STANDARD_OUTPUT:
        yield sys.stdout.buffer
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, OWNER_ONLY), "wb") as file:
            if path.is_file():  # not a pipe, nor what the system gives to throw things away
                os.fchmod(file.fileno(), OWNER_ONLY)
            yield file
    except OSError as error:
        raise Refusal("file_unwritable", path=str(path), why=error.strerror) from error
