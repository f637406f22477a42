"""Texts beside the code are read once; a missing one is named with its table."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from forms.text_tables import MissingTextError, TextTable, read_texts, texts_in


def test_a_missing_text_is_named_with_its_table(tmp_path: Path) -> None:
    source = tmp_path / "signs.toml"
    source.write_text('[vi.door]\nopen = "Mở"\n[en.door]\nopen = "Open"\n', "utf-8")
    assert texts_in("en", source)["door"]["open"] == "Open"
    assert texts_in("fr", source)["door"]["open"] == "Mở"
    with pytest.raises(MissingTextError, match=r"signs\.vi\.door has no text 'shut'"):
        _ = texts_in("vi", source)["door"]["shut"]
    with pytest.raises(MissingTextError, match=r"signs has no text 'fr'"):
        _ = read_texts(source)["fr"]
    assert read_texts(source) is read_texts(source)


def test_a_table_is_as_plain_as_its_file() -> None:
    table = TextTable({"steps": ["a", "b"], "door": {"open": "Open"}}, "signs")
    assert json.loads(json.dumps(table)) == {"steps": ["a", "b"], "door": {"open": "Open"}}
    assert "shut" not in table["door"]
    assert table.get("shut") is None
