"""The test vectors that ``node --test`` reads too: what both languages must agree about."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

FOLDER = next(
    above / "tests/vectors" for above in Path(__file__).parents if (above / "tests/vectors").is_dir()
)


def vectors(name: str) -> dict[str, Any]:
    """Return the content of one file of vectors."""
    found: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text("utf-8"))
    return found
