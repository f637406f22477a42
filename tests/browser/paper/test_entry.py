"""An officer keys paper forms in: by the keypad alone, in 27 strokes, with undo, and without a script too."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Dialog, Page, Route, expect
from sqlalchemy import select

from survey.models import Comment, PaperForm, Response
from survey.services.installation.installation import Installation
from tests.support.office import PASSWORD, address_of

pytestmark = pytest.mark.browser
ENTRY = "/noi-bo/dien-tap/nhap-phieu"
DIGITS = "54321054321054321054321054"  # 26 items


@pytest.fixture
def entry(desktop: Page, office_address: str) -> Page:
    """The entry page of an officer who has just signed in."""
    begin(desktop, office_address)
    return desktop


def begin(page: Page, address: str) -> None:
    page.goto(f"{address}/noi-bo/dang-nhap")
    page.get_by_label("Thư điện tử").fill(address_of("officer"))
    page.get_by_label("Mật khẩu").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{ENTRY}")


def strike(page: Page, keys: str | list[str]) -> int:
    """Press the keys one by one and return how many they were."""
    for key in keys:
        page.keyboard.press(key)
    return len(keys)


def kept(office: Installation, number: str) -> Response:
    """The response that was keyed in from the form of that number."""
    with office.database.read() as session:
        return session.scalars(
            select(Response)
            .join(PaperForm, PaperForm.response_key == Response.response_key)
            .where(PaperForm.form_number == number)
        ).one()


def totals(page: Page) -> dict[str, str]:
    """The totals that stand beside the form."""
    cells = page.locator("[data-count]").all()
    counts = {cell.get_attribute("data-count") or "-": cell.inner_text() for cell in cells}
    return {**counts, "points": page.locator("[data-points]").inner_text()}


def test_twenty_six_items_take_twenty_seven_keystrokes(entry: Page, office: Installation) -> None:
    strike(entry, ["1", "2", "Enter"])
    strokes = strike(entry, DIGITS) + strike(entry, ["Enter"])
    expect(entry.get_by_text("Đã nhận phiếu số 0012")).to_be_visible()
    assert strokes == 27
    assert kept(office, "0012").marks == DIGITS + "-"
    expect(entry.get_by_label("Số phiếu")).to_be_focused()
    expect(entry.get_by_label("Số phiếu")).to_have_value("")


def test_the_count_of_the_unit_grows_by_one(entry: Page) -> None:
    before = int(entry.locator(".tally b").inner_text())
    strike(entry, ["7", "Enter", *DIGITS, "Enter"])
    expect(entry.locator(".tally b")).to_have_text(str(before + 1))


def test_overall_profile_and_comment_are_keyed_without_a_mouse(entry: Page, office: Installation) -> None:
    strike(entry, ["8", "Enter", *DIGITS, "5"])
    strike(entry, ["2", "Enter", "0", ".", "1"])  # who b, area skipped, how declined, done blank, sex a
    strike(entry, ["4"])
    entry.keyboard.type("Cảm ơn")
    strike(entry, ["Enter"])
    expect(entry.get_by_role("button", name="Lưu phiếu")).to_be_focused()
    strike(entry, ["Enter"])
    expect(entry.get_by_text("Đã nhận phiếu số 0008")).to_be_visible()
    row = kept(office, "0008")
    assert (row.marks, row.profile) == (DIGITS + "5", "b-.-ad")
    with office.database.read() as session:
        text = session.scalars(select(Comment.text).where(Comment.response_key == row.response_key)).one()
    assert text == "Cảm ơn"


def test_the_totals_follow_every_key(entry: Page) -> None:
    strike(entry, ["9", "Enter", "5", "5", "4", "0", ".", " "])
    assert totals(entry) == {
        "5": "2",
        "4": "1",
        "3": "0",
        "2": "0",
        "1": "0",
        "0": "1",
        "-": "2",
        "points": "14",
    }


def test_backspace_goes_back_and_undoes_and_arrows_only_move(entry: Page) -> None:
    strike(entry, ["9", "Enter", "5", "5", "4"])
    strike(entry, ["Backspace", "3"])
    assert totals(entry)["3"] == "1"
    assert totals(entry)["4"] == "0"
    strike(entry, ["ArrowUp", "ArrowUp", "ArrowUp", "1"])
    assert totals(entry)["5"] == "1"
    assert totals(entry)["1"] == "1"


def test_a_digit_that_is_no_answer_is_refused_and_moves_nothing(entry: Page) -> None:
    strike(entry, ["9", "Enter", "5", "8"])
    expect(entry.get_by_text("Chỉ nhận các số từ 0 đến 5.")).to_be_visible()
    strike(entry, ["4"])
    expect(entry.locator("[data-passed]")).to_have_text("2")


def test_a_key_held_down_answers_once(entry: Page) -> None:
    strike(entry, ["9", "Enter"])
    for _ in range(5):
        entry.keyboard.down("4")
    entry.keyboard.up("4")
    expect(entry.locator("[data-passed]")).to_have_text("1")


def test_enter_before_the_last_item_saves_nothing(entry: Page) -> None:
    strike(entry, ["9", "Enter", "5", "5", "Enter"])
    expect(entry.get_by_text("Còn câu chưa nhập")).to_be_visible()
    strike(entry, ["+"])
    expect(entry.get_by_role("button", name="Lưu phiếu")).to_be_focused()


def test_the_focus_is_never_lost(entry: Page) -> None:
    strike(entry, ["9", "Enter"])
    for key in [*DIGITS, "Backspace", "ArrowUp", "ArrowDown", "+", "ArrowUp", "Backspace", "9", "x"]:
        entry.keyboard.press(key)
        assert entry.evaluate("document.activeElement.closest('form[data-entry]') !== null"), key
    entry.locator("h1").click()
    strike(entry, ["ArrowUp"])
    assert entry.evaluate("document.activeElement.closest('form[data-entry]') !== null")


def test_a_used_number_is_refused_with_everything_kept(entry: Page, office: Installation) -> None:
    strike(entry, ["1", "0", "Enter", *DIGITS, "Enter"])
    expect(entry.get_by_text("Đã nhận phiếu số 0010")).to_be_visible()
    other = DIGITS[::-1]
    strike(entry, ["0", "0", "1", "0", "Enter", *other])
    with entry.expect_response(f"**{ENTRY}") as answer:
        strike(entry, ["Enter"])
    assert answer.value.status == 409
    expect(entry.get_by_role("alert")).to_contain_text("Phiếu số 0010 đã được nhập")
    expect(entry.get_by_label("Số phiếu")).to_be_focused()
    strike(entry, ["1", "1", "Enter", "Enter"])
    expect(entry.get_by_text("Đã nhận phiếu số 0011")).to_be_visible()
    assert kept(office, "0011").marks == other + "-"


def test_keys_struck_while_a_form_is_on_its_way_belong_to_the_next_one(
    entry: Page, office: Installation
) -> None:
    def slowly(route: Route) -> None:
        entry.wait_for_timeout(300)
        route.continue_()

    entry.route(f"**{ENTRY}", slowly)
    strike(entry, ["2", "1", "Enter", *DIGITS, "Enter", "2", "2", "Enter", "5", "4"])
    expect(entry.get_by_text("Đã nhận phiếu số 0021")).to_be_visible()
    expect(entry.get_by_label("Số phiếu")).to_have_value("22")
    expect(entry.locator("[data-points]")).to_have_text("9")
    assert kept(office, "0021").marks == DIGITS + "-"


def test_without_a_connection_nothing_is_lost_and_enter_sends_again(
    entry: Page, office: Installation
) -> None:
    entry.route(f"**{ENTRY}", lambda route: route.abort())
    strike(entry, ["2", "3", "Enter", *DIGITS, "Enter"])
    expect(entry.get_by_text("Chưa gửi được vì mất kết nối")).to_be_visible()
    expect(entry.locator("[data-passed]")).to_have_text("26")
    entry.unroute(f"**{ENTRY}")
    strike(entry, ["Enter"])
    expect(entry.get_by_text("Đã nhận phiếu số 0023")).to_be_visible()
    assert kept(office, "0023").marks == DIGITS + "-"


def test_whoever_was_signed_out_keeps_the_form_and_saves_it_after_signing_in(
    entry: Page, office_address: str, office: Installation
) -> None:
    strike(entry, ["2", "4", "Enter", *DIGITS])
    entry.context.clear_cookies()
    strike(entry, ["Enter"])
    expect(entry.get_by_text("Phiên đăng nhập đã hết.")).to_be_visible()
    begin(entry.context.new_page(), office_address)
    strike(entry, ["Enter"])
    expect(entry.get_by_text("Đã nhận phiếu số 0024")).to_be_visible()
    assert kept(office, "0024").marks == DIGITS + "-"


def test_a_fault_of_an_answer_has_the_focus(entry: Page) -> None:
    strike(entry, ["2", "5", "Enter"])
    entry.evaluate("document.querySelector('[name=c2_1]').value = '7'")
    strike(entry, ["5", "5", "5", "5"])
    entry.locator("[name=c2_1]").first.check(force=True)
    strike(entry, ["+", "Enter"])
    expect(entry.get_by_role("alert")).to_contain_text("không có trong các lựa chọn")
    expect(entry.locator("[name=c2_1]:focus")).to_have_count(1)


def test_leaving_a_form_that_is_not_saved_asks_first(entry: Page) -> None:
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    entry.on("dialog", stay)
    strike(entry, ["9", "Enter", "5"])
    with entry.expect_event("dialog"):
        entry.get_by_role("link", name="Chỉ tiêu").click()
    expect(entry.locator("[data-passed]")).to_have_text("1")
    assert asked == ["beforeunload"]


def test_the_page_works_without_a_script(
    chromium: Browser, office_address: str, office: Installation
) -> None:
    page = chromium.new_context(java_script_enabled=False).new_page()
    begin(page, office_address)
    page.get_by_label("Số phiếu").fill("a-77")
    for name, value in (("c1_1", "5"), ("c2_3", "0"), ("overall", "4"), ("p_who", "a")):
        page.locator(f"input[name={name}][value='{value}']").check()
    page.get_by_role("button", name="Lưu phiếu").click()
    expect(page.get_by_text("Đã nhận phiếu số A-77")).to_be_visible()
    row = kept(office, "A-77")
    assert (row.marks[0], row.marks[6], row.marks[-1], row.profile) == ("5", "0", "4", "a-----")
    page.context.close()
