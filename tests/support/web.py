"""The application over an installation of the test's own, at a fixed moment, and people signed in to it."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_security import hash_password

from survey import clock
from survey.extensions import security
from survey.services.accounts import accounts
from survey.services.accounts.actors import COMMAND_LINE
from survey.services.installation.installation import Installation
from survey.vocabulary import Role
from tests.support import scene
from tests.support.assembly import lent

PASSWORD = "ngựa đúng pin ghim"
SIGN_IN = "/noi-bo/dang-nhap"
TOKEN = re.compile(r'name="csrf_token"[^>]* value="([^"]+)"')
UNIT_OF = {Role.ADMIN: None, Role.TCCB: None, Role.UNIT_HEAD: "an-nhon", Role.OFFICER: "an-nhon"}
_addresses = itertools.count(1)
_hashes: dict[bytes, str] = {}

SignIn = Callable[[Role], FlaskClient]


@pytest.fixture
def app(installation: Installation, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    """The application of ``installation``, on a day inside the campaign's window."""
    monkeypatch.setattr(clock, "now", lambda: scene.NOW)
    with lent(installation) as app:
        yield app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Somebody who has not signed in."""
    return stranger(app)


@pytest.fixture
def signed_in(app: Flask, installation: Installation) -> SignIn:
    """Make an account of a role, sign it in, and return its browser."""

    def make(role: Role) -> FlaskClient:
        email = add_account(app, installation, role)
        browser = stranger(app)
        answer = sign_in(browser, email)
        assert answer == 302, "the sign-in failed"
        return browser

    return make


def add_account(app: Flask, installation: Installation, role: Role, email: str = "") -> str:
    """Make an account with :data:`PASSWORD` and return its e-mail address."""
    email = email or f"{role}{next(_addresses)}@x.vn"
    salt = installation.keys.password_salt
    if salt not in _hashes:  # argon2 is slow on purpose: once is enough
        with app.app_context():
            _hashes[salt] = hash_password(security.password_util.normalize(PASSWORD))
    new = accounts.NewAccount(email, "Người thử", role, UNIT_OF[role], _hashes[salt])
    accounts.add(installation, COMMAND_LINE, new, scene.NOW)
    return email


def stranger(app: Flask) -> FlaskClient:
    """A browser at an address of its own, so that no limit of another one concerns it."""
    browser = app.test_client()
    number = next(_addresses)
    browser.environ_base["REMOTE_ADDR"] = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
    return browser


def token(browser: FlaskClient, page: str = SIGN_IN) -> str:
    """The token against forged requests that a page carries."""
    found = TOKEN.search(browser.get(page).text)
    assert found, page
    return found[1]


def sign_in(browser: FlaskClient, email: str, password: str = PASSWORD, **fields: str) -> int:
    """Send the sign-in form and return the status of the answer."""
    data = {"email": email, "password": password, "csrf_token": token(browser), **fields}
    return browser.post(SIGN_IN, data=data).status_code
