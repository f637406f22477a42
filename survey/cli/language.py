"""The language of the command line: Vietnamese, or English under ``HAILONG_LANG=en``."""

from __future__ import annotations

import os
from typing import Literal

Language = Literal["vi", "en"]


def language() -> Language:
    """Return the language in which commands speak."""
    return "en" if os.environ.get("HAILONG_LANG", "").startswith("en") else "vi"
