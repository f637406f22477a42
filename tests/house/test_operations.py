"""docs/operations.md says what there is: every command, every setting; and the catalogue holds nothing dead."""

from __future__ import annotations

import ast
import re

from click import Group

from survey.cli import hailong
from survey.cli.commands import COMMANDS
from survey.errors import catalogue
from tests.house import tree

DOCUMENT = (tree.ROOT / "docs/operations.md").read_text("utf-8")
SETTING = re.compile(r"\bHAILONG_[A-Z]+(?:_[A-Z]+)*\b")
# What only the tests and the benchmarks set.
NOT_FOR_OFFICES: frozenset[str] = frozenset()


def settings() -> set[str]:
    """Every setting that the product or its wrapper reads."""
    texts = [(tree.ROOT / "hailong").read_text("utf-8")]
    texts += [
        path.read_text("utf-8")
        for room in ("survey", "forms", "scoring")
        for path in (tree.ROOT / room).rglob("*.py")
    ]
    return {name for text in texts for name in SETTING.findall(text)} - NOT_FOR_OFFICES


def commands() -> set[str]:
    """Every command, those of groups with their group's name before them."""
    found = set()
    for name in COMMANDS:
        command = hailong.commands.get(name) or hailong.get_command(None, name)  # type: ignore[arg-type]
        inner = command.commands if isinstance(command, Group) else {}
        found |= {f"{name} {each}" for each in inner} or {name}
    return found


def test_every_setting_has_its_row() -> None:
    rows = set(re.findall(r"^\| `(HAILONG_[A-Z_]+)` \|", DOCUMENT, re.MULTILINE))
    assert len(rows) > 5
    assert rows == settings()


def test_every_command_has_its_row() -> None:
    rows = re.findall(r"^\| (`[^|]+`) \|", DOCUMENT, re.MULTILINE)
    named = {
        re.match(r"[a-z-]+(?: [a-z]+)?", words)[0]  # type: ignore[index]
        for row in rows
        for words in re.findall(r"`([^`]+)`", row)
        if not words.startswith("HAILONG_")
    }
    assert named == commands()


def test_every_code_of_the_catalogue_can_be_met() -> None:
    written = {
        node.value
        for module in tree.modules().values()
        for node in ast.walk(module)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    assert set(catalogue()) - written == set()
