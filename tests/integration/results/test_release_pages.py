"""The pages, files and figures of a campaign in every state of its figures, and the acts that end a state."""

from __future__ import annotations

import io
import re
from collections.abc import Callable

import html5lib
import openpyxl
import pytest
from flask.testing import FlaskClient

from survey import clock
from survey.services.installation.campaign_records import CampaignRecord
from survey.services.installation.installation import Installation
from survey.services.results import snapshots
from survey.vocabulary import ReleaseGrade, Role
from survey.web.results import unreleased
from tests.support import release_states, scene
from tests.support.web import SignIn, token
from tests.unit.documents.reading import figures_in, text_of

EXACT = re.compile(r"\d,\d\d")
PICTURE = re.compile(r'<img src="([^"]+)"')
Enter = Callable[[str], CampaignRecord]


@pytest.fixture
def enter(installation: Installation, monkeypatch: pytest.MonkeyPatch) -> Enter:
    """Put a campaign into a state, and the clock to its moment."""

    def into(state: str) -> CampaignRecord:
        campaign, now = release_states.STATES[state](installation)
        monkeypatch.setattr(clock, "now", lambda: now)
        return campaign

    return into


def address(campaign: CampaignRecord, page: str) -> str:
    return f"/noi-bo/{campaign.code}/{page}"


def read(browser: FlaskClient, path: str) -> str:
    """A page that is valid and whose pictures are there."""
    answer = browser.get(path)
    assert answer.status_code == 200, path
    page = answer.text
    document = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(page)
    assert len(document.findall(".//h1")) == 1
    for picture in PICTURE.findall(page):
        if not picture.startswith("data:"):
            drawn = browser.get(picture.replace("&amp;", "&"))
            assert (drawn.status_code, drawn.mimetype) == (200, "image/svg+xml"), picture
    return page


def cells(page: str, table: str) -> list[list[str]]:
    """The rows of a table's body."""
    document = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(page)
    asked = next(each for each in document.findall(".//table") if f"t-{table}" in each.get("class").split())
    return [[" ".join("".join(cell.itertext()).split()) for cell in row] for row in asked.findall("tbody/tr")]


@pytest.mark.parametrize("state", release_states.STATES)
def test_every_page_reads_in_every_state(enter: Enter, signed_in: SignIn, state: str) -> None:
    campaign, tccb = enter(state), signed_in(Role.TCCB)
    for page in ("ket-qua", "ket-qua/an-nhon", "phan-tich"):
        read(tccb, address(campaign, page))


@pytest.mark.parametrize("state", ["nothing", "mixed", "full"])
def test_a_head_and_who_reads_english_see_them_too(enter: Enter, signed_in: SignIn, state: str) -> None:
    campaign, head = enter(state), signed_in(Role.UNIT_HEAD)
    for page in ("ket-qua/an-nhon", "ket-qua/an-nhon?lang=en"):
        read(head, address(campaign, page))


def test_before_the_first_release_the_page_says_when_and_what_it_takes(
    enter: Enter, signed_in: SignIn
) -> None:
    campaign = enter("nothing")
    for role, path in ((Role.TCCB, "ket-qua"), (Role.UNIT_HEAD, "ket-qua/an-nhon")):
        page = read(signed_in(role), address(campaign, path))
        assert "được xét lúc 18:00 ngày 21/8/2024" in page
        assert "khi đủ 30 phiếu hợp lệ" in page
        assert "<img" not in page
        assert "bao-cao" not in page
        assert not EXACT.search(page)


def test_rounded_figures_have_no_decimals_and_no_counts(enter: Enter, signed_in: SignIn) -> None:
    campaign = enter("coarse")
    tccb, head = signed_in(Role.TCCB), signed_in(Role.UNIT_HEAD)
    for browser, path in ((tccb, "ket-qua"), (tccb, "ket-qua/an-nhon"), (head, "ket-qua/an-nhon")):
        page = read(browser, address(campaign, path))
        assert not EXACT.search(page)
        assert "cong-thuc" not in page
        assert "t-items" not in page
        assert "để không ai so hai lần xem" in page
        assert "lúc 18:00 ngày 20/8/2024" in page
        pdf = browser.get(address(campaign, "bao-cao.pdf" if path == "ket-qua" else f"{path}/bao-cao.pdf"))
        assert "so-lieu-tam-thoi" in pdf.headers["Content-Disposition"]
        assert figures_in(text_of(pdf.data)) == {}
    rows = cells(read(tccb, address(campaign, "ket-qua")), "standing")
    assert [row[1] for row in rows].count("số tròn") == 4  # three units and the province
    assert [row[1] for row in rows].count("chưa có") == 8
    levels = tccb.get(address(campaign, "hinh/levels.svg"))
    assert levels.status_code == 409
    assert "levels_not_released" in levels.text
    assert "01/10/2024" in levels.text
    assert head.get(address(campaign, "hinh/levels.svg?don-vi=an-nhon")).status_code == 409


def test_rounded_and_full_units_stand_on_one_page(enter: Enter, signed_in: SignIn) -> None:
    campaign, tccb = enter("mixed"), signed_in(Role.TCCB)
    rows = {row[0]: row[1:] for row in cells(read(tccb, address(campaign, "ket-qua")), "standing")}
    office, open_unit = (campaign.unit(n).name for n in (1, scene.AN_NHON))
    assert rows[office][:3] == ["bảng đầy đủ", "01/10/2024", "60"]
    assert EXACT.search(rows[office][3])
    assert rows[open_unit][:3] == ["số tròn", "20/8/2024", "45"]
    assert re.fullmatch(r"\d\d ?\d\d–\d\d", rows[open_unit][3])
    assert rows["Toàn tỉnh"][0] == "số tròn"
    book = openpyxl.load_workbook(io.BytesIO(tccb.get(address(campaign, "bao-cao.xlsx")).data))
    sheet = book.worksheets[0]
    kinds = {
        row[0].value: type(row[4].value) for row in sheet.iter_rows() if row[0].value in {office, open_unit}
    }
    assert kinds == {office: float, open_unit: int}
    head = read(signed_in(Role.UNIT_HEAD), address(campaign, "ket-qua/an-nhon"))
    assert 'id="cong-bo"' not in head


def test_without_the_provinces_tables_the_analysis_says_why_and_when(enter: Enter, signed_in: SignIn) -> None:
    page = read(signed_in(Role.TCCB), address(enter("mixed"), "phan-tich"))
    assert "Chưa có phần phân tích." in page
    assert "thị xã An Nhơn" in page
    assert "18:00 ngày 01/10/2024" in page


@pytest.mark.parametrize(
    ("state", "told"),
    [
        ("amended", "9 phiếu đã thay đổi: 8 phiếu trùng bị loại và 1 phiếu không phải do người dân trả lời"),
        ("forced", "khi còn: phiếu đã nhập chờ xác minh"),
    ],
)
def test_a_note_and_open_points_are_said_on_pages_and_in_print(
    enter: Enter, signed_in: SignIn, state: str, told: str
) -> None:
    campaign, tccb = enter(state), signed_in(Role.TCCB)
    for page, report in (("ket-qua", "bao-cao.pdf"), ("ket-qua/an-nhon", "ket-qua/an-nhon/bao-cao.pdf")):
        assert told in read(tccb, address(campaign, page))
        assert told in text_of(tccb.get(address(campaign, report)).data)
    assert told not in read(tccb, address(campaign, "ket-qua/van-phong"))


def test_a_period_is_chosen_by_the_page_and_carried_to_its_files(enter: Enter, signed_in: SignIn) -> None:
    campaign, tccb = enter("period"), signed_in(Role.TCCB)
    whole = read(tccb, address(campaign, "ket-qua"))
    assert "?ky=2024-08" in whole
    page = read(tccb, address(campaign, "ket-qua?ky=2024-08"))
    assert "Trong tháng 8/2024 có 65 phiếu hợp lệ." in page
    assert page.count("ky=2024-08") > 10  # units, formulas, figures, files
    report = tccb.get(address(campaign, "bao-cao.pdf?ky=2024-08"))
    assert "bao-cao-muc-cong-bo-2024-08.pdf" in report.headers["Content-Disposition"]
    assert "tháng 8/2024" in text_of(report.data)
    assert "dưới 10 phiếu" in read(tccb, address(campaign, "ket-qua/an-lao?ky=2024-08"))
    for unknown in ("2024-09", "2024-Q3", "x"):
        answer = tccb.get(address(campaign, f"ket-qua?ky={unknown}"))
        assert (answer.status_code, "period_unknown" in answer.text) == (404, True)


def _post(browser: FlaskClient, campaign: CampaignRecord, path: str, named: list[str]) -> tuple[int, str]:
    page = address(campaign, "ket-qua")
    fields = {"csrf_token": token(browser, page), "con": named}
    answer = browser.post(address(campaign, path), data=fields)
    if answer.status_code != 303:
        return answer.status_code, answer.text
    return 303, browser.get(answer.location).text


def test_tccb_releases_a_unit_with_its_open_points_named(
    enter: Enter, signed_in: SignIn, installation: Installation
) -> None:
    campaign, tccb = enter("mixed"), signed_in(Role.TCCB)
    page = read(tccb, address(campaign, "ket-qua"))
    assert "1 phiếu đã nhập, chờ người thứ hai xác minh." in page
    named = re.findall(r'name="con" value="([^"]+)"', page)
    assert named == ["forms_unverified", "an-nhon"]
    status, refused = _post(tccb, campaign, "cong-bo/an-nhon", [])
    assert (status, "release_points_differ" in refused) == (409, True)
    status, done = _post(tccb, campaign, "cong-bo/an-nhon", ["forms_unverified"])
    assert status == 303
    assert "Đã công bố bảng đầy đủ của Bảo hiểm xã hội thị xã An Nhơn (lần công bố số 3)." in done
    assert "khi còn: phiếu đã nhập chờ xác minh." in done
    assert 'id="cong-bo"' not in done
    released = snapshots.current(installation, campaign)
    assert released.units[scene.AN_NHON].grade is ReleaseGrade.FULL
    assert released.province is not None
    report = text_of(tccb.get(address(campaign, "bao-cao.pdf")).data)
    assert "khi còn: phiếu đã nhập chờ xác minh" in report


def test_of_many_units_the_page_leads_to_each(
    enter: Enter, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    campaign, tccb = enter("mixed"), signed_in(Role.TCCB)
    monkeypatch.setattr(unreleased, "MOST_LOOKED_AT", 0)
    page = read(tccb, address(campaign, "ket-qua"))
    assert address(campaign, "ket-qua/an-nhon#cong-bo") in page
    assert "1 phiếu đã nhập" not in page
    assert re.findall(r'name="con" value="([^"]+)"', page) == ["an-nhon"]
    assert "mà không gồm: Bảo hiểm xã hội thị xã An Nhơn." in page


def test_tccb_releases_the_province_without_a_unit(enter: Enter, signed_in: SignIn) -> None:
    campaign, tccb = enter("mixed"), signed_in(Role.TCCB)
    status, refused = _post(tccb, campaign, "cong-bo", ["van-phong"])
    assert (status, "release_units_differ" in refused) == (409, True)
    status, done = _post(tccb, campaign, "cong-bo", ["an-nhon"])
    assert status == 303
    assert "Đã công bố bảng đầy đủ toàn tỉnh" in done
    assert "Số liệu toàn tỉnh không gồm phiếu của Bảo hiểm xã hội thị xã An Nhơn" in done
    assert 'id="cong-bo"' in done  # the unit's own tables are still to come
    report = text_of(tccb.get(address(campaign, "bao-cao.pdf")).data)
    assert "không gồm phiếu của Bảo hiểm xã hội thị xã An Nhơn" in report


def test_before_the_close_nothing_can_be_released_by_hand(enter: Enter, signed_in: SignIn) -> None:
    campaign, tccb = enter("coarse"), signed_in(Role.TCCB)
    assert 'id="cong-bo"' not in read(tccb, address(campaign, "ket-qua"))
    for path, named in (("cong-bo/an-nhon", ["forms_unverified"]), ("cong-bo", ["an-nhon"])):
        status, refused = _post(tccb, campaign, path, named)
        assert (status, "release_too_early" in refused) == (409, True)


def test_a_forged_post_releases_nothing(enter: Enter, signed_in: SignIn, installation: Installation) -> None:
    campaign, tccb = enter("mixed"), signed_in(Role.TCCB)
    before = snapshots.current(installation, campaign)
    for path in ("cong-bo/an-nhon", "cong-bo"):
        answer = tccb.post(address(campaign, path), data={"con": ["forms_unverified", "an-nhon"]})
        assert answer.status_code >= 400
    assert snapshots.current(installation, campaign) == before
