"""How a refusal, or a defect, is answered: a citizen gets a friendly page, the office a plain one."""

from __future__ import annotations

import structlog
from flask import Flask, Response, current_app, g, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from survey.database.outages import is_outage
from survey.errors import Refusal, catalogue
from survey.web import language
from survey.web.collection import citizen

log = structlog.get_logger()

CITIZEN_BLUEPRINTS = frozenset({"citizen", "receipt_lookup"})
# The citizen's page for a code; any other code is told as passing trouble.
CITIZEN_PAGES = {
    "link_not_genuine": "bad_link",
    "campaign_unknown": "bad_link",
    "unit_unknown": "bad_link",
    "receipt_unknown": "bad_link",
    "page_unknown": "bad_link",
    "idempotency_key_bad": "bad_link",
    "campaign_not_open": "not_open",
    "response_conflict": "conflict",
    "ticket_mistyped": "ticket_mistyped",
    "ticket_unknown": "ticket_mistyped",
    "ticket_spent": "ticket_spent",
    "ticket_void": "ticket_void",
    "screen_code_unknown": "screen_code_old",
    "screen_code_old": "screen_code_old",
    "screen_code_spent": "screen_code_spent",
    "body_too_large": "too_large",
    "too_many_requests": "too_many",
}
OF_STATUS = {
    400: "request_bad",
    404: "page_unknown",
    405: "method_unknown",
    413: "body_too_large",
    415: "request_bad",
    429: "too_many_requests",
}
AWAY = "storage_away"
# For how long whoever met an outage is asked to wait.
RETRY_SECONDS = 30
# What an error of HTTP says to programs beside its page: which methods there are, when to try again.
KEPT_HEADERS = frozenset({"Allow", "Retry-After"})


def register(app: Flask) -> None:
    """Answer refusals, the errors of HTTP and defects in *app*."""
    app.register_error_handler(Refusal, refused)
    app.register_error_handler(CSRFError, lambda _error: refused(Refusal("page_expired")))
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _defect)


def refused(refusal: Refusal) -> ResponseReturnValue:
    """Answer *refusal* to whoever asked: as a citizen's page, as JSON, or as a page of the office."""
    log.info("refused", code=refusal.code, status=refusal.status, endpoint=request.endpoint)
    if request.blueprint in CITIZEN_BLUEPRINTS or (request.endpoint is None and not _of_office()):
        return citizen.notice(refusal, CITIZEN_PAGES.get(refusal.code, "trouble"))
    lang = language.of_request()
    lines = refusal.lines(lang)
    if request.accept_mimetypes.best_match(("text/html", "application/json")) == "application/json":
        return jsonify(code=refusal.code, sentence=refusal.sentence(lang), faults=lines), refusal.status
    told = {"sentence": refusal.sentence(lang), "lines": lines, "code": refusal.code}
    try:
        page = render_template("layouts/refusal.html", **told)
    except Exception as error:
        if refusal.code == AWAY or not is_outage(error):
            raise
        return _outage(error)  # the office's frame names whoever has signed in
    return Response(page, refusal.status, mimetype="text/html")


def _of_office() -> bool:
    return request.path.startswith("/noi-bo")


def _http(error: HTTPException) -> ResponseReturnValue:
    if error.code is None or error.code < 400:
        return error.get_response()
    code = OF_STATUS.get(error.code)
    if code is None:
        code = "request_bad" if error.code < 500 else "defect"
    answer = current_app.make_response(refused(Refusal(code)))
    for name, value in error.get_headers(request.environ):
        if name in KEPT_HEADERS:
            answer.headers[name] = value
    return answer


def _defect(error: Exception) -> ResponseReturnValue:
    # The log keeps the error's kind and the lines of the program; its words could quote an answer.
    if is_outage(error):
        return _outage(error)
    log.error("defect", kind=type(error).__name__, endpoint=request.endpoint, exc_info=error)
    if "defect" not in catalogue():
        raise error
    return refused(Refusal("defect"))


def _outage(error: Exception) -> ResponseReturnValue:
    log.error(AWAY, kind=type(error).__name__, endpoint=request.endpoint, exc_info=error)
    # Who has signed in cannot be found out now; templates that ask would meet the same outage.
    g._login_user = current_app.login_manager.anonymous_user()  # type: ignore[attr-defined]  # noqa: SLF001
    answer = current_app.make_response(refused(Refusal(AWAY)))
    answer.retry_after = RETRY_SECONDS
    return answer
