"""What a kiosk offers to people who do not read easily: drawings, and sentences read aloud from files."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, Page, expect

from survey import clock
from survey.services.installation.installation import Installation
from tests.browser.kiosks.test_visit import at_step
from tests.support.axe import violations
from tests.support.browser import until, until_said
from tests.support.kiosk import READY, Station, heartbeat, record, station_of, tablet_of

pytestmark = pytest.mark.browser

# The length of each sentence, in steps of 50 ms, tells which one is heard.
STEPS_OF = {"kiosk.invite": 2, "C1": 3, "c1_1": 4, "level.1": 5, "level.3": 6, "level.5": 7, "no_opinion": 8}
KEPT = "async () => (await (await caches.open('hailong-audio')).keys()).length"
LISTENS = """() => {
  window.heard = [];
  const start = AudioBufferSourceNode.prototype.start;
  AudioBufferSourceNode.prototype.start = function (...how) {
    const spoken = document.querySelector(".spoken")?.textContent ?? "";
    window.heard.push([Math.round(this.buffer.duration * 20), spoken]);
    return start.apply(this, how);
  };
}"""


@pytest.fixture
def spoken(office: Installation, office_address: str) -> Station:
    """A kiosk with recordings of some Vietnamese sentences."""
    station = station_of(office, office_address)
    record(station, {key: steps / 20 for key, steps in STEPS_OF.items()})
    return station


@pytest.fixture
def tablet(chromium: Browser) -> Iterator[Page]:
    """A page on an upright tablet that remembers what was played."""
    context = tablet_of(chromium)
    context.add_init_script(f"({LISTENS})()")
    yield context.new_page()
    context.close()


def enrolled(station: Station, page: Page) -> None:
    """Make the page the kiosk, with every recording on it."""
    station.enrol(page)
    until(page, lambda: page.evaluate(KEPT) == len(STEPS_OF))
    assert page.evaluate(KEPT) == len(STEPS_OF)


def heard(page: Page, count: int) -> list[list[object]]:
    """What was played, once so many sentences were."""
    until_said(page, "(count) => window.heard.length >= count", count)
    found: list[list[object]] = page.evaluate("window.heard")
    return found


def test_a_question_and_its_choices_are_read_in_order_and_shown_as_they_are_spoken(
    spoken: Station, tablet: Page
) -> None:
    enrolled(spoken, tablet)
    tablet.get_by_role("button", name="Bắt đầu").tap()
    question = tablet.get_by_role("button", name="Nghe đọc: Thông tin về thủ tục dễ tìm")
    question.tap()
    texts = ["", "Rất không hài lòng", "Bình thường", "Rất hài lòng", "Không sử dụng / không ý kiến"]
    assert heard(tablet, 5) == [list(each) for each in zip([4, 5, 6, 7, 8], texts, strict=True)]
    expect(tablet.locator(".plays, .spoken")).to_have_count(0)
    expect(tablet.locator("input:checked")).to_have_count(0)
    tablet.get_by_role("button", name="Nghe đọc: Tiếp cận dịch vụ").tap()
    assert heard(tablet, 6)[5] == [3, ""]
    assert violations(tablet) == []


def test_a_button_shows_only_where_there_is_a_recording(spoken: Station, tablet: Page) -> None:
    enrolled(spoken, tablet)
    expect(tablet.locator(".listen")).to_have_count(1)
    tablet.get_by_role("button", name="Bắt đầu").tap()
    expect(tablet.locator(".listen")).to_have_count(2)  # the heading and the first question
    tablet.locator("#controls .first").tap()
    expect(tablet.locator(".listen")).to_have_count(0)
    for _ in range(2):
        tablet.locator("#controls .second").tap()
    tablet.get_by_role("button", name="Start in English").tap()
    expect(tablet.locator(".listen")).to_have_count(0)


@pytest.mark.parametrize("way", ["again", "elsewhere", "key", "onward"])
def test_any_touch_ends_it(spoken: Station, tablet: Page, way: str) -> None:
    enrolled(spoken, tablet)
    tablet.get_by_role("button", name="Bắt đầu").tap()
    question = tablet.get_by_role("button", name="Nghe đọc: Thông tin về thủ tục dễ tìm")
    question.tap()
    heard(tablet, 2)
    if way == "again":
        question.tap()
    elif way == "elsewhere":
        tablet.locator("h1").tap()
    elif way == "key":
        tablet.keyboard.press("Shift")
    else:
        tablet.locator("#controls .first").tap()
    expect(tablet.locator(".plays, .spoken")).to_have_count(0)
    count = len(tablet.evaluate("window.heard"))
    tablet.wait_for_timeout(700)
    assert len(tablet.evaluate("window.heard")) == count <= 3
    if way == "again":
        question.tap()
        assert heard(tablet, count + 1)[count][0] == 4


def test_it_is_heard_without_a_network_and_ends_with_the_visit(spoken: Station, tablet: Page) -> None:
    enrolled(spoken, tablet)
    tablet.evaluate("navigator.serviceWorker.ready.then(() => {})")
    tablet.context.set_offline(True)
    tablet.reload()
    tablet.wait_for_selector(READY)
    tablet.get_by_role("button", name="Nghe đọc: Mời Ông/Bà đánh giá sự phục vụ").tap()
    assert heard(tablet, 1)[0] == [2, ""]
    tablet.get_by_role("button", name="Bắt đầu").tap()
    tablet.get_by_role("button", name="Nghe đọc: Thông tin về thủ tục dễ tìm").tap()
    heard(tablet, 2)
    tablet.evaluate("document.querySelector('#controls .second').click()")
    expect(tablet.locator(".attract")).to_be_visible()
    tablet.wait_for_timeout(500)
    assert len(tablet.evaluate("window.heard")) == 2


def test_recordings_that_are_gone_leave_the_device(spoken: Station, tablet: Page) -> None:
    tablet.clock.install(time=clock.now().replace(hour=9))
    enrolled(spoken, tablet)
    silent = replace(spoken.campaign, languages={})
    spoken.installation.campaigns._by_code[silent.code] = silent
    for _ in range(20):  # at one of its beats; the first may still be keeping what it was told before
        heartbeat(tablet)
        for _ in range(20):
            if "hailong-audio" not in tablet.evaluate("caches.keys()"):
                return
            tablet.wait_for_timeout(50)
    raise AssertionError(tablet.evaluate("caches.keys()"))


def test_every_rated_question_has_a_drawing(spoken: Station, tablet: Page) -> None:
    spoken.enrol(tablet)
    tablet.get_by_role("button", name="Bắt đầu").tap()
    for step in range(1, 8):
        at_step(tablet, step)
        questions = tablet.locator("fieldset.item").count()
        expect(tablet.locator("fieldset.item svg.icon")).to_have_count(questions)
        tablet.locator("#controls .first").tap()
