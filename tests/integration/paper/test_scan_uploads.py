"""The page for scans tells what became of every page of every file, by the names that people gave the files."""

from __future__ import annotations

import io
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import html5lib
import pypdfium2
import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image, ImageDraw
from werkzeug.test import TestResponse

from forms.paper import FormProof, render_batch
from survey.services.collection import door
from survey.services.installation.campaign_records import CampaignRecord
from survey.services.installation.installation import Installation
from survey.services.paper import batches
from survey.services.paper.batches import PrintOrder
from survey.vocabulary import PaperAct, Role
from tests.paper.bad_files import bomb, encrypted, pdf
from tests.support import scene
from tests.support.paper_scene import HEAD, say
from tests.support.scene import NOW, entry
from tests.support.web import SignIn
from tests.unit.forms.paper.batches import batch

# What the reader and the page do is the same over every database; tests/integration/paper/test_scans.py runs on both.
pytestmark = pytest.mark.parametrize("config", ["sqlite"], indirect=True)
DPI = 130
PAGE = f"/noi-bo/{scene.CODE}/phieu-quet"
WHAT_IS_WRONG = {
    "lần 1.jpg – 1 (0003)": "Trang này xuất hiện hơn một lần, cũng có ở: lần 2.jpg – 1.",
    "lần 2.jpg – 1 (0003)": "Trang này xuất hiện hơn một lần, cũng có ở: lần 1.jpg – 1.",
    "b.png – 1": "Tệp này giống hệt một tệp khác trong lần đọc này",
    "đợt cũ.png – 1": "Phiếu này thuộc đợt khảo sát khác",
    "giả.png – 1": "Mã xác thực của trang không đúng",
    "thư.png – 1": "Đây không phải phiếu khảo sát này",
    "giấy trắng.png – 1": "Trang trắng",
    "hai tờ.png – 1": "Trong ảnh có hai tờ phiếu",
    "khóa.pdf – 1": "Tệp PDF có mật khẩu",
    "đứt.pdf – 1": "Tệp bị hỏng",
    "rỗng.jpg – 1": "Tệp rỗng",
    "<b>x.exe – 1": "Chỉ đọc được PDF, TIFF, JPEG và PNG",
    "to.png – 1": "Ảnh quá lớn để đọc an toàn",
    "0002": "thiếu trang 2 của phiếu",
    "0004": "thiếu trang 2 của phiếu",
}


@pytest.fixture
def app(app: Flask) -> Flask:
    """The application without tokens against forged requests, which have tests of their own."""
    app.config["WTF_CSRF_ENABLED"] = False
    return app


def pictures(content: bytes) -> list[Image.Image]:
    with closing(pypdfium2.PdfDocument(content)) as document:
        return [page.render(scale=DPI / 72).to_pil().convert("RGB") for page in document]


@pytest.fixture
def pages(installation: Installation, campaign: CampaignRecord, tmp_path: Path) -> list[Image.Image]:
    """The eight pages of four forms printed for An Nhơn; nobody has marked anything."""
    batches.print_batch(installation, HEAD, campaign, "an-nhon", PrintOrder(4), tmp_path / "F.pdf", NOW)
    return pictures((tmp_path / "F.pdf").read_bytes())


def foreign(installation: Installation, campaign: CampaignRecord, *, forged: bool) -> Image.Image:
    """A page of another campaign, or one that somebody made with a secret of their own."""
    secret = b"somebody's own secret" if forged else installation.keys.form_proof
    made, out = batch(questionnaire=campaign.questionnaire, form_proof=FormProof(secret)), io.BytesIO()
    render_batch(replace(made, campaign="dot-khac", unit="an-nhon", serials=(1,)), out)
    return pictures(out.getvalue())[0]


def file(picture: Image.Image | bytes, name: str) -> tuple[io.BytesIO, str]:
    if isinstance(picture, bytes):
        return io.BytesIO(picture), name
    made = io.BytesIO()
    picture.save(made, {"png": "PNG", "jpg": "JPEG", "tif": "TIFF"}[name[-3:]])
    return io.BytesIO(made.getvalue()), name


def send(client: FlaskClient, files: Sequence[tuple[io.BytesIO, str]], unit: str = "") -> TestResponse:
    answer = client.post(PAGE, data={"unit": unit, "files": list(files)})
    answer.request.environ["wsgi.input"].close()  # a large body lies in a file of the test client's
    return answer


def letter(like: Image.Image) -> Image.Image:
    made = Image.new("RGB", like.size, "white")
    for row in range(40):
        ImageDraw.Draw(made).text((80, 60 + 25 * row), "Kính gửi: một bức thư khác " * 3, "black")
    return made


def problems(page: str) -> dict[str, str]:
    """The places and sentences that the page shows as not taken in; the page is valid HTML5."""
    document = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(page)
    (section,) = (each for each in document.iter("section") if "problems" in str(each.get("class")))
    terms, said = section.findall(".//dt"), section.findall(".//dd")
    return {str(one.text): str(other.text) for one, other in zip(terms, said, strict=True)}


def every_kind(
    installation: Installation, campaign: CampaignRecord, pages: Sequence[Image.Image]
) -> list[tuple[io.BytesIO, str]]:
    """One whole form, and a file for each way in which a page cannot come in."""
    turned, beside = pages[4].rotate(0.4, fillcolor="white"), Image.new("RGB", (2200, 1520), "white")
    beside.paste(pages[0], (0, 0))
    beside.paste(pages[2], (1100, 0))
    return [
        file(pdf([pages[1].rotate(180), pages[0]], DPI), "quầy 1.pdf"),
        file(pages[2], "mặt trước.tif"),
        file(pages[4], "lần 1.jpg"),
        file(turned, "lần 2.jpg"),
        file(pages[6], "a.png"),
        file(pages[6], "b.png"),
        file(foreign(installation, campaign, forged=False), "đợt cũ.png"),
        file(foreign(installation, campaign, forged=True), "giả.png"),
        file(letter(pages[0]), "thư.png"),
        file(Image.new("RGB", pages[0].size, "white"), "giấy trắng.png"),
        file(beside, "hai tờ.png"),
        file(encrypted(pdf(pages[:1], DPI)), "khóa.pdf"),
        file(pdf(pages[:1], DPI)[:300], "đứt.pdf"),
        file(b"", "rỗng.jpg"),
        file(b"\x00\x01 no picture", "<b>x.exe"),
        file(bomb(), "to.png"),
    ]


def test_every_page_of_every_file_has_its_place_and_sentence(
    installation: Installation,
    campaign: CampaignRecord,
    pages: Sequence[Image.Image],
    signed_in: SignIn,
) -> None:
    answer = send(signed_in(Role.OFFICER), every_kind(installation, campaign, pages))
    assert answer.status_code == 200
    assert "Đã đọc 17 trang trong 16 tệp: 0 phiếu rõ ràng, 1 phiếu có câu cần người xem" in answer.text
    assert "Xem phiếu 0001" in answer.text, "upside down and in the wrong order, but read"
    found = problems(answer.text)
    assert {place.removesuffix(" (0001)") for place in found} == set(WHAT_IS_WRONG)
    for place, said in found.items():
        assert said.startswith(WHAT_IS_WRONG[place.removesuffix(" (0001)")]), (place, said)
        assert "{" not in said
        assert len(said) > 10
    with installation.database.read() as session:
        (noted,) = session.execute(scene.table("audit_entry").select().filter_by(act="scans_read"))
    assert noted.details["files"] == 16
    assert len(noted.details["doubled"]) == 2


def test_a_missing_side_may_be_sent_again_with_the_side_that_was_there(
    installation: Installation, pages: Sequence[Image.Image], signed_in: SignIn
) -> None:
    officer = signed_in(Role.OFFICER)
    front, back = (file(page, f"{number}.png")[0].getvalue() for number, page in enumerate(pages[:2]))
    alone = send(officer, [file(front, "trước.png")])
    assert problems(alone.text) == {
        "0001": "thiếu trang 2 của phiếu; hãy tải đủ các trang của phiếu lên cùng một lần."
    }
    both = send(officer, [file(front, "trước.png"), file(back, "sau.png")])
    assert "1 phiếu có câu cần người xem, 0 chỗ chưa nhận được" in both.text
    again = send(officer, [file(front, "trước.png"), file(back, "sau.png")])
    assert problems(again.text) == {"0001": "tệp này đã được đọc trước đây."}
    assert scene.counts(installation)["scan_form"] == 1


def test_a_form_that_may_not_come_in_says_where_it_is(
    installation: Installation, campaign: CampaignRecord, pages: Sequence[Image.Image], signed_in: SignIn
) -> None:
    one, two = scene.account(installation, "mot@x.vn"), scene.account(installation, "hai@x.vn")
    door.accept(installation, entry(campaign, number="0001", actor=one), NOW)
    with pytest.raises(Exception, match="sheet_used"):
        door.accept(installation, entry(campaign, number="0001", actor=two, mark="5"), NOW)
    say(installation, campaign, PaperAct.SPOILED, 2)
    sent = [file(page, f"{number}.png") for number, page in enumerate(pages[2:4])]
    found = problems(send(signed_in(Role.OFFICER), sent).text)
    assert list(found) == ["0002"]
    assert "hỏng" in found["0002"]
    other = send(signed_in(Role.ADMIN), [file(pages[4], "x.png")], "an-lao")
    assert problems(other.text)["0003"].startswith("phiếu của Bảo hiểm xã hội thị xã An Nhơn")


def test_an_upload_over_the_limit_or_of_nothing_is_told(signed_in: SignIn) -> None:
    officer = signed_in(Role.OFFICER)
    large = send(officer, [file(b"%PDF-" + bytes(61_000_000), "lớn.pdf")])
    assert large.status_code == 413
    assert officer.post(PAGE, data={}).status_code == 400


def test_reading_without_its_libraries_says_what_is_missing(
    signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("forms.scan.pool.find_spec", lambda _name: None)
    answer = send(signed_in(Role.OFFICER), [file(b"x", "x.png")])
    assert answer.status_code >= 400
    assert "zxing-cpp" in answer.text
