"""The source tree as the tests about the house see it."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from configparser import ConfigParser
from functools import cache
from pathlib import Path

import grimp

ROOT = Path(__file__).parents[2]
PACKAGES = ("survey", "forms", "scoring")


@cache
def modules() -> dict[str, ast.Module]:
    """Every module of the product by its path in the tree, parsed."""
    paths = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
    return {str(path.relative_to(ROOT)): ast.parse(path.read_text("utf-8")) for path in paths}


@cache
def imports() -> grimp.ImportGraph:
    """The graph of what imports what when the program runs."""
    return grimp.build_graph(
        *PACKAGES, include_external_packages=True, exclude_type_checking_imports=True, cache_dir=None
    )


@cache
def tracked() -> tuple[str, ...]:
    """The path of every file under version control that is still there."""
    listed = subprocess.run(
        ["git", "-c", "safe.directory=*", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True
    )
    return tuple(name for name in listed.stdout.decode().split("\0") if name and (ROOT / name).is_file())


def written() -> list[str]:
    """The path of every module under version control: the product's, and those that test and measure it."""
    return [name for name in tracked() if name.endswith(".py")]


def settings() -> ConfigParser:
    """``setup.cfg``, read."""
    parser = ConfigParser(interpolation=None)
    parser.read_string((ROOT / "setup.cfg").read_text("utf-8"))
    return parser


def functions(module: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function and method of *module*, wherever it stands."""
    for node in ast.walk(module):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def public(module: ast.Module) -> Iterator[tuple[str, ast.AST]]:
    """Every public function, class and method of *module*, with its name."""
    for node in module.body:
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            yield node.name, node
            for member in node.body:
                if isinstance(member, ast.FunctionDef) and not member.name.startswith("_"):
                    yield f"{node.name}.{member.name}", member
        elif isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            yield node.name, node
