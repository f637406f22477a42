"""The house in figures: how long files and functions are, how they branch, how full rooms are, what words mean.

Whole checkouts are measured as text, so that a version can stand beside another:
``python -m bench structure`` for this one, ``python -m bench.structure DIRECTORY [REVISION]`` for another one and
the commits since a revision.
"""

from __future__ import annotations

import ast
import re
import statistics
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from radon.complexity import cc_visit

PACKAGES = ("survey", "forms", "scoring")
CHANGED = re.compile(r"(\d+) (?:insertion|deletion)")
# One file for each command and each migration: lists, which may grow.
LISTS = ("survey/cli", "migrations/versions")


def main() -> None:
    """Print the figures of this checkout."""
    report(Path(__file__).parents[1], None)


def report(root: Path, since: str | None) -> None:
    """Print the figures of the checkout at *root*, and of its commits after the revision *since*."""
    texts = {
        str(path.relative_to(root)): path.read_text("utf-8")
        for package in PACKAGES
        for path in sorted((root / package).rglob("*.py"))
    }
    modules = {path: ast.parse(text) for path, text in texts.items()}
    files = sorted(text.count("\n") for text in texts.values())
    print(f"file lines, median / p90 / max: {_three(files, 0.90)}")
    print(f"function lines, median / p95 / max: {_three(sorted(_function_lines(modules)), 0.95)}")
    branches = sorted(block.complexity for text in texts.values() for block in cc_visit(text))
    print(f"branching (McCabe) over 10 / max: {sum(n > 10 for n in branches)} / {branches[-1]}")
    print(f"imports inside functions: {sum(_deferred(module) for module in modules.values())}")
    documented = [bool(ast.get_docstring(node)) for module in modules.values() for node in _public(module)]
    print(f"public functions and classes documented: {100 * sum(documented) / len(documented):.0f} %")
    rooms = Counter(str(Path(path).parent) for path in texts if Path(path).stem != "__init__")
    room, count = next((room, n) for room, n in rooms.most_common() if room not in LISTS)
    print(f"modules in the fullest room: {count} ({room})")
    print(f"class names with several meanings: {len(ambiguous_class_names(modules))}")
    if since:
        print(f"commits since {since}, median lines / with a body: {_commits(root, since)}")


def _three(values: Sequence[int], share: float) -> str:
    return f"{statistics.median(values):g} / {values[int(len(values) * share)]} / {values[-1]}"


def _function_lines(modules: dict[str, ast.Module]) -> Iterator[int]:
    for module in modules.values():
        for node in ast.walk(module):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield (node.end_lineno or 0) - node.lineno + 1


def _deferred(module: ast.Module) -> int:
    functions = (node for node in ast.walk(module) if isinstance(node, ast.FunctionDef))
    found = (inner for function in functions for inner in ast.walk(function))
    return sum(isinstance(inner, ast.Import | ast.ImportFrom) for inner in found)


def _public(module: ast.Module) -> Iterator[ast.FunctionDef | ast.ClassDef]:
    for node in module.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            yield node
            members = node.body if isinstance(node, ast.ClassDef) else ()
            yield from (
                each
                for each in members
                if isinstance(each, ast.FunctionDef) and not each.name.startswith("_")
            )


def ambiguous_class_names(modules: Mapping[str, ast.Module]) -> dict[str, list[str]]:
    """Return every name that several classes bear, with the paths of their modules."""
    paths: dict[str, list[str]] = defaultdict(list)
    for path, module in modules.items():
        for node in ast.walk(module):
            if isinstance(node, ast.ClassDef):
                paths[node.name].append(path)
    return {name: places for name, places in paths.items() if len(places) > 1}


def _commits(root: Path, since: str) -> str:
    words = ["git", "log", "--no-merges", "--shortstat", "-M", "--format=%x00%B%x01", f"{since}..HEAD"]
    listed = subprocess.run(words, cwd=root, capture_output=True, text=True, check=True).stdout
    lines, explained = [], 0
    entries = listed.split("\0")[1:]
    for entry in entries:
        message, _, stat = entry.partition("\1")
        explained += len(message.strip().split("\n")) > 1
        lines.append(sum(int(n) for n in CHANGED.findall(stat)))
    return f"{statistics.median(lines):g} / {100 * explained // len(entries)} % of {len(entries)}"


if __name__ == "__main__":
    report(Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else None)
