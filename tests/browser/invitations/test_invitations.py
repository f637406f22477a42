"""Invitations in the browser: from the file to the letter, and what a recipient's telephone shows."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from survey.services.installation.installation import Installation
from survey.web.application import assemble
from tests.browser.installation.test_office_pages import enter, sideways
from tests.support.axe import violations
from tests.support.invitees import csv_of
from tests.support.mail import Post, certificate, post
from tests.support.office import listening

__all__ = ["certificate", "post"]
pytestmark = pytest.mark.browser
LISTING = "/noi-bo/dien-tap/thu-moi"


@pytest.fixture
def mailing_address(office: Installation, post: Post) -> Iterator[str]:
    """The address of the office with a mail server."""
    mailing = dataclasses.replace(office, config=dataclasses.replace(office.config, mail=post.server))
    with listening(assemble(mailing)) as address:
        yield address


def sound(page: Page) -> None:
    assert violations(page) == []
    assert sideways(page) <= 0


def test_from_the_file_to_the_recipients_telephone(
    phone: Page, desktop: Page, mailing_address: str, office: Installation, post: Post
) -> None:
    post.box.refusals = {"vt2@cty2.example.vn": "550 5.1.1 no such user"}
    enter(desktop, mailing_address, "head")
    desktop.get_by_role("link", name="Thư mời").click()
    expect(desktop.locator("#mail-file")).to_be_visible()
    sound(desktop)
    file = {"name": "don-vi-lon.csv", "mimeType": "text/csv", "buffer": csv_of(6)}
    desktop.locator("#mail-file").set_input_files(file)  # type: ignore[arg-type]
    desktop.get_by_role("button", name="Tải danh sách lên").click()
    expect(desktop.locator(".key")).to_be_visible()
    sound(desktop)
    key = desktop.locator(".key").inner_text()
    desktop.get_by_label("Tôi đã lưu mã nhắc").check()
    desktop.get_by_role("button", name="Gửi 6 thư mời").click()
    desktop.wait_for_url(f"**{LISTING}/1")
    office.background.settle()
    desktop.reload()
    expect(desktop.get_by_text("550 5.1.1 no such user")).to_be_visible()
    sound(desktop)
    desktop.set_viewport_size({"width": 320, "height": 640})
    sound(desktop)
    found = re.search(r"/m/\w{28}", post.box.letters[0].text)
    assert found is not None
    phone.goto(f"{mailing_address}{found[0]}")
    phone.locator("label:has(input[name=overall][value='4'])").first.click()
    phone.get_by_role("button", name="Gửi phiếu").click()
    expect(phone.get_by_role("heading", level=1)).to_contain_text("cảm ơn")
    phone.goto(f"{mailing_address}{found[0]}")
    expect(phone.locator("body")).to_contain_text("đã được dùng")
    desktop.goto(f"{mailing_address}{LISTING}/1")
    desktop.get_by_label("Mã nhắc đã lưu khi gửi thư mời").fill(key.lower())
    with desktop.expect_response(lambda answer: answer.request.method == "POST") as posted:
        desktop.get_by_role("button", name="Gửi thư nhắc kèm đường dẫn").click()
    assert posted.value.status == 303
    office.background.settle()
    desktop.goto(f"{mailing_address}{LISTING}")
    expect(desktop.get_by_role("cell", name="đã mời và nhắc")).to_be_visible()
    assert len(post.box.letters) == 10


def test_a_letter_reads_well_on_a_small_telephone(
    phone: Page, desktop: Page, mailing_address: str, office: Installation, post: Post
) -> None:
    enter(desktop, mailing_address, "head")
    desktop.goto(f"{mailing_address}{LISTING}")
    file = {"name": "x.csv", "mimeType": "text/csv", "buffer": csv_of(5)}
    desktop.locator("#mail-file").set_input_files(file)  # type: ignore[arg-type]
    desktop.get_by_role("button", name="Tải danh sách lên").click()
    desktop.get_by_label("Tôi đã lưu mã nhắc").check()
    desktop.get_by_role("button", name="Gửi 5 thư mời").click()
    desktop.wait_for_url(f"**{LISTING}/1")
    office.background.settle()
    phone.set_content(post.box.letters[0].page)
    sound(phone)
    button = phone.get_by_role("link", name="Trả lời phiếu khảo sát")
    box = button.bounding_box()
    assert box is not None
    assert box["height"] >= 44
