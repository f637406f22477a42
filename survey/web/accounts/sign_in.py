"""Signing in and out: the library's flows, with our addresses, our texts and an audit entry."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from flask import Blueprint, Flask, has_request_context, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_security import (
    password_changed,
    password_reset,
    reset_password_instructions_sent,
    user_authenticated,
)
from sqlalchemy.orm import Session, scoped_session

from survey import clock
from survey.errors import Refusal
from survey.extensions import limiter, security
from survey.services.accounts import accounts, audit
from survey.services.installation.installation import Installation
from survey.vocabulary import Role
from survey.web.access import ANY_ROLE, actor, allow
from survey.web.accounts.password_reset import asked_for
from survey.web.app_context import current_installation

pages = Blueprint("sign_in", __name__)

TRANSLATIONS = str(Path(__file__).parents[2] / "translations")

# Where somebody could try passwords one after the other.
CHANGE = "security.change_password"
RESET = "security.reset_password"
FORGOT = "security.forgot_password"
GUESSING = ("security.login", "security.verify", CHANGE, RESET, FORGOT)
LINK_LIVES = dt.timedelta(hours=24)

# Where each role's work begins.
HOME = {
    Role.ADMIN: "board.show",
    Role.TCCB: "board.show",
    Role.UNIT_HEAD: "board.show",
    Role.OFFICER: "paper_entry.entry",
}


@pages.get("/noi-bo/")
@allow(*ANY_ROLE)
def home() -> ResponseReturnValue:
    """Lead whoever has signed in to where their work begins."""
    return redirect(url_for(HOME[actor().role]))


def settings(installation: Installation) -> dict[str, Any]:
    """Return the sign-in library's settings."""
    return {
        "SECURITY_PASSWORD_SALT": installation.keys.password_salt.hex(),
        "SECURITY_PASSWORD_HASH": "argon2",
        "SECURITY_PASSWORD_SCHEMES": ["argon2"],
        "SECURITY_DEPRECATED_PASSWORD_SCHEMES": [],
        "SECURITY_PASSWORD_LENGTH_MIN": accounts.SHORTEST_PASSWORD,
        "SECURITY_RETURN_GENERIC_RESPONSES": True,
        "SECURITY_CHANGEABLE": True,
        "SECURITY_SEND_PASSWORD_CHANGE_EMAIL": False,
        "SECURITY_RECOVERABLE": True,
        "SECURITY_RESET_PASSWORD_WITHIN": LINK_LIVES,
        "SECURITY_SEND_PASSWORD_RESET_NOTICE_EMAIL": False,
        "SECURITY_SEND_PASSWORD_RESET_EMAIL": False,  # the letter is our own: survey/web/accounts/password_reset.py
        "SECURITY_RESET_URL": "/noi-bo/quen-mat-khau",
        "SECURITY_POST_RESET_VIEW": "/noi-bo/dang-nhap",
        "SECURITY_FORGOT_PASSWORD_TEMPLATE": "account/forgot_password.html",
        "SECURITY_RESET_PASSWORD_TEMPLATE": "account/reset_password.html",
        "SECURITY_LOGIN_URL": "/noi-bo/dang-nhap",
        "SECURITY_LOGOUT_URL": "/noi-bo/dang-xuat",
        "SECURITY_LOGOUT_METHODS": ["POST"],
        "SECURITY_CHANGE_URL": "/noi-bo/doi-mat-khau",
        "SECURITY_POST_LOGIN_VIEW": "/noi-bo/",
        "SECURITY_POST_LOGOUT_VIEW": "/noi-bo/dang-nhap",
        "SECURITY_POST_CHANGE_VIEW": "/noi-bo/",
        "SECURITY_STATIC_FOLDER": None,
        # The library writes a True out as a word, which no browser knows.
        "SECURITY_CACHE_CONTROL": {"no-store": None},
        "SECURITY_LOGIN_USER_TEMPLATE": "account/login.html",
        "SECURITY_VERIFY_URL": "/noi-bo/xac-nhan-mat-khau",
        "SECURITY_VERIFY_TEMPLATE": "account/verify.html",
        "SECURITY_CHANGE_PASSWORD_TEMPLATE": "account/change_password.html",
        "SECURITY_EMAIL_VALIDATOR_ARGS": {"check_deliverability": False, "test_environment": True},
        "SECURITY_I18N_DIRNAME": ["builtin", TRANSLATIONS],
        "SECURITY_JOIN_USER_ROLES": False,
    }


def register(app: Flask, installation: Installation) -> None:
    """Set the sign-in library up on *app*."""
    security.init_app(app, accounts.datastore(_sessions), register_blueprint=True)
    app.jinja_env.globals["mail_on"] = installation.config.mail is not None
    # Nobody signs in by a token in the address or in a body of JSON, which the library would read.
    security.login_manager.request_loader(lambda _request: None)
    app.view_functions[FORGOT] = _by_mail_only(app.view_functions[FORGOT])
    app.teardown_appcontext(lambda _error: _sessions.remove())
    for endpoint in GUESSING:
        app.view_functions[endpoint] = _limited(app.view_functions[endpoint])
    user_authenticated.connect(_note_signed_in, app, weak=False)

    def note_changed(_app: Flask, user: Any, **_facts: object) -> None:
        # In the library's own transaction, which holds the lock.
        endpoint = request.endpoint or ""
        audit.note(_sessions(), accounts.actor_of(user), "password_changed", clock.now(), subject=endpoint)

    password_changed.connect(note_changed, app, weak=False)
    password_reset.connect(note_changed, app, weak=False)
    reset_password_instructions_sent.connect(asked_for, app, weak=False)


@cache
def _by_mail_only(view: Callable[..., Any]) -> Callable[..., Any]:
    """Return *view* so that it promises no letter where there is no mail server; the page says whom to ask."""

    def shown() -> Any:
        if request.method == "POST" and current_installation().config.mail is None:
            raise Refusal("mail_off")
        return view()

    return shown


@cache
def _limited(view: Callable[..., Any]) -> Callable[..., Any]:
    """Return *view* with a limit; once for each, however many applications there are: limits add up."""
    limited: Callable[..., Any] = limiter.limit("10 per minute", methods=["POST"])(view)
    return limited


def _session() -> Session:
    return current_installation().database.session(writing=_changes_password())


# One for all applications of a process: the library, one object for all of them, asks only the newest one's store.
_sessions: scoped_session[Session] = scoped_session(_session)  # type: ignore[arg-type]  # any maker will do


def _note_signed_in(_app: Flask, user: Any, **_facts: object) -> None:
    if _changes_password():  # the library signs whoever chose a new password in again
        return
    with current_installation().database.write() as session:
        audit.note(session, accounts.actor_of(user), "signed_in", clock.now(), subject="security.login")


def _changes_password() -> bool:
    """Return whether the library is about to write; then it must not begin as a reader.

    A reader of the embedded database cannot become a writer once anybody else has written.
    """
    return has_request_context() and request.method == "POST" and request.endpoint in {CHANGE, RESET}
