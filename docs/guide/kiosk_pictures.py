"""The pictures of the guide for the desk: a poster that hangs, and what a kiosk shows."""

from __future__ import annotations

from collections.abc import Callable

import pypdfium2
from PIL import Image, ImageDraw, ImageFilter
from playwright.sync_api import Browser, Page

from survey import clock
from survey.services.accounts.actors import COMMAND_LINE
from survey.services.counter import posters
from survey.services.installation.installation import Installation
from survey.services.installation.unit_keys import CounterRef
from survey.services.kiosks import devices, pins
from survey.services.kiosks.devices import NewKiosk

TABLET = (820, 1093)
WALL, FRAME, SHADE = "#dfd8c8", "#8a6f4d", "#9c937f"

Save = Callable[[Image.Image, str], None]
SaveScreen = Callable[..., None]  # a page, a name, and how much of its top to leave out


def poster(installation: Installation, unit: str, save: Save) -> None:
    """Hang the unit's poster on a wall."""
    campaign, counter = installation.campaigns.only(), CounterRef(unit, 1)
    body = posters.one(installation, COMMAND_LINE, campaign, counter, "a4", "pdf").body
    sheet = pypdfium2.PdfDocument(body)[0].render(scale=0.85).to_pil().convert("RGB")
    wall = Image.new("RGB", (sheet.width + 150, sheet.height + 110), WALL)
    place = (75, 50, 75 + sheet.width, 50 + sheet.height)
    ImageDraw.Draw(wall).rectangle([value + 9 for value in place], fill=SHADE)
    wall = wall.filter(ImageFilter.GaussianBlur(7))
    edge = (place[0] - 7, place[1] - 7, place[2] + 6, place[3] + 6)
    ImageDraw.Draw(wall).rectangle(edge, fill=FRAME)
    wall.paste(sheet, place[:2])
    save(wall, "ap-phich")


def screens(installation: Installation, browser: Browser, address: str, unit: str, save: SaveScreen) -> str:
    """Take every screen of a kiosk; return where a phone would let it be left."""
    campaign = installation.campaigns.only()
    number, code = devices.add(installation, COMMAND_LINE, campaign, NewKiosk(unit, 1), clock.now())
    page = _tablet(browser)
    page.goto(f"{address}/kios/")
    page.wait_for_selector(".code-picture")
    save(page, "kiosk-ghi-danh")
    page.goto("about:blank")
    page.goto(f"{address}/kios/#{campaign.code}/{number}/{code}")
    page.wait_for_selector("html[data-ready=yes]")
    page.wait_for_timeout(500)
    save(page, "kiosk-cho")
    page.locator(".start").first.tap()
    for row, level in enumerate((5, 4, 5)):
        page.locator(".item").nth(row).locator(f"label.l{level}").tap()
    save(page, "kiosk-cau-hoi")
    _answer_offline(page)
    save(page, "kiosk-mat-mang", 0.48)  # the line at the foot is what matters
    asked = _staff(page, pins.digits(installation.keys.kiosk, campaign, number), save)
    devices.revoke(installation, COMMAND_LINE, campaign, number, clock.now())
    page.reload()
    page.wait_for_selector(".broken")
    save(page, "kiosk-tam-ngung")
    return asked


def _answer_offline(page: Page) -> None:
    """End this visit and make some more, none of which reaches the service."""
    page.context.route("**/kios/api/records", lambda route: route.abort())
    for _ in range(12):
        while not page.locator(".thanks").count():
            page.locator("#controls .first").tap()
            page.wait_for_timeout(20)
        page.locator("#controls .first").tap()
        page.locator(".start").first.tap()
        page.locator("label.l4").first.tap()
    while page.locator(".attract").count() == 0:
        page.locator("#controls .second").tap()
    page.wait_for_selector("#status .waits")


def _staff(page: Page, pin: str, save: SaveScreen) -> str:
    page.get_by_role("button", name="Nhân viên").tap()
    with page.expect_response("**/kios/api/exit") as asked:
        page.get_by_role("button", name="Dùng điện thoại của quản trị").tap()
    page.wait_for_selector(".code-picture")
    page.get_by_role("button", name="Hủy").tap()
    for digit in pin:
        page.get_by_role("button", name=digit, exact=True).tap()
    page.get_by_role("button", name="Đồng ý").tap()
    page.wait_for_selector(".facts")
    save(page, "kiosk-nhan-vien")
    return str(asked.value.json()["path"])


def _tablet(browser: Browser) -> Page:
    width, height = TABLET
    context = browser.new_context(
        viewport={"width": width, "height": height},
        has_touch=True,
        locale="vi-VN",
        timezone_id="Asia/Ho_Chi_Minh",
    )
    page = context.new_page()
    page.clock.install(time=clock.now().replace(hour=9))  # by day: a kiosk dims at night
    return page
