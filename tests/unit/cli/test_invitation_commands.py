"""``invitations``, ``alerts`` and ``account`` from the shell, with a mail server that really takes the letters."""

from __future__ import annotations

import csv
import datetime as dt
import json
import re
import stat
from pathlib import Path

import pytest

from survey import clock
from survey.cli.boundary import DONE, FAULTY, REFUSED, run
from tests.support import scene
from tests.support.invitees import csv_of
from tests.support.mail import SENDER, Post, certificate, post

__all__ = ["certificate", "post"]
Printed = pytest.CaptureFixture[str]


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, post: Post) -> Path:
    monkeypatch.setattr(clock, "now", lambda: scene.NOW)
    settings = {
        "HAILONG_DATA": str(tmp_path / "data"),
        "HAILONG_PUBLIC_URL": "https://hailong.example.vn",
        "HAILONG_SMTP_HOST": "127.0.0.1",
        "HAILONG_SMTP_PORT": str(post.server.port),
        "HAILONG_SMTP_TLS": "none",
        "HAILONG_SMTP_FROM": f"BHXH tỉnh <{SENDER}>",
        "HAILONG_SMTP_PER_MINUTE": "6000",
        "HAILONG_PASSWORD": "một câu dài dễ nhớ",
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    assert run(["init"]) == DONE
    assert run(["plan", "load", "binh-dinh-2024"]) == DONE
    return tmp_path


def test_invitations_from_the_file_to_the_reminder(data: Path, capsys: Printed, post: Post) -> None:
    file = data / "don-vi-lon.csv"
    file.write_bytes(csv_of(5))
    assert run(["invitations", "load", str(file)]) == DONE
    assert "Danh sách số 1: 5 nơi nhận" in capsys.readouterr().out
    post.box.refusals = {"vt4@cty4.example.vn": "451 later", "vt5@cty5.example.vn": "550 no such user"}
    assert run(["invitations", "send", "1"]) == REFUSED
    printed = capsys.readouterr()
    found = re.search(r"Mã nhắc, hãy lưu lại: (\S+)", printed.out)
    assert found is not None
    assert "tạm hoãn 1 thư" in printed.err
    assert run(["invitations", "failed", "1"]) == DONE
    assert "5\trefused\tvt5@cty5.example.vn\tCông ty 5\t550 no such user" in capsys.readouterr().out
    assert run(["invitations", "send", "1"]) == FAULTY, "without the key nothing goes on"
    post.box.refusals = {}
    assert run(["invitations", "send", "1", "--code", found[1]]) == DONE
    assert len(post.box.letters) == 4
    assert run(["invitations", "remind", "1"]) == FAULTY
    assert run(["invitations", "remind", "1", "--code", found[1]]) == DONE
    assert len(post.box.letters) == 8
    assert "https://hailong.example.vn/m/" in post.box.letters[-1].text
    capsys.readouterr()
    assert run(["invitations", "list", "--json"]) == DONE
    told = json.loads(capsys.readouterr().out)
    assert (told["lists"][0]["round"], told["lists"][0]["sent"], told["lists"][0]["refused"]) == (2, 4, 1)
    assert told["batches"] == [
        {"unit": "an-nhon", "batch": 1, "printed": 5, "handed_out": 4, "spent": 0, "void": 0}
    ]
    assert run(["invitations", "list"]) == DONE
    assert run(["invitations", "erase", "1"]) == DONE
    assert run(["invitations", "send", "1", "--code", found[1]]) == REFUSED
    assert run(["invitations", "erase", "9"]) == REFUSED


def test_a_mail_merge_file_is_written_for_its_owner(data: Path, capsys: Printed) -> None:
    file, out = data / "in.csv", data / "out.csv"
    file.write_text("ten,zalo\n" + "".join(f"Cty {n},+8490512345{n}\n" for n in range(5)), "utf-8")
    assert run(["invitations", "merge", str(file), "--out", str(out)]) == FAULTY
    assert "2:don_vi" in capsys.readouterr().err
    assert run(["invitations", "merge", str(file), "--unit", "an-nhon", "--out", str(out)]) == DONE
    rows = list(csv.DictReader(out.read_text("utf-8-sig").splitlines()))
    assert len({row["duong_dan"] for row in rows}) == 5
    assert stat.S_IMODE(out.stat().st_mode) == 0o600


def test_alerts_print_what_is_open_and_erase_what_is_due(
    data: Path, capsys: Printed, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = data / "x.csv"
    file.write_bytes(csv_of(5))
    assert run(["invitations", "load", str(file)]) == DONE
    assert run(["alerts"]) == DONE
    monkeypatch.setattr(clock, "now", lambda: scene.CLOSED + dt.timedelta(days=1))
    capsys.readouterr()
    assert run(["alerts"]) == DONE
    assert capsys.readouterr().out == ""
    assert run(["invitations", "list", "--json"]) == DONE
    assert json.loads(capsys.readouterr().out)["lists"][0]["erased"]


def test_accounts_are_closed_opened_and_given_a_new_password(
    data: Path, capsys: Printed, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run(["account", "add", "a@x.vn", "--name", "A", "--role", "admin"]) == DONE
    assert run(["account", "add", "b@x.vn", "--name", "B", "--role", "tccb"]) == DONE
    assert run(["account", "close", "B@x.vn"]) == DONE
    assert run(["account", "close", "a@x.vn"]) == REFUSED
    capsys.readouterr()
    assert run(["account", "list"]) == DONE
    assert "b@x.vn\ttccb\t-\tB\tngừng hoạt động" in capsys.readouterr().out
    assert run(["account", "open", "b@x.vn"]) == DONE
    assert run(["account", "password", "b@x.vn"]) == DONE
    assert run(["account", "password", "nobody@x.vn"]) == REFUSED
    monkeypatch.setenv("HAILONG_PASSWORD", "ngắn")
    assert run(["account", "password", "b@x.vn"]) == FAULTY
