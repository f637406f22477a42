"""The kiosk's own addresses: its page, its service worker, and what the device and the service say to each other."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue

from forms.faults import FaultyInstrument
from forms.icons import icons
from forms.questionnaire import questionnaire_json
from forms.texts import page_languages, page_texts
from survey import clock
from survey.errors import Refusal
from survey.services.counter import screen_codes, tickets
from survey.services.installation.campaign_records import CampaignRecord
from survey.services.installation.unit_keys import KioskRef
from survey.services.kiosks import devices, encrypted_records, enrolment, exits, pins, records, signatures
from survey.services.kiosks.devices import KioskRecord
from survey.services.kiosks.encrypted_records import DeviceRecord, EncryptedRecord
from survey.web.access import public
from survey.web.app_context import current_installation
from survey.web.collection.citizen_page import clips

kiosk = Blueprint("kiosk", __name__, url_prefix="/kios")

STATIC = Path(__file__).parents[2] / "static"
SHELL = Path(__file__).parents[3] / "templates" / "kiosk" / "shell.html"
WORKER = STATIC / "kiosk" / "worker.js"
SCHEME = "Kiosk "
DEVICE_RECEIPT = "hailong kiosk receipt 1"
RECEIPT = "hailong kiosk receipt 2"
HEARTBEAT = "hailong kiosk heartbeat 1"
EXIT = "hailong kiosk exit 1"
SECURITY_POLICY = (
    "default-src 'none';script-src 'self';style-src 'self';img-src 'self';media-src 'self';connect-src 'self';"
    "worker-src 'self';manifest-src 'self';form-action 'none';base-uri 'none';frame-ancestors 'none'"
)


@kiosk.get("/")
@public
def page() -> ResponseReturnValue:
    """Give the page of every kiosk: it holds texts and scripts, and nothing of a campaign or a citizen."""
    texts = {lang: page_texts(lang)["kiosk"] for lang in page_languages()}
    body = render_template("kiosk/shell.html", words=texts, version=version(), keys=service_keys())
    return Response(body, mimetype="text/html", headers={"Content-Security-Policy": SECURITY_POLICY})


@kiosk.get("/worker.js")
@public
def worker() -> ResponseReturnValue:
    """Give the service worker with the list of what the page needs when there is no network."""
    files = [url_for("static", filename=name) for name in _files()]
    known = {"version": version(), "files": [url_for("kiosk.page"), url_for("kiosk.manifest"), *files]}
    source = f"const SHELL = {json.dumps(known)};\n{WORKER.read_text('utf-8')}"
    return Response(source, mimetype="text/javascript")


@kiosk.get("/manifest.webmanifest")
@public
def manifest() -> ResponseReturnValue:
    """Give what a tablet needs to put the kiosk on its home screen without the browser's bars."""
    icon = {"src": url_for("static", filename="icon.svg"), "sizes": "any", "type": "image/svg+xml"}
    page_url = url_for("kiosk.page")
    names = {"name": "Hài Lòng – Kiosk", "short_name": "Kiosk", "lang": "vi", "display": "fullscreen"}
    colours = {"background_color": "#f6f3ec", "theme_color": "#0b5a66"}
    body = json.dumps({**names, **colours, "start_url": page_url, "scope": page_url, "icons": [icon]})
    return Response(body, mimetype="application/manifest+json")


@kiosk.post("/api/enrol")
@public
def enrol() -> ResponseReturnValue:
    """Give a kiosk to the device that shows the one-time code, and tell it what it needs."""
    sent = _json_body()
    campaign = current_installation().campaigns.get(_text(sent, "campaign"))
    number, code, hashed = _whole(sent, "number"), _text(sent, "code"), _text(sent, "key_hash")
    try:
        key_hash = bytes.fromhex(hashed)
    except ValueError as error:
        raise Refusal("kiosk_link_bad") from error
    record = enrolment.enrol(current_installation(), campaign, number, code, key_hash, clock.now())
    return jsonify(_settings(campaign, record))


@kiosk.post("/api/shown")
@public
def shown() -> ResponseReturnValue:
    """Tell a device whose code hangs on its screen whether somebody of the office has made it a kiosk."""
    kiosk_of_key = enrolment.find(current_installation(), _shown_key()[2], clock.now())
    if kiosk_of_key is None:
        return jsonify(waits=True)
    code, record = kiosk_of_key
    return jsonify(_settings(current_installation().campaigns.get(code), record))


@kiosk.post("/api/exit")
@public
def ask_exit() -> ResponseReturnValue:
    """Give a device a code to show, with which somebody of the office lets it be left."""
    campaign, record, _key = _device()
    code = exits.ask(current_installation(), campaign, record.number, clock.now())
    path = url_for("kiosk_phone.leave", campaign=campaign.code, number=record.number, code=code)
    lives = int(exits.LIVES.total_seconds())
    return jsonify(code=code, path=path, match=exits.match(code), seconds=lives)


@kiosk.post("/api/exit/use")
@public
def use_exit() -> ResponseReturnValue:
    """Tell a device whether its code was granted, signed with the device's own key."""
    campaign, record, key = _device()
    code = _text(_json_body(), "code")
    if not exits.use(current_installation(), campaign, record.number, code, clock.now()):
        return jsonify(waits=True)
    message = _lines(EXIT, campaign.code, record.number, code)
    return jsonify(signature=enrolment.sign(key, message).hex())


@kiosk.get("/api/settings")
@public
def settings() -> ResponseReturnValue:
    """Tell an enrolled device its counter, its rules and its frozen questionnaire."""
    campaign, record, _key = _device()
    return jsonify(_settings(campaign, record))


@kiosk.post("/api/signing-key")
@public
def signing_key() -> ResponseReturnValue:
    """Note the key with which the device signs from now on; it has nothing in an older form any more."""
    campaign, record, _key = _device()
    enrolment.register(current_installation(), campaign, record.number, _bytes(_json_body(), "signing_key"))
    return jsonify(known=True)


@kiosk.post("/api/records")
@public
def take() -> ResponseReturnValue:
    """Let one whole answer in through the door and sign its receipt.

    Devices sign and encrypt their records, and get a receipt that the service signs with its own key. One that has
    not reported its signing key sends the fields of a form, as all did once, and its receipt is signed with its key.
    """
    campaign, record, key = _device()
    body, sent = request.get_data(), _json_body()
    number = _whole(sent, "number")
    if number < 1:
        raise Refusal("kiosk_record_bad")
    try:
        device_record = _device_record(campaign, record, number, sent)
    except FaultyInstrument as faulty:
        raise Refusal("kiosk_record_bad", faulty.faults) from faulty
    except (ValueError, KeyError, TypeError) as error:
        raise Refusal("kiosk_record_bad") from error
    ref = KioskRef(record.unit_id, record.number)
    taken = records.take(current_installation(), campaign, ref, device_record, clock.now())
    place, sent_hash = (campaign.code, record.number, number), hashlib.sha256(body).hexdigest()
    if record.signing_key is not None:
        message = _lines(RECEIPT, *place, sent_hash, taken.state)
        return jsonify(state=taken.state, signature=signatures.signed(current_installation().keys, message))
    message = _lines(DEVICE_RECEIPT, *place, device_record.key, sent_hash, taken.receipt, taken.state)
    signature = enrolment.sign(key, message).hex()
    return jsonify(receipt=taken.receipt, state=taken.state, signature=signature)


def _device_record(
    campaign: CampaignRecord, kiosk: KioskRecord, number: int, sent: Mapping[str, Any]
) -> DeviceRecord:
    """Return what was sent in the one form that the device may use: the former until it has named its signing key."""
    if kiosk.signing_key is None:
        if "record" in sent:
            raise Refusal("kiosk_signing_key_missing")
        return encrypted_records.of_fields(campaign.questionnaire, number, sent)
    if "record" not in sent:
        raise Refusal("kiosk_form_old")
    encrypted = EncryptedRecord(number, _bytes(sent, "record"), _bytes(sent, "signature"))
    keys, ref = current_installation().keys, (campaign.code, kiosk.number)
    return encrypted_records.opened(keys, campaign.questionnaire, ref, encrypted, kiosk.signing_key)


def _lines(*words: object) -> bytes:
    return "\n".join(map(str, words)).encode()


@kiosk.post("/api/card")
@public
def card() -> ResponseReturnValue:
    """Say whether the code of a card can still be answered with at this kiosk; it is not spent by this."""
    campaign, record, _key = _device()
    tickets.check(current_installation(), campaign, record.unit_id, _text(_json_body(), "code"))
    return jsonify(usable=True)


@kiosk.get("/api/screen-code")
@public
def screen_code() -> ResponseReturnValue:
    """Give the code with which a citizen answers on a telephone, as it stands on this kiosk's screen now."""
    campaign, record, _key = _device()
    screen = screen_codes.ScreenRef(record.unit_id, record.counter, record.number)
    shown = screen_codes.show(current_installation(), campaign, screen, clock.now())
    typed_at = f"{current_installation().config.public_url.partition('://')[2]}/m"
    code = {"url": shown.url, "code": shown.typed, "typed_at": typed_at, "seconds": shown.seconds}
    return jsonify(**code, opens_minutes=shown.opens)


@kiosk.post("/api/beat")
@public
def heartbeat() -> ResponseReturnValue:
    """Keep how many answers the device holds, as it says at a heartbeat of its own clock."""
    campaign, record, _key = _device()
    sent = _json_body()
    counts = devices.RecordCounts(_whole(sent, "issued"), _whole(sent, "waiting"), _whole(sent, "overdue"))
    if record.signing_key is not None:
        said = _lines(HEARTBEAT, campaign.code, record.number, *counts)
        if not signatures.is_signed(record.signing_key, said, _bytes(sent, "signature")):
            raise Refusal("kiosk_signature_bad")
    proven = record.signing_key is not None
    devices.heartbeat(current_installation(), campaign, record.number, counts, clock.now(), proven=proven)
    return jsonify(version=version())


def version() -> str:
    """Return the name of this state of the kiosk's files; a device that has another one fetches them anew."""
    return _version_of(*service_keys().values())


def service_keys() -> dict[str, str]:
    """Return the public halves of the service's keys, which the page brings along with its scripts."""
    keys = current_installation().keys
    return dict(_public_keys(keys.kiosk_records, keys.kiosk_receipts))


@cache
def _public_keys(for_records: bytes, for_receipts: bytes) -> Mapping[str, str]:
    return {
        "records": signatures.public_point(for_records),
        "receipts": signatures.public_point(for_receipts),
    }


@cache
def _version_of(*public: str) -> str:
    every = [SHELL, *(STATIC / name for name in _files())]
    texts = json.dumps([*(page_texts(lang)["kiosk"] for lang in page_languages()), public], sort_keys=True)
    content = b"\0".join(path.read_bytes() for path in [*every, WORKER]) + texts.encode()
    return hashlib.sha256(content).hexdigest()[:12]


@cache
def _files() -> tuple[str, ...]:
    every = (path for folder in ("kiosk", "vendor") for path in sorted((STATIC / folder).iterdir()))
    kept = (path for path in every if path.suffix in {".js", ".css"} and path != WORKER)
    return ("icon.svg", *(path.relative_to(STATIC).as_posix() for path in kept))


def _device() -> tuple[CampaignRecord, KioskRecord, bytes]:
    """Return the campaign, the kiosk and the key of the device that asks.

    Raises:
        Refusal: ``kiosk_unknown``; ``kiosk_revoked``.
    """
    code, number, key = _shown_key()
    campaign = current_installation().campaigns.get(code)
    return campaign, enrolment.authenticate(current_installation(), campaign, number, key), key


def _shown_key() -> tuple[str, int, bytes]:
    """Return the campaign, the number and the key that the device shows, as it says them.

    Raises:
        Refusal: ``kiosk_unknown``.
    """
    try:
        code, written, text = request.headers.get("Authorization", "").removeprefix(SCHEME).split("/")
        number = int(written)
        if not 0 <= number <= devices.MOST_NUMBERS:
            raise Refusal("kiosk_unknown", number="?")
        return code, number, base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (ValueError, binascii.Error) as error:
        raise Refusal("kiosk_unknown", number="?") from error


def _settings(campaign: CampaignRecord, record: KioskRecord) -> dict[str, Any]:
    secret = current_installation().keys.kiosk
    pin = {
        "salt": pins.salt(campaign, record.number).hex(),
        "rounds": pins.ROUNDS,
        "check": pins.check(secret, campaign, record.number),
    }
    return {
        "campaign": campaign.code,
        "number": record.number,
        "unit": campaign.unit(record.unit_id).name,
        "counter": record.counter,
        "office": campaign.plan.headings.agency,
        "title": campaign.plan.title,
        "rehearsal": campaign.rehearsal,
        "opened": clock.now() >= campaign.opens_at,
        "opens_at": campaign.opens_at.isoformat(),
        "opens_on": f"{campaign.opens_at:%d/%m/%Y}",
        "idle_seconds": record.idle_seconds,
        "unfinished": record.unfinished,
        "cards": tickets.has_cards(current_installation(), campaign, record.unit_id),
        "pin": pin,
        "questionnaire": questionnaire_json(campaign.questionnaire),
        "words": {tag: campaign.texts(tag)["kiosk"] for tag in campaign.names if tag not in page_languages()},
        "audio": {tag: clips(campaign, tag) for tag in campaign.languages},
        "icons": icons(campaign.questionnaire),
    }


def _json_body() -> Mapping[str, Any]:
    try:
        sent = request.get_json(force=True, silent=True)
    except RecursionError:  # brackets in brackets in brackets
        sent = None
    if not isinstance(sent, dict):
        raise Refusal("kiosk_record_bad")
    return sent


def _text(sent: Mapping[str, Any], name: str) -> str:
    value = sent.get(name)
    # JSON can name halves of letters, which no text is made of.
    if not isinstance(value, str) or not value.isprintable():
        raise Refusal("kiosk_record_bad")
    return value


def _bytes(sent: Mapping[str, Any], name: str) -> bytes:
    try:
        return signatures.bytes_of(_text(sent, name))
    except ValueError as error:
        raise Refusal("kiosk_record_bad") from error


def _whole(sent: Mapping[str, Any], name: str) -> int:
    value = sent.get(name)
    if type(value) is not int or not 0 <= value <= devices.MOST_NUMBERS:
        raise Refusal("kiosk_record_bad")
    return value
