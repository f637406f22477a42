"""The drawings beside a questionnaire's questions, from ``icons.toml``: for people who do not read easily."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from forms.questionnaire import Questionnaire

_SOURCE = Path(__file__).with_name("icons.toml")


def icons(q: Questionnaire) -> dict[str, str]:
    """Return the line to draw for each criterion (by its id) and item (by its field) that has one."""
    data = _data()
    chosen = data["questionnaires"].get(q.id, {})
    asked = {each.id: each.id for each in q.criteria} | {
        each.id: each.field for each in (*q.items, q.overall)
    }
    return {name: data["drawings"][chosen[id_]] for id_, name in asked.items() if id_ in chosen}


@lru_cache(maxsize=1)
def _data() -> Mapping[str, Any]:
    return tomllib.loads(_SOURCE.read_text(encoding="utf-8"))
