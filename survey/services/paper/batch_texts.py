"""What stands on printed forms and in minutes that the program words, as data: the sentences of ``batch_texts.toml``."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any


def text(key: str, /, **values: object) -> str:
    """Return the sentence *key* (``"note.lang"``) with its places filled.

    Raises:
        KeyError: where there is no such sentence, or a place of it is left empty.
    """
    sentence: Any = _sentences()
    for name in key.split("."):
        sentence = sentence[name]
    return str(sentence).format_map(values)


@cache
def _sentences() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("batch_texts.toml").read_text("utf-8"))
