"""The commands, from an empty directory to a report: what they print, what they refuse and how they end."""

from __future__ import annotations

import json
import os
import re
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from forms.address_mac import AddressMac
from survey import keys
from survey.cli import boundary
from survey.cli.commands import COMMANDS
from survey.config import Config
from survey.services.collection import door
from survey.services.installation.installation import Installation, open_installation
from tests.support import scene
from tests.support.scene import NOW, entry

ROOT = Path(__file__).parents[3]
DONE, REFUSED, FAULTY = 0, 1, 2


@dataclass(frozen=True)
class Ended:
    """How a command ended, and what it wrote."""

    code: int
    out: str
    err: str


Run = Callable[..., Ended]


@pytest.fixture
def run(
    config: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Run:
    """Run a command on the installation of this test, whatever the surroundings set."""
    for name in [name for name in os.environ if name.startswith("HAILONG_")]:
        monkeypatch.delenv(name)
    monkeypatch.setattr("survey.clock.now", lambda: NOW)
    monkeypatch.chdir(tmp_path)
    if config.database_url:
        monkeypatch.setenv("HAILONG_DATABASE_URL", config.database_url)
    monkeypatch.setenv("HAILONG_DATA", str(config.data))

    def command(*words: str) -> Ended:
        code = boundary.run(words)
        out, err = capsys.readouterr()
        assert "Traceback" not in out + err
        return Ended(code, out, err)

    return command


@pytest.fixture
def office(config: Config) -> Iterator[Installation]:
    """The same installation, open beside the commands."""
    installation = open_installation(config)
    yield installation
    installation.close()


def one_sentence(ended: Ended) -> str:
    """The sentence with which a command refuses: on standard error, once, with what to do."""
    assert ended.out == ""
    first, *_ = ended.err.splitlines()
    assert first.startswith("hailong: ")
    assert first.rstrip().endswith((".", "?", ")")) or re.search(r"chmod 600|--\w+", first)
    return first


def test_from_an_empty_directory_to_a_report(
    config: Config, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if config.database_url is None:
        monkeypatch.setenv("HAILONG_DATA", str(tmp_path / "mới"))
    assert run("init").code == DONE
    assert run("init").code == DONE, "what is there stays"
    if config.database_url is None:
        assert one_sentence(run("links")), "no campaign yet"
        assert run("plan", "check", scene.CODE).out.count("850") == 1
        assert run("plan", "load", scene.CODE).code == DONE
    assert run("plan", "load", scene.CODE).code == REFUSED
    table = run("units")
    assert table.code == DONE
    found = json.loads(run("links", "--json").out)
    assert [link["unit"] for link in found][:4] == ["van-phong"] * 3 + ["an-nhon"]
    assert {"unit", "name", "url"} <= set(found[0])
    shown = json.loads(run("results", "--json").out)
    assert shown["campaign"] == scene.CODE
    assert shown["official_formula"] == "f1"
    assert {unit["valid"] for unit in shown["units"]} == {0}
    assert run("doctor").code == DONE


def test_a_response_shows_in_results_and_export_and_comes_in_again(
    run: Run, office: Installation, tmp_path: Path
) -> None:
    campaign = office.campaigns.get(scene.CODE)
    door.accept(office, entry(campaign, mark="5", comment="=1+1"), NOW)
    board = json.loads(run("units", "--json").out)
    assert (board["campaign"], board["rehearsal"], len(board["units"])) == (scene.CODE, False, 11)
    counts = board["units"][scene.AN_NHON - 1]
    assert (counts["unit"], counts["target"], counts["valid"], counts["channels"]["qr"]) == (
        "an-nhon",
        80,
        1,
        1,
    )
    assert (counts["awaiting"], counts["late"], counts["excluded"], counts["missing"]) == (0, 0, 0, 79)
    unit = json.loads(run("results", "--json").out)["units"][scene.AN_NHON - 1]
    assert (unit["unit"], unit["target"], unit["valid"]) == ("an-nhon", 80, 0), "no release has it yet"
    assert (unit["criteria"][0]["id"], unit["criteria"][0]["n"]) == ("C1", 0)
    assert {"f1", "f2", "f3", "ci"} <= set(unit["criteria"][0])
    path = tmp_path / "ra.csv"
    assert run("export-responses", "--out", str(path)).code == DONE
    assert (
        run("export-responses").out.encode() == path.read_bytes().replace(b"\r\n", b"\n")
        or path.stat().st_size
    )
    assert "hai thời điểm" in run("export-responses").err
    assert run("import-responses", str(path)).code == DONE
    assert scene.counts(office)["response"] == 1
    with office.database.read() as session:
        acts = [entry.act for entry in session.execute(scene.table("audit_entry").select())]
    assert acts.count("responses_exported") == 3


def test_the_report_is_written(run: Run, office: Installation, tmp_path: Path) -> None:
    campaign = office.campaigns.get(scene.CODE)
    door.accept_all(
        office, ((entry(campaign, unit_id=n % 11 + 1, mark="12345"[n % 5]), NOW) for n in range(330))
    )
    out = tmp_path / "báo cáo"
    ended = run("report", "--out", str(out))
    assert ended.code == DONE
    assert {path.read_bytes()[:4] for path in out.iterdir()} == {b"%PDF", b"PK\x03\x04"}
    assert run("report", "--unit", "an-nhon", "--out", str(out)).code == DONE
    assert len(list(out.iterdir())) == 4
    assert "unit_unknown" not in one_sentence(run("report", "--unit", "hue"))


def test_every_address_is_sealed_by_this_installation(run: Run, config: Config) -> None:
    seal = AddressMac(keys.load(config.data).address_mac)
    for link in json.loads(run("links", "--json").out):
        installation = seal.verify(link["url"].rsplit("/", 1)[1])
        assert (installation.campaign, installation.unit) == (scene.CODE, link["unit"])


class TestPlans:
    """``plan check`` and ``plan load``."""

    def test_every_fault_is_a_line_and_nothing_is_loaded(
        self, run: Run, office: Installation, tmp_path: Path
    ) -> None:
        path, before = tmp_path / "kế hoạch.toml", scene.counts(office)
        text = (ROOT / "survey/plans/bundled/binh-dinh-2024.toml").read_text("utf-8")
        path.write_text(text.replace("target = 80", 'target = "nhiều"'), "utf-8")
        for verb in ("check", "load"):
            ended = run("plan", verb, str(path))
            assert ended.code == FAULTY
            assert len(re.findall(r"^  \d+:\d+ units\[\d+\]\.target: ", ended.err, re.MULTILINE)) == 10
        assert scene.counts(office) == before

    def test_editing_the_file_later_changes_nothing(
        self, run: Run, office: Installation, tmp_path: Path
    ) -> None:
        path = tmp_path / "plan.toml"
        text = (ROOT / "survey/plans/bundled/binh-dinh-2024.toml").read_text("utf-8")
        path.write_text(text.replace("binh-dinh-2024", "mine"), "utf-8")
        assert run("plan", "load", str(path)).code == DONE
        before = run("results", "--campaign", "mine", "--json").out
        path.write_text(text.replace("binh-dinh-2024", "mine").replace("target = 80", "target = 1"), "utf-8")
        assert run("plan", "load", str(path)).code == REFUSED
        assert run("results", "--campaign", "mine", "--json").out == before
        path.unlink()
        assert json.loads(before)["units"][1]["target"] == 80
        assert office.campaigns.get("mine").plan.units[1].target == 80

    def test_a_missing_file_is_named_with_what_there_is(self, run: Run) -> None:
        assert scene.CODE in one_sentence(run("plan", "check", "no-such.toml"))


class TestFaultyFiles:
    """``import-responses``."""

    def test_every_faulty_cell_is_a_line(self, run: Run, office: Installation, tmp_path: Path) -> None:
        path = tmp_path / "x.csv"
        run("export-responses", "--out", str(path))
        before = scene.counts(office)  # the export itself is on record
        head = path.read_text("utf-8").splitlines()[0]
        empty = "," * head.count(",")
        path.write_text(f"{head}\n{empty}\n{empty}\n", "utf-8")
        ended = run("import-responses", str(path))
        assert ended.code == FAULTY
        for line in (2, 3):
            for column in ("id", "unit", "day", "half_day"):
                assert f"  {line}:{column}: " in ended.err
        assert scene.counts(office) == before

    def test_a_file_that_cannot_be_read_is_named(self, run: Run, tmp_path: Path) -> None:
        for path in (tmp_path, tmp_path / "none.csv"):
            ended = run("import-responses", str(path))
            assert ended.code == REFUSED
            assert str(path) in one_sentence(ended)


class TestAccounts:
    """``account add`` and ``account list``."""

    def add(self, run: Run, email: str = "Hoa@X.vn", role: str = "officer", *more: str) -> Ended:
        unit = ("--unit", "an-nhon") if role in {"officer", "unit_head"} else ()
        return run("account", "add", email, "--name", "Trần Thị Hoa", "--role", role, *unit, *more)

    @pytest.fixture(autouse=True)
    def password(self, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("HAILONG_PASSWORD", "một mật khẩu đủ dài")

    def test_an_account_is_made_once_and_listed(self, run: Run) -> None:
        assert self.add(run).code == DONE
        assert "hoa@x.vn" in one_sentence(self.add(run))
        assert run("account", "list").out == "hoa@x.vn\tofficer\tan-nhon\tTrần Thị Hoa\n"

    def test_all_faults_come_at_once(self, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("HAILONG_PASSWORD", "short")
        ended = run("account", "add", "nobody", "--name", " ", "--role", "king")
        assert ended.code == FAULTY
        assert len(ended.err.splitlines()) == 5
        assert "short" not in ended.err

    def test_a_role_and_its_unit_belong_together(self, run: Run) -> None:
        assert run("account", "add", "a@x.vn", "--name", "A", "--role", "officer").code == FAULTY
        assert (
            run("account", "add", "a@x.vn", "--name", "A", "--role", "tccb", "--unit", "an-nhon").code
            == FAULTY
        )

    def test_a_unit_that_there_is_not_is_a_fault(self, run: Run) -> None:
        ended = run("account", "add", "a@x.vn", "--name", "A", "--role", "officer", "--unit", "hue")
        assert ended.code == FAULTY
        assert "hue" in ended.err

    @pytest.mark.parametrize(
        "email", ["a..b@x.vn", "a b@x.vn", "@x.vn", "a@x", "a@-x.vn", "x" * 250 + "@x.vn"]
    )
    def test_an_address_with_which_nobody_could_sign_in_is_a_fault(self, run: Run, email: str) -> None:
        assert self.add(run, email).code == FAULTY
        assert run("account", "list").out == ""

    def test_the_password_is_kept_as_a_slow_hash_only(self, run: Run, office: Installation) -> None:
        assert self.add(run).code == DONE
        with office.database.read() as session:
            row = session.execute(scene.table("account").select()).one()
        assert "$argon2id$" in row.password
        assert "mật khẩu" not in repr(row)


class TestSurroundings:
    """What is refused before anything is done."""

    def test_bad_settings_are_all_named(self, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("HAILONG_DATABASE_URL", "mysql://x")
        monkeypatch.setenv("HAILONG_PUBLIC_URL", "http://khaosat.example.vn")
        monkeypatch.setenv("HAILONG_THREADS", "9" * 5000)
        monkeypatch.setenv("HAILONG_PROXIES", "-1")
        ended = run("units")
        assert ended.code == FAULTY
        for name in ("DATABASE_URL", "PUBLIC_URL", "THREADS", "PROXIES"):
            assert f"  HAILONG_{name}: " in ended.err

    @pytest.mark.parametrize(
        "url",
        [
            "ftp://x",
            "https://",
            "https://x:99999",
            "http://[::1",
            "https://x y",
            "//x",
            "https://x?y",
            "https://x\x7f",
        ],
    )
    def test_an_address_that_is_none_is_named(
        self, run: Run, monkeypatch: pytest.MonkeyPatch, url: str
    ) -> None:
        monkeypatch.setenv("HAILONG_PUBLIC_URL", url)
        ended = run("units")
        assert ended.code == FAULTY
        assert "HAILONG_PUBLIC_URL: " in ended.err

    @pytest.mark.parametrize(
        "url",
        [
            "postgresql://u@127.0.0.1:1/x",
            "postgresql://u@no-such-host.invalid/x",
            "postgresql://",
            "postgresql://u:p@h:port/x",
            "postgresql://u@/x?host=/no/such/place",
        ],
    )
    def test_a_database_that_is_not_there_is_told_in_a_sentence(
        self, run: Run, monkeypatch: pytest.MonkeyPatch, url: str
    ) -> None:
        monkeypatch.setenv("HAILONG_DATABASE_URL", url)
        for words in (("units",), ("init",)):
            ended = run(*words)
            assert ended.code in {REFUSED, FAULTY}
            assert "HAILONG_DATABASE_URL" in ended.err
            assert "HAILONG_DEBUG" not in ended.err

    @pytest.mark.parametrize("mode", [0o640, 0o604, 0o666])
    def test_a_secret_that_others_can_read_is_refused(self, run: Run, config: Config, mode: int) -> None:
        path = keys.secret_path(config.data)
        path.chmod(mode)
        assert f"chmod 600 {path}" in one_sentence(run("links"))
        path.chmod(0o600)
        assert run("links").code == DONE

    @pytest.mark.parametrize("content", ["", "zz", "00" * 31, "00" * 33, "é"])
    def test_a_damaged_secret_is_refused_and_kept(self, run: Run, config: Config, content: str) -> None:
        path = keys.secret_path(config.data)
        path.write_text(content, "utf-8")
        for words in (("links",), ("init",), ("links",)):
            ended = run(*words)
            assert words == ("init",) or ended.code == REFUSED
        assert path.read_text("utf-8") == content, "a new secret would make every QR code worthless"

    def test_a_missing_secret_is_told(self, run: Run, config: Config) -> None:
        keys.secret_path(config.data).unlink()
        assert str(keys.secret_path(config.data)) in one_sentence(run("links"))

    def test_new_secrets_are_readable_by_their_owner_alone(self, tmp_path: Path) -> None:
        keys.create(tmp_path / "data")
        path = keys.secret_path(tmp_path / "data")
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
        first = path.read_text("ascii")
        keys.create(tmp_path / "data")
        assert path.read_text("ascii") == first

    def test_an_empty_directory_says_what_to_run(self, run: Run, config: Config, tmp_path: Path) -> None:
        """On a server the database may be filled: then its secret is to be restored."""
        ended = run("units", "--data", str(tmp_path / "nowhere"))
        assert ended.code == REFUSED
        advice = "keys/secret.hex từ bản sao lưu" if config.database_url else "./hailong init"
        assert advice in one_sentence(ended)
        assert not (tmp_path / "nowhere").exists()

    def test_a_file_that_is_no_database_is_told(
        self, run: Run, config: Config, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.delenv("HAILONG_DATABASE_URL", raising=False)
        monkeypatch.setenv("HAILONG_DATA", str(tmp_path / "x"))
        keys.create(tmp_path / "x")
        (tmp_path / "x" / "hailong.sqlite3").write_bytes(b"not a database" * 1000)
        ended = run("units")
        assert ended.code == REFUSED
        assert "not a database" in one_sentence(ended)

    def test_a_directory_whose_name_is_odd_works(
        self, run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.delenv("HAILONG_DATABASE_URL", raising=False)
        monkeypatch.setenv("HAILONG_DATA", str(tmp_path / "dữ liệu? #1 %20"))
        assert run("init").code == DONE
        assert run("doctor").code == DONE

    def test_an_unknown_campaign_is_told(self, run: Run) -> None:
        for words in (("units",), ("links",), ("results",), ("report",), ("export-responses",)):
            ended = run(*words, "--campaign", "no-such")
            assert ended.code == REFUSED
            assert "no-such" in one_sentence(ended)


def test_every_command_explains_itself(run: Run) -> None:
    for name in COMMANDS:
        ended = run(name, "--help")
        assert ended.code == DONE, name
        assert ended.out.startswith(f"Cách dùng: ./hailong {name}"), name
        assert ended.err == ""


def test_a_command_of_its_own_process_ends_with_its_code(config: Config) -> None:
    surroundings = {**os.environ, "PYTHONPATH": str(ROOT), "HAILONG_DATABASE_URL": config.database_url or ""}
    for words, code in ((("units", "--campaign", "x"), REFUSED), (("no-such",), FAULTY), (("units",), DONE)):
        ended = subprocess.run(
            [sys.executable, "-m", "survey.cli", *words],
            env={**surroundings, "HAILONG_DATA": str(config.data)},
            cwd=config.data,
            capture_output=True,
            timeout=60,
            check=False,
        )
        assert ended.returncode == code
        assert (ended.stdout == b"") == (code != DONE)
        assert (ended.stderr == b"") == (code == DONE)
        assert b"Traceback" not in ended.stderr
