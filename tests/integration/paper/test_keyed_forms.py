"""Keyed forms over HTTP: what is refused keeps everything, and who may decide about a form."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient

from survey import clock
from survey.services.accounts.actors import COMMAND_LINE
from survey.services.collection import decisions
from survey.services.installation.installation import Installation
from survey.vocabulary import State
from survey.web.paper.entry_form import canonical
from tests.support.office import SignIn, office, office_app, rehearsed, sign_in, token

__all__ = ["office", "office_app", "rehearsed", "sign_in"]
ENTRY = "/noi-bo/dien-tap/nhap-phieu"
FORMS = "/noi-bo/dien-tap/phieu-giay"


def blank(client: FlaskClient) -> dict[str, str]:
    """The hidden fields of a fresh entry page."""
    page = client.get(ENTRY).get_data(as_text=True)
    key = re.search(r'name="key" value="([^"]+)"', page)
    assert key is not None
    return {"csrf_token": token(page), "key": key[1]}


def states(office: Installation) -> dict[str, State]:
    campaign = office.campaigns.get("dien-tap")
    found = decisions.keyed_forms(office, COMMAND_LINE, campaign, "an-nhon")
    return {form.number: form.state for form in found}


def decide(client: FlaskClient, act: str, number: str, **fields: str) -> int:
    page = client.get(FORMS).get_data(as_text=True)
    data = {"csrf_token": token(page), "number": number, **fields}
    return client.post(f"{FORMS}/{act}", data=data).status_code


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("12", "0012"),
        ("0012", "0012"),
        (" 00012 ", "0012"),
        ("a-7", "A-7"),
        ("12345", "12345"),
        ("0", "0000"),
    ],
)
def test_one_number_is_written_in_one_way(written: str, kept: str) -> None:
    assert canonical(written) == kept


def test_the_same_number_written_otherwise_is_refused_with_everything_kept(
    sign_in: SignIn, office: Installation
) -> None:
    client = sign_in("officer")
    first = client.post(ENTRY, data={**blank(client), "form_number": "12", "c1_1": "5"})
    assert first.status_code == 303
    fields = blank(client)
    again = client.post(
        ENTRY, data={**fields, "form_number": "0012", "c1_1": "4", "p_who": "a", "comment": "Cảm ơn <b>"}
    )
    page = again.get_data(as_text=True)
    assert again.status_code == 409
    assert "Phiếu số 0012 đã được nhập" in page
    assert 'name="c1_1" value="4" checked' in page
    assert 'name="p_who" value="a" checked' in page
    assert "Cảm ơn &lt;b&gt;" in page
    assert fields["key"] in page
    assert sum(number == "0012" for number in states(office)) == 1


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"form_number": "", "c1_1": "4"}, "Số phiếu gồm chữ số"),
        ({"form_number": "12 34", "c1_1": "4"}, "Số phiếu gồm chữ số"),
        ({"form_number": "<script>", "c1_1": "4"}, "Số phiếu gồm chữ số"),
        ({"form_number": "9" * 25, "c1_1": "4"}, "Số phiếu gồm chữ số"),
        ({"form_number": "13"}, "Phiếu chưa có câu trả lời nào"),
        ({"form_number": "13", "c1_1": "9"}, "không có trong các lựa chọn"),
        ({"form_number": "13", "c1_1": "4", "comment": "x" * 1001}, "dài 1001 ký tự"),
    ],
)
def test_a_faulty_form_is_shown_again_and_not_kept(
    sign_in: SignIn, office: Installation, fields: dict[str, str], said: str
) -> None:
    client, before = sign_in("officer"), states(office)
    answer = client.post(ENTRY, data={**blank(client), **fields})
    assert answer.status_code == 422
    assert said in answer.get_data(as_text=True)
    assert states(office) == before


def test_the_same_page_sent_twice_is_one_form(sign_in: SignIn, office: Installation) -> None:
    client, before = sign_in("officer"), len(states(office))
    fields = {**blank(client), "form_number": "77", "c1_1": "4"}
    assert [client.post(ENTRY, data=fields).status_code for _ in range(2)] == [303, 303]
    assert len(states(office)) == before + 1


def test_the_same_page_under_another_number_is_another_form(sign_in: SignIn, office: Installation) -> None:
    client, before = sign_in("officer"), len(states(office))
    fields = {**blank(client), "c1_1": "4"}
    for number in ("78", "79"):
        assert client.post(ENTRY, data={**fields, "form_number": number}).status_code == 303
    assert len(states(office)) == before + 2


def test_a_post_without_the_token_is_refused(sign_in: SignIn, office: Installation) -> None:
    client, before = sign_in("officer"), states(office)
    fields = {"key": "k" * 22, "form_number": "80", "c1_1": "4"}
    assert client.post(ENTRY, data=fields).status_code == 400
    assert states(office) == before


def test_the_head_excludes_with_a_reason_and_counts_again(sign_in: SignIn, office: Installation) -> None:
    head, number = sign_in("head"), next(iter(states(office)))
    assert decide(head, "loai", number) == 422
    assert decide(head, "loai", number, reason="no such reason") == 400
    assert states(office)[number] is State.VALID
    assert decide(head, "loai", number, reason="duplicate") == 303
    assert states(office)[number] is State.EXCLUDED
    assert f"Đã loại phiếu số {number}." in head.get(FORMS).get_data(as_text=True)
    assert decide(head, "loai", number, reason="duplicate") == 409
    assert decide(head, "khoi-phuc", number) == 303
    assert states(office)[number] is State.VALID


def test_an_officer_cannot_choose_which_forms_count(sign_in: SignIn, office: Installation) -> None:
    officer, number = sign_in("officer"), next(iter(states(office)))
    assert "Loại phiếu này" not in officer.get(FORMS).get_data(as_text=True)
    assert decide(officer, "loai", number, reason="duplicate") == 403
    assert decide(officer, "khoi-phuc", number) == 403
    assert states(office)[number] is State.VALID


def test_a_form_of_another_unit_is_out_of_reach(sign_in: SignIn, office: Installation) -> None:
    campaign = office.campaigns.get("dien-tap")
    number = decisions.keyed_forms(office, COMMAND_LINE, campaign, "an-lao")[0].number
    assert decide(sign_in("head"), "loai", number, reason="duplicate") == 403


def test_a_number_that_was_never_keyed_is_told(sign_in: SignIn) -> None:
    assert decide(sign_in("tccb"), "loai", "9999", reason="test") == 404


def test_after_the_window_a_form_is_kept_as_late(
    sign_in: SignIn, office: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = sign_in("officer")
    closed = office.campaigns.get("dien-tap").closes_at
    monkeypatch.setattr(clock, "now", lambda: closed)
    assert "Đã hết thời gian thu phiếu" in client.get(ENTRY).get_data(as_text=True)
    assert client.post(ENTRY, data={**blank(client), "form_number": "81", "c1_1": "4"}).status_code == 303
    assert "Phiếu được ghi là nộp muộn." in client.get(ENTRY).get_data(as_text=True)
    assert states(office)["0081"] is State.LATE


def test_before_the_window_no_entry_page_is_given(
    sign_in: SignIn, office: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = sign_in("officer")
    campaign = office.campaigns.get("dien-tap")
    early = campaign.opens_at.replace(year=campaign.opens_at.year - 1)
    monkeypatch.setattr(clock, "now", lambda: early)
    answer = client.get(ENTRY)
    assert answer.status_code == 403
    assert "Đợt khảo sát bắt đầu từ ngày" in answer.get_data(as_text=True)
