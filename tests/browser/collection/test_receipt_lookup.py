"""A citizen looks a receipt up, on a phone and on a computer, with what can go wrong on the way."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from survey.extensions import limiter
from survey.services.collection.arrival_order import erase_arrival_order
from survey.services.installation.installation import Installation
from tests.browser.collection.test_citizen import Site, receipt
from tests.support.axe import violations

pytestmark = pytest.mark.browser
PICTURES = os.environ.get("HAILONG_PICTURES")


@pytest.fixture
def site(office: Installation, office_address: str) -> Site:
    """A running rehearsal of this test's own."""
    limiter.reset()
    return Site(office, office_address)


def look(page: Page, name: str) -> None:
    """Nothing stands out, nothing is wrong; and a picture for whoever wants to see it."""
    assert violations(page) == []
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")
    if PICTURES:
        width = (page.viewport_size or {"width": 0})["width"]
        page.screenshot(path=Path(PICTURES) / f"{name}-{width}.png", full_page=True)


def look_up(page: Page, code: str) -> None:
    page.locator("textarea").fill(code)
    page.get_by_role("button", name="Tra cứu").click()


@pytest.mark.parametrize("device", ["phone", "desktop"])
def test_a_receipt_is_looked_up(site: Site, request: pytest.FixtureRequest, device: str) -> None:
    page: Page = request.getfixturevalue(device)
    page.goto(site.form())
    page.locator("input[name=overall][value='5']").check()
    page.get_by_role("button", name="Gửi phiếu").click()
    code = receipt(page)
    look(page, "receipt")
    page.get_by_role("link", name="Kiểm tra lại mã này").click()
    expect(page.locator("h1")).to_have_text("Tra cứu biên nhận")
    expect(page.locator("textarea")).to_be_focused()
    look(page, "lookup")
    look_up(page, code.replace("-", " ").lower())
    expect(page.locator("h1")).to_have_text("Phiếu đã được nhận")
    expect(page.locator("aside")).to_contain_text("DỮ LIỆU MẪU")
    expect(page.locator("main .g")).to_have_text(" ".join(code.replace("-", " ").split()))
    assert code.replace(" ", "") not in page.url.replace("-", "")
    look(page, "found")
    look_up(page, "ABCD-EFGH-0000")
    expect(page.locator("h1")).to_have_text("Chưa tìm thấy mã này")
    look(page, "absent")
    for _ in range(20):
        look_up(page, "X")
        if page.get_by_text("Xin chờ một chút").count():
            break
        expect(page.locator("h1")).to_have_text("Chưa tìm thấy mã này")
    expect(page.locator("main p").last).to_have_text("Xin thử lại sau một phút.")
    look(page, "wait")


def test_a_page_that_was_sent_the_day_before_is_told_what_was_kept(
    site: Site, phone: Page, office: Installation
) -> None:
    phone.goto(site.form())
    phone.locator("input[name=overall][value='5']").check()
    phone.get_by_role("button", name="Gửi phiếu").click()
    first = receipt(phone)
    assert erase_arrival_order(office)
    phone.go_back()
    phone.locator("input[name=overall][value='1']").check()
    phone.get_by_role("button", name="Gửi phiếu").click()
    expect(phone.get_by_text("Phiếu gửi lần đầu vẫn giữ nguyên")).to_be_visible()
    assert receipt(phone) == first
    look(phone, "again")
