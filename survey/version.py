"""The version of the product, as ``setup.cfg`` gives it; nothing is installed that could say it otherwise."""

from __future__ import annotations

from configparser import ConfigParser
from functools import cache
from pathlib import Path

METADATA = Path(__file__).parents[1] / "setup.cfg"


@cache
def version() -> str:
    """Return the version, like ``0.1.0``."""
    parser = ConfigParser(interpolation=None)
    parser.read_string(METADATA.read_text("utf-8"))
    return parser["metadata"]["version"]
