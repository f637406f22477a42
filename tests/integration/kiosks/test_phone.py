"""What the office does about a kiosk on a phone, and what the device hears of it, over HTTP."""

from __future__ import annotations

import base64
import hashlib
import hmac
import io
import json
import zlib
from typing import Any

import html5lib
import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from survey.errors import Refusal
from survey.services.accounts.actors import COMMAND_LINE
from survey.services.installation.campaign_records import CampaignRecord
from survey.services.installation.installation import Installation
from survey.services.kiosks import backup_files, devices, enrolment
from survey.services.kiosks.backup_files import BackupFileOutcome
from survey.services.kiosks.devices import NewKiosk
from survey.vocabulary import Role
from tests.support import scene
from tests.support.scene import NOW
from tests.support.web import SignIn, token

KEY = b"\x07" * 32
HASH = hashlib.sha256(KEY).digest()
SHOWN = base64.urlsafe_b64encode(hashlib.sha256(HASH).digest()).decode().rstrip("=")
PAGE = f"/noi-bo/kiosk/may/{SHOWN}"
RECORDS = f"/noi-bo/{scene.CODE}/kiosk/phieu-cho"
NONCE = b"\xff" * 12


def ask(client: FlaskClient, path: str, said: Any = None, campaign: str = scene.CODE, number: int = 1) -> Any:
    """Ask the service as the device does."""
    shown = base64.urlsafe_b64encode(KEY).decode().rstrip("=")
    headers = {"Accept": "application/json", "Authorization": f"Kiosk {campaign}/{number}/{shown}"}
    return client.post(path, headers=headers, data=json.dumps(said or {}))


def bind(browser: FlaskClient, **changes: str) -> TestResponse:
    """Make the device that shows :data:`SHOWN` a kiosk."""
    said = {"place": f"{scene.CODE}/an-nhon/1", "idle_seconds": "60", "unfinished": "discard"}
    return browser.post(PAGE, data={**said, "csrf_token": token(browser, PAGE), **changes})


@pytest.fixture
def number(installation: Installation, campaign: CampaignRecord) -> int:
    """The number of an enrolled kiosk with :data:`KEY`."""
    number, code = devices.add(installation, COMMAND_LINE, campaign, NewKiosk("an-nhon", 1), NOW)
    return enrolment.enrol(installation, campaign, number, code, HASH, NOW).number


def series(
    records: list[dict[str, Any]], number: int = 1, part: int = 40, key_hash: bytes = HASH
) -> list[str]:
    """The texts of the codes that a device shows, made here with other means than the device's."""
    secret = hmac.new(key_hash, b"hailong kiosk file 2", "sha256").digest()
    packing = zlib.compressobj(wbits=-15)
    plain = packing.compress(json.dumps(records).encode()) + packing.flush()
    nonce = base64.urlsafe_b64encode(NONCE).decode().rstrip("=")
    head = {"format": "hailong kiosk file 2", "campaign": scene.CODE, "kiosk": number, "nonce": nonce}
    whole = json.dumps(head).encode() + b"\n" + AESGCM(secret).encrypt(NONCE, plain, None)
    name = hashlib.sha256(whole).hexdigest()[:8].upper()
    letters = base64.b32encode(whole).decode().rstrip("=")
    parts = [letters[at : at + part] for at in range(0, len(letters), part)]
    return [frame(name, at, len(parts), each) for at, each in enumerate(parts, start=1)]


def frame(name: str, at: int, count: int, part: str) -> str:
    """The text of one code."""
    said = f"{name}/{at}/{count}/{part}"
    check = hashlib.sha256(said.encode()).hexdigest()[:6].upper()
    return f"HLK1/{name}/{at}/{count}/{check}/{part}"


def records(count: int, first: int = 1) -> list[dict[str, Any]]:
    """Records as they wait on a device."""
    numbers = range(first, first + count)
    return [{"key": f"device-made-key-{n:04}", "number": n, "fields": {"overall": "4"}} for n in numbers]


def test_a_device_that_shows_its_code_is_made_a_kiosk_on_a_phone(
    client: FlaskClient, signed_in: SignIn, installation: Installation, campaign: CampaignRecord
) -> None:
    assert ask(client, "/kios/api/shown", campaign="", number=0).json == {"waits": True}
    browser = signed_in(Role.TCCB)
    assert bind(browser).location.endswith(f"/noi-bo/{scene.CODE}/kiosk")
    told = ask(client, "/kios/api/shown", campaign="", number=0).json
    assert (told["number"], told["counter"], told["unit"]) == (1, 1, "Bảo hiểm xã hội thị xã An Nhơn")
    assert ask(client, "/kios/api/beat", {"issued": 0, "waiting": 0, "overdue": 0}).status_code == 200
    again = bind(browser)
    assert again.status_code == 410
    assert "đã được dùng" in again.text
    assert len(devices.statuses(installation, COMMAND_LINE, campaign, NOW)) == 1


def test_who_saw_what_a_device_shows_can_neither_read_nor_forge_its_records(
    client: FlaskClient, signed_in: SignIn, installation: Installation, campaign: CampaignRecord
) -> None:
    bind(signed_in(Role.TCCB))
    seen = base64.urlsafe_b64decode(SHOWN + "=")
    forged = "\n".join(series(records(3), key_hash=seen)).encode()
    for _ in range(2):  # before the device has asked what it has become, and after
        with pytest.raises(Refusal, match="kiosk_file_bad"):
            backup_files.take(installation, COMMAND_LINE, forged, NOW)
        enrolment = {"campaign": scene.CODE, "number": 1, "code": SHOWN, "key_hash": seen.hex()}
        assert client.post("/kios/api/enrol", data=json.dumps(enrolment)).status_code == 403
        assert ask(client, "/kios/api/shown", campaign="", number=0).status_code == 200
    own = "\n".join(series(records(3))).encode()
    assert backup_files.take(installation, COMMAND_LINE, own, NOW) == BackupFileOutcome(3, 0, 0)
    assert len(devices.statuses(installation, COMMAND_LINE, campaign, NOW)) == 1


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"place": ""}, 422),
        ({"place": f"{scene.CODE}/an-nhon/99"}, 422),
        ({"place": f"{scene.CODE}/an-nhon/x"}, 422),
        ({"place": f"{scene.CODE}/nowhere/1"}, 404),
        ({"place": "nowhere/an-nhon/1"}, 404),
        ({"idle_seconds": "5"}, 422),
        ({"unfinished": "burn"}, 422),
    ],
)
def test_what_is_wrong_is_told_and_nothing_is_bound(
    client: FlaskClient, signed_in: SignIn, changes: dict[str, str], status: int
) -> None:
    answer = bind(signed_in(Role.ADMIN), **changes)
    assert answer.status_code == status
    assert 'role="alert"' in answer.text
    assert ask(client, "/kios/api/shown", campaign="", number=0).json == {"waits": True}


@pytest.mark.parametrize("shown", ["x", "A" * 42, "%21" * 43, "A" * 200])
def test_a_code_that_no_device_shows_is_refused(signed_in: SignIn, shown: str) -> None:
    answer = signed_in(Role.ADMIN).get(f"/noi-bo/kiosk/may/{shown}")
    assert (answer.status_code, "kiosk_link_bad" in answer.text) == (403, True)


def test_a_kiosk_is_left_by_a_grant_that_is_signed_with_its_own_key(
    client: FlaskClient, signed_in: SignIn, number: int
) -> None:
    asked = ask(client, "/kios/api/exit").json
    use = {"code": asked["code"]}
    assert ask(client, "/kios/api/exit/use", use).json == {"waits": True}
    browser = signed_in(Role.UNIT_HEAD)
    page = browser.get(asked["path"])
    assert asked["match"] in page.text
    assert f"Thoát kiosk số {number}" in page.text
    granted = browser.post(asked["path"], data={"csrf_token": token(browser, asked["path"])})
    assert "Đã cho phép" in granted.text
    message = f"hailong kiosk exit 1\n{scene.CODE}\n{number}\n{asked['code']}"
    told = ask(client, "/kios/api/exit/use", use)
    assert told.json["signature"] == hmac.new(KEY, message.encode(), "sha256").hexdigest()
    assert ask(client, "/kios/api/exit/use", use).status_code == 410
    assert browser.get(asked["path"]).status_code == 410


def test_who_signs_in_first_comes_back_to_the_kiosk_that_waits(
    client: FlaskClient, app: Any, number: int
) -> None:
    path = ask(client, "/kios/api/exit").json["path"]
    assert path.startswith(f"/noi-bo/{scene.CODE}/kiosk/{number}/mo/")
    answer = client.get(path)
    assert answer.status_code == 302
    assert path.replace("/", "%2F") in answer.location or path in answer.location


def test_records_come_in_by_codes_in_any_order_and_only_once(
    signed_in: SignIn, installation: Installation, campaign: CampaignRecord, number: int
) -> None:
    texts = series(records(3))
    read = "\r\n".join(["something else", *reversed(texts), *texts[:2]]).lower()
    browser = signed_in(Role.UNIT_HEAD)
    sent = {"text": read, "csrf_token": token(browser, RECORDS)}
    assert "Đã nhập 3 phiếu mới" in browser.post(RECORDS, data=sent).text
    assert "Đã nhập 0 phiếu mới; 3 phiếu đã có" in browser.post(RECORDS, data=sent).text
    (found,) = devices.statuses(installation, COMMAND_LINE, campaign, NOW)
    assert (found.kiosk.number, found.received) == (number, ((1, 3),))


def test_several_series_come_in_together(installation: Installation, number: int) -> None:
    text = "\n".join([*series(records(2)), *series(records(2, first=3))])
    assert backup_files.take(installation, COMMAND_LINE, text.encode(), NOW) == BackupFileOutcome(4, 0, 0)
    assert number == 1


def test_the_codes_that_are_missing_or_misread_are_named_and_nothing_typed_is_lost(
    signed_in: SignIn, installation: Installation, number: int
) -> None:
    texts = series(records(3))
    assert len(texts) > 4
    misread = texts[3][:-1] + ("A" if texts[3][-1] != "A" else "B")
    browser = signed_in(Role.ADMIN)
    text = "\n".join([texts[0], misread, *texts[4:]])
    answer = browser.post(RECORDS, data={"text": text, "csrf_token": token(browser, RECORDS)})
    assert answer.status_code == 422
    assert f"Còn thiếu mã: 2, 3, 4 (trong {len(texts)} mã)" in answer.text
    assert texts[0] in answer.text
    assert ("response" not in scene.counts(installation), number) == (True, 1)


@pytest.mark.parametrize(
    "text",
    [
        "HLK1/",
        frame("00000000", 1, 1, "AAAA"),
        frame("00000000", 1, 1, "A"),
        frame("00000000", 2, 1, "AAAA"),
        "\n".join(series(records(1), number=9)),
    ],
)
def test_codes_that_no_kiosk_made_are_refused(installation: Installation, number: int, text: str) -> None:
    with pytest.raises(Refusal, match="kiosk_file_bad"):
        backup_files.take(installation, COMMAND_LINE, text.encode(), NOW)
    assert number == 1


def test_a_file_comes_in_by_the_page_and_an_empty_one_does_not(signed_in: SignIn, number: int) -> None:
    secret = hmac.new(HASH, b"hailong kiosk file 1", "sha256").digest()
    closed = AESGCM(secret).encrypt(NONCE, json.dumps(records(2)).encode(), None)
    nonce, sealed = base64.urlsafe_b64encode(NONCE).decode(), base64.b64encode(closed).decode()
    said = {"format": "hailong kiosk file 1", "campaign": scene.CODE, "kiosk": number}
    browser = signed_in(Role.TCCB)
    for content, status, expected in (
        (json.dumps({**said, "nonce": nonce, "sealed": sealed}).encode(), 200, "Đã nhập 2 phiếu mới"),
        (b"", 422, "không phải tệp phiếu chờ"),
        (b"\xff\xfe", 422, "không phải tệp phiếu chờ"),
    ):
        file = (io.BytesIO(content), "kiosk.json")
        answer = browser.post(RECORDS, data={"file": file, "csrf_token": token(browser, RECORDS)})
        assert (answer.status_code, expected in answer.text) == (status, True)


def ask_settings(client: FlaskClient) -> Any:
    shown = base64.urlsafe_b64encode(KEY).decode().rstrip("=")
    headers = {"Accept": "application/json", "Authorization": f"Kiosk {scene.CODE}/1/{shown}"}
    return client.get("/kios/api/settings", headers=headers).json


def test_the_pages_are_sound_html_in_both_languages(
    client: FlaskClient, signed_in: SignIn, number: int
) -> None:
    browser, exit_page = signed_in(Role.ADMIN), ask(client, "/kios/api/exit").json["path"]
    for path in (PAGE, exit_page, RECORDS, f"/noi-bo/{scene.CODE}/kiosk"):
        for lang in ("vi", "en"):
            answer = browser.get(f"{path}?lang={lang}", follow_redirects=True)
            assert (answer.status_code, number) == (200, 1)
            document = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(answer.text)
            assert document.findtext("head/title")
