"""What every module, function, template and document must have, and how long each may grow."""

from __future__ import annotations

import ast
import re
import statistics
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from radon.complexity import cc_visit
from radon.visitors import Class, Function

from bench.structure import LISTS, ambiguous_class_names
from tests.house import tree

TEMPLATES = sorted((tree.ROOT / "templates").rglob("*.*"))


@pytest.mark.parametrize("path", tree.modules())
def test_every_module_says_what_it_is_in_one_sentence(path: str) -> None:
    text = ast.get_docstring(tree.modules()[path])
    assert text
    assert re.search(r"[.:!?…]", text.split("\n\n")[0])


@pytest.mark.parametrize("path", tree.modules())
def test_every_public_function_is_documented(path: str) -> None:
    silent = [
        name
        for name, node in tree.public(tree.modules()[path])
        if not ast.get_docstring(node)  # type: ignore[arg-type]
    ]
    assert silent == []


@pytest.mark.parametrize("path", tree.modules())
def test_every_function_is_annotated(path: str) -> None:
    bare = [
        f"{path}:{function.lineno} {function.name}"
        for function in tree.functions(tree.modules()[path])
        if function.returns is None
    ]
    assert bare == []


def test_no_room_is_a_grab_bag() -> None:
    stems = {Path(path).stem for path in tree.modules()}
    assert not stems & {"utils", "util", "helpers", "helper", "common", "base", "manager", "misc", "tools"}


def test_files_stay_short() -> None:
    lengths = {path: (tree.ROOT / path).read_text("utf-8").count("\n") for path in tree.modules()}
    assert {path: length for path, length in lengths.items() if length > 400} == {}
    assert statistics.median(lengths.values()) <= 100


def test_functions_stay_short() -> None:
    lengths = sorted(
        (function.end_lineno or 0) - function.lineno + 1
        for module in tree.modules().values()
        for function in tree.functions(module)
    )
    assert lengths[-1] <= 40
    assert lengths[len(lengths) * 95 // 100] <= 24
    assert statistics.median(lengths) <= 7


@pytest.mark.parametrize("path", tree.modules())
def test_no_function_is_a_thicket_of_branches(path: str) -> None:
    blocks = cc_visit((tree.ROOT / path).read_text("utf-8"))
    thickets = {block.fullname: block.complexity for block in functions(blocks) if block.complexity > 10}
    assert thickets == {}


def functions(blocks: Iterable[Function | Class]) -> Iterator[Function]:
    """Every function, method and inner function among what radon found."""
    for block in blocks:
        if isinstance(block, Function):
            yield block
            yield from functions(block.closures)


def test_rooms_stay_small() -> None:
    rooms = Counter(str(Path(path).parent) for path in tree.written() if Path(path).stem != "__init__")
    assert {room: count for room, count in rooms.items() if count > 15 and room not in LISTS} == {}


def test_a_class_name_has_one_meaning() -> None:
    assert ambiguous_class_names(tree.modules()) == {}


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_templates_stay_short(path: Path) -> None:
    assert path.read_text("utf-8").count("\n") <= 160


def test_the_readme_stays_short() -> None:
    assert 10 < (tree.ROOT / "README.md").read_text("utf-8").count("\n") <= 110


def test_conftest_stays_short() -> None:
    for path in (tree.ROOT / "tests").rglob("conftest.py"):
        assert path.read_text("utf-8").count("\n") <= 150
