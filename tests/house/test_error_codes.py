"""Every code that the product can raise is in the catalogue, with a sentence in each language."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterator

import pytest

from survey.errors import catalogue
from tests.house import tree

RAISING = {"Refusal", "Fault"}
STATUSES = {400, 403, 404, 405, 409, 410, 413, 415, 422, 429, 500, 503}


def called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def raised() -> Iterator[tuple[str, str]]:
    """Each code written as text where a refusal or a fault is made, with its place."""
    for path, module in tree.modules().items():
        for node in ast.walk(module):
            if isinstance(node, ast.Call) and called(node) in RAISING and node.args:
                for inner in ast.walk(node.args[0]):
                    if isinstance(inner, ast.Constant) and isinstance(inner.value, str):
                        yield inner.value, f"{path}:{node.lineno}"


def placeholders(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None}


def test_every_code_that_is_raised_is_in_the_catalogue() -> None:
    found = dict(raised())
    assert len(found) > 40
    assert {code: place for code, place in found.items() if code not in catalogue()} == {}


@pytest.mark.parametrize("code", catalogue())
def test_every_code_has_a_sentence_in_both_languages(code: str) -> None:
    entry = catalogue()[code]
    assert re.fullmatch(r"[a-z][a-z0-9_]*", code)
    assert entry.status in STATUSES
    assert set(entry.sentences) == {"vi", "en"}
    assert placeholders(entry.sentences["vi"]) == placeholders(entry.sentences["en"])
    for sentence in entry.sentences.values():
        assert sentence.rstrip()[-1] in ".?!…" or sentence.endswith("}")
