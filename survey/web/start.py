"""The first page of the service, and the language in which the office's pages speak."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Blueprint, redirect, render_template
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms.validators import AnyOf

from survey.errors import Refusal
from survey.web import language
from survey.web.access import public
from survey.web.app_context import current_installation
from survey.web.form_fields import TextField
from survey.web.office_frame import surroundings

start = Blueprint("start", __name__)
start.app_context_processor(surroundings)

YEAR = 365 * 24 * 3600


class LanguageForm(FlaskForm):
    """The language that somebody prefers, and the page from which they asked."""

    lang = TextField(validators=[AnyOf(language.STAFF)])
    back = TextField()


@start.get("/")
@public
def welcome() -> ResponseReturnValue:
    """Say what this is, and lead citizens to the counter's QR code and the office to its sign-in."""
    return render_template("public/welcome.html")


@start.post("/ngon-ngu")
@public
def speak() -> ResponseReturnValue:
    """Remember the preferred language and show the same page again.

    Raises:
        Refusal: ``request_bad`` for a language that the pages don't speak.
    """
    form = LanguageForm()
    if not form.validate_on_submit():
        raise Refusal("request_bad")
    answer = redirect(inside(form.back.data or "/"), 303)
    secure = current_installation().config.https
    answer.set_cookie("lang", str(form.lang.data), max_age=YEAR, secure=secure, httponly=True, samesite="Lax")
    return answer


def inside(address: str) -> str:
    """Return *address* where it names a page of this service, else the first page."""
    parts = urlsplit(address)
    foreign = parts.scheme or parts.netloc or "\\" in address or not address.isprintable()
    return address if address.startswith("/") and not address.startswith("//") and not foreign else "/"
