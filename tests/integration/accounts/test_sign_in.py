"""Signing in: Vietnamese sentences, nothing told about accounts, no way out of the house."""

from __future__ import annotations

import re
from urllib.parse import urljoin, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_security import hash_password

from survey.services.installation.installation import Installation
from survey.web.application import SurveyApplication, assemble
from tests.support.office import PASSWORD, SignIn, address_of, office, office_app, rehearsed, sign_in, token

__all__ = ["office", "office_app", "rehearsed", "sign_in"]
LOGIN = "/noi-bo/dang-nhap"
CHANGE = "/noi-bo/doi-mat-khau"


def send(client: FlaskClient, path: str, **fields: str) -> str:
    """Send the form of *path* with these fields and return the page that comes back."""
    page = client.get(path).get_data(as_text=True)
    answer = client.post(path, data={"csrf_token": token(page), **fields})
    return answer.get_data(as_text=True)


def test_a_password_costs_whoever_tries_them_memory_and_time(
    office: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as as_outside:
        as_outside.setattr(SurveyApplication, "default_config", Flask.default_config)
        product = assemble(office)
    with product.app_context():
        hashed = hash_password(PASSWORD)
    assemble(office)  # the library is one object for all applications: it hashes as the newest says
    assert hashed.startswith("$argon2id$v=19$m=65536,t=3,p=4$")


def test_a_wrong_password_and_an_unknown_account_get_the_same_sentence(office_app: Flask) -> None:
    client = office_app.test_client()
    known = send(client, LOGIN, email=address_of("tccb"), password="not the password")
    unknown = send(client, LOGIN, email="nobody@example.vn", password="not the password")
    assert "Thư điện tử hoặc mật khẩu chưa đúng; hãy nhập lại." in known
    assert known.count("chưa đúng") == unknown.count("chưa đúng") == 1


@pytest.mark.parametrize(
    ("email", "password", "said"),
    [
        ("", "x", "Thư điện tử hoặc mật khẩu chưa đúng"),
        ("khong-phai-thu", "x", "Thư điện tử hoặc mật khẩu chưa đúng"),
        ("tccb@example.vn", "", "Thư điện tử hoặc mật khẩu chưa đúng"),
    ],
)
def test_what_is_missing_or_malformed_is_told_in_vietnamese(
    office_app: Flask, email: str, password: str, said: str
) -> None:
    page = send(office_app.test_client(), LOGIN, email=email, password=password)
    assert said in page
    for english in ("Email", "Password", "Invalid", "Authentication"):
        assert english not in page


@pytest.mark.parametrize(
    "elsewhere",
    ["https://evil.example", "//evil.example", "/\\evil.example", "\\\\evil.example", "%2f%2fevil.example"],
)
def test_signing_in_leads_nowhere_outside(office_app: Flask, elsewhere: str) -> None:
    client = office_app.test_client()
    page = client.get(LOGIN, query_string={"next": elsewhere}).get_data(as_text=True)
    fields = {"csrf_token": token(page), "email": address_of("tccb"), "password": PASSWORD, "next": elsewhere}
    location = client.post(LOGIN, data=fields).headers.get("Location", "")
    assert urlsplit(urljoin("http://localhost/noi-bo/dang-nhap", location)).netloc == "localhost"
    assert not location.startswith(("//", "/\\", "\\"))


def test_whoever_was_sent_to_sign_in_comes_back_to_the_page_that_was_asked_for(office_app: Flask) -> None:
    client = office_app.test_client()
    asked = "/noi-bo/dien-tap/ket-qua"
    sent = client.get(asked)
    assert sent.status_code == 302
    page = client.get(sent.headers["Location"]).get_data(as_text=True)
    assert "Hãy đăng nhập để xem trang đã chọn." in page
    kept = re.search(r'name="next" type="hidden" value="([^"]*)"', page)
    assert kept is not None
    fields = {"csrf_token": token(page), "email": address_of("tccb"), "password": PASSWORD, "next": kept[1]}
    assert client.post(LOGIN, data=fields, follow_redirects=True).request.path == asked


@pytest.mark.parametrize(
    ("current", "new", "again", "said"),
    [
        ("wrong", "mot cau moi de nho", "mot cau moi de nho", "Mật khẩu chưa đúng."),
        (PASSWORD, "ngan", "ngan", "Mật khẩu cần ít nhất 12 ký tự."),
        (PASSWORD, "mot cau moi de nho", "mot cau khac", "Hai lần nhập mật khẩu mới chưa giống nhau."),
        (PASSWORD, PASSWORD, PASSWORD, "Mật khẩu mới phải khác mật khẩu đang dùng."),
        (PASSWORD, "", "", "Hãy nhập mật khẩu."),
    ],
)
def test_a_new_password_that_will_not_do_is_told_in_vietnamese(
    sign_in: SignIn, current: str, new: str, again: str, said: str
) -> None:
    page = send(sign_in("officer"), CHANGE, password=current, new_password=new, new_password_confirm=again)
    assert said in page


def test_a_new_password_signs_in_and_the_old_one_does_not(sign_in: SignIn, office_app: Flask) -> None:
    new = "một câu mới dễ nhớ"
    send(sign_in("officer"), CHANGE, password=PASSWORD, new_password=new, new_password_confirm=new)
    stranger = office_app.test_client()
    assert "chưa đúng" in send(stranger, LOGIN, email=address_of("officer"), password=PASSWORD)
    assert "chưa đúng" not in send(stranger, LOGIN, email=address_of("officer"), password=new)


def test_signing_out_needs_a_post_and_closes_the_pages(sign_in: SignIn) -> None:
    client = sign_in("tccb")
    page = client.get("/noi-bo/dien-tap/chi-tieu").get_data(as_text=True)
    assert client.get("/noi-bo/dang-xuat").status_code == 405
    assert client.post("/noi-bo/dang-xuat", data={"csrf_token": token(page)}).status_code == 302
    assert client.get("/noi-bo/dien-tap/chi-tieu").status_code == 302
