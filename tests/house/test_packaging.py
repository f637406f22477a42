"""The version, the locks, the licence and the reasons stand where they are looked for, and agree."""

from __future__ import annotations

import hashlib
import re

import pytest

from survey.version import version
from tests.house import tree

# Written backwards, so that this file does not hold what it looks for.
FOREIGN = [
    word[::-1]
    for word in (
        "/krow/",
        "/toor/",
        "/emoh/",
        "vneyp",
        "gro.ipyp",
        "gro.detsohnohtyp",
        "gro.naibed.bed",
        "gro.sjmpn",
        "gro.adnocana",
    )
]
PIN = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)==(\S+)", re.MULTILINE)


def text(name: str) -> str:
    return (tree.ROOT / name).read_text("utf-8")


def names(option: str, section: str = "options") -> set[str]:
    lines = tree.settings()[section][option].split("\n")
    return {match[0] for line in lines if (match := re.match(r"[A-Za-z0-9-]+", line))}


def pins(lock: str) -> dict[str, str]:
    return dict(PIN.findall(text(lock)))


def normalised(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_the_changelog_begins_with_this_version() -> None:
    heads = re.findall(r"^## \[([^\]]+)\]", text("CHANGELOG.md"), re.MULTILINE)
    assert heads[0] in {version(), "Unreleased"}
    assert version() in heads


def test_the_licence_is_the_apache_licence_whole() -> None:
    assert "Apache License" in text("LICENSE")
    assert "END OF TERMS AND CONDITIONS" in text("LICENSE")
    assert tree.settings()["metadata"]["license"] == "Apache-2.0"


@pytest.mark.parametrize("name", tree.tracked())
def test_no_file_names_a_machine_or_a_registry(name: str) -> None:
    content = (tree.ROOT / name).read_bytes()
    assert [mark for mark in FOREIGN if mark.encode() in content] == []


def test_every_dependency_has_its_reason_and_every_reason_its_dependency() -> None:
    product, tests = text("docs/dependencies.md").split("## The tests")
    row = re.compile(r"^\| ([A-Za-z0-9-]+) \| .{10,} \|$", re.MULTILINE)
    assert set(row.findall(product)) - {"library"} == names("install_requires")
    assert set(row.findall(tests)) - {"library"} == names("test", "options.extras_require")


def test_the_library_on_the_kiosk_is_the_one_that_is_described() -> None:
    named = re.findall(
        r"^- \*\*uqr\*\* .*SHA-256 `([0-9a-f]{64})`", text("docs/dependencies.md"), re.MULTILINE
    )
    content = (tree.ROOT / "survey/static/vendor/uqr.js").read_bytes()
    assert named == [hashlib.sha256(content).hexdigest()]
    assert "MIT License" in text("survey/static/vendor/uqr.LICENSE.txt")


@pytest.mark.parametrize("lock", ["requirements.txt", "requirements-test.txt", "requirements-uv.txt"])
def test_every_pin_has_its_hash(lock: str) -> None:
    blocks = re.split(r"\n(?=[A-Za-z0-9])", text(lock))
    unhashed = [block.split()[0] for block in blocks if PIN.match(block) and "--hash=sha256:" not in block]
    assert unhashed == []
    assert pins(lock)


def test_the_locks_hold_what_is_declared_and_agree() -> None:
    product, tests = pins("requirements.txt"), pins("requirements-test.txt")
    assert {normalised(name) for name in names("install_requires")} <= {normalised(n) for n in product}
    declared = names("test", "options.extras_require")
    assert {normalised(name) for name in declared} <= {normalised(name) for name in tests}
    assert product.items() <= tests.items()  # so that the tests run what the product runs
