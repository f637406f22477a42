"""The citizen's way: the address of a counter with its MAC, one page, a receipt. No cookie, no script needed."""

from __future__ import annotations

import io
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from flask import Blueprint, Response, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from forms import answers, screen_code
from forms.address_mac import AddressMac
from forms.faults import FaultyInstrument, InstrumentFault
from forms.prepared_page import PreparedPage, slot
from survey import clock
from survey.errors import Refusal
from survey.services.campaigns import languages
from survey.services.collection import door, receipts
from survey.services.collection.door import Accepted
from survey.services.collection.entries import CodeOfAnswer, WebEntry
from survey.services.counter import screen_codes, tickets
from survey.services.installation.campaign_records import CampaignRecord
from survey.vocabulary import EntryState
from survey.web.access import public
from survey.web.app_context import current_installation
from survey.web.collection import citizen_page
from survey.web.collection.citizen_page import AddressedCounter
from survey.web.field_faults import FieldFault

pages = Blueprint("citizen", __name__)

KEY = "key"
MINUTES = 2
LONGEST_TYPED = 40
KEPT_PAGES = 128  # each keeps a compressor's state of some 270 kB
# Long enough to be shown once more when the script that posted the form leads to it; it says nothing of answers.
RECEIPT_CACHING = "private,max-age=300"
FOREVER = "public,max-age=31536000,immutable"
WORTH_A_NEW_FORM = frozenset({"response_conflict", "idempotency_key_bad"})
# After an outage a browser without a script still has what was answered: in the page that tells of it.
WORTH_SENDING_AGAIN = frozenset({"storage_away"})
SENDING = frozenset({"citizen.send", "citizen.send_by_ticket", "citizen.send_by_screen"})
ANOTHER_CODE = "ma"
WORTH_ANOTHER_CODE = frozenset({"screen_code_unknown", "screen_code_old", "screen_code_spent"})


@dataclass(frozen=True, slots=True)
class AnotherCode:
    """That the page wants another code of the screen: why, what was typed, and where the form goes without one."""

    sentence: str
    typed: str
    without: str | None


@pages.get("/k/<address>")
@public
def form(address: str) -> ResponseReturnValue:
    """Give the counter's form, prepared once and sent with a new key."""
    return _given(citizen_page.counter_of(address))


@pages.post("/k/<address>")
@public
def send(address: str) -> ResponseReturnValue:
    """Take the form in and lead to its receipt, or show it again with every fault and nothing lost."""
    return _taken(citizen_page.counter_of(address))


@pages.get("/m")
@public
def typed() -> ResponseReturnValue:
    """Ask for the short code of a card or of a screen, and lead to its form."""
    lang = citizen_page.language()
    if code := request.args.get("ma", "").strip()[:LONGEST_TYPED]:
        where = "citizen.by_screen" if screen_code.read(code) else "citizen.by_ticket"
        address = url_for(where, code=code, lang=citizen_page.if_chosen(lang), v=citizen_page.view() or None)
        return redirect(address, 303)
    told = {"rehearsal": False, "lang_links": citizen_page.other_languages(None, lang)}
    return citizen_page.sent(
        render_template("citizen/ticket.html", **told, **citizen_page.frame(None, lang)).encode(), 200
    )


@pages.get("/m/<code>")
@public
def by_ticket(code: str) -> ResponseReturnValue:
    """Give the form of the unit that printed the one-time code, while the code is unspent."""
    found = tickets.find(current_installation(), code)
    tickets.require_unspent(current_installation(), found)
    return _given(_of_unit(found.campaign, found.ticket.unit_id))


@pages.post("/m/<code>")
@public
def send_by_ticket(code: str) -> ResponseReturnValue:
    """Take the form in and spend its code; the receipt's address does not name the code."""
    found = tickets.find(current_installation(), code)
    counter = _of_unit(found.campaign, found.ticket.unit_id)
    return _taken(counter, found.ticket)


@pages.get("/s/<code>")
@public
def by_screen(code: str) -> ResponseReturnValue:
    """Give the form of the counter whose screen shows the code, or showed it minutes ago."""
    installation, now = current_installation(), clock.now()
    found = screen_codes.find(installation, code, now)
    counter = _of_unit(found.campaign, found.unit_id, found.counter)
    return _given(counter, screen_codes.open_form(installation, found, now))


@pages.post("/s/<code>")
@public
def send_by_screen(code: str) -> ResponseReturnValue:
    """Take the form in and spend the screen's code; where that cannot be, ask for the present one and lose nothing."""
    installation, now = current_installation(), clock.now()
    first = screen_codes.find(installation, code, now)
    counter = _of_unit(first.campaign, first.unit_id, first.counter)
    typed = request.form.get(ANOTHER_CODE, "").strip()
    try:
        found = screen_codes.find_beside(installation, first, typed, now) if typed else first
        screen_codes.require_in_time(installation, found, request.form.get(KEY, ""), now)
        return _taken(counter, found.end)
    except Refusal as refusal:
        if refusal.code not in WORTH_ANOTHER_CODE:
            raise
        return _asked_again(counter, refusal)


@pages.get("/k/<address>/r/<code>")
@public
def receipt(address: str, code: str) -> ResponseReturnValue:
    """Show a receipt that the service gave out; nothing is looked up, so nothing can be found out."""
    counter = citizen_page.counter_of(address)
    known = receipts.read(current_installation().keys.receipt, code)
    if known is None:
        raise Refusal("receipt_unknown")
    shown = render_template(
        "citizen/receipt.html",
        code_groups=known.split("-"),
        late="late" in request.args,
        again="again" in request.args,
        **citizen_page.frame(counter.campaign, citizen_page.language(counter.campaign)),
        **citizen_page.heading(counter),
    )
    return citizen_page.sent(shown.encode(), 200, caching=RECEIPT_CACHING)


@pages.get("/gui/<campaign>/<lang>.<version>.js")
@public
def script(campaign: str, lang: str, version: str) -> ResponseReturnValue:
    """Give the script that sends a form on a bad line, with its two sentences in a language of the campaign.

    Raises:
        Refusal: ``campaign_unknown``; ``page_unknown`` for a language that it does not speak.
    """
    record = current_installation().campaigns.get(campaign)
    if lang not in record.names:
        raise Refusal("page_unknown")
    source, current = citizen_page.script_of(record, lang)
    caching = FOREVER if version == current else "no-cache"
    return Response(source, mimetype="text/javascript", headers={"Cache-Control": caching})


@pages.get("/nghe/<campaign>/<lang>/<key>/<digest>")
@public
def clip(campaign: str, lang: str, key: str, digest: str) -> ResponseReturnValue:
    """Give a recording of a campaign, whole or in part as players ask for it.

    Raises:
        Refusal: ``campaign_unknown``; ``clip_unknown``.
    """
    record = current_installation().campaigns.get(campaign)
    ref = languages.RecordingRef(lang, key, digest)
    content, kind = languages.recording(current_installation(), record, ref)
    answer = send_file(io.BytesIO(content), mimetype=kind, conditional=True, etag=digest)
    answer.headers["Cache-Control"] = FOREVER
    answer.headers["Content-Security-Policy"] = "default-src 'none'"
    return answer


def notice(refusal: Refusal, kind: str) -> Response:
    """Return the friendly page that tells a citizen what happened and what to do."""
    counter = _counter_of_request()
    form_url = _form_address(counter) if refusal.code in WORTH_A_NEW_FORM else None
    kept = request.form if refusal.code in WORTH_SENDING_AGAIN and request.endpoint in SENDING else None
    return _notice(counter, kind, refusal.details, form_url, refusal.status, kept)


def _notice(
    counter: AddressedCounter | None,
    kind: str,
    details: Mapping[str, object],
    form_url: str | None,
    status: int,
    kept: MultiDict[str, str] | None = None,
) -> Response:
    """Show the page of one kind; *kept* are the fields of a form that can be sent again from there as they are."""
    campaign = None if counter is None else counter.campaign
    heading = {"office": None, "rehearsal": False} if counter is None else citizen_page.heading(counter)
    shown = render_template(
        "citizen/notice.html",
        kind=kind,
        details=details,
        form_url=form_url,
        kept=None if kept is None else list(kept.items(multi=True)),
        **citizen_page.frame(campaign, citizen_page.language(campaign)),
        **heading,
    )
    return citizen_page.sent(shown.encode(), status)


def _given(counter: AddressedCounter, key: str | None = None) -> Response:
    """Send the prepared page of the counter's unit with a key, or tell what to do if it is another unit."""
    campaign = counter.campaign
    lang = citizen_page.language(campaign)
    if citizen_page.OTHER_UNIT in request.args:
        unit = campaign.unit(counter.unit_id).name
        return _notice(counter, "other_unit", {"unit": unit}, f"?lang={lang}", 200)
    if clock.now() < campaign.opens_at:
        raise Refusal("campaign_not_open", opens=f"{campaign.opens_at:%d/%m/%Y}")
    prepared = _prepared(campaign, counter.unit_id, lang, _is_late(counter), citizen_page.view())
    raw, packed = prepared.fill(**{KEY: key or secrets.token_urlsafe(16)})
    css, loader = _css(campaign, lang), citizen_page.loader(campaign, lang)
    if request.accept_encodings.quality("gzip") > 0:
        return citizen_page.sent(packed, 200, css, script=loader, encoding="gzip")
    return citizen_page.sent(raw, 200, css, script=loader)


def _taken(counter: AddressedCounter, code: CodeOfAnswer | None = None) -> ResponseReturnValue:
    """Hand the form to the door and lead to its receipt, or show it again with every fault."""
    campaign = counter.campaign
    lang, fields = citizen_page.language(campaign), request.form.to_dict(flat=False)
    key = request.form.get(KEY, "")
    typed = fields.pop(ANOTHER_CODE, None)
    try:
        sheet = answers.parse(campaign.questionnaire, fields)
    except FaultyInstrument as faulty:
        shown = [_told(fault, campaign, lang) for fault in faulty.faults]
        again = None if typed is None else AnotherCode("", typed[0], _form_address(counter))
        return _shown_again(counter, 422, fields, shown, again)
    entry = WebEntry(campaign, counter.unit_id, key, sheet, code)
    accepted = door.accept(current_installation(), entry, clock.now())
    return redirect(_receipt_address(counter, accepted, lang), 303)


def _asked_again(counter: AddressedCounter, refusal: Refusal) -> Response:
    """Show the form as it was sent, with a place for the screen's present code and a way without one."""
    lang = citizen_page.language(counter.campaign)
    again = AnotherCode(refusal.sentence(lang), "", _form_address(counter))
    return _shown_again(counter, refusal.status, request.form.to_dict(flat=False), (), again)


def _shown_again(
    counter: AddressedCounter,
    status: int,
    values: Mapping[str, Sequence[str]],
    faults: Sequence[FieldFault],
    again: AnotherCode | None,
) -> Response:
    """Show the form with everything that was filled in."""
    campaign = counter.campaign
    lang, key = citizen_page.language(campaign), request.form.get(KEY, "")
    css = (
        citizen_page.WHOLE_STYLE + citizen_page.PLAYER_STYLE
        if citizen_page.clips(campaign, lang)
        else citizen_page.WHOLE_STYLE
    )
    shown = _rendered(counter, lang, key, css, values, faults, again=again)
    return citizen_page.sent(shown.encode(), status, css, script=citizen_page.loader(campaign, lang))


def _told(fault: InstrumentFault, campaign: CampaignRecord, lang: str) -> FieldFault:
    return FieldFault(fault.location, campaign.texts(lang)["fault"][fault.code].format(**fault.details))


def _of_unit(campaign: CampaignRecord, unit_id: int, number: int = 0) -> AddressedCounter:
    """Return a counter of a unit, or none in particular."""
    address = AddressMac(current_installation().keys.address_mac).write(
        campaign.code, campaign.unit(unit_id).code, number
    )
    return AddressedCounter(address, campaign, unit_id)


def _form_address(counter: AddressedCounter | None) -> str | None:
    if counter is None:
        return None
    lang = citizen_page.if_chosen(citizen_page.language(counter.campaign))
    return url_for("citizen.form", address=counter.address, lang=lang)


def _counter_of_request() -> AddressedCounter | None:
    """Return the counter that the request's address names, None where it names none."""
    try:
        return citizen_page.counter_of((request.view_args or {})["address"])
    except (KeyError, Refusal):
        return None


def _receipt_address(counter: AddressedCounter, accepted: Accepted, lang: str) -> str:
    return url_for(
        "citizen.receipt",
        address=counter.address,
        code=accepted.receipt,
        lang=citizen_page.if_chosen(lang),
        late="1" if accepted.state is EntryState.LATE else None,
        again=None if accepted.compared else "1",
        v=citizen_page.view() or None,
    )


def _is_late(counter: AddressedCounter) -> bool:
    return clock.now() >= counter.campaign.closes_at


@lru_cache(maxsize=KEPT_PAGES)
def _css(campaign: CampaignRecord, lang: str) -> str:
    """Return the style of a first visit; players of recordings need a rule of their own."""
    return (
        citizen_page.STYLE + citizen_page.PLAYER_STYLE
        if citizen_page.clips(campaign, lang)
        else citizen_page.STYLE
    )


@lru_cache(maxsize=KEPT_PAGES)
def _prepared(campaign: CampaignRecord, unit_id: int, lang: str, late: bool, view: str) -> PreparedPage:
    """Return the page of a unit; its links are relative, so that all counters of the unit share it.

    *view* is in the page by way of the request's address.
    """
    counter = AddressedCounter("", campaign, unit_id)
    return PreparedPage(_rendered(counter, lang, slot(KEY), _css(campaign, lang), {}, (), late=late))


def _rendered(
    counter: AddressedCounter,
    lang: str,
    key: str,
    css: str,
    values: Mapping[str, Sequence[str]],
    faults: Sequence[FieldFault],
    *,
    late: bool | None = None,
    again: AnotherCode | None = None,
) -> str:
    campaign = counter.campaign
    return render_template(
        "citizen/form.html",
        q=campaign.questionnaire,
        minutes=MINUTES,
        late=_is_late(counter) if late is None else late,
        action=f"?lang={lang}",
        other_unit=f"?{citizen_page.OTHER_UNIT}={lang}",
        lang_links=citizen_page.other_languages(campaign, lang),
        values=values,
        faults=faults,
        again=again,
        clips=citizen_page.clips(campaign, lang),
        script=citizen_page.loader(campaign, lang),
        key=key,
        **citizen_page.frame(campaign, lang, css),
        **citizen_page.heading(counter),
    )
