"""Puts the application together out of its blueprints, extensions and guards."""

from __future__ import annotations

from pathlib import Path

from flask import Flask, Response, request
from flask_babel import get_locale
from werkzeug.middleware.proxy_fix import ProxyFix

from survey import logs
from survey.errors import Refusal
from survey.extensions import babel, csrf, limiter
from survey.services.installation.installation import Installation
from survey.web import access, language, refusals, request_bodies
from survey.web.accounts import accounts, sign_in
from survey.web.app_context import NAME
from survey.web.collection import citizen, receipt_lookup
from survey.web.comments.comments import comments
from survey.web.counter.links import links
from survey.web.counter.screen_codes import screens
from survey.web.health import health
from survey.web.invitations.lists import invitations
from survey.web.kiosks.device_api import kiosk
from survey.web.kiosks.devices import kiosks
from survey.web.kiosks.phone import kiosk_phone
from survey.web.paper import paper_checks, paper_entry, scans, second_keying, sheets, verification
from survey.web.plain_requests import ColumnInteger, ColumnText, PlainRequest
from survey.web.results.analysis import analysis
from survey.web.results.board import board
from survey.web.results.releases import releases
from survey.web.results.results import results
from survey.web.results.rows import rows
from survey.web.start import start

ROOT = Path(__file__).parents[2]
LARGEST_BODY = 64 * 1024
MOST_FIELDS = 500
BLUEPRINTS = (
    start,
    citizen.pages,
    receipt_lookup.pages,
    health,
    sign_in.pages,
    accounts.pages,
    invitations,
    paper_entry.pages,
    board,
    results,
    releases,
    rows,
    analysis,
    comments,
    links,
    paper_checks.pages,
    second_keying.pages,
    verification.pages,
    sheets.pages,
    scans.pages,
    screens,
    kiosk,
    kiosk_phone,
    kiosks,
)
STAFF_POLICY = (
    "default-src 'none';style-src 'self';script-src 'self';img-src 'self' data:;connect-src 'self';"
    "form-action 'self';base-uri 'none';frame-ancestors 'none'"
)


class SurveyApplication(Flask):
    """The application."""

    request_class = PlainRequest


def assemble(installation: Installation) -> Flask:
    """Return the application that serves the open *installation*.

    Raises:
        LookupError: when a route does not declare who may call it.
    """
    app = SurveyApplication("survey", root_path=str(ROOT / "survey"), template_folder=str(ROOT / "templates"))
    app.url_map.converters |= {"int": ColumnInteger, "string": ColumnText, "default": ColumnText}
    app.config.update(_settings(installation), **sign_in.settings(installation))
    app.extensions[NAME] = installation
    app.jinja_env.globals["current_locale"] = get_locale
    logs.configure()
    _install_guards(app)
    _register_blueprints(app)
    sign_in.register(app, installation)
    refusals.register(app)
    app.after_request(_protect)
    access.require_declarations(app)
    if installation.config.proxies:
        _trust_proxies(app, installation.config.proxies)
    return app


def _install_guards(app: Flask) -> None:
    """Let each request pass by the guards in this order: its size, its token, its rate, who may call."""
    babel.init_app(app, locale_selector=language.of_request, default_translation_directories="translations")
    app.before_request(_refuse_large)
    csrf.init_app(app)
    limiter.init_app(app)
    app.before_request(access.guard)


def _register_blueprints(app: Flask) -> None:
    """Give the application its pages."""
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    csrf.exempt(kiosk)  # no cookie there either: a device shows its key
    csrf.exempt(receipt_lookup.pages)  # nor there
    csrf.exempt(citizen.pages)  # no cookie and no sign-in there: a forged post gains nothing


def _trust_proxies(app: Flask, count: int) -> None:
    """Believe the forwarding headers of *count* reverse proxies."""
    app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)  # type: ignore[method-assign]


def _settings(installation: Installation) -> dict[str, object]:
    return {
        "SECRET_KEY": installation.keys.session.hex(),
        "SESSION_COOKIE_NAME": "hailong",
        "SESSION_COOKIE_SECURE": installation.config.https,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "REMEMBER_COOKIE_SECURE": installation.config.https,
        "REMEMBER_COOKIE_HTTPONLY": True,
        "REMEMBER_COOKIE_SAMESITE": "Lax",
        "MAX_CONTENT_LENGTH": LARGEST_BODY,
        "MAX_FORM_MEMORY_SIZE": LARGEST_BODY,
        "MAX_FORM_PARTS": MOST_FIELDS,
        "WTF_CSRF_TIME_LIMIT": None,
        "BABEL_DEFAULT_LOCALE": language.DEFAULT,
        "BABEL_DEFAULT_TIMEZONE": "Asia/Ho_Chi_Minh",
        "RATELIMIT_HEADERS_ENABLED": False,
    }


def _refuse_large() -> None:
    """Refuse a body that is too large before anybody reads it, whatever it says to be.

    Raises:
        Refusal: ``body_too_large``.
    """
    if (request.content_length or 0) > request_bodies.largest(LARGEST_BODY):
        raise Refusal("body_too_large")


def _protect(answer: Response) -> Response:
    """Give every answer the headers that keep it from being framed, sniffed, scripted or kept."""
    answer.headers.setdefault("Content-Security-Policy", STAFF_POLICY)
    answer.headers.setdefault("Cache-Control", "no-store")
    answer.headers.setdefault("X-Content-Type-Options", "nosniff")
    answer.headers.setdefault("Referrer-Policy", "same-origin")
    return answer
