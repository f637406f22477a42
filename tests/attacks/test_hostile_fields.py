"""What a client can write into any field of any address: signs that text cannot hold, numbers that no column can.

The names of the fields are not listed here: they are those that the service asks a request for.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_wtf import csrf
from werkzeug.routing import Rule

from forms.address_mac import AddressMac
from survey.services.accounts.actors import COMMAND_LINE
from survey.services.collection import door
from survey.services.installation.campaign_records import CampaignRecord
from survey.services.installation.installation import Installation
from survey.services.kiosks import devices, enrolment
from survey.services.kiosks.devices import NewKiosk
from survey.vocabulary import Role
from survey.web import access
from survey.web.plain_requests import PlainRequest, ReadableFields
from tests.support import scene
from tests.support.scene import NOW, entry
from tests.support.web import SignIn, stranger

HOSTILE = ("\t", "\x85", "1\x00", str(2**31), str(2**63), "9" * 5000, "\N{SUPERSCRIPT TWO}")
IN_ADDRESSES = ("1\x00", str(2**31), "9" * 5000)
ORDER = (Role.OFFICER, Role.UNIT_HEAD, Role.TCCB, Role.ADMIN)
LEFT_OUT = frozenset({"static", "security.logout"})  # a file's name; the end of the walk
# What each address is asked with while one of its parts or fields is hostile; another field gets ANY.
ANY = "1"
SOUND: Mapping[str, str] = {
    "campaign": scene.CODE,
    "don-vi": "an-nhon",
    "unit": "an-nhon",
    "number": "0001",
    "so": "0001",
    "form_number": "0002",
    "reason": "test",
    "ngay": "2024-08-20",
    "key": "k" * 22,
    "overall": "4",
    "comment": "Tốt.",
    "lang": "vi",
    "place": f"{scene.CODE}/an-nhon/1",
    "noi": f"{scene.CODE}/an-nhon/1",
    "unfinished": "discard",
    "idle_seconds": "60",
    "act": "handed_out",
    "ranges": "1-2",
    "edition": "a4",
    "diameter": "36",
    "email": "ai@x.vn",
    "title": "Danh sách",
    "back": "/",
}
# Those that a view asks for all at once.
OF_FORMS = frozenset({"key", "overall", "c1_1", "comment", "p_sex", "form_number", "card"})
PART = re.compile(r"<(?:[^<>]*:)?([a-z_]+)>")
IN_PATH: Mapping[str, str] = {
    "campaign": scene.CODE,
    "unit": "an-nhon",
    "name": "pace",
    "counter": "1",
    "number": "1",
    "kind": "a4",
    "lang": "vi",
    "shown": "A" * 43,
    "form": "svg",
    "version": "012345",
    "key": "overall",
    "digest": "0" * 32,
    "token": "nobody's",
    "code": "ABCD-EFGH-JKLM",
}
OF_DEVICES = (
    "campaign",
    "number",
    "code",
    "key_hash",
    "signing_key",
    "record",
    "signature",
    "issued",
    "key",
    "sheet",
)
JSON_VALUES: tuple[object, ...] = ("a\x00b", "\ud800", "\t", 2**63, 10**400, -1, 1.5, True, [], {})

asked: set[str] = set()


class AskedFields(ReadableFields):
    """The fields of a request, which note the names that they are asked for."""

    def get(self, key: str, *rest: Any, **options: Any) -> Any:
        asked.add(key)
        return super().get(key, *rest, **options)

    def getlist(self, key: str, *rest: Any, **options: Any) -> Any:
        asked.add(key)
        return super().getlist(key, *rest, **options)

    def __getitem__(self, key: str) -> Any:
        asked.add(key)
        return super().__getitem__(key)

    def __contains__(self, key: object) -> bool:
        asked.add(str(key))
        return super().__contains__(key)

    def to_dict(self, *rest: Any, **options: Any) -> Any:
        asked.update(OF_FORMS)
        return super().to_dict(*rest, **options)


@pytest.fixture
def app(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """The application, which notes what it is asked for and takes any token against forged requests."""
    monkeypatch.setattr(csrf, "validate_csrf", lambda *_args, **_options: None)
    monkeypatch.setattr(PlainRequest, "parameter_storage_class", AskedFields)
    asked.clear()
    return app


@pytest.fixture
def device(installation: Installation, campaign: CampaignRecord) -> str:
    """What an enrolled kiosk shows with its requests; and rows for the pages of the office."""
    door.accept(installation, entry(campaign, number="0001"), NOW)
    scene.account(installation, "truoc@x.vn")  # whom the page of accounts acts on
    scene.cards(installation, campaign)
    number, code = devices.add(installation, COMMAND_LINE, campaign, NewKiosk("an-nhon", 1), NOW)
    key = b"\7" * 32
    enrolment.enrol(installation, campaign, number, code, hashlib.sha256(key).digest(), NOW)
    shown = base64.urlsafe_b64encode(key).decode().rstrip("=")
    return f"Kiosk {campaign.code}/{number}/{shown}"


def people(app: Flask, signed_in: SignIn) -> Mapping[Role | None, FlaskClient]:
    """Somebody of each role, and somebody of none."""
    return {None: stranger(app), **{role: signed_in(role) for role in ORDER}}


def caller(app: Flask, rule: Rule, method: str) -> Role | None:
    """Who calls an address here: of those who may, one of the centre to look, one of a unit to act."""
    roles = [role for role in ORDER if role in (access.declared(app, rule.endpoint) or ())]
    return roles[-1 if method == "GET" else 0] if roles else None


def paths(installation: Installation, rule: Rule) -> Iterator[str]:
    """The address of a rule, then those with one of its parts hostile."""
    mac = AddressMac(installation.keys.address_mac).write(scene.CODE, "an-nhon", 1)
    parts = {**IN_PATH, "address": mac}
    yield _filled(rule, parts)
    for name in sorted(rule.arguments):
        for bad in IN_ADDRESSES:
            yield _filled(rule, {**parts, name: bad})


def _filled(rule: Rule, parts: Mapping[str, str]) -> str:
    return PART.sub(lambda part: quote(parts[part[1]]), rule.rule)


def walked(browser: FlaskClient, path: str, method: str) -> Iterator[tuple[int, str]]:
    """Ask an address with each of its fields hostile, and the others sound, until it asks for no more names."""

    def status(about: str, fields: Mapping[str, str]) -> tuple[int, str]:
        body = {"data": dict(fields)} if method == "POST" else {}
        answer = browser.open(path, method=method, query_string=dict(fields), **body)  # type: ignore[arg-type]
        return answer.status_code, about

    asked.clear()
    yield status("sound", SOUND)
    done: set[str] = set()
    while names := asked - done - {"csrf_token"}:
        done |= names
        sound = {name: SOUND.get(name, ANY) for name in done}
        for name in sorted(names):
            for bad in HOSTILE:
                yield status(f"{name}={bad[:24]!r}", {**sound, name: bad})


def trials(
    browser: FlaskClient, installation: Installation, rule: Rule, method: str
) -> Iterator[tuple[int, str]]:
    """Ask for an address with each of its parts hostile, then with each of its fields."""
    sound, *hostile = paths(installation, rule)
    for path in hostile:
        body = dict(SOUND) if method == "POST" else None
        yield browser.open(path, method=method, data=body).status_code, path[-80:]
    yield from walked(browser, sound, method)


def test_no_field_of_any_address_is_a_defect(
    app: Flask, installation: Installation, signed_in: SignIn, device: str
) -> None:
    browsers, sent = people(app, signed_in), 0
    defects: set[tuple[object, ...]] = set()
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
        if rule.endpoint in LEFT_OUT:
            continue
        for method in sorted((rule.methods or set()) & {"GET", "POST"}):
            role = caller(app, rule, method)
            for status, about in trials(browsers[role], installation, rule, method):
                sent += 1
                if status >= 500:
                    defects.add((rule.endpoint, role, method, about))
    assert not defects, sorted(map(str, defects))
    assert sent > 1000


def device_bodies() -> Iterator[str]:
    """What a device may send, with one thing of it hostile."""
    sound = {"number": 1, "code": "1234", "campaign": scene.CODE, "key": "k" * 22, "issued": 1}
    sound |= {"waiting": 0, "overdue": 0, "fields": {"overall": ["4"]}}
    for name, bad in product((*sound, *OF_DEVICES), JSON_VALUES):
        yield json.dumps({**sound, name: bad})
    for name, bad in product(("overall", "comment", "lang"), JSON_VALUES):
        yield json.dumps({**sound, "fields": {"overall": ["4"], name: [bad]}})


def shown_keys() -> Iterator[str]:
    """What a device may show of itself, with one part of it hostile."""
    for bad in HOSTILE:
        for shown in (bad, f"{bad}/1/AAAA", f"{scene.CODE}/{bad}/AAAA", f"{scene.CODE}/1/{bad}"):
            yield f"Kiosk {shown}".encode().decode("latin-1")  # as servers hand it over


def test_nothing_that_a_device_sends_is_a_defect(app: Flask, device: str) -> None:
    client, defects = stranger(app), set()
    addresses = sorted(rule.rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/kios/api/"))
    for path, body in product(addresses, device_bodies()):
        if client.post(path, data=body, headers={"Authorization": device}).status_code >= 500:
            defects.add((path, body[-200:]))
    for path, shown, method in product(addresses, shown_keys(), ("GET", "POST")):
        answer = client.open(path, method=method, data=b"{}", headers={"Authorization": shown})
        if answer.status_code >= 500:
            defects.add((path, shown[:60]))
    assert not defects, sorted(defects)
