"""the page of analysis over HTTP: for those who see every unit, valid, complete, and computed nowhere else."""

from __future__ import annotations

import html5lib
import pytest
from sqlalchemy import select

from scoring.analysis import analysis as pure
from survey import clock
from survey.services.accounts.actors import COMMAND_LINE, Actor
from survey.services.installation.installation import Installation
from survey.services.results import releases, reports
from survey.vocabulary import Role
from tests.integration.results import keying
from tests.support import scene
from tests.support.office import UNIT, SignIn, address_of, office, office_app, rehearsed, sign_in

__all__ = ["office", "office_app", "rehearsed", "sign_in"]
HOME = "/noi-bo/dien-tap"
PAGE = f"{HOME}/phan-tich"


@pytest.mark.parametrize("person", ["admin", "tccb"])
@pytest.mark.parametrize("lang", ["vi", "en"])
def test_the_page_is_valid_and_has_every_part(sign_in: SignIn, person: str, lang: str) -> None:
    answer = sign_in(person).get(f"{PAGE}?lang={lang}")
    assert answer.status_code == 200
    document = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(
        answer.get_data(as_text=True)
    )
    assert document.get("lang") == lang
    headings = [heading.get("id") for heading in document.findall(".//h2")]
    assert headings == ["so-sanh", "muc-tieu", "diem", "danh-gia-chung", "chat-luong", "do-chinh-xac"]
    links = {link.get("href") for link in document.findall(".//a")}
    assert {f"#{heading}" for heading in headings} <= links
    pictures = list(document.findall(".//img"))
    assert len(pictures) == 2
    assert all(str(picture.get("src")).startswith("data:image/svg+xml;base64,") for picture in pictures)
    assert all(picture.get("alt") for picture in pictures)
    tables = {str(table.get("class")) for table in document.findall(".//table")}
    assert {"figures t-league", "figures t-chances", "figures t-drivers", "figures t-precision"} <= tables


@pytest.mark.parametrize("person", ["head", "officer"])
def test_others_are_refused(sign_in: SignIn, person: str) -> None:
    client = sign_in(person)
    assert client.get(PAGE).status_code == 403
    assert PAGE not in client.get(f"{HOME}/chi-tieu").get_data(as_text=True)


def test_a_sign_is_shown_with_the_officer_and_the_warning(office: Installation, sign_in: SignIn) -> None:
    campaign, now = office.campaigns.get("dien-tap"), clock.now()
    account = scene.table("account")
    with office.database.read() as session:
        ids = {row.email: row.id for row in session.execute(select(account.c.email, account.c.id))}
    honest, copying = (Actor(ids[address_of(name)], Role.OFFICER, UNIT) for name in ("colleague", "officer"))
    keying.take_in(office, campaign, 2, keying.sheets(campaign, 1, 4.0, 40), honest, now)
    keying.take_in(office, campaign, 2, keying.sheets(campaign, 2, 4.0, 1) * 15, copying, now)
    releases.make(office, COMMAND_LINE, campaign, now)
    page = sign_in("tccb").get(PAGE).get_data(as_text=True)
    assert "Người thử officer" in page
    assert "Người thử colleague" not in page
    assert "Dấu hiệu, không phải kết luận" in page
    assert "Nhiều phiếu gần như giống hệt nhau" in page


def test_no_other_page_computes_the_analysis(
    office: Installation, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: object, **__: object) -> None:
        raise AssertionError("computed")

    monkeypatch.setattr(pure, "analyse", never)
    client = sign_in("tccb")
    for page in ("chi-tieu", "ket-qua", f"ket-qua/{UNIT}", "hinh/forest.svg"):
        assert client.get(f"{HOME}/{page}").status_code == 200
    assert client.get(PAGE).status_code == 500


def test_a_unit_head_reads_what_is_strong_and_weak_at_home(sign_in: SignIn) -> None:
    page = sign_in("head").get(f"{HOME}/ket-qua/{UNIT}").get_data(as_text=True)
    document = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(page)
    said = [
        item.text or ""
        for section in document.findall(".//section")
        if section.get("aria-labelledby") == "h-advice"
        for item in section.findall(".//li")
    ]
    assert said
    assert all(line.endswith(".") for line in said)


def test_reports_of_the_office_carry_the_analysis(sign_in: SignIn) -> None:
    pdf = sign_in("tccb").get(f"{HOME}/bao-cao.pdf").data
    assert pdf.startswith(b"%PDF")
    own = sign_in("head").get(f"{HOME}/ket-qua/{UNIT}/bao-cao.xlsx").data
    assert own.startswith(b"PK")
    assert reports.RANKS == "ranks"


def test_a_sign_about_a_channel_is_shown_with_its_name(office: Installation, sign_in: SignIn) -> None:
    campaign, now = office.campaigns.get("dien-tap"), clock.now()
    keying.take_in(office, campaign, 2, keying.sheets(campaign, 2, 4.0, 1) * 40, None, now)
    releases.make(office, COMMAND_LINE, campaign, now)
    page = sign_in("tccb").get(PAGE).get_data(as_text=True)
    assert "Phiếu gần như giống hệt nhau gửi trong cùng một buổi" in page
    assert "Mã QR" in page
    assert "780 cặp phiếu cùng buổi" in page
    assert "Không địa chỉ mạng hay thiết bị nào được lưu" in page
