"""Files that a command writes for whoever called it, and for nobody else."""

from __future__ import annotations

import os
from pathlib import Path


def written_for_the_owner(path: Path, content: bytes) -> None:
    """Write a file that only its owner can read, and the folder above it where there is none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
