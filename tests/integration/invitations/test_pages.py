"""The office's page about invitations, from the file to the reminder."""

from __future__ import annotations

import dataclasses
import io
import re
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from survey import clock
from survey.services.installation.installation import Installation
from survey.vocabulary import Role
from survey.web.application import assemble
from tests.support import scene
from tests.support.assembly import lent
from tests.support.invitees import csv_of
from tests.support.mail import Post
from tests.support.web import add_account, sign_in, stranger, token

PAGE = f"/noi-bo/{scene.CODE}/thu-moi"
KEY = re.compile(r'name="key" value="([\w-]+)"')


@pytest.fixture
def mailing(embedded: Installation, post: Post) -> Installation:
    return dataclasses.replace(embedded, config=dataclasses.replace(embedded.config, mail=post.server))


@pytest.fixture
def office(mailing: Installation, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    monkeypatch.setattr(clock, "now", lambda: scene.NOW)
    with lent(mailing) as app:
        yield app


def browser_of(office: Flask, installation: Installation, role: Role) -> FlaskClient:
    browser = stranger(office)
    assert sign_in(browser, add_account(office, installation, role)) == 302
    return browser


@pytest.fixture
def head(office: Flask, mailing: Installation) -> FlaskClient:
    return browser_of(office, mailing, Role.UNIT_HEAD)


def upload(browser: FlaskClient, data: bytes, where: str = PAGE, **fields: str) -> tuple[int, str, str]:
    sent = {"csrf_token": token(browser, PAGE), "file": (io.BytesIO(data), "don-vi-lon.csv"), **fields}
    answer = browser.post(where, data=sent, content_type="multipart/form-data")
    return answer.status_code, answer.location or "", answer.text


def act(browser: FlaskClient, where: str, **fields: str) -> tuple[int, str]:
    answer = browser.post(f"{PAGE}/{where}", data={"csrf_token": token(browser, PAGE), **fields})
    return answer.status_code, answer.text


def test_from_the_file_to_the_reminder(head: FlaskClient, mailing: Installation, post: Post) -> None:
    status, where, _ = upload(head, csv_of(6))
    assert (status, where) == (303, f"{PAGE}/1")
    page = head.get(where).text
    assert "Gửi 6 thư mời" in page
    assert "Kính gửi: Công ty 1" in page, "the letter is shown before anything goes out"
    found = KEY.search(page)
    assert found is not None
    assert post.box.letters == []
    status, said = act(head, "1/gui", key=found[1])
    assert (status, "đánh dấu vào ô" in said) == (422, True)
    assert act(head, "1/gui", key=found[1], kept="1")[0] == 303
    mailing.background.settle()
    assert len(post.box.letters) == 6
    page = head.get(where).text
    assert "đã gửi 6, chưa gửi 0" in page
    assert found[1] not in page, "the reminder key is shown once"
    status, said = act(head, "1/nhac", key="x")
    assert (status, "Mã nhắc chưa đúng" in said) == (422, True)
    assert act(head, "1/nhac", key=found[1])[0] == 303
    mailing.background.settle()
    assert len(post.box.letters) == 12
    assert "đã mời và nhắc" in head.get(PAGE).text
    assert act(head, "1/nhac-khong-ma")[0] == 409
    assert act(head, "1/xoa")[0] == 303
    page = head.get(where).text
    assert "Tên và địa chỉ đã được xóa" in page
    assert "Công ty 1" not in page
    account = "".join(head.get(PAGE).text.split())
    assert re.search(r'count">6</td><tdclass="count">6</td><tdclass="countstrong">0</td>', account)


def test_what_was_refused_is_shown_and_sending_goes_on(
    head: FlaskClient, mailing: Installation, post: Post
) -> None:
    post.box.refusals = {
        "vt2@cty2.example.vn": "550 5.1.1 <b>no such user",
        "vt3@cty3.example.vn": "451 4.7.1 later",
    }
    upload(head, csv_of(5))
    found = KEY.search(head.get(f"{PAGE}/1").text)
    assert found is not None
    act(head, "1/gui", key=found[1], kept="1")
    mailing.background.settle()
    page = head.get(f"{PAGE}/1").text
    assert "550 5.1.1 &lt;b&gt;no such user" in page
    assert "bị tạm hoãn, có thể gửi tiếp" in page
    post.box.refusals = {}
    assert act(head, "1/gui-tiep", key="wrong")[0] == 422
    assert act(head, "1/gui-tiep", key=found[1].lower())[0] == 303
    mailing.background.settle()
    assert len(post.box.letters) == 4


def test_a_mail_server_that_is_away_is_told_on_the_page(
    head: FlaskClient, mailing: Installation, post: Post, office: Flask
) -> None:
    upload(head, csv_of(5))
    found = KEY.search(head.get(f"{PAGE}/1").text)
    assert found is not None
    post.box.cut_before_words = {f"vt{n}@cty{n}.example.vn" for n in range(1, 6)}
    act(head, "1/gui", key=found[1], kept="1")
    mailing.background.settle()
    page = head.get(f"{PAGE}/1").text
    assert "Không nối được với máy chủ thư 127.0.0.1" in page
    assert "còn 5 thư chưa gửi" in page


def test_a_faulty_file_is_told_in_full_on_the_same_page(head: FlaskClient, mailing: Installation) -> None:
    status, _, page = upload(head, b"ten,email\n,a@x.vn\n<script>,b\n")
    assert status == 422
    assert "2:ten" in page
    assert "3:email" in page
    assert "<script>," not in page
    assert "invitation_list" not in scene.counts(mailing)
    answer = head.post(PAGE, data={"csrf_token": token(head, PAGE)})
    assert (answer.status_code, "Chưa chọn tệp" in answer.text) == (422, True)


def test_a_file_that_is_too_large_is_refused(head: FlaskClient) -> None:
    kind = "multipart/form-data; boundary=x"
    for where in (PAGE, f"{PAGE}/tron-thu"):
        assert head.post(where, data=b"x" * 3_000_000, content_type=kind).status_code == 413


def test_a_mail_merge_file_comes_back_at_once(head: FlaskClient, mailing: Installation) -> None:
    sent = {"csrf_token": token(head, PAGE), "file": (io.BytesIO(csv_of(5)), "x.csv")}
    answer = head.post(f"{PAGE}/tron-thu", data=sent, content_type="multipart/form-data")
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"] == f"attachment; filename=tron-thu-{scene.CODE}.csv"
    assert answer.headers["Cache-Control"] == "no-store"
    lines = answer.data.decode("utf-8-sig").splitlines()
    assert lines[0].endswith("duong_dan,ma_ngan")
    assert len(lines) == 6
    assert "invitation_recipient" not in scene.counts(mailing)
    assert upload(head, b"ten\nA\n", f"{PAGE}/tron-thu")[0] == 422


def test_without_a_mail_server_only_the_mail_merge_is_offered(
    embedded: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now", lambda: scene.NOW)
    app = assemble(embedded)
    browser = browser_of(app, embedded, Role.TCCB)
    page = browser.get(PAGE).text
    assert "chưa được nối với máy chủ thư" in page
    assert "Tạo tệp trộn thư" in page


def test_tccb_chooses_the_unit_or_leaves_it_to_the_file(office: Flask, mailing: Installation) -> None:
    browser = browser_of(office, mailing, Role.TCCB)
    assert 'name="unit"' in browser.get(PAGE).text
    rows = csv_of(5).replace(b",an-nhon", b",")
    assert upload(browser, rows)[0] == 422
    assert upload(browser, rows, unit="an-lao")[0] == 303
    assert "huyện An Lão" in browser.get(f"{PAGE}/1").text


def test_after_the_last_day_nothing_is_offered(head: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    upload(head, csv_of(5))
    monkeypatch.setattr(clock, "now", lambda: scene.CLOSED)
    assert "Đợt khảo sát đã hết hạn" in head.get(PAGE).text
    page = head.get(f"{PAGE}/1").text
    assert "Tôi đã lưu mã nhắc" not in page
    assert act(head, "1/gui", key="x", kept="1")[0] == 409
