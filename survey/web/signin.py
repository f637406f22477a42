"""Signing in and out: the library's flows, with our addresses, our texts and an audit entry."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask import Blueprint, Flask, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_security import password_changed, user_authenticated
from sqlalchemy.orm import Session, scoped_session, sessionmaker

from survey import clock
from survey.extensions import limiter, security
from survey.services import accounts, audit
from survey.services.installation import Installation
from survey.vocabulary import Role
from survey.web.access import ANY_ROLE, actor, allow
from survey.web.current import installation

signin = Blueprint("signin", __name__)

TRANSLATIONS = str(Path(__file__).parents[1] / "translations")

# Where each role's work begins.
HOME = {
    Role.ADMIN: "board.show",
    Role.TCCB: "board.show",
    Role.UNIT_HEAD: "board.show",
    Role.OFFICER: "officer.entry",
}


@signin.get("/noi-bo/")
@allow(*ANY_ROLE)
def home() -> ResponseReturnValue:
    """Lead whoever has signed in to where their work begins."""
    return redirect(url_for(HOME[actor().role]))


def settings(opened: Installation) -> dict[str, Any]:
    """Return the sign-in library's settings."""
    return {
        "SECURITY_PASSWORD_SALT": opened.keys.password_salt.hex(),
        "SECURITY_PASSWORD_HASH": "argon2",
        "SECURITY_PASSWORD_SCHEMES": ["argon2"],
        "SECURITY_DEPRECATED_PASSWORD_SCHEMES": [],
        "SECURITY_PASSWORD_LENGTH_MIN": accounts.SHORTEST_PASSWORD,
        "SECURITY_RETURN_GENERIC_RESPONSES": True,
        "SECURITY_CHANGEABLE": True,
        "SECURITY_SEND_PASSWORD_CHANGE_EMAIL": False,
        "SECURITY_LOGIN_URL": "/noi-bo/dang-nhap",
        "SECURITY_LOGOUT_URL": "/noi-bo/dang-xuat",
        "SECURITY_LOGOUT_METHODS": ["POST"],
        "SECURITY_CHANGE_URL": "/noi-bo/doi-mat-khau",
        "SECURITY_POST_LOGIN_VIEW": "/noi-bo/",
        "SECURITY_POST_LOGOUT_VIEW": "/noi-bo/dang-nhap",
        "SECURITY_POST_CHANGE_VIEW": "/noi-bo/",
        "SECURITY_STATIC_FOLDER": None,
        "SECURITY_LOGIN_USER_TEMPLATE": "account/login.html",
        "SECURITY_CHANGE_PASSWORD_TEMPLATE": "account/change_password.html",
        "SECURITY_EMAIL_VALIDATOR_ARGS": {"check_deliverability": False, "test_environment": True},
        "SECURITY_I18N_DIRNAME": ["builtin", TRANSLATIONS],
        "SECURITY_JOIN_USER_ROLES": False,
    }


def register(app: Flask, opened: Installation) -> None:
    """Set the sign-in library up on *app*."""
    sessions: scoped_session[Session] = scoped_session(
        sessionmaker(opened.database.engine, expire_on_commit=False)
    )
    security.init_app(app, accounts.datastore(sessions), register_blueprint=True)
    app.teardown_appcontext(lambda _error: sessions.remove())
    limiter.limit("10 per minute", methods=["POST"])(app.view_functions["security.login"])
    user_authenticated.connect(_note_signed_in, app, weak=False)
    password_changed.connect(_note_password_changed, app, weak=False)


def _note_signed_in(_app: Flask, user: Any, **_facts: object) -> None:
    _note(user, "signed_in")


def _note_password_changed(_app: Flask, user: Any, **_facts: object) -> None:
    _note(user, "password_changed")


def _note(user: Any, act: str) -> None:
    with installation().database.write() as session:
        audit.note(session, accounts.actor_of(user), act, clock.now(), subject=request.endpoint or "")
