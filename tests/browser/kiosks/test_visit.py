"""A kiosk in a real browser: visits by touch and by keyboard, the idle rule, the PIN, what nobody may find."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from survey import clock
from survey.services.accounts.actors import COMMAND_LINE
from survey.services.installation.installation import Installation
from survey.services.kiosks import devices
from survey.services.kiosks.devices import NewKiosk
from survey.vocabulary import Unfinished
from tests.support.axe import violations
from tests.support.browser import until, until_said
from tests.support.kiosk import READY, Station, record, station_of, tablet_of
from tests.support.office import PASSWORD, UNIT, address_of

pytestmark = pytest.mark.browser

ITEMS = 26
STEPS = 11
# What the device has kept of wrong PINs.
WRONG = """async () => {
  const { open, get } = await import("/static/kiosk/store.js");
  return JSON.stringify(await get(await open(), "wrong")) ?? "";
}"""
VISITS = """async (visits) => {
  const root = document.getElementById("main"), leaks = [];
  const next = () => document.querySelector("#controls .first").click();
  const until = async (found) => { while (!found()) await new Promise((go) => setTimeout(go, 2)); };
  const at = (selector) => root.querySelector(selector);
  const before = history.length;
  for (let visit = 0; visit < visits; visit += 1) {
    await until(() => at(".start"));
    const page = () => document.documentElement.outerHTML.replace(/<script[^]*?<\\/script>/g, "");
    const told = page() + JSON.stringify([localStorage, sessionStorage, document.cookie, location.href]);
    if (/BIMAT|checked=|data-large="on"|"[^"]*(spoken|plays)/.test(told)) leaks.push([visit, "start"]);
    root.querySelectorAll(".start")[visit % 2].click();
    if (visit % 5 === 0) document.querySelector(".tool").click();
    if (visit % 3 === 0) at(".item .listen")?.click();
    for (let step = 0; !at("#comment"); step += 1) {
      if (at("input:checked")) leaks.push([visit, step, "checked"]);
      for (const input of root.querySelectorAll(`input[value="${visit % 2 ? 1 : 5}"]`)) input.click();
      next();
    }
    if (at("#comment").value) leaks.push([visit, "comment"]);
    at("#comment").value = `BIMAT ${visit}`;
    at("#comment").dispatchEvent(new Event("input", { bubbles: true }));
    next();
    await until(() => at(".thanks"));
    next();
  }
  await until(() => at(".start"));
  if (history.length !== before) leaks.push("history");
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) {
      if ((await (await cache.match(request)).text()).includes("BIMAT")) leaks.push(request.url);
    }
  }
  return leaks;
}"""


def onward(page: Page) -> None:
    """Go to the next screen, or send."""
    page.locator("#controls .first").tap()


def at_step(page: Page, step: int) -> None:
    """Wait for a screen of the visit, the first one being 1."""
    expect(page.locator(".progress progress")).to_have_js_property("value", step)


def to_the_start(page: Page) -> None:
    """Wait for the first screen."""
    expect(page.locator(".attract")).to_be_visible()


def sent(station: Station, page: Page, count: int) -> None:
    """Wait until the device has nothing more to send, and the service has it."""
    until(page, lambda: len(station.answers()) >= count)
    expect(page.locator("#status")).to_contain_text("Đã gửi hết")
    assert len(station.answers()) == count


def test_a_citizen_answers_by_touch_and_finds_every_target_large(station: Station, tablet: Page) -> None:
    station.enrol(tablet)
    expect(tablet.locator(".unit")).to_have_text("Bảo hiểm xã hội thị xã An Nhơn")
    tablet.get_by_role("button", name="Bắt đầu").tap()
    for step in range(STEPS):
        expect(tablet.locator(".progress")).to_contain_text(f"{step + 1} / {STEPS}")
        for target in tablet.locator("main label:not(.ask), button:visible").all():
            box = target.bounding_box()
            assert box is not None
            assert min(box["height"], box["width"]) >= 64, target.inner_text()
        for label in tablet.locator("label.l4").all():
            label.tap()
        if step == STEPS - 1:
            tablet.locator("#comment").fill("Cảm ơn cơ quan.")
        onward(tablet)
    expect(tablet.locator("h1")).to_have_text("Xin cảm ơn Ông/Bà!")
    sent(station, tablet, 1)
    assert station.answers() == ["4" * (ITEMS + 1)]
    found = station.status()
    assert (found.received, found.missing) == (((1, 1),), ())
    assert tablet.context.cookies() == []


def test_a_citizen_answers_by_keyboard_alone(station: Station, tablet: Page) -> None:
    station.enrol(tablet)
    focused = "document.activeElement.{}"

    def tab_to(condition: str) -> None:
        for _ in range(60):
            tablet.keyboard.press("Tab")
            if tablet.evaluate(condition):
                return
        raise AssertionError(condition)

    tab_to(focused.format("matches('.start.other')"))
    tablet.keyboard.press("Enter")
    for step in range(STEPS):
        at_step(tablet, step + 1)
        if step < 7:
            for _ in range(tablet.locator("fieldset").count()):
                tab_to(focused.format("type === 'radio'"))
                tablet.keyboard.press("Space")
                tablet.keyboard.press("ArrowRight")
                assert tablet.evaluate(focused.format("checked && document.activeElement.value === '2'"))
        tab_to(focused.format("matches('#controls .first')"))
        tablet.keyboard.press("Enter")
    expect(tablet.locator("h1")).to_have_text("Thank you!")
    tab_to(focused.format("matches('#controls .first')"))
    tablet.keyboard.press("Enter")
    to_the_start(tablet)
    sent(station, tablet, 1)
    assert station.answers() == ["2" * (ITEMS + 1)]


def test_an_answer_is_changed_by_going_back(station: Station, tablet: Page) -> None:
    station.enrol(tablet)
    tablet.get_by_role("button", name="Bắt đầu").tap()
    tablet.locator("label.l1").first.tap()
    onward(tablet)
    tablet.get_by_role("button", name="Quay lại").tap()
    expect(tablet.locator("input[name=c1_1][value='1']")).to_be_checked()
    tablet.locator("label.l5").first.tap()
    for _ in range(STEPS):
        onward(tablet)
    sent(station, tablet, 1)
    assert station.answers() == ["5" + "-" * ITEMS]


def test_a_double_tap_on_send_makes_one_answer(station: Station, tablet: Page) -> None:
    station.enrol(tablet)
    tablet.get_by_role("button", name="Bắt đầu").tap()
    tablet.locator("label.l5").first.tap()
    for _ in range(STEPS - 1):
        onward(tablet)
    at_step(tablet, STEPS)
    tablet.evaluate(
        "() => { const send = document.querySelector('#controls .first'); send.click(); send.click() }"
    )
    expect(tablet.locator(".thanks")).to_be_visible()
    sent(station, tablet, 1)
    assert station.status().kiosk.issued <= 1
    assert station.status().received == ((1, 1),)


def test_a_visit_without_an_answer_sends_nothing(station: Station, tablet: Page) -> None:
    station.enrol(tablet)
    tablet.get_by_role("button", name="Bắt đầu").tap()
    for _ in range(STEPS):
        onward(tablet)
    expect(tablet.locator("h1")).to_have_text("Chưa có câu nào được chọn")
    tablet.get_by_role("button", name="Thôi, không đánh giá").tap()
    to_the_start(tablet)
    assert station.status().kiosk.issued == 0


def test_thanks_end_by_themselves(station: Station, tablet: Page) -> None:
    tablet.clock.install(time=clock.now().replace(hour=9))
    station.enrol(tablet)
    tablet.get_by_role("button", name="Bắt đầu").tap()
    tablet.locator("label.l5").first.tap()
    for _ in range(STEPS):
        onward(tablet)
    expect(tablet.locator(".thanks")).to_be_visible()
    tablet.clock.run_for(12_500)
    to_the_start(tablet)


@pytest.mark.parametrize(("unfinished", "kept"), [(Unfinished.DISCARD, 0), (Unfinished.KEEP, 1)])
def test_who_walks_away_is_asked_and_then_forgotten(
    office: Installation, office_address: str, tablet: Page, unfinished: Unfinished, kept: int
) -> None:
    station = station_of(office, office_address, NewKiosk(UNIT, 1, 60, unfinished))
    tablet.clock.install(time=clock.now().replace(hour=9))
    station.enrol(tablet)
    tablet.get_by_role("button", name="Bắt đầu").tap()
    tablet.locator("label.l2").first.tap()
    warning = tablet.get_by_role("dialog")
    tablet.clock.run_for(59_000)
    expect(warning).to_be_hidden()
    tablet.clock.run_for(3_000)
    expect(warning).to_be_visible()
    tablet.keyboard.press("Shift")  # a key counts as much as a touch
    expect(warning).to_be_hidden()
    tablet.clock.run_for(61_000)
    expect(warning).to_be_visible()
    warning.get_by_role("button", name="Tôi cần thêm thời gian").tap()
    expect(warning).to_be_hidden()
    expect(tablet.locator("input[name=c1_1][value='2']")).to_be_checked()
    tablet.clock.run_for(81_000)
    to_the_start(tablet)
    expect(warning).to_be_hidden()
    sent(station, tablet, kept)
    assert station.answers() == ["2" + "-" * ITEMS] * kept
    tablet.get_by_role("button", name="Bắt đầu").tap()
    expect(tablet.locator("input:checked")).to_have_count(0)


def test_two_hundred_alternating_visits_leak_nothing(station: Station, tablet: Page) -> None:
    record(station, dict.fromkeys(("c1_1", "level.1", "overall"), 0.1))
    station.enrol(tablet)
    assert tablet.evaluate(VISITS, 200) == []
    sent(station, tablet, 200)
    answers = station.answers()
    assert sorted(answers) == ["1" * (ITEMS + 1)] * 100 + ["5" * (ITEMS + 1)] * 100
    assert station.status().received == ((1, 200),)
    tablet.go_back()
    expect(tablet.locator(".attract")).to_be_visible()
    stored = tablet.evaluate(
        "new Promise((go) => { indexedDB.open('hailong-kiosk-records').onsuccess = (event) => {"
        " event.target.result.transaction('records').objectStore('records').getAll().onsuccess = (found) =>"
        " go(found.target.result.filter(({ sent }) => sent === undefined).length) } })"
    )
    assert stored == 0


def test_leaving_needs_the_pin(station: Station, tablet: Page) -> None:
    station.enrol(tablet)
    tablet.go_back()
    to_the_start(tablet)

    def type_pin(digits: str) -> None:
        for digit in digits:
            tablet.get_by_role("button", name=digit, exact=True).tap()
        tablet.get_by_role("button", name="Đồng ý").tap()

    tablet.get_by_role("button", name="Nhân viên").tap()
    wrong = "000000" if station.pin != "000000" else "111111"
    type_pin(wrong)
    expect(tablet.get_by_role("alert")).to_have_text("Mã PIN chưa đúng.")
    type_pin(station.pin)
    expect(tablet.locator("h1")).to_have_text("Dành cho nhân viên")
    tablet.get_by_role("button", name="Thoát kiosk").tap()
    tablet.wait_for_url(f"{station.address}/")


def test_guessing_the_pin_is_slowed_down_even_across_restarts(station: Station, tablet: Page) -> None:
    station.enrol(tablet)
    tablet.get_by_role("button", name="Nhân viên").tap()
    for _ in range(5):
        counted = tablet.evaluate(WRONG)
        tablet.get_by_role("button", name="1", exact=True).tap()
        tablet.get_by_role("button", name="Đồng ý").tap()
        until_said(tablet, f"async (counted) => await ({WRONG})() !== counted", counted)
        expect(tablet.get_by_role("alert")).not_to_be_empty()
    expect(tablet.get_by_role("alert")).to_contain_text("chờ một phút")
    tablet.reload()
    tablet.wait_for_selector(READY)
    tablet.get_by_role("button", name="Nhân viên").tap()
    for digit in station.pin:
        tablet.get_by_role("button", name=digit, exact=True).tap()
    tablet.get_by_role("button", name="Đồng ý").tap()
    expect(tablet.get_by_role("alert")).to_contain_text("chờ một phút")


def test_switches_help_one_citizen_and_not_the_next(station: Station, tablet: Page) -> None:
    station.enrol(tablet)
    size = "parseFloat(getComputedStyle(document.querySelector('h1')).fontSize)"
    tablet.get_by_role("button", name="Bắt đầu").tap()
    at_step(tablet, 1)
    before = tablet.evaluate(size)
    tablet.get_by_role("button", name="Chữ lớn").tap()
    tablet.get_by_role("button", name="Tương phản cao").tap()
    expect(tablet.get_by_role("button", name="Chữ lớn")).to_have_attribute("aria-pressed", "true")
    assert tablet.evaluate(size) > before * 1.2
    tablet.get_by_role("button", name="Thôi, không đánh giá").tap()
    to_the_start(tablet)
    expect(tablet.get_by_role("button", name="Chữ lớn")).to_have_attribute("aria-pressed", "false")
    expect(tablet.locator("html")).to_have_attribute("data-contrast", "off")


def test_it_dims_at_night_and_wakes_at_a_touch(station: Station, tablet: Page) -> None:
    tablet.clock.install(time=clock.now().replace(hour=21))
    station.enrol(tablet)
    expect(tablet.locator("body")).to_have_class("night")
    tablet.get_by_role("button", name="Bắt đầu").tap()
    expect(tablet.locator("body")).not_to_have_class("night")
    expect(tablet.locator("fieldset").first).to_be_visible()


def test_a_device_that_is_none_or_no_longer_says_so_with_a_code(station: Station, tablet: Page) -> None:
    tablet.goto(f"{station.address}/kios/")
    expect(tablet.locator("h1")).to_have_text("Ghi danh máy này làm kiosk")
    tablet.goto(f"{station.address}/kios/#{station.campaign.code}/{station.number}/wrong")
    expect(tablet.locator(".code")).to_contain_text("K05")
    tablet.goto("about:blank")
    station.enrol(tablet)
    devices.revoke(station.installation, COMMAND_LINE, station.campaign, station.number, clock.now())
    tablet.reload()
    expect(tablet.locator(".code")).to_have_text(f"Mã K03 · Kiosk số {station.number}")
    assert violations(tablet) == []


def test_a_second_tab_leads_no_visits(station: Station, tablet: Page) -> None:
    station.enrol(tablet)
    other = tablet.context.new_page()
    other.goto(f"{station.address}/kios/")
    expect(other.locator(".code")).to_contain_text("K06")
    expect(tablet.locator(".attract")).to_be_visible()


@pytest.mark.parametrize(("width", "height"), [(800, 1280), (1280, 800)])
@pytest.mark.parametrize("look", ["light", "dark", "contrast", "large"])
def test_every_screen_is_accessible(
    station: Station, chromium: Browser, width: int, height: int, look: str
) -> None:
    context = tablet_of(chromium, width, height)
    page = context.new_page()
    page.emulate_media(color_scheme="dark" if look == "dark" else "light")
    station.enrol(page)
    found = violations(page)
    page.locator(".start").first.tap()
    if look in {"contrast", "large"}:
        page.get_by_role("button", name="Tương phản cao" if look == "contrast" else "Chữ lớn").tap()
    for step in range(STEPS):
        at_step(page, step + 1)
        if page.locator("label.l3").count():
            page.locator("label.l3").first.tap()
        if step in {0, 6, 7, 10}:
            found += violations(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        onward(page)
    expect(page.locator(".thanks")).to_be_visible()
    found += violations(page)
    onward(page)
    page.get_by_role("button", name="Nhân viên").tap()
    expect(page.locator("h1")).to_have_text("Nhập mã PIN của nhân viên")
    found += violations(page)
    context.close()
    assert found == []


def test_the_offices_pages_about_kiosks_are_accessible(station: Station, desktop: Page) -> None:
    desktop.goto(f"{station.address}/noi-bo/dang-nhap")
    desktop.locator("[name=email]").fill(address_of("tccb"))
    desktop.locator("[name=password]").fill(PASSWORD)
    desktop.locator("[name=password]").press("Enter")
    desktop.wait_for_url("**/noi-bo/**")
    desktop.goto(f"{station.address}/noi-bo/{station.campaign.code}/kiosk")
    expect(desktop.get_by_role("row")).to_have_count(2)
    found = violations(desktop)
    desktop.get_by_role("button", name="Thêm kiosk").click()
    expect(desktop.locator("h1")).to_have_text("Ghi danh kiosk số 2")
    found += violations(desktop)
    assert found == []
