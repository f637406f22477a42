"""A secret that is lost, or another's, opens nothing, and nobody makes a new one over what hangs on the old one.

Before, `init` was what the error advised: it made a new secret, every printed address died, what was imported again
counted twice, and `doctor` had ticks only.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text

from survey import keys
from survey.cli import boundary
from survey.config import Config
from survey.database.engine import open_database
from survey.errors import Refusal
from survey.services.accounts.actors import COMMAND_LINE
from survey.services.backup import copies
from survey.services.counter import links
from survey.services.installation.health import readiness
from survey.services.installation.installation import Installation, initialise, open_installation
from survey.services.installation.schema import head
from tests.support import scene
from tests.support.old_directory import GOLDEN
from tests.support.scene import NOW

Run = Callable[..., tuple[int, str, str]]
RESTORE = {
    "vi": "hailong: Trước hết hãy khôi phục keys/secret.hex từ bản sao lưu",
    "en": "hailong: First restore keys/secret.hex from the backup",
}
COMMANDS = (
    ("init",),
    ("units",),
    ("links",),
    ("posters", "--unit", "an-nhon", "--out", "posters"),
    ("account", "list"),
    ("results",),
    ("export-responses", "--out", "rows.csv"),
    ("backup", "--out", "copy.sqlite3"),
    ("erase-order",),
    ("serve", "--port", "0"),
    ("demo", "--port", "0"),
    ("doctor",),
)


@pytest.fixture
def run(
    config: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Run:
    """Run a command on the installation of this test."""
    for name in [name for name in os.environ if name.startswith("HAILONG_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HAILONG_DATA", str(config.data))
    if config.database_url:
        monkeypatch.setenv("HAILONG_DATABASE_URL", config.database_url)

    def command(*words: str) -> tuple[int, str, str]:
        code = boundary.run(words)
        return code, *capsys.readouterr()

    return command


@pytest.fixture
def old(tmp_path: Path) -> Config:
    """A copy of the data directory of an earlier day, whose database knows no secret."""
    with tarfile.open(GOLDEN / "data.tar.xz") as packed:
        packed.extractall(tmp_path, filter="data")
    return Config(data=tmp_path / "data")


def lose(config: Config) -> None:
    keys.secret_path(config.data).unlink()


def exchange(config: Config) -> None:
    """Put the secret of another installation in the place of this one's."""
    lose(config)
    keys.create(config.data)


def addresses(config: Config) -> list[str]:
    installation = open_installation(config)
    try:
        campaign = installation.campaigns.get(scene.CODE)
        return [link.url for link in links.of_campaign(installation, COMMAND_LINE, campaign)]
    finally:
        installation.close()


@pytest.mark.parametrize("lang", RESTORE)
@pytest.mark.parametrize("harm", [lose, exchange])
def test_every_command_says_first_to_restore_it_and_does_nothing(
    run: Run, config: Config, monkeypatch: pytest.MonkeyPatch, harm: Callable[[Config], None], lang: str
) -> None:
    monkeypatch.setenv("HAILONG_LANG", lang)
    path = keys.secret_path(config.data)
    right, printed = path.read_text("ascii"), addresses(config)
    harm(config)
    wrong = path.read_text("ascii") if path.exists() else None
    for words in COMMANDS:
        code, out, err = run(*words)
        assert (code, err.count("\n")) == (1, 1), (words, err)
        assert err.startswith(RESTORE[lang]), (words, err)
        assert "init" not in err, words
        assert words == ("doctor",) or out == "", words
        assert (path.read_text("ascii") if path.exists() else None) == wrong, words
    assert not list(Path.cwd().glob("copy*"))
    path.write_text(right, "ascii")
    path.chmod(0o600)
    assert run("init")[0] == 0
    assert addresses(config) == printed, "what is printed opens again"


@pytest.mark.parametrize("harm", [lose, exchange])
def test_doctor_is_red(run: Run, config: Config, harm: Callable[[Config], None]) -> None:
    sound = run("doctor")
    assert (sound[0], "✓ khóa bí mật đúng" in sound[1]) == (0, True)
    harm(config)
    code, out, _ = run("doctor")
    assert (code, out) == (1, "✗ khóa bí mật đúng là của cơ sở dữ liệu này\n")


def test_a_running_service_notices_another_database(installation: Installation) -> None:
    """Somebody puts another office's copy in its place while the service runs."""
    assert readiness(installation)["secret"]
    with installation.database.write() as session:
        session.execute(text("INSERT INTO secret_check VALUES (2, :value)"), {"value": b"\1" * 32})
    assert readiness(installation) == {"write": True, "disk": True, "schema": True, "secret": False}


def test_an_empty_database_gets_a_new_secret(run: Run, config: Config) -> None:
    """Nothing hangs on the secret as long as there is no campaign and no account."""
    empty_again(config)
    assert run("init")[0] == 0
    for harm in (lose, exchange):
        harm(config)
        code, _, err = run("units")
        assert (code, "./hailong init" in err) == (1, True)
        assert run("init") == (0, f"Đã sẵn sàng: {config.data}\n", "")
        assert run("doctor")[0] == 0
    assert run("plan", "load", scene.CODE)[0] == 0
    lose(config)
    assert run("init")[2].startswith(RESTORE["vi"])


def test_an_account_is_enough_to_be_no_empty_database(
    run: Run, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty_again(config)
    monkeypatch.setenv("HAILONG_PASSWORD", "mật khẩu dài của tôi")
    assert run("init")[0] == 0
    assert run("account", "add", "a@x.vn", "--name", "A", "--role", "admin")[0] == 0
    lose(config)
    assert run("init")[2].startswith(RESTORE["vi"])


def empty_again(config: Config) -> None:
    """Leave nothing but the place of the database."""
    if config.database_url is None:
        config.sqlite_path.unlink()
        return
    database = open_database(config)
    with database.write() as session:
        session.execute(text("DROP SCHEMA public CASCADE"))
        session.execute(text("CREATE SCHEMA public"))
    database.close()


def test_a_copy_is_restored_with_its_own_secret_only(embedded: Installation, tmp_path: Path) -> None:
    data = tmp_path / "restored"
    data.mkdir()
    copies.back_up(embedded, COMMAND_LINE, data / "hailong.sqlite3", NOW)
    restored = Config(data=data)
    for attempt in (open_installation, initialise):
        with pytest.raises(Refusal, match="keys_missing"):
            attempt(restored)
    assert not keys.secret_path(data).exists()
    keys.create(data)
    for attempt in (open_installation, initialise):
        with pytest.raises(Refusal, match="keys_foreign"):
            attempt(restored)
    shutil.copy(keys.secret_path(embedded.config.data), keys.secret_path(data))
    assert addresses(restored) == addresses(embedded.config)


def test_an_old_directory_without_its_secret_is_not_upgraded(old: Config) -> None:
    lose(old)
    for attempt in (open_installation, initialise):
        with pytest.raises(Refusal, match="keys_missing"):
            attempt(old)
    assert not keys.secret_path(old.data).exists()
    with sqlite3.connect(old.sqlite_path) as seen:
        assert seen.execute("SELECT version_num FROM alembic_version").fetchall() == [("0010",)]
    seen.close()


def test_an_old_directory_trusts_its_secret_once_and_says_so(
    run: Run, old: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HAILONG_DATABASE_URL", raising=False)
    monkeypatch.setenv("HAILONG_DATA", str(old.data))
    code, _, err = run("init")
    assert code == 0
    logged, told = err.splitlines()
    assert json.loads(logged)["event"] == "secret_trusted"
    assert told.startswith("Cơ sở dữ liệu này có từ phiên bản trước")
    assert str(keys.secret_path(old.data)) in told
    assert run("init")[2] == "", "once"
    with sqlite3.connect(old.sqlite_path) as seen:
        assert seen.execute("SELECT version_num FROM alembic_version").fetchall() == [(head(),)]
    seen.close()
    exchange(old)
    for words in (("init",), ("units",)):
        assert run(*words)[2].startswith(RESTORE["vi"])


def test_a_database_that_was_brought_up_by_hand_trusts_it_at_the_first_opening(
    run: Run, config: Config
) -> None:
    database = open_database(config)
    with database.write() as session:
        for name in ("update", "delete"):
            on = "" if database.is_sqlite else " ON secret_check"
            session.execute(text(f"DROP TRIGGER secret_check_no_{name}{on}"))
        session.execute(text("DELETE FROM secret_check"))
    database.close()
    code, out, err = run("units")
    assert (code, json.loads(err)["event"]) == (0, "secret_trusted")
    assert "secret_trusted" not in out
    assert run("units")[2] == ""


def test_the_check_value_leads_to_no_key(installation: Installation) -> None:
    with installation.database.read() as session:
        ((step, value),) = session.execute(text("SELECT step, check_value FROM secret_check")).all()
    assert step == 1
    secret = bytes.fromhex(keys.secret_path(installation.config.data).read_text("ascii"))
    assert bytes(value) not in {secret, *(getattr(installation.keys, name) for name in keys.Keys.__slots__)}
