"""What the pages of printed forms take and refuse: the seal, orders, batches, closing."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Mapping
from typing import Any

import html5lib
import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select

from forms.layout import lay_out
from forms.paper import FormProof, PageIdentity
from survey.models import PaperForm
from survey.services.installation.campaign_records import CampaignRecord
from survey.services.installation.installation import Installation
from survey.services.paper import closing, minutes, stamp_images
from survey.vocabulary import PaperAct, Role, SheetState
from tests.support import scene
from tests.support.paper_scene import HEAD, issue, say
from tests.support.web import SignIn

BOARD = f"/noi-bo/{scene.CODE}/phieu-in"
UNIT = f"{BOARD}/an-nhon"
ENTRY = f"/noi-bo/{scene.CODE}/nhap-phieu"


@pytest.fixture
def app(app: Flask) -> Flask:
    """The application without tokens against forged requests, which have tests of their own."""
    app.config["WTF_CSRF_ENABLED"] = False
    return app


def picture(side: int = 400, kind: str = "PNG") -> io.BytesIO:
    made = io.BytesIO()
    noise = Image.effect_noise((side, side), 90).convert("RGB")  # large enough to need the wider limit
    noise.save(made, kind)
    made.seek(0)
    return made


def post(client: FlaskClient, path: str, data: Mapping[str, Any]) -> tuple[int, str]:
    answer = client.post(path, data=dict(data))
    return answer.status_code, answer.get_data(as_text=True)


def test_the_administrator_alone_keeps_a_seal_and_its_printing_is_noted(
    installation: Installation, campaign: CampaignRecord, signed_in: SignIn
) -> None:
    admin, head = signed_in(Role.ADMIN), signed_in(Role.UNIT_HEAD)
    order = {"count": "2", "edition": "standard", "seal": "1"}
    assert "Chưa có hình con dấu" in post(head, f"{UNIT}/in", order)[1]
    assert post(head, f"{BOARD}/con-dau", {"picture": (picture(), "a.png"), "diameter": "36"})[0] == 403
    status, page = post(
        admin, f"{BOARD}/con-dau", {"picture": (io.BytesIO(b"GIF89a"), "a.png"), "diameter": "36"}
    )
    assert (status, "không phải là hình PNG hay JPEG" in page) == (422, True)
    status, page = post(admin, f"{BOARD}/con-dau", {"picture": (picture(100), "a.png"), "diameter": "36"})
    assert (status, "100 × 100" in page) == (422, True)
    assert not stamp_images.is_kept(installation, campaign)
    assert len(picture().getvalue()) > 64 * 1024
    assert post(admin, f"{BOARD}/con-dau", {"picture": (picture(), "a.png"), "diameter": "36"})[0] == 303
    assert post(head, f"{UNIT}/in", order)[0] == 303
    with installation.database.read() as session:
        acts = [row.act for row in session.execute(scene.table("audit_entry").select())]
    assert {"seal_kept", "seal_printed", "sheets_printed"} <= set(acts)


def test_an_order_that_cannot_be_printed_issues_nothing(
    installation: Installation, signed_in: SignIn
) -> None:
    head = signed_in(Role.UNIT_HEAD)
    for count in ("0", "5001", "-3", "x", ""):
        status, _ = post(head, f"{UNIT}/in", {"count": count, "edition": "standard"})
        assert status in {400, 422}, count
    assert post(head, f"{UNIT}/in", {"count": "1", "edition": "huge"})[0] == 400
    assert "paper_batch" not in scene.counts(installation)


def test_a_batch_is_printed_again_with_the_same_numbers_and_that_is_noted(
    installation: Installation, signed_in: SignIn
) -> None:
    head = signed_in(Role.UNIT_HEAD)
    assert post(head, f"{UNIT}/in", {"count": "2", "edition": "large"})[0] == 303
    answer = head.post(f"{UNIT}/tep-in", data={"first": "1"})
    assert answer.mimetype == "application/pdf"
    assert answer.data.startswith(b"%PDF-")
    assert head.post(f"{UNIT}/tep-in", data={"first": "2"}).status_code == 404
    found = scene.counts(installation)
    assert (found["paper_batch"], found["paper_minute"]) == (1, 1)
    with installation.database.read() as session:
        acts = [row.act for row in session.execute(scene.table("audit_entry").select())]
    assert acts.count("forms_pdf_taken") == 1


def test_a_full_disk_issues_nothing(
    installation: Installation, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_arguments: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("forms.paper.batch.render_batch", full)
    status, page = post(signed_in(Role.UNIT_HEAD), f"{UNIT}/in", {"count": "2", "edition": "standard"})
    assert (status, "đĩa đã đầy" in page) == (422, True)
    assert "paper_batch" not in scene.counts(installation)
    assert [path.name for path in installation.config.data.iterdir() if path.name.startswith("tmp")] == []


def test_the_centre_ends_the_verification_on_its_page_and_only_once_nothing_is_open(
    installation: Installation, campaign: CampaignRecord, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    tccb = signed_in(Role.TCCB)
    assert post(signed_in(Role.UNIT_HEAD), f"{UNIT}/in", {"count": "2", "edition": "standard"})[0] == 303
    assert "kết thúc được từ ngày 01/10/2024" in tccb.get(BOARD).text
    monkeypatch.setattr("survey.clock.now", lambda: scene.CLOSED)
    assert "đơn vị chưa chốt sổ phiếu" in tccb.get(BOARD).text
    assert post(tccb, f"{BOARD}/ket-thuc", {"sure": "1"})[0] == 409
    closing.close_unit(installation, HEAD, campaign, "an-nhon", "Trần B", scene.CLOSED)
    assert 'name="sure"' in tccb.get(BOARD).text
    assert post(tccb, f"{BOARD}/ket-thuc", {})[0] == 400
    assert "verification_closing" not in scene.counts(installation)
    assert post(tccb, f"{BOARD}/ket-thuc", {"sure": "1"})[0] == 303
    page = tccb.get(BOARD).text
    assert "Đã kết thúc xác minh; 0 phiếu không còn liên hệ" in page
    assert 'name="sure"' not in page


def test_the_account_of_a_day_adds_up_and_shows_its_minutes(
    installation: Installation, campaign: CampaignRecord, signed_in: SignIn
) -> None:
    tomorrow = scene.NOW + dt.timedelta(days=1)
    issue(installation, campaign, 1, 20)
    say(installation, campaign, PaperAct.HANDED_OUT, 1, 10)
    say(installation, campaign, PaperAct.RETURNED, 1, 4, now=tomorrow)
    found = minutes.of_day(installation, HEAD, campaign, "an-nhon", tomorrow.date())
    assert sum(found.before.values()) == sum(found.after.values()) == 20
    assert found.before[SheetState.HANDED_OUT] - found.after[SheetState.HANDED_OUT] == 4
    assert [minute.number for minute in found.minutes] == [3]
    head = signed_in(Role.UNIT_HEAD)
    page = head.get(f"{UNIT}/bien-ban?ngay={tomorrow.date()}").text
    document = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(page)
    rows = [
        [cell.text or "" for cell in row.iter() if cell.tag in {"th", "td"}] for row in document.iter("tr")
    ]
    assert ["Đang phát", "10", "6", "-4"] in rows
    assert "Kiểm kê phiếu khảo sát cuối ngày 21/8/2024" in page
    assert "0001–0004" in page
    assert "BIÊN BẢN" in head.get(f"{UNIT}/bien-ban?ngay=").text


def test_a_hand_scanner_types_the_number_of_the_form_that_is_keyed_in(
    installation: Installation, campaign: CampaignRecord, signed_in: SignIn
) -> None:
    issue(installation, campaign, 1, 20)
    officer = signed_in(Role.OFFICER)
    fields = {item.field: "4" for item in campaign.questionnaire.items}
    seal, print_ = FormProof(installation.keys.form_proof), lay_out(campaign.questionnaire).fingerprint
    code = seal.write(PageIdentity(campaign.code, "an-nhon", 17, 2), print_)
    typed = {"form_number": code.lower(), "key": "k" * 20, **fields}
    forged = {**typed, "form_number": code.replace(".000017.", ".000018.")}
    status, page = post(officer, ENTRY, forged)
    assert (status, "mã xác thực không đúng" in page) == (422, True)
    assert "paper_form" not in scene.counts(installation)
    assert post(officer, ENTRY, typed)[0] == 303
    with installation.database.read() as session:
        assert session.scalars(select(PaperForm.form_number)).all() == ["0017"]
