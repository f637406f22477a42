"""the page of analysis in the browser: no axe violation, no sideways scrolling, its figures drawn."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.installation.test_office_pages import sideways
from tests.support.axe import violations
from tests.support.office import PASSWORD, UNIT, address_of

pytestmark = pytest.mark.browser
HOME = "/noi-bo/dien-tap"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
def test_the_page_reads_at_every_width(
    chromium: Browser, office_address: str, width: int, scheme: str
) -> None:
    context = chromium.new_context(
        viewport={"width": width, "height": 800}, color_scheme="dark" if scheme == "dark" else "light"
    )
    page = context.new_page()
    page.goto(f"{office_address}/noi-bo/dang-nhap")
    page.get_by_label("Thư điện tử").fill(address_of("tccb"))
    page.get_by_label("Mật khẩu").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{HOME}/**")
    page.get_by_role("link", name="Phân tích").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Phân tích kết quả")
    assert violations(page) == []
    assert sideways(page) <= 0
    for picture in page.get_by_role("main").get_by_role("img").all():
        picture.scroll_into_view_if_needed()
        expect(picture).to_have_js_property("complete", value=True)
        assert picture.evaluate("image => image.naturalWidth") > 0
    page.get_by_role("link", name="Chất lượng phiếu").click()
    expect(page.get_by_text("Dấu hiệu, không phải kết luận")).to_be_in_viewport()
    page.goto(f"{office_address}{HOME}/ket-qua/{UNIT}")
    expect(page.get_by_role("heading", name="Điểm mạnh, điểm yếu")).to_be_visible()
    assert violations(page) == []
    context.close()
