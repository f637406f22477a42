"""Who may sign in: closing and opening accounts, and one-time links for forgotten passwords."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms.validators import InputRequired, Length

from survey import clock
from survey.errors import Refusal
from survey.services.accounts import accounts
from survey.vocabulary import Role
from survey.web import language
from survey.web.access import actor, allow
from survey.web.accounts import password_reset
from survey.web.app_context import current_installation
from survey.web.counter.address_pictures import code_of
from survey.web.form_fields import TextField

pages = Blueprint("accounts", __name__)

CARING = (Role.ADMIN, Role.TCCB)
DONE = "accounts"


class AccountForm(FlaskForm):
    """The account that an act is about."""

    email = TextField(validators=[InputRequired(), Length(max=254)])


@pages.get("/noi-bo/tai-khoan")
@allow(*CARING)
def listing() -> ResponseReturnValue:
    """Show every account, with what whoever has signed in may do about it."""
    return _page()


@pages.post("/noi-bo/tai-khoan/dong")
@allow(*CARING)
def close() -> ResponseReturnValue:
    """Close an account and end its sessions."""
    return _done("closed", lambda email: accounts.close(current_installation(), actor(), email, clock.now()))


@pages.post("/noi-bo/tai-khoan/mo")
@allow(*CARING)
def reopen() -> ResponseReturnValue:
    """Open a closed account again."""
    return _done("opened", lambda email: accounts.reopen(current_installation(), actor(), email, clock.now()))


@pages.post("/noi-bo/tai-khoan/duong-dan")
@allow(*CARING)
def link() -> ResponseReturnValue:
    """Mail a one-time link to the account's own address; where there is no mail, show it, once."""
    installation, email = current_installation(), _email()
    try:
        account = accounts.for_reset(installation, actor(), email, clock.now())
    except Refusal as refusal:
        return _page(refusal)
    address = password_reset.link_for(account)
    if installation.config.mail is None:
        return render_template("account/link.html", account=account, link=address, picture=code_of(address))
    password_reset.mail_link(installation, account, address)
    flash(f"mailed {account.email}", DONE)
    return redirect(url_for("accounts.listing"), 303)


def _done(what: str, act: Callable[[str], None]) -> ResponseReturnValue:
    email = _email()
    try:
        act(email)
    except Refusal as refusal:
        return _page(refusal)
    flash(f"{what} {email}", DONE)
    return redirect(url_for("accounts.listing"), 303)


def _email() -> str:
    form = AccountForm()
    if not form.validate_on_submit():
        raise Refusal("request_bad")
    return str(form.email.data)


def _page(refusal: Refusal | None = None) -> ResponseReturnValue:
    page = render_template(
        "account/listing.html",
        accounts=accounts.listing(current_installation()),
        cares=lambda role: accounts.may_care_for(actor(), role),
        act=AccountForm(formdata=None),
        refusal=refusal,
        sentence=refusal.sentence(language.of_request()) if refusal else "",
    )
    return page, refusal.status if refusal else 200
