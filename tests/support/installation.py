"""An open installation for each test, once on SQLite and once on PostgreSQL, both copied from a template."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from survey.config import Config
from survey.keys import secret_path
from survey.services.accounts.actors import COMMAND_LINE
from survey.services.campaigns import campaigns
from survey.services.installation.campaign_records import CampaignRecord
from survey.services.installation.installation import Installation, initialise, open_installation
from tests.support import scene
from tests.support.postgres import PostgresServer

DATABASES = ("sqlite", pytest.param("postgresql", marks=pytest.mark.postgres))
TEMPLATE = "hailong_with_plan"
SECRET = "5e" * 32


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with keys and an embedded database that holds the bundled plan's campaign."""
    data = tmp_path_factory.mktemp("template") / "data"
    prepare(Config(data=data))
    return data


@pytest.fixture(params=DATABASES)
def config(request: pytest.FixtureRequest, template: Path, tmp_path: Path) -> Iterator[Config]:
    """The settings of an installation of this test's own."""
    data = tmp_path / "data"
    shutil.copytree(template, data)
    if request.param == "sqlite":
        yield Config(data=data)
        return
    (data / "hailong.sqlite3").unlink()
    server: PostgresServer = request.getfixturevalue("postgres_server")
    name = server.template(TEMPLATE, lambda url: prepare(Config(data=data, database_url=_dialect(url))))
    with server.fresh(name) as url:
        yield Config(data=data, database_url=_dialect(url))


@pytest.fixture
def installation(config: Config) -> Iterator[Installation]:
    """The open installation of :func:`config`."""
    installation = open_installation(config)
    yield installation
    installation.close()


@pytest.fixture
def embedded(template: Path, tmp_path: Path) -> Iterator[Installation]:
    """An open installation on SQLite, for what only the embedded database does."""
    shutil.copytree(template, tmp_path / "embedded")
    installation = open_installation(Config(data=tmp_path / "embedded"))
    yield installation
    installation.close()


@pytest.fixture
def campaign(installation: Installation) -> CampaignRecord:
    """The campaign of the bundled plan."""
    return installation.campaigns.get(scene.CODE)


def prepare(config: Config) -> None:
    """Make an installation that holds the bundled plan's campaign.

    All of them have one secret: a copy of the template's database is opened beside a copy of any template's keys.
    """
    path = secret_path(config.data)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.write_text(SECRET, "ascii")
    path.chmod(0o600)
    initialise(config)
    installation = open_installation(config)
    campaigns.load(installation, COMMAND_LINE, scene.plan(), scene.NOW)
    installation.close()


def _dialect(url: str) -> str:
    return url.replace("postgresql://", "postgresql+psycopg://")
