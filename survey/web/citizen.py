"""The citizen's way: the sealed address of a counter, one page, a receipt. No cookie, no script needed."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from forms import answers, screencode
from forms.checkword import check_word
from forms.faults import FaultyInput
from forms.seal import BadSeal, Seal
from forms.texts import page_texts
from forms.web import PreparedPage, compact_css, slot, style_source
from survey import clock
from survey.errors import Refusal, sentence_of
from survey.services import receipts, screen_codes, tickets
from survey.services.campaigns import CampaignRecord
from survey.services.collection import Accepted, Entry
from survey.services.screen_ends import ScreenCode
from survey.services.ticket_ends import Ticket
from survey.vocabulary import Channel, EntryState
from survey.web.access import public
from survey.web.current import installation

citizen = Blueprint("citizen", __name__)

KEY = "key"
MINUTES = 2
LONGEST_TYPED = 40
LANGUAGE_NAMES = {"vi": "Tiếng Việt", "en": "English"}
STYLE = compact_css((Path(__file__).parents[2] / "templates/citizen/style.css").read_text("utf-8"))
SECURITY_POLICY = (
    f"default-src 'none';style-src {style_source(STYLE)};img-src data:;form-action 'self';"
    "base-uri 'none';frame-ancestors 'none'"
)
# Not no-store: back and refresh show the very page that was filled in, with its key, and so never
# make a second response of it.
CACHING = "private,no-cache"
KEPT_PAGES = 128  # each keeps a compressor's state of some 270 kB
WORTH_A_NEW_FORM = frozenset({"response_conflict", "idempotency_key_bad"})
ANOTHER_CODE = "ma"
WORTH_ANOTHER_CODE = frozenset({"screen_code_unknown", "screen_code_old", "screen_code_spent"})


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


@dataclass(frozen=True, slots=True)
class Again:
    """That the page wants another code of the screen: why, what was typed, and where the form goes without one."""

    sentence: str
    typed: str
    without: str | None


@dataclass(frozen=True, slots=True)
class Way:
    """By which channel a form comes, with the code that it spends."""

    channel: Channel
    ticket: Ticket | None = None
    screen: ScreenCode | None = None


@citizen.get("/k/<sealed>")
@public
def form(sealed: str) -> ResponseReturnValue:
    """Give the counter's form, prepared once and sent with a new key."""
    return _given(_counter(sealed))


@citizen.post("/k/<sealed>")
@public
def send(sealed: str) -> ResponseReturnValue:
    """Take the form in and lead to its receipt, or show it again with every fault and nothing lost."""
    counter = _counter(sealed)
    return _taken(counter, Way(Channel.QR))


@citizen.get("/m")
@public
def typed() -> ResponseReturnValue:
    """Ask for the short code of a card or of a screen, and lead to its form."""
    if code := request.args.get("ma", "").strip()[:LONGEST_TYPED]:
        where = "citizen.by_screen" if screencode.read(code) else "citizen.by_ticket"
        return redirect(url_for(where, code=code, lang=_if_chosen(_language())), 303)
    page = render_template("citizen/ticket.html", rehearsal=False, **_frame(_language()))
    return _sent(page.encode(), 200)


@citizen.get("/m/<code>")
@public
def by_ticket(code: str) -> ResponseReturnValue:
    """Give the form of the unit that printed the one-time code, while the code is unspent."""
    found = tickets.find(installation(), code)
    tickets.require_unspent(installation(), found)
    return _given(_of_unit(found.campaign, found.ticket.unit_id))


@citizen.post("/m/<code>")
@public
def send_by_ticket(code: str) -> ResponseReturnValue:
    """Take the form in and spend its code; the receipt's address does not name the code."""
    found = tickets.find(installation(), code)
    counter = _of_unit(found.campaign, found.ticket.unit_id)
    return _taken(counter, Way(found.channel, ticket=found.ticket))


@citizen.get("/s/<code>")
@public
def by_screen(code: str) -> ResponseReturnValue:
    """Give the form of the counter whose screen shows the code, or showed it minutes ago."""
    opened, now = installation(), clock.now()
    found = screen_codes.find(opened, code, now)
    counter = _of_unit(found.campaign, found.unit_id, found.counter)
    return _given(counter, screen_codes.open_form(opened, found, now))


@citizen.post("/s/<code>")
@public
def send_by_screen(code: str) -> ResponseReturnValue:
    """Take the form in and spend the screen's code; where that cannot be, ask for the present one and lose nothing."""
    opened, now = installation(), clock.now()
    first = screen_codes.find(opened, code, now)
    counter = _of_unit(first.campaign, first.unit_id, first.counter)
    typed = request.form.get(ANOTHER_CODE, "").strip()
    try:
        found = screen_codes.find_beside(opened, first, typed, now) if typed else first
        screen_codes.require_in_time(opened, found, request.form.get(KEY, ""), now)
        return _taken(counter, Way(Channel.SCREEN, screen=found.end))
    except Refusal as refusal:
        if refusal.code not in WORTH_ANOTHER_CODE:
            raise
        return _asked_again(counter, refusal)


@citizen.get("/k/<sealed>/r/<code>")
@public
def receipt(sealed: str, code: str) -> ResponseReturnValue:
    """Show a receipt that the service gave out; nothing is looked up, so nothing can be found out."""
    counter, lang = _counter(sealed), _language()
    known = receipts.read(installation().keys.receipt, code)
    if known is None:
        raise Refusal("receipt_unknown")
    page = render_template(
        "citizen/receipt.html",
        code_groups=known.split("-"),
        late="late" in request.args,
        **_frame(lang),
        **_heading(counter),
    )
    return _sent(page.encode(), 200)


def notice(refusal: Refusal, kind: str) -> Response:
    """Return the friendly page that tells a citizen what happened and what to do."""
    counter = _counter_of_request()
    heading = {"office": None, "rehearsal": False} if counter is None else _heading(counter)
    page = render_template(
        "citizen/notice.html",
        kind=kind,
        details=refusal.details,
        form_url=_form_address(counter) if refusal.code in WORTH_A_NEW_FORM else None,
        **_frame(_language()),
        **heading,
    )
    return _sent(page.encode(), refusal.status)


def _given(counter: Counter, key: str | None = None) -> Response:
    """Send the prepared page of the counter's unit with a new key, or with one that was made for it."""
    if clock.now() < counter.campaign.opens_at:
        raise Refusal("campaign_not_open", opens=f"{counter.campaign.opens_at:%d/%m/%Y}")
    page = _prepared(counter.campaign, counter.unit_id, _language(), _is_late(counter))
    raw, packed = page.fill(**{KEY: key or secrets.token_urlsafe(16)})
    if request.accept_encodings.quality("gzip") > 0:
        return _sent(packed, 200, encoding="gzip")
    return _sent(raw, 200)


def _taken(counter: Counter, way: Way) -> ResponseReturnValue:
    """Hand the form to the door and lead to its receipt, or show it again with every fault."""
    lang, fields = _language(), request.form.to_dict(flat=False)
    key = request.form.get(KEY, "")
    typed = fields.pop(ANOTHER_CODE, None)
    try:
        sheet = answers.parse(counter.campaign.questionnaire, fields)
    except FaultyInput as faulty:
        shown = [Faulty(fault.place, sentence_of(fault, lang)) for fault in faulty.faults]
        again = None if typed is None else Again("", typed[0], _form_address(counter))
        return _sent(_rendered(counter, lang, key, fields, shown, again=again).encode(), 422)
    entry = Entry(
        counter.campaign, counter.unit_id, way.channel, key, sheet, ticket=way.ticket, screen=way.screen
    )
    accepted = installation().door.accept(entry, clock.now())
    return redirect(_receipt_address(counter, accepted, lang), 303)


def _asked_again(counter: Counter, refusal: Refusal) -> Response:
    """Show the form as it was sent, with a place for the screen's present code and a way without one."""
    lang, fields = _language(), request.form.to_dict(flat=False)
    again = Again(refusal.sentence(lang), "", _form_address(counter))
    page = _rendered(counter, lang, request.form.get(KEY, ""), fields, (), again=again)
    return _sent(page.encode(), refusal.status)


def _of_unit(campaign: CampaignRecord, unit_id: int, number: int = 0) -> Counter:
    """Return a counter of a unit, or none in particular."""
    sealed = Seal(installation().keys.seal).sign(campaign.code, campaign.unit(unit_id).code, number)
    return Counter(sealed, campaign, unit_id)


def _form_address(counter: Counter | None) -> str | None:
    if counter is None:
        return None
    return url_for("citizen.form", sealed=counter.sealed, lang=_if_chosen(_language()))


def _counter_of_request() -> Counter | None:
    """Return the counter that the request's address names, None where it names none."""
    try:
        return _counter((request.view_args or {})["sealed"])
    except (KeyError, Refusal):
        return None


def _frame(lang: str) -> dict[str, Any]:
    return {"lang": lang, "t": page_texts(lang), "css": STYLE}


def _heading(counter: Counter) -> dict[str, Any]:
    plan = counter.campaign.plan
    return {
        "office": plan.headings.agency,
        "unit_name": counter.campaign.unit(counter.unit_id).name,
        "campaign_title": plan.title,
        "word": _word(counter),
        "rehearsal": counter.campaign.rehearsal,
    }


def _word(counter: Counter) -> str:
    """Return the check word that stands on the unit's posters too."""
    campaign = counter.campaign
    return check_word(installation().keys.seal, campaign.code, campaign.unit(counter.unit_id).code)


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


def _receipt_address(counter: Counter, accepted: Accepted, lang: str) -> str:
    late = "1" if accepted.state is EntryState.LATE else None
    code = accepted.receipt
    return url_for("citizen.receipt", sealed=counter.sealed, code=code, lang=_if_chosen(lang), late=late)


def _is_late(counter: Counter) -> bool:
    return clock.now() >= counter.campaign.closes_at


@lru_cache(maxsize=KEPT_PAGES)
def _prepared(campaign: CampaignRecord, unit_id: int, lang: str, late: bool) -> PreparedPage:
    """Return the page of a unit; its links are relative, so that all counters of the unit share it."""
    return PreparedPage(_rendered(Counter("", campaign, unit_id), lang, slot(KEY), {}, (), late=late))


def _rendered(
    counter: Counter,
    lang: str,
    key: str,
    values: Mapping[str, Sequence[str]],
    faults: Sequence[Faulty],
    *,
    late: bool | None = None,
    again: Again | None = None,
) -> str:
    return render_template(
        "citizen/form.html",
        q=counter.campaign.questionnaire,
        minutes=MINUTES,
        late=_is_late(counter) if late is None else late,
        action=f"?lang={lang}",
        lang_links=[
            (LANGUAGE_NAMES[code], f"?lang={code}", code == lang)
            for code in counter.campaign.questionnaire.languages
            if code in LANGUAGE_NAMES
        ],
        values=values,
        faults=faults,
        again=again,
        key=key,
        **_frame(lang),
        **_heading(counter),
    )


def _sent(body: bytes, status: int, encoding: str | None = None) -> Response:
    answer = Response(body, status, mimetype="text/html")
    answer.headers["Content-Security-Policy"] = SECURITY_POLICY
    answer.headers["Cache-Control"] = CACHING
    answer.headers["Vary"] = "Accept-Encoding"
    if encoding:
        answer.headers["Content-Encoding"] = encoding
    return answer
