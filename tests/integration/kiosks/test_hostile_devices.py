"""What no device, no file and no address of ours says is refused, never a defect, on both databases."""

from __future__ import annotations

import base64
import hashlib
import io
import json
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from survey.errors import Refusal
from survey.server import UPLOADS
from survey.services.accounts.actors import COMMAND_LINE
from survey.services.installation.campaign_records import CampaignRecord
from survey.services.installation.installation import Installation
from survey.services.invitations import lists as invitations
from survey.services.kiosks import backup_files, devices, enrolment
from survey.services.kiosks.devices import NewKiosk
from survey.vocabulary import Role
from survey.web.request_bodies import ATTRIBUTE
from tests.support import scene
from tests.support.scene import NOW
from tests.support.web import SIGN_IN, SignIn, token

KEY = b"\x07" * 32
HALF = "\ud800"  # of a letter: JSON can name it, no text holds it
FILE = {
    "format": "hailong kiosk file 1",
    "campaign": scene.CODE,
    "kiosk": 1,
    "nonce": "AAAA",
    "sealed": "AAAA",
}


@pytest.fixture
def number(installation: Installation, campaign: CampaignRecord) -> int:
    """The number of an enrolled kiosk."""
    number, code = devices.add(installation, COMMAND_LINE, campaign, NewKiosk("an-nhon", 1), NOW)
    return enrolment.enrol(installation, campaign, number, code, hashlib.sha256(KEY).digest(), NOW).number


def ask(client: FlaskClient, path: str, body: Any, number: object = 1) -> TestResponse:
    shown = base64.urlsafe_b64encode(KEY).decode().rstrip("=")
    headers = {"Accept": "application/json", "Authorization": f"Kiosk {scene.CODE}/{number}/{shown}"}
    return client.post(path, headers=headers, data=body if isinstance(body, str) else json.dumps(body))


@pytest.mark.parametrize("shown", ["-1", "9" * 12, "9" * 30, "9" * 5000, "x", ""])
def test_a_number_that_no_kiosk_has_is_unknown(client: FlaskClient, number: int, shown: str) -> None:
    assert ask(client, "/kios/api/exit", {}, shown).status_code == 403
    assert ask(client, "/kios/api/exit", {}, number).status_code == 200


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("records", {"number": 1, "key": "k" * 20 + HALF, "fields": {"overall": "4"}}),
        ("records", {"number": 1, "key": "k" * 20 + "\0", "fields": {"overall": "4"}}),
        ("records", "[" * 60_000),
        ("enrol", "[" * 60_000),
        ("enrol", '{"a":' * 10_000),
        ("enrol", {"campaign": scene.CODE, "number": 1, "code": HALF, "key_hash": "00" * 32}),
        ("enrol", {"campaign": HALF, "number": 1, "code": "x", "key_hash": "00" * 32}),
        ("enrol", {"campaign": "\0", "number": 1, "code": "x", "key_hash": "00" * 32}),
        ("exit/use", {"code": HALF}),
        ("card", {"code": HALF}),
    ],
)
def test_what_no_device_says_is_refused(
    client: FlaskClient, installation: Installation, number: int, path: str, body: Any
) -> None:
    assert ask(client, f"/kios/api/{path}", body).status_code in {403, 404, 410, 422}
    assert ("response" in scene.counts(installation), number) == (False, 1)


def test_a_comment_cut_through_a_letter_is_kept_without_the_half(
    client: FlaskClient, installation: Installation, number: int
) -> None:
    said = {"number": number, "key": "k" * 22, "fields": {"comment": f"Tốt\0 {HALF}"}}
    assert ask(client, "/kios/api/records", said).status_code == 200
    assert scene.counts(installation)["comment"] == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"kiosk": float("inf")},
        {"kiosk": 10**30},
        {"kiosk": -1},
        {"kiosk": "1"},
        {"campaign": HALF},
        {"campaign": 5},
        {"nonce": 5},
        {"sealed": 5},
        {"nonce": ""},
    ],
)
def test_a_file_that_no_kiosk_wrote_is_refused(
    installation: Installation, number: int, changes: dict[str, Any]
) -> None:
    with pytest.raises(Refusal, match="kiosk_file_bad"):
        backup_files.take(installation, COMMAND_LINE, json.dumps({**FILE, **changes}).encode(), NOW)
    with pytest.raises(Refusal, match="kiosk_file_bad"):
        backup_files.take(installation, COMMAND_LINE, b"[" * 100_000, NOW)
    assert number == 1


@pytest.mark.parametrize("page", ["kiosk/{}/mo/x", "thu-moi/{}", "man-hinh/{}", "ma-qr/an-nhon/{}/a4.pdf"])
def test_a_number_too_large_for_a_database_is_no_address(signed_in: SignIn, page: str) -> None:
    answer = signed_in(Role.UNIT_HEAD).get(f"/noi-bo/{scene.CODE}/{page.format('9' * 30)}")
    assert answer.status_code == 404


def test_pages_for_passwords_are_not_kept_by_browsers(client: FlaskClient) -> None:
    for page in (SIGN_IN, "/noi-bo/quen-mat-khau"):
        assert client.get(page).cache_control.no_store
        sent = client.post(page, data={"csrf_token": token(client, page), "email": "x@example.vn"})
        assert "no-store" in [said.strip() for said in sent.headers["Cache-Control"].split(",")]


def test_the_server_lets_files_come_to_every_page_that_takes_them_and_to_no_other(app: Flask) -> None:
    posted = [rule for rule in app.url_map.iter_rules() if "POST" in (rule.methods or ())]
    takes = {rule.rule for rule in posted if hasattr(app.view_functions[rule.endpoint], ATTRIBUTE)}
    assert takes == {rule.rule for rule in posted if rule.rule.endswith(UPLOADS)}
    assert all(rule.startswith("/noi-bo/") for rule in takes)


@pytest.mark.usefixtures("campaign")
def test_a_nought_in_an_address_or_a_field_is_refused(client: FlaskClient, signed_in: SignIn) -> None:
    for page in ("/nghe/%00/vi/x/y", "/gui/%00/vi.x.js", f"/gui/{scene.CODE}/%00.x.js", "/m/%00", "/s/%00"):
        assert client.get(page).status_code in {404, 422}, page
    browser, accounts = signed_in(Role.TCCB), "/noi-bo/tai-khoan"
    for page in ("/noi-bo/%00/kiosk", f"/noi-bo/{scene.CODE}/phieu-quet?don-vi=%00"):
        assert browser.get(page).status_code == 404, page
    for act in ("dong", "mo", "duong-dan"):
        said = {"email": "a\0b@x.vn", "csrf_token": token(browser, accounts)}
        assert browser.post(f"{accounts}/{act}", data=said).status_code == 404
    lists = f"/noi-bo/{scene.CODE}/thu-moi"
    rows = "".join(f"Công ty {number},a{number}@x.vn\n" for number in range(5))
    file = (io.BytesIO(f"ten,email\n{rows}".encode()), "a.csv")
    filled: dict[str, Any] = {
        "file": file,
        "unit": "an-nhon",
        "title": "Đợt\0 1",
        "csrf_token": token(browser, lists),
    }
    answer = browser.post(lists, data=filled, follow_redirects=True)
    assert (answer.status_code, "Đợt\N{REPLACEMENT CHARACTER} 1" in answer.text) == (200, True)


def test_a_list_with_an_address_that_no_header_takes_is_refused(
    installation: Installation, campaign: CampaignRecord
) -> None:
    rows = "".join(f"Công ty {number},a..{number}@x.vn\n" for number in range(5))
    with pytest.raises(Refusal, match="invitations_faulty") as refused:
        invitations.load(
            installation, COMMAND_LINE, campaign, f"ten,email\n{rows}".encode(), NOW, unit="an-nhon"
        )
    assert {fault.code for fault in refused.value.faults} == {"invitation_email_bad"}
