"""``forms print``, ``forms read`` and ``close-verification`` from the shell, with a disk that is really full."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from pypdf import PdfReader

from survey.cli.boundary import run
from survey.config import Config
from survey.services.installation.campaign_records import CampaignRecord
from survey.services.installation.installation import Installation
from survey.services.paper import closing
from survey.vocabulary import PaperAct
from tests.integration.paper import certificates
from tests.support import scene
from tests.support.paper_scene import HEAD, say
from tests.support.scene import CLOSED, NOW

ROOT = Path(__file__).parents[3]
# For what is the same over every database.
ON_ONE = pytest.mark.parametrize("config", ["sqlite"], indirect=True)
DONE, REFUSED, FAULTY = 0, 1, 2
ORDER = ("forms", "print", "--campaign", scene.CODE, "--unit", "an-nhon", "--count")


@pytest.fixture
def here(config: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty directory in which commands work on the installation of this test."""
    monkeypatch.setattr("survey.clock.now", lambda: NOW)
    monkeypatch.setenv("HAILONG_DATA", str(config.data))
    monkeypatch.setenv("HAILONG_LANG", "vi")
    if config.database_url:
        monkeypatch.setenv("HAILONG_DATABASE_URL", config.database_url)
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def batches(installation: Installation) -> int:
    return scene.counts(installation).get("paper_batch", 0)


def test_a_batch_with_its_boxes_is_printed_and_read_again(
    installation: Installation, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([*ORDER, "2", "--out", "F.pdf", "--boxes", "F.json"]) == DONE
    assert "số 0001–0002, biên bản số 1" in capsys.readouterr().out
    told = json.loads((here / "F.json").read_text("utf-8"))
    assert set(told) == {"origin", "pages_per_form", "boxes"}
    assert set(told["boxes"][0]) == {"id", "q", "opt", "kind", "page", "x", "y", "w", "h"}
    assert len(PdfReader("F.pdf").pages) == 2 * told["pages_per_form"]
    words = ["forms", "read", "F.pdf", "nothing.pdf", "--campaign", scene.CODE, "--json", "read.json"]
    assert run([*words, "--jobs", "2"]) == DONE
    assert "Đọc được 4 trên 5 trang, 2 phiếu" in capsys.readouterr().out
    found = json.loads((here / "read.json").read_text("utf-8"))
    wanted = {"file", "page_index", "serial", "page", "status", "answers"}
    assert all(wanted <= set(page) for page in found["pages"])
    assert [page["status"] for page in found["pages"]] == ["read"] * 4 + ["unreadable"]
    answer = found["pages"][0]["answers"][0]
    assert {"q", "value", "confidence", "needs_human"} <= set(answer)
    boxes = {(box["q"], box["opt"]) for box in told["boxes"]}
    assert {each["q"] for page in found["pages"] for each in page["answers"]} <= {q for q, _ in boxes}
    assert [form["serial"] for form in found["forms"]] == ["000001", "000002"]
    assert "response" not in scene.counts(installation), "reading takes nothing in"


@ON_ONE
def test_a_wrong_count_issues_nothing(installation: Installation, here: Path) -> None:
    for count in ("0", "-1", "5001", "x"):
        assert run([*ORDER, count, "--out", "F.pdf"]) == FAULTY, count
    assert batches(installation) == 0
    assert list(here.iterdir()) == []


@ON_ONE
def test_what_cannot_be_written_or_is_not_there_issues_nothing(
    installation: Installation, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for words in (
        ["--out", "nowhere/F.pdf"],
        ["--out", "F.pdf", "--boxes", "nowhere/F.json"],
        ["--out", "F.pdf", "--seal"],
        ["--out", "F.pdf", "--sign"],
    ):
        assert run([*ORDER, "1", *words]) in {REFUSED, FAULTY}, words
        assert capsys.readouterr().err.startswith("hailong: ")
    assert batches(installation) == 0
    assert list(here.iterdir()) == []


@ON_ONE
def test_without_vietnamese_letters_nothing_is_printed(
    installation: Installation,
    here: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("forms.paper.fonts._candidates", lambda: iter([("None", (here / "none.ttf",) * 5)]))
    monkeypatch.setattr("forms.paper.batch.faces", _uncached_faces())
    assert run([*ORDER, "1", "--out", "F.pdf"]) == FAULTY
    assert "fonts-liberation2" in capsys.readouterr().err
    assert batches(installation) == 0
    assert list(here.iterdir()) == []


def _uncached_faces() -> Callable[[], object]:
    from forms.paper.fonts import faces

    return faces.__wrapped__


def test_a_full_disk_leaves_no_file_and_no_numbers(installation: Installation, here: Path) -> None:
    """The limit on a file's size ends a write as a full disk does: by an error in the middle of it."""

    def small_disk() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, 40_000))

    done = subprocess.run(
        [sys.executable, "-m", "survey.cli", *ORDER, "20", "--out", "F.pdf"],
        cwd=here,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        preexec_fn=small_disk,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == FAULTY, done.stderr
    assert "Chưa in được, và chưa cấp số phiếu nào." in done.stderr
    assert "đĩa đã đầy khi ghi F.pdf" in done.stderr
    assert batches(installation) == 0
    assert list(here.iterdir()) == []


@ON_ONE
def test_a_signed_batch_from_the_shell(
    installation: Installation, here: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = certificates.office(tmp_path)
    monkeypatch.setenv("HAILONG_SIGN_KEY_FILE", str(office.identity.pkcs12))
    monkeypatch.setenv("HAILONG_SIGN_PASSPHRASE_FILE", str(office.identity.passphrase))
    assert run([*ORDER, "1", "--out", "F.pdf", "--sign"]) == DONE
    assert office.verdict((here / "F.pdf").read_bytes()).bottom_line


def test_verification_closes_from_the_shell_once_everything_is_explained(
    installation: Installation,
    campaign: CampaignRecord,
    here: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert run([*ORDER, "2", "--out", "F.pdf"]) == DONE
    say(installation, campaign, PaperAct.HANDED_OUT, 1)
    assert run(["close-verification"]) == REFUSED
    monkeypatch.setattr("survey.clock.now", lambda: CLOSED)
    assert run(["close-verification"]) == FAULTY
    assert "0001" in capsys.readouterr().err
    assert run(["close-verification", "--when-ready"]) == DONE
    assert f"{scene.CODE}: còn việc chưa xong." in capsys.readouterr().out
    say(installation, campaign, PaperAct.TAKEN_BACK, 1)
    closing.close_unit(installation, HEAD, campaign, "an-nhon", "Trần B", CLOSED)
    assert run(["close-verification", "--when-ready"]) == DONE
    assert f"{scene.CODE}: Đã kết thúc xác minh; cắt liên hệ của 0 phiếu" in capsys.readouterr().out
    assert run([*ORDER, "1", "--out", "G.pdf"]) == REFUSED
