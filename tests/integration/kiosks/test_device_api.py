"""What a kiosk and the service say to each other over HTTP, and what the office sees of it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass
from typing import Any

import html5lib
import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from survey import clock
from survey.services.accounts.actors import COMMAND_LINE
from survey.services.collection import board_counts
from survey.services.installation.campaign_records import CampaignRecord
from survey.services.installation.installation import Installation
from survey.services.kiosks import devices, pins
from survey.services.kiosks.devices import NewKiosk
from survey.vocabulary import Role
from tests.support import scene
from tests.support.web import SignIn, token

KEY = b"\x07" * 32
IDEMPOTENCY = "device-made-key-0001"
FIELDS = {"c1_1": "5", "overall": "4", "p_sex": "b", "comment": "Cảm ơn."}


@dataclass(frozen=True)
class Device:
    """An enrolled device as a program."""

    client: FlaskClient
    campaign: CampaignRecord
    number: int

    def ask(self, path: str, said: Any = None, key: bytes = KEY) -> TestResponse:
        """Ask the service as the device does."""
        shown = base64.urlsafe_b64encode(key).decode().rstrip("=")
        headers = {
            "Accept": "application/json",
            "Authorization": f"Kiosk {self.campaign.code}/{self.number}/{shown}",
        }
        if said is None:
            return self.client.get(path, headers=headers)
        return self.client.post(path, headers=headers, data=json.dumps(said))

    def send(self, number: int = 1, key: str = IDEMPOTENCY, **changes: Any) -> TestResponse:
        """Send a record."""
        return self.ask("/kios/api/records", {"number": number, "key": key, "fields": FIELDS, **changes})


@pytest.fixture
def device(client: FlaskClient, installation: Installation, campaign: CampaignRecord) -> Device:
    """A device that was enrolled over HTTP."""
    number, code = devices.add(installation, COMMAND_LINE, campaign, NewKiosk("an-nhon", 1), scene.NOW)
    made = Device(client, campaign, number)
    said = {
        "campaign": campaign.code,
        "number": number,
        "code": code,
        "key_hash": hashlib.sha256(KEY).hexdigest(),
    }
    answer = made.ask("/kios/api/enrol", said)
    assert answer.status_code == 200
    return made


def test_settings_name_the_units_counter_and_carry_the_frozen_questionnaire(device: Device) -> None:
    told = device.ask("/kios/api/settings").json or {}
    assert (told["unit"], told["counter"], told["number"]) == ("Bảo hiểm xã hội thị xã An Nhơn", 1, 1)
    assert told["questionnaire"]["id"] == "bhxh-2024"
    assert (told["idle_seconds"], told["unfinished"]) == (60, "discard")


def test_a_receipt_is_signed_over_what_was_sent_with_the_devices_key(device: Device) -> None:
    body = json.dumps({"number": 1, "key": IDEMPOTENCY, "fields": FIELDS})
    told = device.send().json or {}
    words = [
        "hailong kiosk receipt 1",
        scene.CODE,
        "1",
        "1",
        IDEMPOTENCY,
        hashlib.sha256(body.encode()).hexdigest(),
    ]
    message = "\n".join([*words, told["receipt"], told["state"]])
    assert told["signature"] == hmac.new(KEY, message.encode(), "sha256").hexdigest()
    assert told["state"] == "kept"


def test_a_repeated_record_gets_the_same_receipt_and_makes_no_second_row(
    device: Device, installation: Installation
) -> None:
    first, again = device.send(), device.send()
    assert first.json == again.json
    assert scene.counts(installation)["response"] == 1


@pytest.mark.parametrize("fields", [{}, {"comment": " \n\t"}, {"comment": "\u200f", "p_sex": "b"}])
def test_a_record_that_says_nothing_waits_no_longer_and_is_no_response(
    device: Device, installation: Installation, fields: dict[str, str]
) -> None:
    for _ in range(2):
        answer = device.send(1, fields=fields)
        assert (answer.status_code, (answer.json or {})["state"]) == (200, "empty")
    assert "response" not in scene.counts(installation)
    (found,) = devices.statuses(installation, COMMAND_LINE, device.campaign, scene.NOW)
    assert (found.received, found.missing, found.kiosk.doubled) == (((1, 1),), (), 0)


def test_a_late_record_is_kept_and_said_to_be_late(device: Device, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: scene.CLOSED)
    assert (device.send().json or {})["state"] == "late"


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"fields": {"c1_1": "9"}}, 422, "kiosk_record_bad"),
        ({"fields": {"c1_1": 5}}, 422, "kiosk_record_bad"),
        ({"fields": []}, 422, "kiosk_record_bad"),
        ({"number": 0}, 422, "kiosk_record_bad"),
        ({"number": "1"}, 422, "kiosk_record_bad"),
        ({"number": True}, 422, "kiosk_record_bad"),
        ({"number": 10**30}, 422, "kiosk_record_bad"),
        ({"key": None}, 422, "kiosk_record_bad"),
        ({"key": "short"}, 400, "idempotency_key_bad"),
    ],
)
def test_what_is_no_record_is_refused_with_a_code(
    device: Device, installation: Installation, changes: dict[str, Any], status: int, code: str
) -> None:
    answer = device.send(**changes)
    assert (answer.status_code, (answer.json or {})["code"]) == (status, code)
    assert "response" not in scene.counts(installation)


def test_another_answer_under_a_used_key_is_refused_and_set_aside(
    device: Device, installation: Installation
) -> None:
    device.send()
    assert device.send(number=2, fields={"overall": "1"}).status_code == 409
    assert scene.counts(installation)["set_aside"] == 1


@pytest.mark.parametrize(
    "shown", ["", "Kiosk", "Kiosk a/b/c", "Kiosk binh-dinh-2024/1/!!", "Bearer x", "Kiosk ///"]
)
def test_who_shows_no_key_is_unknown(client: FlaskClient, device: Device, shown: str) -> None:
    headers = {"Accept": "application/json", "Authorization": shown}
    for path in ("/kios/api/settings",):
        answer = client.get(path, headers=headers)
        assert (answer.status_code, (answer.json or {})["code"]) == (403, "kiosk_unknown")
    assert device.ask("/kios/api/settings", key=b"x" * 32).status_code == 403


def test_nothing_is_taken_from_a_revoked_kiosk(device: Device, installation: Installation) -> None:
    devices.revoke(installation, COMMAND_LINE, device.campaign, device.number, scene.NOW)
    for answer in (device.send(), device.ask("/kios/api/beat", {"issued": 0, "waiting": 0, "overdue": 0})):
        assert (answer.status_code, (answer.json or {})["code"]) == (403, "kiosk_revoked")
    assert "response" not in scene.counts(installation)


def test_a_beat_that_makes_no_sense_is_refused(device: Device) -> None:
    assert device.ask("/kios/api/beat", {"issued": 5, "waiting": 2, "overdue": 1}).status_code == 200
    assert device.ask("/kios/api/beat", {"issued": 1, "waiting": 2, "overdue": 0}).status_code == 422
    assert device.ask("/kios/api/beat", [1]).status_code == 422


def test_the_kiosks_addresses_set_no_cookie_and_are_not_stored(client: FlaskClient, device: Device) -> None:
    for answer in (client.get("/kios/"), client.get("/kios/worker.js"), device.send()):
        assert answer.status_code == 200
        assert "Set-Cookie" not in answer.headers
        assert answer.headers["Cache-Control"] == "no-store"
    assert "'unsafe" not in client.get("/kios/").headers["Content-Security-Policy"]
    assert scene.CODE not in client.get("/kios/").text


def test_the_worker_lists_files_that_there_are(client: FlaskClient) -> None:
    first, _, _ = client.get("/kios/worker.js").text.partition("\n")
    shell = json.loads(first.removeprefix("const SHELL = ").removesuffix(";"))
    assert {"/kios/", "/static/kiosk/main.js", "/static/kiosk/kiosk.css"} <= set(shell["files"])
    for path in shell["files"]:
        with client.get(path) as answer:
            assert answer.status_code == 200, path
    assert f'data-version="{shell["version"]}"' in client.get("/kios/").text


def test_the_office_adds_a_kiosk_and_sees_the_link_once(signed_in: SignIn) -> None:
    browser = signed_in(Role.TCCB)
    page = f"/noi-bo/{scene.CODE}/kiosk"
    fields = {"unit": "an-nhon", "counter": "1", "idle_seconds": "60", "unfinished": "discard"}
    made = browser.post(page, data={**fields, "csrf_token": token(browser, page)})
    assert f"/kios/#{scene.CODE}/1/" in made.text
    assert "/kios/#" not in browser.get(page).text
    bad = browser.post(page, data={**fields, "counter": "99", "csrf_token": token(browser, page)})
    assert bad.status_code == 422
    assert "số quầy phải từ 1" in bad.text


def test_the_office_sees_what_came_and_the_gap_and_revokes(
    signed_in: SignIn, device: Device, installation: Installation
) -> None:
    for number in (1, 2, 3, 5):
        device.send(number, key=f"device-made-key-{number:04}")
    browser = signed_in(Role.TCCB)
    page = f"/noi-bo/{scene.CODE}/kiosk"
    board_counts.count_due(installation, scene.NOW)
    shown = browser.get(page).text
    assert "1–3, 5" in shown
    assert "<strong>4</strong>" in shown
    assert pins.digits(installation.keys.kiosk, device.campaign, 1) in shown
    browser.post(f"{page}/1/thu-hoi", data={"csrf_token": token(browser, page)})
    assert "đã thu hồi" in browser.get(page).text
    assert device.send(6, key="device-made-key-0006").status_code == 403


def test_the_offices_pages_and_the_kiosks_own_are_sound_html(signed_in: SignIn, device: Device) -> None:
    assert device.number == 1
    browser = signed_in(Role.TCCB)
    page = f"/noi-bo/{scene.CODE}/kiosk"
    fields = {"unit": "an-nhon", "counter": "1", "idle_seconds": "60", "unfinished": "keep"}
    made = browser.post(page, data={**fields, "csrf_token": token(browser, page)}).text
    for text in (
        made,
        browser.get(page).text,
        browser.get(f"{page}?lang=en").text,
        browser.get("/kios/").text,
    ):
        document = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(text)
        assert document.get("lang")
        assert document.findtext("head/title")


def test_officers_see_their_kiosks_without_pins_and_change_nothing(
    signed_in: SignIn, device: Device, installation: Installation
) -> None:
    browser = signed_in(Role.OFFICER)
    page = f"/noi-bo/{scene.CODE}/kiosk"
    assert pins.digits(installation.keys.kiosk, device.campaign, 1) not in browser.get(page).text
    for path in (page, f"{page}/1/thu-hoi", f"{page}/1/lien-ket"):
        answer = browser.post(path, data={"csrf_token": token(browser, f"/noi-bo/{scene.CODE}/chi-tieu")})
        assert answer.status_code == 403


def test_the_board_tells_of_a_kiosk_that_holds_answers(signed_in: SignIn, device: Device) -> None:
    browser = signed_in(Role.TCCB)
    board = f"/noi-bo/{scene.CODE}/chi-tieu"
    assert "quá 2 giờ" not in browser.get(board).text
    device.ask("/kios/api/beat", {"issued": 9, "waiting": 7, "overdue": 2})
    assert "đang giữ phiếu, có phiếu quá 2 giờ" in browser.get(board).text
