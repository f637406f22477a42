"""A citizen's way in a real browser: by touch on a small phone, by keyboard alone, on a bad line."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Page, expect

from survey import clock
from survey.services.accounts.actors import COMMAND_LINE
from survey.services.counter import links
from survey.services.installation.installation import Installation
from survey.services.results import quotas

pytestmark = pytest.mark.browser

ITEMS = 26
RECEIPT = re.compile(r"[0-9A-Z]{4} [0-9A-Z]{4} [0-9A-Z]{4}")


@dataclass(frozen=True)
class Site:
    """A running rehearsal as a citizen meets it."""

    installation: Installation
    address: str

    def form(self, unit: str = "an-nhon") -> str:
        """The address of a unit's form."""
        found = links.of_campaign(self.installation, COMMAND_LINE, self.installation.campaigns.only())
        url = next(link.url for link in found if link.unit == unit)
        return self.address + url.removeprefix(self.installation.config.public_url)


@pytest.fixture
def site(office: Installation, office_address: str) -> Site:
    """A running rehearsal of this test's own."""
    return Site(office, office_address)


def valid(site: Site, unit: str = "an-nhon") -> int:
    """How many valid forms a unit has."""
    board = quotas.progress(site.installation, COMMAND_LINE, site.installation.campaigns.only(), clock.now())
    return next(found.valid for found in board.units if found.unit.code == unit)


def receipt(page: Page) -> str:
    """The receipt that the page shows, once it is there."""
    shown = page.locator("main .g")
    expect(shown).to_have_text(RECEIPT)
    found = RECEIPT.search(shown.inner_text())
    assert found is not None
    return found[0]


def test_a_citizen_answers_by_touch_on_a_small_phone(site: Site, phone: Page) -> None:
    requests: list[str] = []
    phone.on("request", lambda request: requests.append(request.url))
    before = valid(site)
    phone.goto(site.form())
    assert requests == [site.form()]
    expect(phone.locator("h1")).to_have_text("Bảo hiểm xã hội thị xã An Nhơn")
    assert phone.evaluate("document.documentElement.scrollWidth") <= 320
    for fieldset in phone.locator("fieldset").all()[: ITEMS + 1]:
        label = fieldset.locator("label").nth(4)
        box = label.bounding_box()
        assert box is not None
        assert min(box["height"], box["width"]) >= 44
        label.tap()
    phone.locator("#comment").fill("Cảm ơn cơ quan.")
    phone.get_by_role("button", name="Gửi phiếu").tap()
    expect(phone.locator("h1")).to_have_text("Xin cảm ơn Ông/Bà!")
    assert receipt(phone)
    assert valid(site) == before + 1
    assert phone.context.cookies() == []


def test_a_citizen_answers_by_keyboard_alone(site: Site, desktop: Page) -> None:
    before = valid(site)
    desktop.goto(site.form())
    chosen = 0
    while chosen < ITEMS + 1:
        desktop.keyboard.press("Tab")
        if desktop.evaluate("document.activeElement.type") != "radio":
            continue
        desktop.keyboard.press("Space")
        for _ in range(3):
            desktop.keyboard.press("ArrowDown")
        assert desktop.evaluate("document.activeElement.checked && document.activeElement.value") == "4"
        chosen += 1
    while desktop.evaluate("document.activeElement.tagName") != "BUTTON":
        desktop.keyboard.press("Tab")
    desktop.keyboard.press("Enter")
    expect(desktop.locator("h1")).to_have_text("Xin cảm ơn Ông/Bà!")
    assert valid(site) == before + 1


def test_back_refresh_and_sending_again_make_no_second_response(site: Site, desktop: Page) -> None:
    before = valid(site)
    desktop.goto(site.form())
    desktop.locator("input[name=overall][value='5']").check()
    desktop.get_by_role("button", name="Gửi phiếu").click()
    first = receipt(desktop)
    desktop.reload()
    assert receipt(desktop) == first
    desktop.go_back()
    desktop.get_by_role("button", name="Gửi phiếu").click()
    assert receipt(desktop) == first
    assert valid(site) == before + 1


def test_changing_an_answer_after_going_back_is_set_aside_kindly(site: Site, desktop: Page) -> None:
    before = valid(site)
    desktop.goto(site.form())
    desktop.locator("input[name=overall][value='5']").check()
    desktop.get_by_role("button", name="Gửi phiếu").click()
    receipt(desktop)
    desktop.go_back()
    desktop.locator("input[name=overall][value='1']").check()
    desktop.get_by_role("button", name="Gửi phiếu").click()
    expect(desktop.locator("h1")).to_have_text("Phiếu này đã gửi rồi")
    assert valid(site) == before + 1


def test_a_double_tap_makes_one_response(site: Site, desktop: Page) -> None:
    before = valid(site)
    desktop.goto(site.form())
    desktop.locator("input[name=overall][value='4']").check()
    desktop.get_by_role("button", name="Gửi phiếu").dblclick()
    expect(desktop.locator("h1")).to_have_text("Xin cảm ơn Ông/Bà!")
    assert valid(site) == before + 1


def test_an_empty_form_comes_back_with_the_first_fault_in_focus(site: Site, desktop: Page) -> None:
    before = valid(site)
    desktop.goto(site.form())
    desktop.get_by_role("button", name="Gửi phiếu").click()
    expect(desktop.get_by_role("alert")).to_be_visible()
    expect(desktop.locator("[name=c1_1]:focus")).to_have_count(1)
    assert valid(site) == before


def test_a_fault_loses_nothing_that_was_answered(site: Site, desktop: Page) -> None:
    desktop.goto(site.form())
    desktop.locator("input[name=c2_3][value='2']").check()
    desktop.evaluate("document.getElementById('comment').removeAttribute('maxlength')")
    desktop.locator("#comment").fill("x" * 1001)
    desktop.get_by_role("button", name="Gửi phiếu").click()
    expect(desktop.get_by_role("alert")).to_contain_text("1001")
    expect(desktop.locator("input[name=c2_3][value='2']")).to_be_checked()
    expect(desktop.locator("#comment")).to_be_focused()
    desktop.locator("#comment").fill("Ngắn hơn.")
    desktop.get_by_role("button", name="Gửi phiếu").click()
    expect(desktop.locator("h1")).to_have_text("Xin cảm ơn Ông/Bà!")


def test_the_way_works_without_javascript(site: Site, chromium: Browser) -> None:
    before = valid(site)
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(site.form("phu-cat"))
    page.locator("input[name=overall][value='3']").check()
    page.get_by_role("button", name="Gửi phiếu").click()
    assert receipt(page)
    context.close()
    assert valid(site) == before


def test_a_changed_address_shows_a_friendly_page_and_no_form(site: Site, desktop: Page) -> None:
    answer = desktop.goto(site.form()[:-1])
    assert answer is not None
    assert answer.status == 404
    expect(desktop.locator("h1")).to_have_text("Đường dẫn này chưa đúng")
    expect(desktop.locator("form")).to_have_count(0)
