"""The empty ``words.toml`` of a further language, the Vietnamese above every line that waits to be filled."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

from forms.languages.entries import entries
from forms.languages.known import vietnamese_name
from forms.questionnaire import Questionnaire
from forms.text_tables import read_texts

_BARE = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)


def write(q: Questionnaire, tag: str) -> str:
    """Return the template of a language for a questionnaire."""
    texts = read_texts(Path(__file__).with_name("texts.toml"))
    head: str = texts["template"].format(
        language=vietnamese_name(tag), tag=json.dumps(tag), ref=json.dumps(q.ref)
    )
    return head + "\n".join(_lines(q)) + "\n"


def _lines(q: Questionnaire) -> Iterator[str]:
    table = ""
    for path, vietnamese in entries(q).items():
        parent, _, key = path.rpartition(".")
        if parent != table:
            table = parent
            yield f"\n[{'.'.join(_name(part) for part in parent.split('.'))}]"
        yield f"# {vietnamese}"
        yield f'{_name(key)} = ""'


def _name(key: str) -> str:
    return key if _BARE.fullmatch(key) else json.dumps(key)
