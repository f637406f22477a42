"""Closing accounts, and passwords that somebody has forgotten."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_security import hash_password
from sqlalchemy import select

from survey import clock
from survey.errors import Refusal
from survey.extensions import security
from survey.models import AuditEntry
from survey.services.accounts import accounts
from survey.services.accounts.actors import COMMAND_LINE, Actor
from survey.services.installation.installation import Installation
from survey.vocabulary import Role
from survey.web.application import assemble
from tests.support.mail import Post
from tests.support.scene import NOW
from tests.support.web import PASSWORD, SIGN_IN, TOKEN, SignIn, add_account, sign_in, stranger, token

PAGE = "/noi-bo/tai-khoan"
FORGOT = "/noi-bo/quen-mat-khau"
LINK = re.compile(r"http://127\.0\.0\.1:8000(/noi-bo/quen-mat-khau/[\w.~-]+)")
NEW = "một câu khác hẳn câu cũ"


def acts(installation: Installation) -> list[str]:
    with installation.database.read() as session:
        return list(session.scalars(select(AuditEntry.act).order_by(AuditEntry.id)))


def post(browser: FlaskClient, where: str, email: str) -> tuple[int, str]:
    answer = browser.post(f"{PAGE}/{where}", data={"csrf_token": token(browser, PAGE), "email": email})
    return answer.status_code, answer.text


def choose(app: Flask, link: str, password: str = NEW) -> tuple[int, str]:
    browser = stranger(app)
    page = browser.get(link)
    if page.status_code != 200:
        return page.status_code, page.location or ""
    data = {"csrf_token": token(browser, link), "password": password, "password_confirm": password}
    answer = browser.post(link, data=data)
    return answer.status_code, answer.text or answer.location or ""


class TestClosing:
    """An account that is closed is shown out at once; what it did stays."""

    def test_a_closed_account_is_signed_out_and_stays_out(
        self, app: Flask, installation: Installation, signed_in: SignIn
    ) -> None:
        email, browser = add_account(app, installation, Role.OFFICER), stranger(app)
        assert sign_in(browser, email) == 302
        admin = signed_in(Role.ADMIN)
        assert post(admin, "dong", email)[0] == 303
        assert f"Đã đóng tài khoản {email}" in admin.get(PAGE).text
        assert browser.get("/noi-bo/chi-tieu").location.startswith(SIGN_IN)
        assert sign_in(stranger(app), email) == 200
        assert post(admin, "mo", email)[0] == 303
        assert sign_in(stranger(app), email) == 302
        assert {"account_closed", "account_reopened"} <= set(acts(installation))

    def test_tccb_cares_for_the_units_accounts_only(
        self, app: Flask, installation: Installation, signed_in: SignIn
    ) -> None:
        browser = signed_in(Role.TCCB)
        other, admin = add_account(app, installation, Role.TCCB), add_account(app, installation, Role.ADMIN)
        for email in (other, admin):
            for where in ("dong", "mo", "duong-dan"):
                status, page = post(browser, where, email)
                assert (status, "do người quản trị hệ thống lo" in page) == (403, True)
        assert post(browser, "dong", add_account(app, installation, Role.UNIT_HEAD))[0] == 303

    def test_nobody_closes_the_own_account_or_the_last_administrator(
        self, app: Flask, installation: Installation
    ) -> None:
        email = add_account(app, installation, Role.ADMIN)
        browser = stranger(app)
        sign_in(browser, email)
        assert post(browser, "dong", email)[0] == 409
        with pytest.raises(Refusal, match="account_last_admin"):
            accounts.close(installation, COMMAND_LINE, email, NOW)
        second = add_account(app, installation, Role.ADMIN)
        accounts.close(installation, COMMAND_LINE, email, NOW)
        with pytest.raises(Refusal, match="account_last_admin"):
            accounts.close(installation, COMMAND_LINE, second, NOW)

    def test_an_account_that_there_is_not_is_told(self, signed_in: SignIn) -> None:
        status, page = post(signed_in(Role.ADMIN), "dong", "nobody@x.vn")
        assert (status, "Không có tài khoản nobody@x.vn" in page) == (404, True)


class TestForgottenPasswords:
    """A link works once, for a day, and tells strangers nothing."""

    def test_without_mail_the_link_is_shown_once(
        self, app: Flask, installation: Installation, signed_in: SignIn
    ) -> None:
        email, old = add_account(app, installation, Role.OFFICER), stranger(app)
        assert sign_in(old, email) == 302
        admin = signed_in(Role.ADMIN)
        status, page = post(admin, "duong-dan", email.upper())
        found = LINK.search(page)
        assert status == 200
        assert found is not None
        status, said = choose(app, found[1], "ngan")
        assert (status, "ít nhất 12 ký tự" in said) == (200, True)
        assert choose(app, found[1])[0] == 302
        assert old.get("/noi-bo/chi-tieu").location.startswith(SIGN_IN), "other sessions end"
        assert sign_in(stranger(app), email, NEW) == 302
        assert sign_in(stranger(app), email, PASSWORD) == 200
        assert choose(app, found[1]) == (302, FORGOT), "it works once"
        assert sign_in(stranger(app), email, NEW) == 302
        found_acts = acts(installation)
        assert found_acts.index("account_link_issued") < found_acts.index("password_changed")

    def test_a_link_ends_after_a_day(
        self, app: Flask, installation: Installation, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        _, page = post(signed_in(Role.ADMIN), "duong-dan", add_account(app, installation, Role.OFFICER))
        found = LINK.search(page)
        assert found is not None
        app.config["SECURITY_RESET_PASSWORD_WITHIN"] = -dt.timedelta(seconds=1)
        browser = stranger(app)
        assert browser.get(found[1]).location == FORGOT
        assert "quá hạn 24 giờ" in browser.get(FORGOT).text

    def test_a_closed_account_gets_no_link(
        self, app: Flask, installation: Installation, signed_in: SignIn
    ) -> None:
        email = add_account(app, installation, Role.OFFICER)
        accounts.close(installation, COMMAND_LINE, email, NOW)
        assert post(signed_in(Role.ADMIN), "duong-dan", email)[0] == 409

    def test_without_mail_nothing_is_promised(self, client: FlaskClient) -> None:
        assert "Hãy liên hệ người quản trị" in client.get(FORGOT).text
        answer = client.post(FORGOT, data={"csrf_token": token(client), "email": "a@x.vn"})
        assert (answer.status_code, "chưa được nối với máy chủ thư" in answer.text) == (409, True)

    def test_by_mail_it_goes_to_the_accounts_own_address(
        self, installation: Installation, post: Post, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(clock, "now", lambda: NOW)
        mailing = dataclasses.replace(
            installation, config=dataclasses.replace(installation.config, mail=post.server)
        )
        app = assemble(mailing)
        email, browser = add_account(app, mailing, Role.OFFICER), stranger(app)
        pages = []
        for asked in (email, "nobody@x.vn"):
            page = browser.get(FORGOT, base_url="http://evil.example").text
            found = TOKEN.search(page)
            assert found is not None
            data = {"csrf_token": found[1], "email": asked}
            answer = browser.post(FORGOT, data=data, base_url="http://evil.example")
            pages.append(answer.text.replace(asked, "").split("<main")[1].split("csrf_token")[0])
        mailing.background.settle()
        assert pages[0] == pages[1], "the page does not tell which accounts there are"
        (letter,) = post.box.letters
        assert letter.recipients == [email]
        assert "evil" not in letter.text + letter.page
        found = LINK.search(letter.text)
        assert found is not None
        assert choose(app, found[1])[0] == 302
        assert sign_in(stranger(app), email, NEW) == 302
        admin = stranger(app)
        sign_in(admin, add_account(app, mailing, Role.ADMIN))
        sent = {"csrf_token": token(admin, PAGE), "email": email}
        answer = admin.post(f"{PAGE}/duong-dan", data=sent)
        mailing.background.settle()
        assert (answer.status_code, len(post.box.letters)) == (303, 2)
        assert "/noi-bo/quen-mat-khau/" not in answer.text + admin.get(PAGE).text


def test_a_new_password_from_the_shell_ends_every_session(app: Flask, installation: Installation) -> None:
    email, browser = add_account(app, installation, Role.OFFICER), stranger(app)
    assert sign_in(browser, email) == 302
    with app.app_context():
        hashed = hash_password(security.password_util.normalize(NEW))
    accounts.set_password(installation, COMMAND_LINE, email, hashed, NOW)
    assert browser.get("/noi-bo/chi-tieu").location.startswith(SIGN_IN)
    assert sign_in(stranger(app), email) == 200
    assert sign_in(stranger(app), email, NEW) == 302
    assert "account_password_set" in acts(installation)
    for verb in (accounts.close, accounts.reopen):
        with pytest.raises(Refusal, match="account_out_of_reach"):
            verb(installation, Actor(1, Role.UNIT_HEAD, "an-nhon"), email, NOW)
