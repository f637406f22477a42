"""Every screen of the kiosk on a small page, at 400 %, with forced colours and by keyboard; and small cares."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from survey import clock
from tests.browser.kiosks.test_visit import at_step
from tests.support.axe import violations
from tests.support.browser import until, until_said
from tests.support.kiosk import Station, tablet_of

pytestmark = pytest.mark.browser

RECORDS = "**/kios/api/records"
AWAKE = """() => {
  window.awake = 0;
  const wakeLock = { request: async () => { window.awake += 1; } };
  Object.defineProperty(navigator, "wakeLock", { value: wakeLock });
}"""
# Whether the page is read to its end without scrolling sideways, and its lowest button comes into view.
REACHES = """() => {
  const buttons = [...document.querySelectorAll("button")].filter((each) => each.offsetParent);
  const lost = buttons.filter((button) => {
    button.scrollIntoView({ block: "center" });
    const box = button.getBoundingClientRect();
    const found = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
    return !button.contains(found) && !document.querySelector("dialog[open]");
  });
  const wide = document.documentElement.scrollWidth > innerWidth;
  return [...lost.map((button) => button.textContent), ...(wide ? ["scrolls sideways"] : [])];
}"""


def onward(page: Page) -> None:
    """Go to the next screen, or send, without a pointer."""
    page.locator("#controls .first").press("Enter")


def every_screen(station: Station, page: Page, look: Callable[[str], None]) -> None:
    """Lead through every screen that a kiosk has, by keyboard alone."""
    page.goto(f"{station.address}/kios/")
    expect(page.locator(".code-picture")).to_be_visible()
    look("enrol")
    page.goto("about:blank")
    station.enrol(page)
    page.context.route(RECORDS, lambda route: route.abort())
    expect(page.locator(".attract")).to_be_visible()
    look("attract")
    page.locator(".start").first.press("Enter")
    for step in range(1, 12):
        if step in {1, 7, 8, 11}:  # one of each kind
            at_step(page, step)
            look(f"step {step}")
        onward(page)
    expect(page.locator("h1")).to_have_text("Chưa có câu nào được chọn")
    look("empty")
    onward(page)
    page.locator("input[value='4']").first.press("Space")
    for _ in range(11):
        onward(page)
    expect(page.locator(".thanks")).to_be_visible()
    look("thanks")
    onward(page)
    page.get_by_role("button", name="Nhân viên").press("Enter")
    expect(page.locator("h1")).to_have_text("Nhập mã PIN của nhân viên")
    look("pin")
    page.get_by_role("button", name="Dùng điện thoại của quản trị").press("Enter")
    expect(page.locator(".code-picture")).to_be_visible()
    look("phone")
    page.get_by_role("button", name="Hủy").press("Enter")
    page.locator("h1").wait_for()
    page.keyboard.type(station.pin)
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Dành cho nhân viên")
    look("menu")
    page.get_by_role("button", name="Hiện phiếu chờ thành mã QR").press("Enter")
    expect(page.locator(".code-picture")).to_be_visible()
    look("codes")
    second = page.context.new_page()
    second.goto(f"{station.address}/kios/")
    expect(second.locator(".code")).to_contain_text("K06")
    second.close()


# 320 x 256 is what is left of 1280 x 1024 at 400 %.
@pytest.mark.parametrize(("width", "height", "colours"), [(320, 256, "none"), (800, 1280, "active")])
def test_every_screen_reflows_and_is_accessible(
    station: Station, chromium: Browser, width: int, height: int, colours: str
) -> None:
    context = tablet_of(chromium, width, height)
    page = context.new_page()
    page.emulate_media(forced_colors=colours, reduced_motion="reduce")  # type: ignore[arg-type]
    page.clock.install(time=clock.now().replace(hour=9))
    faults: list[str] = []

    def look(name: str) -> None:
        found = [*violations(page), *page.evaluate(REACHES)]
        # Forced colours are the system's own, which axe does not see: it knows only the page's.
        forced = [fault for fault in found if colours == "active" and "color-contrast" in fault]
        faults.extend(f"{name}: {fault}" for fault in found if fault not in forced)

    every_screen(station, page, look)
    context.close()
    assert faults == []


def test_the_question_whether_anybody_is_there_fits_a_small_page(station: Station, chromium: Browser) -> None:
    context = tablet_of(chromium, 320, 256)
    page = context.new_page()
    page.clock.install(time=clock.now().replace(hour=9))
    station.enrol(page)
    page.locator(".start").first.tap()
    page.clock.run_for(61_000)
    expect(page.get_by_role("dialog", name="Ông/Bà còn ở đây không?")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("button", name="Tôi cần thêm thời gian").tap()
    expect(page.get_by_role("dialog")).to_be_hidden()
    context.close()


def test_every_control_has_a_name_and_every_question_is_a_group(station: Station, tablet: Page) -> None:
    station.enrol(tablet)
    tablet.get_by_role("button", name="Bắt đầu").tap()
    question = tablet.get_by_role("group", name="Thông tin về thủ tục dễ tìm", exact=True)
    expect(question.get_by_role("radio")).to_have_count(6)
    expect(question.get_by_role("radio", name="Rất hài lòng", exact=True)).to_have_count(1)
    expect(tablet.get_by_role("heading", name="Tiếp cận dịch vụ", exact=True)).to_be_focused()


def test_a_new_screen_begins_at_its_top(station: Station, chromium: Browser) -> None:
    context = tablet_of(chromium, 1280, 500)
    page = context.new_page()
    station.enrol(page)
    page.locator(".start").first.tap()
    at_step(page, 1)
    page.evaluate("document.getElementById('main').scrollTop = 1000")
    assert page.evaluate("document.getElementById('main').scrollTop") > 0
    page.locator("#controls .first").tap()
    at_step(page, 2)
    assert page.evaluate("document.getElementById('main').scrollTop") == 0
    context.close()


def test_no_gesture_leaves_anything_for_the_next_citizen(station: Station, tablet: Page) -> None:
    station.enrol(tablet)
    style = "getComputedStyle(document.{}).{}"
    assert tablet.evaluate(style.format("documentElement", "touchAction")) == "pan-x pan-y"
    assert tablet.evaluate(style.format("documentElement", "overscrollBehaviorX")) == "none"
    assert tablet.evaluate(style.format("body", "userSelect")) == "none"
    stopped = """([kind, type, how]) => {
      const event = new window[kind](type, { bubbles: true, cancelable: true, ...how });
      return !document.body.dispatchEvent(event);
    }"""
    for kind, sign, how, expected in (
        ("WheelEvent", "wheel", {"ctrlKey": True, "deltaY": -100}, True),
        ("WheelEvent", "wheel", {"deltaY": 100}, False),
        ("KeyboardEvent", "keydown", {"key": "+", "ctrlKey": True}, True),
        ("KeyboardEvent", "keydown", {"key": "P", "ctrlKey": True}, True),
        ("KeyboardEvent", "keydown", {"key": "+"}, False),
        ("MouseEvent", "contextmenu", {}, True),
        ("DragEvent", "dragstart", {}, True),
    ):
        assert tablet.evaluate(stopped, [kind, sign, how]) == expected, (sign, how)


def test_the_screen_is_kept_awake_again_when_it_comes_back(station: Station, chromium: Browser) -> None:
    context: BrowserContext = tablet_of(chromium)
    context.add_init_script(f"({AWAKE})()")
    page = context.new_page()
    station.enrol(page)
    until_said(page, "window.awake >= 1")
    before = page.evaluate("window.awake")
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    until_said(page, "(before) => window.awake > before", before)
    context.close()


def test_a_correction_of_the_devices_clock_hurries_nobody(station: Station, tablet: Page) -> None:
    tablet.clock.install(time=clock.now().replace(hour=9))
    station.enrol(tablet)
    tablet.locator(".start").first.tap()
    tablet.locator("label.l4").first.tap()
    tablet.clock.set_system_time(clock.now() + dt.timedelta(days=3))
    tablet.clock.run_for(2_000)
    expect(tablet.get_by_role("dialog")).to_be_hidden()
    expect(tablet.locator("input:checked")).to_have_count(1)


def test_a_clock_of_years_ago_keeps_nobody_out_and_makes_no_answer_late(
    station: Station, tablet: Page
) -> None:
    tablet.clock.install(time=dt.datetime(2010, 1, 1, 9, tzinfo=dt.UTC))
    station.enrol(tablet)
    tablet.locator(".start").first.tap()
    tablet.locator("label.l4").first.tap()
    for _ in range(11):
        tablet.locator("#controls .first").tap()
    until(tablet, lambda: bool(station.answers()))
    assert len(station.answers()) == 1
    tablet.context.route(
        "**/kios/api/records", lambda route: route.fulfill(status=503)
    )  # or it is sent before
    held = tablet.evaluate(
        "async () => { const { open, counts } = await import('/static/kiosk/store.js');"
        " const { keep } = await import('/static/kiosk/keeping.js');"
        " const db = await open(); await keep(db, { overall: '5' }, Date.now() + 365 * 86400000);"
        " return counts(db) }"
    )
    assert (held["waiting"], held["overdue"]) == (1, 1)  # it waits: nobody knows how long


def test_before_the_first_day_the_kiosk_says_when_it_opens(station: Station, tablet: Page) -> None:
    def early(route: Route) -> None:
        answer = route.fetch()
        told = {**answer.json(), "opened": False, "opens_at": "2999-01-01T00:00:00+07:00"}
        route.fulfill(response=answer, json=told)

    for path in ("enrol", "settings"):
        tablet.context.route(f"**/kios/api/{path}", early)
    station.enrol(tablet)
    tablet.locator(".start").first.tap()
    expect(tablet.locator("h1")).to_contain_text("Đợt khảo sát bắt đầu từ ngày")
    assert violations(tablet) == []
    tablet.get_by_role("button", name="Xong").tap()
    expect(tablet.locator(".attract")).to_be_visible()
