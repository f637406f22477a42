"""A campaign that speaks a further language and reads aloud, on the phone and on the kiosk, in a real browser."""

from __future__ import annotations

from dataclasses import replace

import pytest
from playwright.sync_api import Browser, Page, expect

from survey import clock
from survey.services.accounts.actors import COMMAND_LINE
from survey.services.campaigns import campaigns, languages
from survey.services.counter import links
from survey.services.installation.campaign_records import CampaignRecord
from survey.services.installation.installation import Installation
from survey.services.kiosks import devices
from survey.services.kiosks.devices import NewKiosk
from tests.support import made_up_language, scene
from tests.support.axe import violations
from tests.support.kiosk import READY, tablet_of

pytestmark = pytest.mark.browser

CODE = "nhieu-tieng"


@pytest.fixture
def spoken(office: Installation) -> CampaignRecord:
    """A campaign of today in Vietnamese, English and a language of the tests, with recordings."""
    root = office.config.data / "languages"
    made_up_language.write(
        root / "hre", clips={"c1_1.wav": made_up_language.wav(0.5), "C1.wav": made_up_language.wav(0.5)}
    )
    plan = replace(scene.plan(), languages=("hre",)).rehearsed(CODE, clock.now().date(), {})
    found = languages.gather(office.config.data, plan)
    campaigns.load(office, COMMAND_LINE, plan, clock.now(), spoken=found)
    return office.campaigns.get(CODE)


def test_a_phone_reads_a_question_aloud_when_it_is_asked_to(
    office: Installation, office_address: str, spoken: CampaignRecord, phone: Page
) -> None:
    link = next(iter(links.of_campaign(office, COMMAND_LINE, spoken)))
    asked: list[str] = []
    phone.on("request", lambda request: asked.append(request.url))
    phone.goto(office_address + link.url.removeprefix(office.config.public_url))
    phone.get_by_role("link", name="zz Tiếng Thử").tap()
    expect(phone.locator("html")).to_have_attribute("lang", "hre")
    expect(phone.locator("audio")).to_have_count(2)
    phone.wait_for_timeout(300)
    assert len(asked) == 2, "recordings are fetched when they are asked for"
    assert phone.evaluate("document.documentElement.scrollWidth") <= 320
    assert violations(phone) == []
    seconds = phone.locator("fieldset audio").evaluate(
        "(player) => new Promise((done, no) => { player.onended = () => done(player.duration);"
        " player.onerror = () => no(player.error.message); player.muted = true; player.play(); })"
    )
    assert seconds == pytest.approx(0.5, abs=0.05)
    phone.locator("input[name=overall][value='5']").check()
    phone.get_by_role("button", name="zz Gửi phiếu").tap()
    expect(phone.locator("h1")).to_have_text("zz Xin cảm ơn Ông/Bà!")


def test_a_kiosk_offers_and_speaks_every_language_of_its_campaign(
    office: Installation, office_address: str, spoken: CampaignRecord, chromium: Browser
) -> None:
    number, code = devices.add(office, COMMAND_LINE, spoken, NewKiosk("an-nhon", 1), clock.now())
    context = tablet_of(chromium)
    page = context.new_page()
    page.goto(f"{office_address}/kios/#{CODE}/{number}/{code}")
    page.wait_for_selector(READY)
    starts = page.locator("button.start")
    expect(starts).to_have_count(3)
    expect(page.locator(".start-in").nth(2)).to_have_attribute("lang", "hre")
    starts.nth(2).tap()
    expect(page.locator("html")).to_have_attribute("lang", "hre")
    expect(page.locator("legend").first).to_have_text("zz Thông tin về thủ tục dễ tìm")
    expect(page.get_by_role("button", name="zz Nghe đọc")).to_have_count(
        2
    )  # the heading and the first question
    expect(page.get_by_role("button", name="zz Tiếp tục")).to_be_visible()
    context.close()
