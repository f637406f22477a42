"""Results in the browser while they are rounded and while the desk may act: no axe violation, no sideways scrolling."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask_security import hash_password
from playwright.sync_api import Browser, Page, expect

from survey import clock
from survey.services.accounts import accounts
from survey.services.accounts.accounts import NewAccount
from survey.services.accounts.actors import COMMAND_LINE
from survey.services.installation.installation import Installation
from survey.vocabulary import Role
from survey.web.application import assemble
from tests.support import release_states
from tests.support.axe import violations
from tests.support.installation import embedded, template
from tests.support.office import PASSWORD, address_of, listening

__all__ = ["embedded", "template"]
pytestmark = pytest.mark.browser
HOME = f"/noi-bo/{release_states.CODE}"


@pytest.fixture
def desk(embedded: Installation, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of a service after a close, one unit of which has something open; TCCB has an account there."""
    _, now = release_states.mixed(embedded)
    monkeypatch.setattr(clock, "now", lambda: now)
    app = assemble(embedded)
    with app.app_context():
        hashed = hash_password(PASSWORD)
    new = NewAccount(address_of("tccb"), "Người thử", Role.TCCB, None, hashed)
    accounts.add(embedded, COMMAND_LINE, new, now)
    with listening(app) as address:
        yield address


def fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))


@pytest.mark.parametrize(("width", "scheme"), [(360, "light"), (1280, "dark")])
def test_rounded_and_full_figures_read_at_every_width(
    chromium: Browser, desk: str, width: int, scheme: str
) -> None:
    context = chromium.new_context(
        viewport={"width": width, "height": 800}, color_scheme="dark" if scheme == "dark" else "light"
    )
    page = context.new_page()
    page.goto(f"{desk}/noi-bo/dang-nhap")
    page.get_by_label("Thư điện tử").fill(address_of("tccb"))
    page.get_by_label("Mật khẩu").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Chọn đợt khảo sát")
    for path in ("ket-qua/an-nhon", "phan-tich", "ket-qua"):
        page.goto(f"{desk}{HOME}/{path}")
        assert violations(page) == [], path
        assert fits(page), path
        for picture in page.get_by_role("main").get_by_role("img").all():
            picture.scroll_into_view_if_needed()
            expect(picture).to_have_js_property("complete", value=True)
            assert picture.evaluate("image => image.naturalWidth") > 0
    page.get_by_text("còn 1 loại việc dở dang").click()
    page.get_by_role("button", name="Công bố bảng đầy đủ dù còn những việc này").click()
    expect(page.get_by_role("status")).to_contain_text("Đã công bố bảng đầy đủ của")
    expect(page.get_by_text("khi còn: phiếu đã nhập chờ xác minh")).to_be_visible()
    assert violations(page) == []
    assert fits(page)
    context.close()
