"""The sentences of ``texts.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any


@cache
def texts() -> Mapping[str, Any]:
    """Return every sentence by its name."""
    return tomllib.loads(Path(__file__).with_name("texts.toml").read_text("utf-8"))
