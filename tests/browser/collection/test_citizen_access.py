"""Every page of the citizen for everybody: axe, narrow and zoomed, large, in high contrast and in forced colours."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from survey import clock
from survey.services.accounts.actors import COMMAND_LINE
from survey.services.counter import tickets
from survey.services.installation.installation import Installation
from tests.browser.collection.test_citizen import ITEMS, Site
from tests.support.axe import violations

pytestmark = pytest.mark.browser

# 320 px is also what a page of 1280 px is left with at 400 % zoom.
NARROW: dict[str, Any] = {"viewport": {"width": 320, "height": 256}, "reduced_motion": "reduce"}
LOOKS: dict[str, dict[str, Any]] = {
    "light": NARROW,
    "dark": {**NARROW, "color_scheme": "dark"},
    "forced": {"viewport": {"width": 1280, "height": 800}, "forced_colors": "active"},
}


@pytest.fixture
def site(office: Installation, office_address: str) -> Site:
    """A running rehearsal of this test's own."""
    return Site(office, office_address)


def wrong(page: Page) -> list[str]:
    """What axe finds, and whether something stands out to the right."""
    page.wait_for_load_state()
    wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    return [*violations(page), *(["wider than the screen"] if wide else [])]


def send(page: Page) -> None:
    page.locator("main button").click()


@pytest.mark.parametrize(
    ("look", "lang"), [("light", "vi"), ("light", "en"), ("dark", "vi"), ("forced", "en")]
)
def test_every_page_of_the_way_is_accessible(site: Site, chromium: Browser, look: str, lang: str) -> None:
    context = chromium.new_context(**LOOKS[look])
    page = context.new_page()
    form = f"{site.form()}?lang={lang}"
    page.goto(form)
    found = {"form": wrong(page)}
    expect(page.locator("html")).to_have_attribute("lang", lang)
    send(page)
    expect(page.get_by_role("alert")).to_be_visible()
    found["faults"] = wrong(page)
    page.locator("input[name=overall][value='5']").check()
    send(page)
    expect(page.locator("main .g")).to_be_visible()
    found["receipt"] = wrong(page)
    page.goto(form)
    page.locator("nav a").first.click()
    expect(page.locator("fieldset")).to_have_count(0)
    expect(page.locator("h1")).to_be_visible()
    found["other unit"] = wrong(page)
    for name, address in (
        ("bad link", f"{site.form()[:-1]}?lang={lang}"),
        ("typed code", f"{site.address}/m?lang={lang}"),
        ("mistyped code", f"{site.address}/m/0000?lang={lang}"),
        ("front page", f"{site.address}/?lang={lang}"),
    ):
        page.goto(address)
        found[name] = wrong(page)
    context.close()
    assert {name: faults for name, faults in found.items() if faults} == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_large_type_and_high_contrast_hold_on_every_page(site: Site, chromium: Browser, scheme: Any) -> None:
    context = chromium.new_context(**NARROW, color_scheme=scheme)
    page = context.new_page()
    page.goto(site.form())
    size = page.evaluate("getComputedStyle(document.querySelector('legend')).fontSize")
    page.get_by_label("Chữ lớn").check()
    page.get_by_label("Tương phản cao").check()
    large = page.evaluate("getComputedStyle(document.querySelector('legend')).fontSize")
    assert float(large[:-2]) == pytest.approx(1.5 * float(size[:-2]))
    page.locator("input[name=c1_1][value='4']").check()
    found = wrong(page)
    send(page)
    expect(page.locator("main .g")).to_be_visible()
    expect(page.get_by_label("Chữ lớn")).to_be_checked()
    found += wrong(page)
    # The ground stays black whatever the phone prefers.
    expect(page.locator("body")).to_have_css("background-color", "rgb(0, 0, 0)")
    context.close()
    assert found == []


def test_a_screen_reader_is_told_every_question_and_every_choice(site: Site, desktop: Page) -> None:
    desktop.goto(f"{site.form()}?lang=en")
    expect(desktop.get_by_role("radio", name="Very satisfied", exact=True)).to_have_count(ITEMS + 1)
    expect(desktop.get_by_role("group", name="Information about procedures is easy to find")).to_have_count(1)
    expect(desktop.get_by_role("group")).to_have_count(desktop.locator("fieldset").count())
    for role, name in (("checkbox", "Large type"), ("button", "Send"), ("link", "Not this unit?")):
        expect(desktop.get_by_role(role, name=name)).to_have_count(1)  # type: ignore[arg-type]
    expect(desktop.get_by_role("textbox")).to_have_accessible_description(
        "The office reads your words as you write them. "
        "Please do not write anyone's name, telephone, identity card or insurance number."
    )
    expect(desktop.get_by_role("link", name="Tiếng Việt")).to_have_attribute("lang", "vi")


def test_the_levels_have_faces_and_colours_beside_their_words_in_their_order(
    site: Site, desktop: Page
) -> None:
    desktop.goto(site.form())
    first = desktop.locator("fieldset").first.locator("label")
    drawn = [
        label.evaluate(
            "(l) => { const s = getComputedStyle(l, '::after'); return [s.content, s.backgroundPosition] }"
        )
        for label in first.all()
    ]
    assert [place.split()[0] for content, place in drawn if content != "none"] == [
        "0px",
        "25%",
        "50%",
        "75%",
        "100%",
    ]
    assert first.all_inner_texts() == [
        "Rất không hài lòng",
        "Không hài lòng",
        "Bình thường",
        "Hài lòng",
        "Rất hài lòng",
        "Không sử dụng / không ý kiến",
    ]


def test_another_unit_leads_to_what_to_do_and_back_and_offers_no_choice(site: Site, phone: Page) -> None:
    phone.goto(site.form())
    expect(phone.locator("h1")).to_have_text("Bảo hiểm xã hội thị xã An Nhơn")
    phone.get_by_role("link", name="Không phải đơn vị này?").tap()
    expect(phone.locator("main")).to_contain_text("thị xã An Nhơn")
    expect(phone.locator("main")).to_contain_text("Xin quét mã QR đặt tại quầy đã phục vụ Ông/Bà")
    expect(phone.locator("select, main input")).to_have_count(0)
    phone.get_by_role("link", name="trở lại phiếu").tap()
    expect(phone.locator("fieldset").first).to_be_visible()


def test_a_typed_code_leads_to_its_form_by_keyboard(site: Site, desktop: Page) -> None:
    campaign = site.installation.campaigns.only()
    card = tickets.make(site.installation, COMMAND_LINE, campaign, "an-nhon", 1, clock.now())[0]
    desktop.goto(f"{site.address}/m?lang=en")
    expect(desktop.get_by_role("textbox", name="Please type the code on your card")).to_be_focused()
    desktop.keyboard.type(card.short)
    desktop.keyboard.press("Tab")
    desktop.keyboard.press("Enter")
    expect(desktop.locator("h1")).to_have_text("Bảo hiểm xã hội thị xã An Nhơn")
    expect(desktop.locator("html")).to_have_attribute("lang", "en")
