"""Printed forms in a real browser, by keyboard: printing, accounting, blind double keying, settling."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from survey.models import PaperForm, Response
from survey.services.collection import serials
from survey.services.installation.installation import Installation
from tests.support.axe import violations
from tests.support.office import PASSWORD, address_of

pytestmark = pytest.mark.browser
HOME = "/noi-bo/dien-tap"
SHEETS = f"{HOME}/phieu-in/an-nhon"
DIGITS = "54321" * 5 + "4"


def sign_in(browser: Browser, address: str, person: str) -> Page:
    """A page of somebody who has just signed in."""
    page = browser.new_context(viewport={"width": 1280, "height": 900}, locale="vi-VN").new_page()
    page.set_default_timeout(10_000)
    page.goto(f"{address}/noi-bo/dang-nhap")
    page.get_by_label("Thư điện tử").fill(address_of(person))
    page.get_by_label("Mật khẩu").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "dang-nhap" not in url)
    return page


def print_forms(page: Page, address: str, count: int) -> None:
    page.goto(f"{address}{SHEETS}")
    page.get_by_label("Số lượng").fill(str(count))
    page.keyboard.press("Enter")
    expect(page.get_by_text("Đã lập biên bản số 1.")).to_be_visible()


def expect_tile(page: Page, name: str, count: int) -> None:
    figure = page.locator(".tile", has=page.get_by_text(name, exact=True)).locator("b")
    expect(figure).to_have_text(str(count))


def test_a_head_prints_and_keeps_account_by_keyboard(
    chromium: Browser, office_address: str, tmp_path: Path
) -> None:
    page = sign_in(chromium, office_address, "head")
    print_forms(page, office_address, 20)
    with page.expect_download() as download:
        page.get_by_role("button", name="Tải PDF").press("Enter")
    download.value.save_as(tmp_path / "forms.pdf")
    assert (tmp_path / "forms.pdf").read_bytes().startswith(b"%PDF-")
    page.get_by_label("Phát ra").focus()
    page.get_by_label("Số phiếu").fill("1-12")
    page.get_by_role("button", name="Lập biên bản").press("Enter")
    expect(page.get_by_text("Đã lập biên bản số 2.")).to_be_visible()
    for name, count in (("Đã in", 20), ("Chưa dùng", 8), ("Đang phát", 12)):
        expect_tile(page, name, count)
    page.get_by_label("Hỏng").check()
    page.get_by_label("Số phiếu").fill("3, 30")
    page.get_by_role("button", name="Lập biên bản").press("Enter")
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("0030: không thuộc các phiếu đã in cho đơn vị này")
    expect(alert).to_contain_text("hãy ghi tên người cùng chứng kiến")
    expect(page.get_by_label("Số phiếu")).to_have_value("3, 30")
    expect(page.get_by_label("Hỏng")).to_be_checked()
    assert violations(page) == []
    page.get_by_label("Số phiếu").fill("3")
    page.get_by_label("Người cùng chứng kiến").fill("Trần Thị B")
    page.get_by_role("button", name="Lập biên bản").press("Enter")
    expect_tile(page, "Hỏng", 1)
    page.get_by_role("link", name="Mở biên bản để in và ký").click()
    expect(page.get_by_role("heading", name="BIÊN BẢN Về việc phiếu khảo sát bị hỏng")).to_be_visible()
    expect(page.get_by_text("Số: 3/BB")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("link", name="Về sổ phiếu").press("Enter")
    page.get_by_role("link", name="Kiểm kê cuối ngày").press("Enter")
    expect(page.get_by_role("row", name="Cộng, bằng số phiếu đã in 0 20")).to_be_visible()
    assert violations(page) == []


def test_two_officers_key_blindly_and_a_third_person_settles(
    chromium: Browser, office_address: str, office: Installation
) -> None:
    head = sign_in(chromium, office_address, "head")
    print_forms(head, office_address, 60)
    campaign = office.campaigns.get("dien-tap")
    drawn = (n for n in range(1, 61) if serials.is_sampled(office.keys.paper_sample, campaign, n))
    number = f"{next(drawn):04}"

    officer = sign_in(chromium, office_address, "officer")
    for key in [*number, "Enter", *DIGITS, "Enter"]:
        officer.keyboard.press(key)
    expect(officer.get_by_text("Phiếu đang chờ người thứ hai xác minh.")).to_be_visible()
    officer.goto(f"{office_address}{HOME}/nhap-lan-hai")
    expect(officer.get_by_text(f"Ông/Bà đã nhập phiếu số {number} lần thứ nhất")).to_be_visible()

    colleague = sign_in(chromium, office_address, "colleague")
    colleague.goto(f"{office_address}{HOME}/nhap-lan-hai")
    colleague.get_by_role("link", name=f"Nhập lần hai phiếu {number}").press("Enter")
    expect(colleague.locator("form[data-entry] input[type=radio]").first).to_be_attached()
    colleague.wait_for_load_state()
    shown = colleague.locator("input[type=radio]:checked")
    expect(shown, "the first keying shows").to_have_count(0)
    assert violations(colleague) == []
    keys = ["1", *DIGITS[1:], "Enter"]
    assert len(keys) == 27, "26 items in 27 keystrokes, and no mouse"
    for key in keys:
        colleague.keyboard.press(key)
    expect(colleague.get_by_text("hai lần nhập có chỗ khác nhau")).to_be_visible()

    head.goto(f"{office_address}{HOME}/doi-chieu")
    assert "lần kia" not in head.content(), "the list has no answers"
    assert violations(head) == []
    head.get_by_role("link", name=f"Xem phiếu {number}").press("Enter")
    expect(head.get_by_text("Một lần nhập: 5; lần kia: 1.")).to_be_visible()
    expect(head.get_by_role("group"), "only what differs is shown").to_have_count(1)
    assert violations(head) == []
    head.get_by_label("1", exact=True).check()
    head.keyboard.press("Enter")
    expect(head.get_by_text(f"Đã ghi kết luận về phiếu số {number}.")).to_be_visible()
    head.goto(f"{office_address}{HOME}/phieu-giay")
    row = head.get_by_role("row").filter(has=head.get_by_text(number, exact=True))
    expect(row).to_contain_text("Hợp lệ")


def test_a_second_person_types_the_counts_under_the_keypad(
    chromium: Browser, office_address: str, office: Installation
) -> None:
    head = sign_in(chromium, office_address, "head")
    print_forms(head, office_address, 60)
    campaign = office.campaigns.get("dien-tap")
    key = office.keys.paper_sample
    one, two, three = [f"{n:04}" for n in range(1, 61) if not serials.is_sampled(key, campaign, n)][:3]
    officer = sign_in(chromium, office_address, "officer")
    for number in (one, two, three):
        for key_ in [*number, "Enter", *DIGITS, "Enter"]:
            officer.keyboard.press(key_)
        expect(officer.get_by_text(f"Đã nhận phiếu số {number}")).to_be_visible()

    page = sign_in(chromium, office_address, "colleague")
    page.goto(f"{office_address}{HOME}/xac-minh")
    shown = page.get_by_role("heading", name="Phiếu số")
    expect(shown).to_contain_text(one)
    assert violations(page) == []
    page.keyboard.press("*")
    expect(shown).to_contain_text(two)
    page.goto(f"{office_address}{HOME}/chi-tieu")
    page.goto(f"{office_address}{HOME}/xac-minh")
    expect(shown).to_contain_text(two)
    counts = ["5", "Enter", "6", "Enter", "5", "Enter", "5", "Enter", "4", "Enter", "Enter", "Enter", "."]
    for key_ in [*counts, "Enter"]:
        page.keyboard.press(key_)
    expect(page.get_by_text("Các số chưa cộng thành 26 câu; hãy đếm lại.")).to_be_visible()
    for key_ in ["ArrowDown"] * 4 + ["5", "+", "Enter"]:
        page.keyboard.press(key_)
    expect(page.get_by_text(f"Phiếu số {two}: số đếm khớp, phiếu đã hợp lệ.")).to_be_visible()
    expect(shown).to_contain_text(three)
    for key_ in ["2", "6", *["Enter"] * 7, "4", "Enter"]:
        page.keyboard.press(key_)
    expect(page.get_by_text(f"Phiếu số {three}: số vừa đếm không khớp")).to_be_visible()
    assert page.locator("input[type=radio]:checked").count() == 0, "the first keying shows"
    for key_ in [*DIGITS, "Enter"]:
        page.keyboard.press(key_)
    expect(page.get_by_text(f"Phiếu số {three}: hai lần nhập giống nhau")).to_be_visible()
    expect(shown).to_contain_text(one)


def test_who_handed_a_sheet_out_is_told_before_the_answers_are_typed(
    chromium: Browser, office_address: str
) -> None:
    head = sign_in(chromium, office_address, "head")
    print_forms(head, office_address, 9)
    officer = sign_in(chromium, office_address, "officer")
    officer.goto(f"{office_address}{SHEETS}")
    officer.get_by_label("Phát ra").focus()
    officer.get_by_label("Số phiếu").fill("3-5")
    officer.get_by_role("button", name="Lập biên bản").press("Enter")
    expect(officer.get_by_text("Đã lập biên bản số 2.")).to_be_visible()
    officer.goto(f"{office_address}{HOME}/nhap-phieu")
    for key in ["4", "Enter"]:
        officer.keyboard.press(key)
    expect(officer.get_by_text("Phiếu này do chính Ông/Bà phát ra")).to_be_visible()
    expect(officer.get_by_label("Số phiếu")).to_be_focused()
    for key in ["6", "Enter", *DIGITS, "Enter"]:
        officer.keyboard.press(key)
    expect(officer.get_by_text("Đã nhận phiếu số 0006")).to_be_visible()


def test_a_number_that_comes_twice_stops_both_sheets(
    chromium: Browser, office_address: str, office: Installation
) -> None:
    head = sign_in(chromium, office_address, "head")
    print_forms(head, office_address, 3)
    officer = sign_in(chromium, office_address, "officer")
    for key in ["2", "Enter", *DIGITS, "Enter"]:
        officer.keyboard.press(key)
    expect(officer.get_by_text("Đã nhận phiếu số 0002")).to_be_visible()
    colleague = sign_in(chromium, office_address, "colleague")
    for key in ["2", "Enter", *reversed(DIGITS), "Enter"]:
        colleague.keyboard.press(key)
    expect(colleague.get_by_role("alert")).to_contain_text("Phiếu số 0002 đã được nhập tại")
    expect(colleague.get_by_role("alert")).to_contain_text("Người thử officer")
    head.goto(f"{office_address}{HOME}/doi-chieu")
    twice = head.get_by_role("article", name="Số 0002 xuất hiện hơn một lần")
    expect(twice).to_contain_text("Người thử colleague")
    twice.get_by_role("button", name="Tính phiếu nhập lần đầu").press("Enter")
    expect(head.get_by_text("Đã ghi kết luận về phiếu số 0002.")).to_be_visible()


def test_doubts_of_a_scan_take_one_key_each(
    chromium: Browser, office_address: str, office: Installation, tmp_path: Path
) -> None:
    head = sign_in(chromium, office_address, "head")
    print_forms(head, office_address, 1)
    with head.expect_download() as download:
        head.get_by_role("button", name="Tải PDF").press("Enter")
    download.value.save_as(tmp_path / "empty.pdf")  # nobody has marked a box: every answer is a doubt
    page = sign_in(chromium, office_address, "officer")
    page.goto(f"{office_address}{HOME}/phieu-quet")
    page.get_by_label("Tệp PDF, TIFF, JPEG hoặc PNG").set_input_files(tmp_path / "empty.pdf")
    page.get_by_role("button", name="Đọc phiếu").press("Enter", timeout=60_000)  # it waits for the reading
    expect(page.get_by_text("1 phiếu có câu cần người xem")).to_be_visible(timeout=60_000)
    page.get_by_role("link", name="Xem phiếu 0001").press("Enter")
    expect(page.get_by_role("button", name="Nhận phiếu 0001")).to_be_visible()
    page.wait_for_load_state()
    questions = page.locator(".doubt").count()
    assert questions > 26
    expect(page.locator(".doubt img")).to_have_count(questions)
    assert violations(page) == []
    for key in ["5", "4", "Backspace", "3"] + ["."] * (questions - 2):
        page.keyboard.press(key)
    expect(page.get_by_role("button", name="Nhận phiếu 0001")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Đã nhận phiếu số 0001.")).to_be_visible()
    with office.database.read() as session:
        form = session.get(PaperForm, (office.campaigns.get("dien-tap").id, "0001"))
        assert form is not None
        response = session.scalars(
            select(Response).filter_by(response_key=form.response_key, unit_id=form.unit_id)
        ).one()
    assert response.marks == "53" + "-" * 25
