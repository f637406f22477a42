"""What a kiosk keeps, and what it says when it cannot: a full disk, a page without cryptography, a service put back."""

from __future__ import annotations

import shutil

import pytest
from playwright.sync_api import Page, Playwright, expect
from sqlalchemy import select, update

from survey import clock
from survey.models import Kiosk
from survey.services.installation.installation import Installation
from survey.services.kiosks.devices import NewKiosk
from survey.vocabulary import Unfinished
from tests.support.browser import FLAGS
from tests.support.kiosk import LOCAL, READY, Station, station_of
from tests.support.office import UNIT

pytestmark = pytest.mark.browser

RECORDS = "**/kios/api/records"
STEPS = 11
FULL = """() => {
  const put = IDBObjectStore.prototype.put, add = IDBObjectStore.prototype.add;
  const full = () => { throw new DOMException("full", "QuotaExceededError"); };
  window.full = (is) => {
    IDBObjectStore.prototype.put = is ? full : put;
    IDBObjectStore.prototype.add = is ? full : add;
  };
}"""
KEPT = """async () => {
  const db = await (await import("/static/kiosk/store.js")).open();
  return await new Promise((resolve) => {
    db.transaction("records").objectStore("records").getAll().onsuccess = ({ target }) =>
      resolve(target.result.map(({ number, sent }) => [number, sent !== undefined]));
  });
}"""

ALL_SENT = """async () => {
  const { open, waiting } = await import("/static/kiosk/store.js");
  const db = await open();
  while ((await waiting(db)).length) await new Promise((go) => { setTimeout(go, 20); });
}"""


def visit(page: Page, level: int = 4) -> None:
    """Answer the first question and send."""
    page.locator(".start").first.tap()
    page.locator(f"label.l{level}").first.tap()
    for _ in range(STEPS):
        page.locator("#controls .first").tap()


def came(station: Station, page: Page, count: int) -> None:
    """Wait until the service has so many answers."""
    for _ in range(900):
        if len(station.answers()) == count:
            break
        page.wait_for_timeout(50)
    assert len(station.answers()) == count


def signing_key(station: Station) -> bytes | None:
    with station.installation.database.read() as session:
        return session.scalars(select(Kiosk.signing_key).where(Kiosk.number == station.number)).one()


def test_who_walks_away_while_the_disk_is_full_leaves_a_screen_that_says_so(
    office: Installation, office_address: str, tablet: Page
) -> None:
    station = station_of(office, office_address, NewKiosk(UNIT, 1, 60, Unfinished.KEEP))
    tablet.clock.install(time=clock.now().replace(hour=9))
    station.enrol(tablet)
    tablet.evaluate(FULL)
    tablet.get_by_role("button", name="Bắt đầu").tap()
    tablet.locator("label.l2").first.tap()
    tablet.evaluate("window.full(true)")
    tablet.clock.run_for(82_000)
    expect(tablet.locator(".code")).to_contain_text("K04")
    tablet.wait_for_timeout(300)
    expect(tablet.locator(".code")).to_contain_text("K04")
    assert tablet.evaluate(KEPT) == []


def test_a_full_disk_takes_no_answer_and_sends_what_waits(station: Station, tablet: Page) -> None:
    station.enrol(tablet)
    tablet.context.route(RECORDS, lambda route: route.abort())
    visit(tablet)
    expect(tablet.locator(".thanks")).to_be_visible()
    tablet.locator("#controls .first").tap()
    tablet.evaluate(FULL)
    tablet.evaluate("window.full(true)")
    visit(tablet)
    expect(tablet.locator(".code")).to_contain_text("K04")
    tablet.context.unroute(RECORDS)
    tablet.evaluate("dispatchEvent(new Event('online'))")
    expect(tablet.locator("#status")).to_contain_text("Đã gửi hết")
    assert station.status().received == ((1, 1),)
    assert tablet.evaluate(KEPT) == [], "there was no room for what the service has"


def test_what_was_sent_makes_room_for_an_answer(station: Station, tablet: Page) -> None:
    station.enrol(tablet)
    visit(tablet)
    expect(tablet.locator(".thanks")).to_be_visible()
    tablet.evaluate(ALL_SENT)
    tablet.locator("#controls .first").tap()
    tablet.evaluate(
        """() => {
          const { add, delete: forget } = IDBObjectStore.prototype;
          let room = false;
          IDBObjectStore.prototype.delete = function (...given) { room = true; return forget.apply(this, given); };
          IDBObjectStore.prototype.add = function (...given) {
            if (!room) throw new DOMException("full", "QuotaExceededError");
            return add.apply(this, given);
          };
        }"""
    )
    visit(tablet, 5)
    expect(tablet.locator(".thanks")).to_be_visible()
    came(station, tablet, 2)
    assert sorted(marks[0] for marks in station.answers()) == ["4", "5"]


def test_a_comment_of_blanks_is_none(station: Station, tablet: Page) -> None:
    station.enrol(tablet)
    tablet.locator(".start").first.tap()
    for _ in range(STEPS - 1):
        tablet.locator("#controls .first").tap()
    tablet.locator("#comment").fill(" \n\t ")
    tablet.locator("#controls .first").tap()
    expect(tablet.locator("h1")).to_have_text("Chưa có câu nào được chọn")
    assert tablet.evaluate(KEPT) == []


def test_a_service_put_back_to_before_it_knew_the_key_learns_it_again(station: Station, tablet: Page) -> None:
    station.enrol(tablet)
    visit(tablet)
    came(station, tablet, 1)
    known = signing_key(station)
    assert known is not None
    with station.installation.database.write() as session:
        session.execute(update(Kiosk).values(signing_key=None))
    expect(tablet.locator(".thanks")).to_be_visible()
    tablet.locator("#controls .first").tap()
    visit(tablet)
    came(station, tablet, 2)
    assert signing_key(station) == known


def test_another_kiosk_on_the_same_device_signs_with_another_key(station: Station, tablet: Page) -> None:
    station.enrol(tablet)
    visit(tablet)
    came(station, tablet, 1)
    tablet.evaluate(ALL_SENT)
    other = station_of(station.installation, station.address)
    tablet.goto("about:blank")
    other.enrol(tablet)
    visit(tablet)
    came(station, tablet, 2)
    assert None not in {signing_key(station), signing_key(other)}
    assert signing_key(station) != signing_key(other)


def test_no_script_takes_the_signing_key_out(station: Station, tablet: Page) -> None:
    station.enrol(tablet)
    said = tablet.evaluate(
        """async () => {
          const { open, get } = await import("/static/kiosk/store.js");
          const { privateKey } = await get(await open(), "signing");
          const tried = ["pkcs8", "jwk"].map((format) => crypto.subtle.exportKey(format, privateKey).catch(({ name }) => name));
          return [privateKey.extractable, ...await Promise.all(tried)];
        }"""
    )
    assert said == [False, "InvalidAccessError", "InvalidAccessError"]


def test_a_page_without_cryptography_says_what_to_do_and_takes_nothing(
    station: Station, playwright: Playwright
) -> None:
    port = station.address.rpartition(":")[2]
    flags = [*FLAGS, "--host-resolver-rules=MAP kiosk.example 127.0.0.1"]
    browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=flags)
    page = browser.new_context(**LOCAL).new_page()
    page.goto(f"http://kiosk.example:{port}/kios/")
    expect(page.locator(".code")).to_contain_text("K10")
    expect(page.locator(".why")).to_contain_text("https://kiosk.example/kios")
    assert page.locator(READY).count() == 0
    assert page.evaluate("indexedDB.databases()") == []
    browser.close()
