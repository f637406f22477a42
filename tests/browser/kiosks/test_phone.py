"""What a phone of the office does for a kiosk: enrols it, lets it be left, and takes its records as codes."""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from survey import clock
from survey.services.accounts.actors import COMMAND_LINE
from survey.services.installation.installation import Installation
from survey.services.kiosks import backup_files, devices
from tests.support.axe import violations
from tests.support.browser import until_said
from tests.support.kiosk import READY, Station
from tests.support.office import PASSWORD, address_of

pytestmark = pytest.mark.browser

RECORDS = "**/kios/api/records"
# A camera that sees one code after the other: the device's own, which this machine has not.
CAMERA = """(texts) => {
  const canvas = Object.assign(document.createElement("canvas"), { width: 64, height: 64 });
  canvas.getContext("2d").fillRect(0, 0, 64, 64);
  window.track = canvas.captureStream(5);
  navigator.mediaDevices.getUserMedia = async () => window.track;
  let at = -1;
  window.BarcodeDetector = class {
    async detect() {
      at += 1;
      return at < texts.length ? [{ rawValue: "something else" }, { rawValue: texts[at] }, { rawValue: texts[0] }] : [];
    }
  };
}"""
FILL = """async (count) => {
  const { open } = await import("/static/kiosk/store.js");
  const { keep } = await import("/static/kiosk/keeping.js");
  const db = await open();
  for (let made = 0; made < count; made += 1) {
    await keep(db, { overall: String(1 + made % 5), comment: `Phiếu ${made}: ${crypto.randomUUID()}` });
  }
}"""


@contextmanager
def phone_of(browser: Browser, address: str, person: str) -> Iterator[Page]:
    """A phone whose owner signs in where a page asks for it."""
    context = browser.new_context(viewport={"width": 360, "height": 740}, is_mobile=True, locale="vi-VN")
    context.set_default_timeout(45_000)
    page = context.new_page()
    page.goto(address)
    page.locator("[name=email]").fill(address_of(person))
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("[name=password]").press("Enter")
    page.wait_for_url(address)
    yield page
    context.close()


def scanned(page: Page) -> str:
    """What an independent reader reads off the screen."""
    expect(page.locator(".code-picture")).to_be_visible()
    (found,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(page.screenshot())))
    return str(found.text)


def to_pin(page: Page) -> None:
    """Open the page that asks for the PIN."""
    page.get_by_role("button", name="Nhân viên").tap()
    expect(page.locator("h1")).to_have_text("Nhập mã PIN của nhân viên")


def to_menu(station: Station, page: Page) -> None:
    """Open the pages for staff with the PIN."""
    to_pin(page)
    for digit in station.pin:
        page.get_by_role("button", name=digit, exact=True).tap()
    page.get_by_role("button", name="Đồng ý").tap()
    expect(page.locator("h1")).to_have_text("Dành cho nhân viên")


def test_a_fresh_tablet_becomes_a_kiosk_by_the_code_on_its_screen(
    office: Installation, office_address: str, chromium: Browser, tablet: Page
) -> None:
    tablet.goto(f"{office_address}/kios/")
    expect(tablet.locator("h1")).to_have_text("Ghi danh máy này làm kiosk")
    tablet.context.set_offline(True)
    expect(tablet.get_by_role("status")).to_contain_text("Hãy kiểm tra mạng; máy tự thử lại.")
    tablet.context.set_offline(False)
    expect(tablet.get_by_role("status")).to_be_empty()
    assert violations(tablet) == []
    address = scanned(tablet)
    with phone_of(chromium, address, "tccb") as phone:
        match = phone.locator(".match").inner_text()
        expect(tablet.locator(".code")).to_have_text(f"Số đối chiếu: {match}")
        assert violations(phone) == []
        phone.get_by_label("Máy đặt ở quầy nào").select_option(label="Bảo hiểm xã hội thị xã An Nhơn, quầy 1")
        phone.get_by_role("button", name="Ghi danh máy này").click()
        phone.wait_for_url("**/kiosk")
    tablet.wait_for_selector(READY)
    expect(tablet.locator(".unit")).to_have_text("Bảo hiểm xã hội thị xã An Nhơn")
    (found,) = devices.statuses(office, COMMAND_LINE, office.campaigns.only(), clock.now())
    assert found.kiosk.enrolled
    tablet.reload()  # it stays the same kiosk
    expect(tablet.locator("#status")).to_contain_text("Kiosk số 1 · Quầy 1")


def test_the_head_lets_a_kiosk_be_left_by_the_code_on_its_screen(
    station: Station, chromium: Browser, tablet: Page
) -> None:
    station.enrol(tablet)
    to_pin(tablet)
    tablet.get_by_role("button", name="Dùng điện thoại của quản trị").tap()
    expect(tablet.locator(".code-picture")).to_be_visible()
    assert violations(tablet) == []
    with phone_of(chromium, scanned(tablet), "head") as phone:
        expect(phone.locator("h1")).to_have_text(f"Thoát kiosk số {station.number}")
        match = phone.locator(".match").inner_text()
        expect(tablet.locator(".code")).to_have_text(f"Số đối chiếu: {match}")
        assert violations(phone) == []
        phone.get_by_role("button", name="Cho phép thoát kiosk").click()
        expect(phone.get_by_role("status")).to_contain_text("Đã cho phép")
    expect(tablet.locator("h1")).to_have_text("Dành cho nhân viên")
    tablet.get_by_role("button", name="Thoát kiosk").tap()
    tablet.wait_for_url(f"{station.address}/")


def test_a_grant_that_the_service_did_not_sign_opens_nothing(station: Station, tablet: Page) -> None:
    station.enrol(tablet)
    forged = {"signature": "00" * 32}
    tablet.context.route("**/kios/api/exit/use", lambda route: route.fulfill(status=200, json=forged))
    to_pin(tablet)
    tablet.get_by_role("button", name="Dùng điện thoại của quản trị").tap()
    with tablet.expect_response("**/kios/api/exit/use"):
        scanned(tablet)
    tablet.wait_for_timeout(300)
    expect(tablet.locator("h1")).to_have_text("Thoát bằng điện thoại")


def test_without_a_network_the_phone_is_no_way_out_but_the_pin_is(station: Station, tablet: Page) -> None:
    station.enrol(tablet)
    tablet.evaluate("navigator.serviceWorker.ready.then(() => {})")
    tablet.context.set_offline(True)
    to_pin(tablet)
    tablet.get_by_role("button", name="Dùng điện thoại của quản trị").tap()
    expect(tablet.get_by_role("status")).to_contain_text("mã PIN thì không")
    tablet.get_by_role("button", name="Hủy").tap()
    for digit in station.pin:
        tablet.get_by_role("button", name=digit, exact=True).tap()
    tablet.get_by_role("button", name="Đồng ý").tap()
    expect(tablet.locator("h1")).to_have_text("Dành cho nhân viên")


def test_what_waits_leaves_as_codes_that_another_reader_reads(station: Station, tablet: Page) -> None:
    station.enrol(tablet)
    tablet.context.route(RECORDS, lambda route: route.abort())
    tablet.evaluate(FILL, 30)
    to_menu(station, tablet)
    tablet.get_by_role("button", name="Hiện phiếu chờ thành mã QR").tap()
    expect(tablet.locator("h1")).to_contain_text("Mã 1 /")
    assert violations(tablet) == []
    texts = [scanned(tablet)]
    count = int(tablet.locator("h1").inner_text().rpartition("/")[2])
    assert count > 2
    for at in range(2, count + 1):
        tablet.get_by_role("button", name="Mã tiếp theo").tap()
        expect(tablet.locator("h1")).to_have_text(f"Mã {at} / {count}")
        texts.append(scanned(tablet))
    tablet.get_by_role("button", name="Xong").tap()
    expect(tablet.locator("h1")).to_have_text("Dành cho nhân viên")
    assert not any("Phiếu" in text for text in texts)
    taken = backup_files.take(station.installation, COMMAND_LINE, "\n".join(texts).encode(), clock.now())
    assert (taken.new, taken.known, taken.refused) == (30, 0, 0)
    assert sorted(marks[-1] for marks in station.answers()) == sorted("12345" * 6)
    assert station.status().missing == ()
    tablet.context.unroute(RECORDS)
    tablet.get_by_role("button", name="Gửi ngay").tap()
    expect(tablet.get_by_role("status")).to_have_text("Đã gửi hết.")
    assert len(station.answers()) == 30


def test_a_phones_camera_fills_the_page_that_takes_records_in(
    station: Station, chromium: Browser, tablet: Page
) -> None:
    station.enrol(tablet)
    tablet.context.route(RECORDS, lambda route: route.abort())
    tablet.evaluate(FILL, 12)
    texts = tablet.evaluate(
        """async () => {
          const { open, get } = await import("/static/kiosk/store.js");
          const { codes } = await import("/static/kiosk/handover.js");
          const db = await open();
          return codes(db, await get(db, "device"));
        }"""
    )
    assert len(texts) > 1
    address = f"{station.address}/noi-bo/{station.campaign.code}/kiosk/phieu-cho"
    with phone_of(chromium, address, "head") as phone:
        expect(phone.get_by_role("button", name="Quét bằng camera của máy này")).to_be_hidden()
        phone.add_init_script(f"({CAMERA})({json.dumps(texts)})")
        phone.reload()
        assert violations(phone) == []
        phone.get_by_role("button", name="Quét bằng camera của máy này").click()
        expect(phone.get_by_role("status")).to_contain_text(f"Đã đọc đủ {len(texts)} mã")
        expect(phone.get_by_label("Nội dung quét được")).to_have_value("".join(f"{text}\n" for text in texts))
        until_said(phone, "window.track.getTracks()[0].readyState === 'ended'")
        phone.get_by_role("button", name="Nhập phiếu chờ").click()
        expect(phone.get_by_role("status").first).to_contain_text("Đã nhập 12 phiếu mới")
    assert len(station.answers()) == 12


def test_many_and_long_records_leave_in_several_series(station: Station, tablet: Page) -> None:
    station.enrol(tablet)
    tablet.context.route(RECORDS, lambda route: route.abort())
    told = tablet.evaluate(
        """async () => {
          const { open, get } = await import("/static/kiosk/store.js");
          const { keep } = await import("/static/kiosk/keeping.js");
          const { codes } = await import("/static/kiosk/handover.js");
          const db = await open();
          const comment = "Ý kiến dài của một người dân. ".repeat(33).slice(0, 990);
          for (let made = 0; made < 30; made += 1) await keep(db, { overall: "5", comment });
          return codes(db, await get(db, "device"));
        }"""
    )
    series = Counter(text.split("/")[1] for text in told)
    assert len(series) == 4
    assert max(series.values()) <= 40, "nobody scans more in one go"
    assert max(len(text) for text in told) < 758, "which version 15 holds"
    taken = backup_files.take(station.installation, COMMAND_LINE, "\n".join(told).encode(), clock.now())
    assert taken.new == 30


def test_a_kiosk_takes_another_number_only_when_nothing_waits(station: Station, tablet: Page) -> None:
    station.enrol(tablet)
    tablet.context.route(RECORDS, lambda route: route.abort())
    tablet.evaluate(FILL, 1)
    to_menu(station, tablet)
    tablet.get_by_role("button", name="Ghi danh số khác").tap()
    expect(tablet.get_by_role("status")).to_contain_text("còn phiếu chờ gửi")
    tablet.context.unroute(RECORDS)
    tablet.get_by_role("button", name="Gửi ngay").tap()
    expect(tablet.get_by_role("status")).to_have_text("Đã gửi hết.")
    tablet.get_by_role("button", name="Ghi danh số khác").tap()
    expect(tablet.locator("h1")).to_have_text("Ghi danh máy này làm kiosk")
    tablet.get_by_role("button", name="Hủy").tap()
    expect(tablet.locator("#status")).to_contain_text(f"Kiosk số {station.number}")
