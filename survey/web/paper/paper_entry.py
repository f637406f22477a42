"""An officer keys paper forms in: one page, built for the numeric keypad, that works without a script too."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from survey import clock
from survey.errors import Fault, LocatedFault, Refusal, sentence_of
from survey.plans.plan import PlanUnit
from survey.services.collection import door, serial_ranges
from survey.services.collection.entries import KeyedEntry, PaperSource
from survey.services.counter import tickets
from survey.services.counter.tickets import SpendableTicket
from survey.services.installation.campaign_records import CampaignRecord
from survey.services.kiosks import devices
from survey.services.paper import batches, separate_duties
from survey.services.results import quotas
from survey.services.results.quotas import Progress
from survey.vocabulary import Role
from survey.web import language
from survey.web.access import actor, allow
from survey.web.app_context import current_installation
from survey.web.field_faults import FieldFault
from survey.web.office_frame import to_campaign
from survey.web.paper.entry_form import EntryForm, canonical, sheet_of

pages = Blueprint("paper_entry", __name__)

NUMBER = "form_number"
CARD = "card"
LONGEST_CARD = 60
RECEIVED = "received"
SHAPE = re.compile(r"[0-9A-Z](?:[0-9A-Z-]{0,22}[0-9A-Z])?")
# Refusals that concern what stands on the page; it is shown again with everything that was typed.
ON_PAGE = frozenset(
    {
        *("form_number_used", "response_conflict", "idempotency_key_bad"),
        *("sheet_used", "sheet_not_printed", "sheet_of_other_unit"),
        *("sheet_is_blank", "sheet_is_spoiled", "sheet_is_missing"),
        *("handed_out_by_same", "ticket_spent", "ticket_void"),
    }
)


@dataclass(frozen=True, slots=True)
class KeyingContext:
    """The campaign and the unit for which whoever has signed in keys forms."""

    campaign: CampaignRecord
    unit_id: int

    @property
    def unit(self) -> PlanUnit:
        """The unit."""
        return self.campaign.unit(self.unit_id)

    @property
    def progress(self) -> Progress:
        """The unit's counts as the board shows them."""
        board = quotas.shown(current_installation(), actor(), self.campaign, clock.now())
        return next(each for each in board.units if each.unit.code == self.unit.code)


@pages.get("/noi-bo/nhap-phieu")
@allow(Role.OFFICER)
def entry() -> ResponseReturnValue:
    """Lead to the entry page of the campaign."""
    return to_campaign("paper_entry.form")


@pages.get("/noi-bo/<campaign>/nhap-phieu")
@allow(Role.OFFICER)
def form(campaign: str) -> ResponseReturnValue:
    """Show an empty entry page with a new key.

    Raises:
        Refusal: ``campaign_not_open`` before the first day.
    """
    context = _context(campaign)
    if clock.now() < context.campaign.opens_at:
        raise Refusal("campaign_not_open", opens=f"{context.campaign.opens_at:%d/%m/%Y}")
    return _page(context, EntryForm(key=secrets.token_urlsafe(16)), {}, ())


@pages.post("/noi-bo/<campaign>/nhap-phieu")
@allow(Role.OFFICER)
def save(campaign: str) -> ResponseReturnValue:
    """Take a keyed form in and lead to the next one, or show it again with nothing lost."""
    context, given = _context(campaign), EntryForm()
    fields = request.form.to_dict(flat=False)
    faults: list[LocatedFault] = []
    number = _number(context, given.form_number.data or "", faults)
    if not faults and not SHAPE.fullmatch(number):
        faults.append(Fault("form_number_bad", NUMBER))
    card = _card(context, given, faults)
    sheet = sheet_of(context.campaign, fields, faults)
    if sheet is None or faults:
        return _page(context, given, fields, faults), 422
    # The number is a part of the key: the same answers under another number are another form.
    source, key = PaperSource(actor(), number), f"{given.key.data or ''}.{number}"
    keyed = KeyedEntry(context.campaign, context.unit_id, key, sheet, source, card)
    try:
        accepted = door.accept(current_installation(), keyed, clock.now())
    except Refusal as refusal:
        if refusal.code not in ON_PAGE:
            raise
        where = CARD if refusal.code.startswith("ticket_") else NUMBER
        return _page(context, given, fields, [Fault(refusal.code, where, refusal.details)]), refusal.status
    flash({"number": number, "receipt": accepted.receipt, "state": accepted.state.value}, RECEIVED)  # type: ignore[arg-type]
    return redirect(url_for("paper_entry.form", campaign=context.campaign.code), 303)


def _number(context: KeyingContext, typed: str, faults: list[LocatedFault]) -> str:
    """Return the number that was typed, or that of the sheet whose code a hand scanner typed."""
    if not serial_ranges.CODE.fullmatch(typed.strip().upper()):
        return canonical(typed)
    try:
        (span,) = serial_ranges.parse(
            typed, batches.expected(current_installation(), context.campaign, context.unit.code)
        )
    except Refusal as refusal:
        faults.extend(Fault(fault.code, NUMBER, fault.details) for fault in refusal.faults)
        return ""
    return serial_ranges.number_of(span.first)


def _card(context: KeyingContext, given: EntryForm, faults: list[LocatedFault]) -> SpendableTicket | None:
    """Return the card that came with the form, None without one; what is wrong with its code is added to *faults*."""
    text = (given.card.data or "").strip()[:LONGEST_CARD]
    if not text:
        return None
    try:
        return tickets.of_unit(current_installation(), context.campaign, context.unit_id, text).ticket
    except Refusal as refusal:
        faults.append(Fault(refusal.code, CARD, refusal.details))
        return None


def _context(code: str) -> KeyingContext:
    campaign = current_installation().campaigns.get(code)
    return KeyingContext(campaign, campaign.unit_id(actor().unit_code or ""))


def _page(
    context: KeyingContext,
    given: EntryForm,
    values: Mapping[str, Sequence[str]],
    faults: Sequence[LocatedFault],
) -> str:
    lang = language.of_request()
    return render_template(
        "officer/entry.html",
        form=given,
        q=context.campaign.questionnaire,
        campaign=context.campaign,
        unit=context.unit,
        progress=context.progress,
        alarms=devices.alarms(current_installation(), actor(), context.campaign, clock.now()),
        handed_out=separate_duties.not_to_key(
            current_installation(), actor(), context.campaign, context.unit.code
        ),
        late=clock.now() >= context.campaign.closes_at,
        values=values,
        faults=[FieldFault(fault.location, sentence_of(fault, lang)) for fault in faults],
        language=lang,
    )
