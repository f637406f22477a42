"""What checks the JavaScript is pinned by its content, names no registry and has its reasons."""

from __future__ import annotations

import json
import re

from tests.house import tree

FOLDER = tree.ROOT / "tests/javascript"
LOCK = json.loads((FOLDER / "package-lock.json").read_text("utf-8"))["packages"]


def test_every_package_is_pinned_by_its_content_and_by_no_address() -> None:
    packages = {name: each for name, each in LOCK.items() if name}
    assert packages
    assert [name for name, each in packages.items() if not each["integrity"].startswith("sha512-")] == []
    assert [name for name, each in packages.items() if "resolved" in each] == []


def test_the_lock_is_that_of_the_declared_packages() -> None:
    declared = json.loads((FOLDER / "package.json").read_text("utf-8"))["devDependencies"]
    assert LOCK[""]["devDependencies"] == declared
    assert {name: LOCK[f"node_modules/{name}"]["version"] for name in declared} == declared
    reasons = (tree.ROOT / "docs/dependencies.md").read_text("utf-8")
    assert set(re.findall(r"^- \*\*(\S+)\*\* \(npm,", reasons, re.MULTILINE)) == set(declared)
