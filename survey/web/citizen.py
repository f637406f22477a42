"""The citizen's way: the sealed address of a counter, one page, a receipt. No cookie, no script needed."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from forms import answers
from forms.faults import FaultyInput
from forms.seal import BadSeal, Seal
from forms.texts import page_texts
from forms.web import PreparedPage, compact_css, slot, style_source
from survey import clock
from survey.errors import Refusal, sentence_of
from survey.services import receipts
from survey.services.campaigns import CampaignRecord
from survey.services.collection import Entry
from survey.vocabulary import Channel, EntryState
from survey.web.access import public
from survey.web.current import installation

citizen = Blueprint("citizen", __name__)

KEY = "key"
MINUTES = 2
LANGUAGE_NAMES = {"vi": "Tiếng Việt", "en": "English"}
STYLE = compact_css((Path(__file__).parents[2] / "templates/citizen/style.css").read_text("utf-8"))
SECURITY_POLICY = (
    f"default-src 'none';style-src {style_source(STYLE)};img-src data:;form-action 'self';"
    "base-uri 'none';frame-ancestors 'none'"
)
# Not no-store: back and refresh show the very page that was filled in, with its key, and so never
# make a second response of it.
CACHING = "private,no-cache"


@dataclass(frozen=True, slots=True)
class Counter:
    """The counter that a sealed address names."""

    sealed: str
    campaign: CampaignRecord
    unit_id: int


@dataclass(frozen=True, slots=True)
class Faulty:
    """A fault as the page shows it: the field it belongs to and its sentence."""

    field: str
    sentence: str


@citizen.get("/k/<sealed>")
@public
def form(sealed: str) -> ResponseReturnValue:
    """Give the counter's form, prepared once and sent with a new key."""
    counter, lang = _counter(sealed), _language()
    if clock.now() < counter.campaign.opens_at:
        raise Refusal("campaign_not_open", opens=f"{counter.campaign.opens_at:%d/%m/%Y}")
    page = _prepared(counter.sealed, lang, _is_late(counter))
    raw, packed = page.fill(**{KEY: secrets.token_urlsafe(16)})
    if request.accept_encodings.quality("gzip") > 0:
        return _sent(packed, 200, encoding="gzip")
    return _sent(raw, 200)


@citizen.post("/k/<sealed>")
@public
def send(sealed: str) -> ResponseReturnValue:
    """Take the form in and lead to its receipt, or show it again with every fault and nothing lost."""
    counter, lang = _counter(sealed), _language()
    fields = request.form.to_dict(flat=False)
    key = request.form.get(KEY, "")
    try:
        sheet = answers.parse(counter.campaign.questionnaire, fields)
    except FaultyInput as faulty:
        shown = [Faulty(fault.place, sentence_of(fault, lang)) for fault in faulty.faults]
        return _sent(_rendered(counter, lang, key, fields, shown).encode(), 422)
    entry = Entry(counter.campaign, counter.unit_id, Channel.QR, key, sheet)
    accepted = installation().door.accept(entry, clock.now())
    late = "1" if accepted.state is EntryState.LATE else None
    return redirect(url_for("citizen.receipt", code=accepted.receipt, lang=_if_chosen(lang), late=late), 303)


@citizen.get("/r/<code>")
@public
def receipt(code: str) -> ResponseReturnValue:
    """Show a receipt that the service gave out; nothing is looked up, so nothing can be found out."""
    known = receipts.read(installation().keys.receipt, code)
    if known is None:
        raise Refusal("receipt_unknown")
    lang = _language()
    page = render_template(
        "citizen/receipt.html",
        lang=lang,
        t=page_texts(lang),
        css=STYLE,
        receipt=known,
        late="late" in request.args,
        rehearsal=False,
    )
    return _sent(page.encode(), 200)


def notice(refusal: Refusal, kind: str) -> Response:
    """Return the friendly page that tells a citizen what happened and what to do."""
    lang = _language()
    page = render_template(
        "citizen/notice.html",
        lang=lang,
        t=page_texts(lang),
        css=STYLE,
        kind=kind,
        details=refusal.details,
        code=refusal.code,
        rehearsal=False,
    )
    return _sent(page.encode(), refusal.status)


def _counter(sealed: str) -> Counter:
    """Return the counter that the address names, or refuse an address that was not sealed here."""
    try:
        opened = Seal(installation().keys.seal).open(sealed)
    except BadSeal as error:
        raise Refusal("link_not_genuine") from error
    campaign = installation().campaigns.get(opened.campaign)
    return Counter(sealed, campaign, campaign.unit_id(opened.unit))


def _language() -> str:
    asked = request.args.get("lang", "")
    return asked if asked in LANGUAGE_NAMES else "vi"


def _if_chosen(lang: str) -> str | None:
    return None if lang == "vi" else lang


def _is_late(counter: Counter) -> bool:
    return clock.now() >= counter.campaign.closes_at


@lru_cache(maxsize=512)
def _prepared(sealed: str, lang: str, late: bool) -> PreparedPage:
    return PreparedPage(_rendered(_counter(sealed), lang, slot(KEY), {}, (), late=late))


def _rendered(
    counter: Counter,
    lang: str,
    key: str,
    values: Mapping[str, Sequence[str]],
    faults: Sequence[Faulty],
    *,
    late: bool | None = None,
) -> str:
    plan = counter.campaign.plan
    address = url_for("citizen.send", sealed=counter.sealed)
    return render_template(
        "citizen/form.html",
        q=counter.campaign.questionnaire,
        t=page_texts(lang),
        css=STYLE,
        lang=lang,
        office=plan.headings.agency,
        unit_name=counter.campaign.unit(counter.unit_id).name,
        campaign_title=plan.title,
        minutes=MINUTES,
        rehearsal=counter.campaign.rehearsal,
        late=_is_late(counter) if late is None else late,
        action=url_for("citizen.send", sealed=counter.sealed, lang=_if_chosen(lang)),
        lang_links=[
            (LANGUAGE_NAMES[code], address if code == "vi" else f"{address}?lang={code}", code == lang)
            for code in counter.campaign.questionnaire.languages
            if code in LANGUAGE_NAMES
        ],
        values=values,
        faults=faults,
        key=key,
    )


def _sent(body: bytes, status: int, encoding: str | None = None) -> Response:
    answer = Response(body, status, mimetype="text/html")
    answer.headers["Content-Security-Policy"] = SECURITY_POLICY
    answer.headers["Cache-Control"] = CACHING
    answer.headers["Vary"] = "Accept-Encoding"
    if encoding:
        answer.headers["Content-Encoding"] = encoding
    return answer
