"""Codes in a real browser: on screens, on cards, at the kiosk and at the keying desk; by touch, by keyboard, offline."""

from __future__ import annotations

import datetime as dt
import io

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from forms import screen_code, ticket_code
from survey import clock
from survey.models import Decision, Response
from survey.services.accounts.actors import COMMAND_LINE
from survey.services.counter import screen_codes, tickets
from survey.services.counter.tickets import IssuedTicket
from survey.services.installation.installation import Installation
from tests.browser.installation.test_office_pages import HOME, enter, sideways
from tests.support.axe import violations
from tests.support.browser import until
from tests.support.kiosk import READY, Station
from tests.support.office import UNIT

pytestmark = pytest.mark.browser

SCREEN = f"{HOME}/man-hinh/1"
MINUTE = 61_000


class Hands:
    """The hands of the service's clock, which go on and can be moved."""

    def __init__(self) -> None:
        self.ahead = dt.timedelta()

    def move(self, by: dt.timedelta) -> None:
        """Let time pass for the service."""
        self.ahead += by


@pytest.fixture
def hands(monkeypatch: pytest.MonkeyPatch) -> Hands:
    found, now = Hands(), clock.now
    monkeypatch.setattr(clock, "now", lambda: now() + found.ahead)
    return found


@pytest.fixture
def cards(office: Installation) -> list[IssuedTicket]:
    return tickets.make(office, COMMAND_LINE, office.campaigns.only(), UNIT, 3, clock.now())


def scanned(page: Page, office: Installation, address: str) -> str:
    """What a telephone reads from the page, as an address of this test's server."""
    picture = Image.open(io.BytesIO(page.screenshot()))
    (code,) = zxingcpp.read_barcodes(picture)
    assert code.text.startswith(f"{office.config.public_url}/s/")
    return address + code.text.removeprefix(office.config.public_url)


def channels(office: Installation) -> list[str]:
    """The channels of the answers that came by codes."""
    with office.database.read() as session:
        found = session.scalars(select(Response.channel))
        return sorted(channel for channel in found if channel in {"screen", "ticket"})


def _sent(station: Station, tablet: Page) -> None:
    """Wait until the service has what the device sent: before it is kept, the device says that nothing waits."""
    until(tablet, lambda: bool(channels(station.installation)))
    expect(tablet.locator("#status")).to_contain_text("Đã gửi hết")


def awake(page: Page) -> None:
    """Touch the kiosk, which is dark at night."""
    page.mouse.click(3, 3)


def test_the_screen_of_a_counter_is_scanned_and_renews_itself(
    desktop: Page, chromium: Browser, office: Installation, office_address: str, hands: Hands
) -> None:
    desktop.clock.install()
    enter(desktop, office_address, "officer")
    desktop.goto(office_address + SCREEN)
    first = scanned(desktop, office, office_address)
    typed = desktop.locator(".code").inner_text()
    assert first.endswith(screen_code.read(typed) or "?")

    one, other = (chromium.new_context(viewport={"width": 360, "height": 740}).new_page() for _ in range(2))
    for telephone in (one, other):
        telephone.goto(first)
        telephone.locator("input[value='4']").first.check()
        telephone.locator("#comment").fill("Tốt.")
    one.get_by_role("button").click()
    expect(one.get_by_role("heading", level=1)).to_contain_text("Xin cảm ơn")
    other.get_by_role("button").click()
    expect(other.get_by_role("heading", name="Cần mã đang hiện trên màn hình")).to_be_visible()
    assert violations(other) == []
    assert sideways(other) <= 0
    expect(other.locator("#comment")).to_have_value("Tốt.")

    hands.move(dt.timedelta(minutes=1))
    desktop.clock.fast_forward(MINUTE)
    expect(desktop.locator(".code")).not_to_have_text(typed)
    expect(other.get_by_label("Mã đang hiện trên màn hình tại quầy")).to_be_focused()
    other.keyboard.type(desktop.locator(".code").inner_text().lower())
    other.get_by_role("button", name="Gửi phiếu với mã này").click()
    expect(other.get_by_role("heading", level=1)).to_contain_text("Xin cảm ơn")
    assert channels(office) == ["screen", "screen"]
    for telephone in (one, other):
        telephone.context.close()


def test_a_screen_without_network_covers_its_old_code_and_comes_back(
    desktop: Page, office_address: str, hands: Hands
) -> None:
    desktop.clock.install()
    enter(desktop, office_address, "officer")
    desktop.goto(office_address + SCREEN)
    expect(desktop.locator(".code")).to_be_visible()
    desktop.context.set_offline(True)
    hands.move(dt.timedelta(minutes=1))
    desktop.clock.fast_forward(MINUTE)
    expect(desktop.get_by_role("alert")).to_contain_text("Mất kết nối")
    expect(desktop.locator(".code")).to_be_hidden()
    desktop.context.set_offline(False)
    desktop.clock.fast_forward(6_000)
    expect(desktop.locator(".code")).to_be_visible()
    expect(desktop.locator("[data-lost]")).to_be_hidden()


def test_a_screen_works_without_a_script(chromium: Browser, office_address: str) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    enter(page, office_address, "officer")
    page.goto(office_address + SCREEN)
    expect(page.locator(".code")).to_be_visible()
    assert 'http-equiv="refresh"' in page.content()
    context.close()


@pytest.mark.parametrize(("scheme", "width", "height"), [("light", 1280, 800), ("dark", 320, 640)])
def test_the_offices_pages_about_codes_have_no_violation_and_no_sideways_scrolling(
    chromium: Browser, office_address: str, cards: list[IssuedTicket], scheme: str, width: int, height: int
) -> None:
    dark = scheme == "dark"
    context = chromium.new_context(
        viewport={"width": width, "height": height}, color_scheme="dark" if dark else "light"
    )
    page = context.new_page()
    enter(page, office_address, "officer")
    genuine = f"{office_address}/m/{cards[0].code}"
    for path in ("the-ma", "kiem-tra-ma", "man-hinh", "man-hinh/1"):
        page.goto(f"{office_address}{HOME}/{path}")
        assert violations(page) == [], path
        assert sideways(page) <= 0, path
    for address in (genuine, "https://evil.example/k/x", "gì đó"):
        page.goto(f"{office_address}{HOME}/kiem-tra-ma")
        page.get_by_label("Địa chỉ trên tờ đang treo").fill(address)
        page.keyboard.press("Enter")
        expect(page.get_by_role("status")).to_be_visible()
        assert violations(page) == [], address
        assert sideways(page) <= 0, address
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_citizens_pages_about_codes_have_no_violation_and_no_sideways_scrolling(
    chromium: Browser, office: Installation, office_address: str, hands: Hands, scheme: str
) -> None:
    dark = scheme == "dark"
    context = chromium.new_context(
        viewport={"width": 320, "height": 640}, color_scheme="dark" if dark else "light"
    )
    page = context.new_page()
    screen = screen_codes.ScreenRef(office.campaigns.only().unit_id(UNIT), 1, screen_codes.DESK)
    old = screen_codes.show(office, office.campaigns.only(), screen, clock.now()).code
    hands.move(dt.timedelta(minutes=7))
    for path in ("/m", "/m?lang=en", "/m/K7QM", f"/s/{old}", f"/s/{old}?lang=en"):
        page.goto(office_address + path)
        assert violations(page) == [], path
        assert sideways(page) <= 0, path
        assert page.context.cookies() == []
    context.close()


def test_a_card_is_typed_and_answered_by_keyboard_alone(
    phone: Page, office: Installation, office_address: str, cards: list[IssuedTicket]
) -> None:
    phone.goto(f"{office_address}/m")
    expect(phone.get_by_label("Xin gõ mã trên thẻ hoặc trên màn hình")).to_be_focused()
    phone.keyboard.type(ticket_code.grouped(cards[0].short).lower())
    phone.keyboard.press("Tab")
    phone.keyboard.press("Enter")
    expect(phone.get_by_role("heading", level=1)).to_contain_text("An Nhơn")
    for _ in range(8):
        phone.keyboard.press("Tab")
        if phone.evaluate("document.activeElement.type") == "radio":
            break
    phone.keyboard.press("Space")
    for _ in range(60):
        phone.keyboard.press("Tab")
        if phone.evaluate("document.activeElement.tagName") == "BUTTON":
            break
    phone.keyboard.press("Enter")
    expect(phone.get_by_role("heading", level=1)).to_contain_text("Xin cảm ơn")
    assert channels(office) == ["ticket"]


def test_the_desk_counts_and_voids_its_cards_by_keyboard_alone(
    desktop: Page, office_address: str, cards: list[IssuedTicket]
) -> None:
    enter(desktop, office_address, "officer")
    desktop.goto(f"{office_address}{HOME}/the-ma")
    desktop.get_by_role("spinbutton").focus()
    desktop.keyboard.type("2")
    desktop.keyboard.press("Tab")
    expect(desktop.get_by_role("button", name="Ghi")).to_be_focused()
    desktop.keyboard.press("Enter")
    expect(desktop.get_by_role("status")).to_have_text("Đã ghi số thẻ phát.")
    desktop.get_by_label("Hủy một thẻ hỏng hoặc mất").focus()
    desktop.keyboard.type(cards[2].short)
    desktop.keyboard.press("Enter")
    expect(desktop.get_by_role("status")).to_have_text("Đã hủy thẻ.")


def test_an_officer_keys_a_form_with_its_card_by_keyboard(
    desktop: Page, office: Installation, office_address: str, cards: list[IssuedTicket]
) -> None:
    enter(desktop, office_address, "officer")
    number = desktop.get_by_label("Số phiếu")
    expect(number).to_be_focused()
    for key in ("1", "2", "Tab"):
        desktop.keyboard.press(key)
    expect(desktop.get_by_label("Mã thẻ kèm theo phiếu")).to_be_focused()
    desktop.keyboard.type(ticket_code.grouped(cards[0].short))
    for key in ("Enter", *("4" * 26), "Enter"):
        desktop.keyboard.press(key)
    expect(desktop.get_by_text("Đã nhận phiếu số 0012")).to_be_visible()
    with pytest.raises(Exception, match="ticket_spent"):
        tickets.check(office, office.campaigns.only(), office.campaigns.only().unit_id(UNIT), cards[0].short)
    # The same card once more: the page says so, keeps everything, and stands at the card.
    for key in ("1", "3", "Tab"):
        desktop.keyboard.press(key)
    desktop.keyboard.type(cards[0].short)
    for key in ("Enter", *("5" * 26), "Enter"):
        desktop.keyboard.press(key)
    expect(desktop.get_by_role("alert")).to_contain_text("Mã này đã được dùng")
    card = desktop.get_by_label("Mã thẻ kèm theo phiếu")
    expect(card).to_be_focused()
    expect(card).to_have_value(cards[0].short)
    assert violations(desktop) == []
    desktop.locator("#card").fill("")
    desktop.keyboard.press("Enter")
    desktop.keyboard.press("Enter")
    expect(desktop.get_by_text("Đã nhận phiếu số 0013")).to_be_visible()


def test_backspace_steps_over_a_card_that_is_not_there(desktop: Page, office_address: str) -> None:
    enter(desktop, office_address, "officer")
    for key in ("7", "Enter", "3", "Backspace", "Backspace"):
        desktop.keyboard.press(key)
    expect(desktop.get_by_label("Số phiếu")).to_be_focused()


def test_the_device_finds_the_same_slips_as_the_service(
    station: Station, tablet: Page, cards: list[IssuedTicket]
) -> None:
    good = [ticket_code.fresh_short() for _ in range(50)] + [card.short for card in cards]
    bad = [code[:3] + ("0" if code[3] != "0" else "1") + code[4:] for code in good] + ["", "K7QM"]
    station.enrol(tablet)
    told = tablet.evaluate(
        "async (codes) => { const { isWhole } = await import('/static/kiosk/cardcode.js'); return codes.map(isWhole); }",
        good + bad,
    )
    assert told == [ticket_code.read(code) is not None for code in good + bad]
    assert told == [True] * len(good) + [False] * len(bad)


def test_a_card_is_typed_at_the_kiosk_and_spent_with_the_answer(
    station: Station, tablet: Page, cards: list[IssuedTicket]
) -> None:
    station.enrol(tablet)
    awake(tablet)
    tablet.get_by_role("button", name="Tôi có thẻ mã").tap()
    expect(tablet.locator(".letters .key").first).to_be_visible()
    for key in tablet.locator(".letters .key, #controls button").all():
        box = key.bounding_box()
        assert box is not None
        assert min(box["height"], box["width"]) >= 64, key.inner_text()
    assert violations(tablet) == []
    wrong = cards[0].short[:-1] + ("0" if cards[0].short[-1] != "0" else "1")
    for letter in wrong:
        tablet.get_by_role("button", name=letter, exact=True).tap()
    tablet.get_by_role("button", name="Gõ xong").tap()
    expect(tablet.get_by_role("alert")).to_contain_text("Mã chưa đúng")
    tablet.get_by_role("button", name="Xóa một chữ").tap()
    tablet.get_by_role("button", name=cards[0].short[-1], exact=True).tap()
    tablet.get_by_role("button", name="Tiếp tục").tap()
    _answer(tablet)
    _sent(station, tablet)
    assert channels(station.installation) == ["ticket"]

    tablet.get_by_role("button", name="Xong").tap()
    awake(tablet)
    tablet.get_by_role("button", name="I have a card with a code").tap()
    tablet.keyboard.type(cards[0].short.lower())
    tablet.keyboard.press("Enter")
    expect(tablet.get_by_role("alert")).to_contain_text("This code has been used")
    tablet.get_by_role("button", name="Cancel").tap()
    expect(tablet.locator(".attract")).to_be_visible()
    assert cards[0].short not in tablet.content()


def test_a_devices_clock_of_years_ago_does_not_keep_a_card_out(
    station: Station, tablet: Page, cards: list[IssuedTicket]
) -> None:
    tablet.clock.install(time=dt.datetime(2010, 1, 1, 9, tzinfo=dt.UTC))
    station.enrol(tablet)
    tablet.get_by_role("button", name="Tôi có thẻ mã").tap()
    tablet.keyboard.type(cards[0].short)
    tablet.keyboard.press("Enter")
    expect(tablet.locator("label.l4").first).to_be_visible()


def test_a_card_that_was_used_elsewhere_while_the_kiosk_was_offline_counts_once(
    station: Station, tablet: Page, cards: list[IssuedTicket], phone: Page
) -> None:
    station.enrol(tablet)
    tablet.context.set_offline(True)
    awake(tablet)
    tablet.get_by_role("button", name="Tôi có thẻ mã").tap()
    tablet.keyboard.type(cards[0].short)
    tablet.keyboard.press("Enter")
    _answer(tablet)
    expect(tablet.locator("#status")).to_contain_text("1 phiếu chờ mạng")

    phone.goto(f"{station.address}/m/{cards[0].code}")
    phone.locator("input[value='4']").first.check()
    phone.get_by_role("button").click()
    expect(phone.get_by_role("heading", level=1)).to_contain_text("Xin cảm ơn")

    tablet.context.set_offline(False)
    expect(tablet.locator("#status")).to_contain_text("Đã gửi hết", timeout=60_000)
    assert channels(station.installation) == ["ticket"]
    assert len(station.answers()) == 1
    with station.installation.database.read() as session:
        (decision,) = session.scalars(select(Decision).where(Decision.account_id.is_(None)))
    assert (decision.verdict, decision.reason) == ("excluded", "duplicate")


def test_a_kiosk_offers_a_code_for_telephones_while_there_is_a_network(
    station: Station, tablet: Page, phone: Page
) -> None:
    station.enrol(tablet)
    awake(tablet)
    place = tablet.get_by_role("complementary", name="Hoặc trả lời trên điện thoại")
    expect(place).to_be_visible()
    assert violations(tablet) == []
    phone.goto(scanned(tablet, station.installation, station.address))
    expect(phone.get_by_role("heading", level=1)).to_contain_text("An Nhơn")
    tablet.get_by_role("button", name="Bắt đầu").tap()
    expect(place).to_have_count(0)
    tablet.context.set_offline(True)
    tablet.reload()
    tablet.wait_for_selector(READY)
    awake(tablet)
    expect(tablet.locator(".attract")).to_be_visible()
    expect(place).to_be_hidden()


def test_the_kiosks_first_screen_fits_a_small_laptop_with_all_it_offers(
    station: Station, tablet: Page, cards: list[IssuedTicket]
) -> None:
    assert cards
    station.enrol(tablet)
    tablet.set_viewport_size({"width": 1024, "height": 600})
    awake(tablet)
    expect(tablet.get_by_role("complementary", name="Hoặc trả lời trên điện thoại")).to_be_visible()
    main = tablet.locator("main")
    assert main.evaluate("area => area.scrollHeight <= area.clientHeight")
    for name in ("Bắt đầu", "Start in English", "Tôi có thẻ mã", "I have a card with a code"):
        expect(tablet.get_by_role("button", name=name)).to_be_in_viewport(ratio=1)
    assert violations(tablet) == []


def test_a_kiosk_without_cards_does_not_ask_for_one(station: Station, tablet: Page) -> None:
    station.enrol(tablet)
    expect(tablet.locator(".attract")).to_be_visible()
    expect(tablet.get_by_role("button", name="Tôi có thẻ mã")).to_have_count(0)


def _answer(page: Page) -> None:
    """Answer the first question and send."""
    page.locator("label.l4").first.tap()
    for _ in range(11):
        page.locator("#controls .first").tap()
    expect(page.locator(".thanks")).to_be_visible()
