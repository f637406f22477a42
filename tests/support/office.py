"""A rehearsal with an account of every role, served to test clients and to the browser."""

from __future__ import annotations

import re
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_security import hash_password

from survey import clock
from survey.config import Config
from survey.extensions import limiter
from survey.server import listen
from survey.services import rehearsal
from survey.services.accounts import accounts
from survey.services.accounts.accounts import NewAccount
from survey.services.accounts.actors import COMMAND_LINE
from survey.services.installation.installation import Installation, initialise, open_installation
from survey.vocabulary import Role
from survey.web.application import assemble
from tests.support import scene

PASSWORD = "mot cau de nho"
UNIT = "an-nhon"
PEOPLE = {
    "admin": (Role.ADMIN, None),
    "tccb": (Role.TCCB, None),
    "head": (Role.UNIT_HEAD, UNIT),
    "officer": (Role.OFFICER, UNIT),
    "colleague": (Role.OFFICER, UNIT),
}

SignIn = Callable[[str], FlaskClient]


def address_of(person: str) -> str:
    """The e-mail address with which *person* signs in."""
    return f"{person}@example.vn"


@pytest.fixture(scope="session")
def rehearsed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory that holds a rehearsal and the accounts of :data:`PEOPLE`."""
    config = Config(data=tmp_path_factory.mktemp("office") / "data")
    initialise(config)
    installation = open_installation(config)
    rehearsal.begin(installation, COMMAND_LINE, scene.plan(), clock.now())
    with assemble(installation).app_context():
        hashed = hash_password(PASSWORD)
    for person, (role, unit) in PEOPLE.items():
        new = NewAccount(address_of(person), f"Người thử {person}", role, unit, hashed)
        accounts.add(installation, COMMAND_LINE, new, clock.now())
    installation.close()
    return config.data


@pytest.fixture
def office(rehearsed: Path, tmp_path: Path) -> Iterator[Installation]:
    """An open installation of this test's own, with the rehearsal in it."""
    shutil.copytree(rehearsed, tmp_path / "office")
    installation = open_installation(Config(data=tmp_path / "office"))
    yield installation
    installation.close()


@pytest.fixture
def office_app(office: Installation) -> Flask:
    """The application that serves :func:`office`."""
    limiter.reset()
    return assemble(office)


@pytest.fixture
def sign_in(office_app: Flask) -> SignIn:
    """Return a client that has signed in as one of :data:`PEOPLE`."""

    def client_of(person: str) -> FlaskClient:
        client = office_app.test_client()
        page = client.get("/noi-bo/dang-nhap").get_data(as_text=True)
        fields = {"csrf_token": token(page), "email": address_of(person), "password": PASSWORD}
        assert client.post("/noi-bo/dang-nhap", data=fields).status_code == 302
        return client

    return client_of


@contextmanager
def listening(app: Flask) -> Iterator[str]:
    """The address of a server that answers for *app* in a thread of its own."""
    server = listen(app, "127.0.0.1", 0, threads=4)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield server.address
    server.stop()
    server.stop()  # asked twice, it waits for nobody
    thread.join(5)


@pytest.fixture
def office_address(office_app: Flask) -> Iterator[str]:
    """The address under which the browser reaches :func:`office`."""
    with listening(office_app) as address:
        yield address


def token(page: str) -> str:
    """The token against forged posts that *page* carries."""
    found = re.search(r'name="csrf_token"[^>]* value="([^"]+)"', page)
    assert found is not None
    return found[1]
