"""The language of a page: ``?lang=``, else what a signed-in person chose before, else Vietnamese."""

from __future__ import annotations

from flask import has_request_context, request

DEFAULT = "vi"
STAFF = ("vi", "en")


def of_request() -> str:
    """Return the language in which the present request is answered."""
    if not has_request_context():
        return DEFAULT
    asked = request.args.get("lang") or request.cookies.get("lang") or DEFAULT
    return asked if asked in STAFF else DEFAULT
