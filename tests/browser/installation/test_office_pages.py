"""The office's pages in the browser: no axe violation, no sideways scrolling, reports to take away."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.axe import violations
from tests.support.office import PASSWORD, UNIT, address_of

pytestmark = pytest.mark.browser
HOME = "/noi-bo/dien-tap"
PAGES = {
    "tccb": (
        f"{HOME}/chi-tieu",
        f"{HOME}/ket-qua",
        f"{HOME}/ket-qua?cong-thuc=f2",
        f"{HOME}/ket-qua/{UNIT}",
        f"{HOME}/phieu-giay?don-vi={UNIT}",
        f"{HOME}/gop-y",
        f"{HOME}/gop-y/{UNIT}",
        f"{HOME}/gui-lai-khac",
        f"{HOME}/du-lieu-phieu",
        f"{HOME}/ma-qr",
        f"{HOME}/thu-moi",
        "/noi-bo/tai-khoan",
        "/noi-bo/quen-mat-khau",
        "/noi-bo/doi-mat-khau",
        "/noi-bo/khong-co-trang-nay",
    ),
    "head": (f"{HOME}/phieu-giay", f"{HOME}/chi-tieu", f"{HOME}/gop-y"),
    "officer": (f"{HOME}/nhap-phieu", f"{HOME}/ket-qua"),
}
SCREENS = (("light", 1280, 800), ("dark", 320, 640))


def enter(page: Page, address: str, person: str) -> None:
    page.goto(f"{address}/noi-bo/dang-nhap")
    page.get_by_label("Thư điện tử").fill(address_of(person))
    page.get_by_label("Mật khẩu").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{HOME}/**")


def sideways(page: Page) -> int:
    """By how many pixels the page is wider than its window, once it is there."""
    page.wait_for_load_state()
    wide: int = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return wide


@pytest.mark.parametrize("person", PAGES)
@pytest.mark.parametrize(("scheme", "width", "height"), SCREENS)
def test_no_page_has_an_axe_violation_or_scrolls_sideways(
    chromium: Browser, office_address: str, person: str, scheme: str, width: int, height: int
) -> None:
    dark = scheme == "dark"
    context = chromium.new_context(
        viewport={"width": width, "height": height}, color_scheme="dark" if dark else "light"
    )
    page = context.new_page()
    for path in ("/", "/noi-bo/dang-nhap"):
        page.goto(f"{office_address}{path}")
        assert violations(page) == [], path
    enter(page, office_address, person)
    for path in PAGES[person]:
        page.goto(f"{office_address}{path}")
        assert violations(page) == [], path
        assert sideways(page) <= 0, path
    context.close()


def test_the_policy_stops_nothing_that_the_pages_need(desktop: Page, office_address: str) -> None:
    complaints: list[str] = []
    desktop.on("console", lambda message: complaints.append(message.text))
    desktop.on("pageerror", lambda error: complaints.append(str(error)))
    enter(desktop, office_address, "tccb")
    for path in (f"{HOME}/ket-qua", f"{HOME}/chi-tieu", f"{HOME}/ma-qr"):
        desktop.goto(f"{office_address}{path}")
        desktop.wait_for_load_state("networkidle")
    assert complaints == []
    desktop.goto(f"{office_address}{HOME}/ket-qua")
    for picture in desktop.locator(".chart img").all():
        picture.scroll_into_view_if_needed()
        expect(picture).to_have_js_property("complete", value=True)
        assert picture.evaluate("image => image.naturalWidth") > 0


def test_tccb_switches_the_formula_and_takes_the_reports_away(
    desktop: Page, office_address: str, tmp_path: Path
) -> None:
    enter(desktop, office_address, "tccb")
    desktop.get_by_role("link", name="Kết quả", exact=True).click()
    desktop.get_by_role("link", name="F2").click()
    expect(desktop.get_by_role("link", name="F2")).to_have_attribute("aria-current", "true")
    for label, start in (("Tải báo cáo PDF", b"%PDF-"), ("Tải bảng tính XLSX", b"PK")):
        with desktop.expect_download() as download:
            desktop.get_by_role("link", name=label).click()
        path = tmp_path / download.value.suggested_filename
        download.value.save_as(path)
        assert path.read_bytes().startswith(start)


def test_the_page_can_be_had_in_english_and_back(desktop: Page, office_address: str) -> None:
    enter(desktop, office_address, "officer")
    desktop.get_by_role("button", name="English").click()
    expect(desktop.get_by_role("heading", level=1)).to_contain_text("Key in paper forms")
    expect(desktop.locator("html")).to_have_attribute("lang", "en")
    desktop.get_by_role("button", name="Tiếng Việt").click()
    expect(desktop.get_by_role("heading", level=1)).to_contain_text("Nhập phiếu giấy")
