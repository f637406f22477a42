"""``posters`` and ``tickets`` from the shell: their files, and what they say about wrong words."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
import zxingcpp

from forms import ticket_code
from survey.cli.boundary import DONE, FAULTY, REFUSED, run
from tests.unit.forms.poster import degrading

UNIT = ["--unit", "an-nhon"]


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HAILONG_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("HAILONG_PUBLIC_URL", "https://hailong.example.vn")
    assert run(["init"]) == DONE
    assert run(["plan", "load", "binh-dinh-2024"]) == DONE
    return tmp_path


def test_posters_are_written_for_every_counter_and_kind(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["posters", "--out", str(data / "out"), "--unit", "van-phong"]) == DONE
    names = {path.name for path in (data / "out").iterdir()}
    assert len(names) == 3 * 4 * 2
    assert "binh-dinh-2024-van-phong-quay-3-tent.svg" in names
    assert str(data / "out" / "binh-dinh-2024-van-phong-quay-1-a4.pdf") in capsys.readouterr().out
    assert run(["posters", "--out", str(data), "--unit", "x"]) == REFUSED
    assert run(["posters", "--kind", "a3"]) == FAULTY


def test_tickets_are_printed_listed_given_and_made_void(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pdf, listing = data / "the.pdf", data / "the.json"
    files = ["--out", str(pdf), "--json", str(listing)]
    assert run(["tickets", "print", "--campaign", "binh-dinh-2024", *UNIT, "--count", "12", *files]) == DONE
    rows = json.loads(listing.read_text("utf-8"))
    assert len({row["code"] for row in rows}) == len({row["url"] for row in rows}) == 12
    for row in rows:
        assert row["url"] == f"https://hailong.example.vn/m/{ticket_code.read(row['code'])}"
        assert ticket_code.read(row["short"]) is not None
    seen = zxingcpp.read_barcodes(degrading.rendered(pdf.read_bytes(), 6.0))
    assert {code.text for code in seen} == {row["url"] for row in rows[:10]}
    assert {stat.S_IMODE(path.stat().st_mode) for path in (pdf, listing)} == {0o600}
    assert run(["tickets", "give", *UNIT, "--batch", "1", "--count", "5"]) == DONE
    assert run(["tickets", "void", rows[0]["short"]]) == DONE
    assert run(["tickets", "void", rows[0]["code"]]) == REFUSED
    assert run(["tickets", "void", "1234"]) == FAULTY
    capsys.readouterr()
    assert run(["tickets", "list", "--json"]) == DONE
    (account,) = json.loads(capsys.readouterr().out)
    assert account == {
        "unit": "an-nhon",
        "batch": 1,
        "printed": 12,
        "handed_out": 5,
        "spent": 0,
        "void": 1,
        "left": 11,
    }
    assert run(["tickets", "list"]) == DONE
    assert "printed=12" in capsys.readouterr().out
    assert run(["tickets", "print", *UNIT, "--count", "0", "--out", str(pdf)]) == FAULTY
