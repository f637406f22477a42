"""What every page of the citizen is made of: its style, its policy, its texts, and the counter that it belongs to."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from flask import Response, request, url_for
from werkzeug.exceptions import HTTPException

from forms.address_mac import AddressMac, InvalidMac
from forms.check_word import check_word
from forms.languages.known import BUNDLED
from forms.prepared_page import compact_css, source_of
from forms.text_tables import DEFAULT_LANGUAGE
from forms.texts import page_texts
from survey.errors import Refusal
from survey.services.installation.campaign_records import CampaignRecord
from survey.web.app_context import current_installation

TEMPLATES = Path(__file__).parents[3] / "templates" / "citizen"
SCRIPT = Path(__file__).parents[2] / "static" / "citizen" / "send.js"
STYLE = compact_css((TEMPLATES / "style.css").read_text("utf-8"))
WHOLE_STYLE = STYLE + compact_css((TEMPLATES / "more.css").read_text("utf-8"))
PLAYER_STYLE = "audio{display:block;width:100%;height:3.5rem;padding:0 1rem .7rem}"
# Not no-store: back and refresh show the very page that was filled in, with its key, and so never
# make a second response of it.
CACHING = "private,no-cache"
SWITCHES = ("a", "o")  # large type, high contrast
OTHER_UNIT = "khac"


@dataclass(frozen=True, slots=True)
class AddressedCounter:
    """The counter that an address names, and the address with its MAC."""

    address: str
    campaign: CampaignRecord
    unit_id: int


def counter_of(address: str) -> AddressedCounter:
    """Return the counter that the address names, or refuse an address whose MAC was not made here.

    Raises:
        Refusal: ``link_not_genuine``; ``campaign_unknown``; ``unit_unknown``.
    """
    try:
        found = AddressMac(current_installation().keys.address_mac).verify(address)
    except InvalidMac as error:
        raise Refusal("link_not_genuine") from error
    campaign = current_installation().campaigns.get(found.campaign)
    return AddressedCounter(address, campaign, campaign.unit_id(found.unit))


def language(campaign: CampaignRecord | None = None) -> str:
    """Return the language that the request asks for, where the campaign speaks it, else Vietnamese."""
    asked = request.args.get("lang") or request.args.get(OTHER_UNIT, "")
    return asked if asked in (BUNDLED if campaign is None else campaign.names) else DEFAULT_LANGUAGE


def if_chosen(lang: str) -> str | None:
    """Return a language for an address, None for the one in which pages speak unasked."""
    return None if lang == DEFAULT_LANGUAGE else lang


def other_languages(campaign: CampaignRecord | None, lang: str) -> list[tuple[str, str, str]]:
    """Return the name, the address and the tag of every other language of the page."""
    names = BUNDLED if campaign is None else campaign.names
    return [(name, f"?lang={tag}", tag) for tag, name in names.items() if tag != lang]


def frame(campaign: CampaignRecord | None, lang: str, css: str = WHOLE_STYLE) -> dict[str, Any]:
    """Return what every page's frame needs."""
    texts = page_texts(lang) if campaign is None else campaign.texts(lang)
    return {"lang": lang, "t": texts, "css": css, "view": view()}


def view() -> str:
    """Return the switches of the view that are on, as the form or the address brought them."""
    try:
        on = {*request.args.get("v", ""), *request.form}
    except HTTPException:  # a body that is too large is told of without being read
        on = set()
    return "".join(name for name in SWITCHES if name in on)


def heading(counter: AddressedCounter) -> dict[str, Any]:
    """Return what a page of a counter says above everything else."""
    campaign = counter.campaign
    unit = campaign.unit(counter.unit_id)
    return {
        "office": campaign.plan.headings.agency,
        "unit_name": unit.name,
        "word": check_word(current_installation().keys.address_mac, campaign.code, unit.code),
        "rehearsal": campaign.rehearsal,
    }


def clips(campaign: CampaignRecord, lang: str) -> dict[str, str]:
    """Return the address of each recording of a language by what it reads aloud."""
    spoken = campaign.languages.get(lang)
    return {
        key: url_for("citizen.clip", campaign=campaign.code, lang=lang, key=key, digest=digest)
        for key, digest in (spoken.clips if spoken else {}).items()
    }


@lru_cache(maxsize=64)
def script_of(campaign: CampaignRecord, lang: str) -> tuple[str, str]:
    """Return the script that sends on a bad line, in a language of the campaign, and the name of this state of it."""
    texts = campaign.texts(lang)["form"]
    told = json.dumps({name: texts[name] for name in ("sending", "waiting")}, ensure_ascii=False)
    source = f"const WORDS = {told};\n{SCRIPT.read_text('utf-8')}"
    return source, hashlib.sha256(source.encode()).hexdigest()[:6]


@lru_cache(maxsize=64)
def loader(campaign: CampaignRecord, lang: str) -> str:
    """Return what fetches that script when the first answer is given: a first visit stays one request."""
    version = script_of(campaign, lang)[1]
    address = url_for("citizen.script", campaign=campaign.code, lang=lang, version=version)
    return f'oninput=()=>import("{address}")'


def sent(
    body: bytes,
    status: int,
    css: str = WHOLE_STYLE,
    *,
    script: str = "",
    encoding: str | None = None,
    caching: str = CACHING,
) -> Response:
    """Return a page with the headers that let it do what it does, and nothing else."""
    answer = Response(body, status, mimetype="text/html")
    answer.headers["Content-Security-Policy"] = _policy(css, script)
    answer.headers["Cache-Control"] = caching
    answer.headers["Vary"] = "Accept-Encoding"
    if encoding:
        answer.headers["Content-Encoding"] = encoding
    return answer


@cache
def _policy(css: str, script: str) -> str:
    rules = [f"default-src 'none';style-src {source_of(css)};img-src data:;form-action 'self'"]
    if script:
        rules.append(f"script-src 'self' {source_of(script)};connect-src 'self'")
    if PLAYER_STYLE in css:
        rules.append("media-src 'self'")
    return ";".join([*rules, "base-uri 'none';frame-ancestors 'none'"])
