"""Ends: a unit closes its account of sheets, and the verification of a campaign's paper closes for good."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from survey.errors import Fault, Refusal
from survey.models import PaperForm, PaperReading, ScanForm, VerificationClosing
from survey.services.accounts import audit
from survey.services.accounts.actors import Actor
from survey.services.collection import readings, serials
from survey.services.collection.arrival_order import erase_arrival_order
from survey.services.collection.serial_ranges import SerialSpan, number_of
from survey.services.installation.campaign_records import CampaignRecord
from survey.services.installation.installation import Installation
from survey.services.installation.unit_keys import UnitKey
from survey.services.paper import minutes, separate_duties, sheet_states
from survey.services.paper.minutes import MinuteDraft
from survey.services.paper.sheet_states import spans_of
from survey.vocabulary import PaperAct, Role, SheetState

MOST_SHOWN = 10
# Why a campaign's verification may have to wait, or has nothing to wait for.
NOT_NOW = frozenset({"verification_closed", "verification_too_early", "verification_unexplained"})


@dataclass(frozen=True, slots=True)
class ClosingOutcome:
    """What a nightly run did about one campaign: how many links it cut, or the code that says why none."""

    campaign: str
    forms: int
    waits: str = ""


def close_unit(
    installation: Installation,
    actor: Actor,
    campaign: CampaignRecord,
    unit: str,
    witness: str,
    now: dt.datetime,
) -> int:
    """Close a unit's account with a last minute and return its number.

    Raises:
        Refusal: ``unit_unknown``; ``unit_out_of_reach``; ``role_out_of_reach`` for an officer; ``verification_closed``;
            ``paper_account_closed``; ``unit_unexplained`` with every serial that is not accounted for.
    """
    key = campaign.unit_key(unit)
    actor.require(unit)
    if actor.role is Role.OFFICER:
        raise Refusal("role_out_of_reach")
    with installation.database.write() as session:
        serials.lock_unit(session, key)
        minutes.require_open(session, campaign, key)
        faults = list(unexplained(session, key))
        if not witness.strip():
            faults.append(Fault("witness_missing", "witness"))
        if faults:
            raise Refusal("unit_unexplained", faults, unit=campaign.unit(key.unit_id).name)
        draft = MinuteDraft(PaperAct.CLOSED, (), witness, separate_duties.note(session, key))
        return minutes.write_minute(session, actor, campaign, key, draft, now)


def open_points(installation: Installation, actor: Actor, campaign: CampaignRecord, unit: str) -> list[Fault]:
    """Return what keeps a unit's account open.

    Raises:
        Refusal: ``unit_unknown``; ``unit_out_of_reach``.
    """
    key = campaign.unit_key(unit)
    actor.require(unit)
    with installation.database.read() as session:
        return list(unexplained(session, key))


def unexplained(session: Session, unit: UnitKey) -> Iterator[Fault]:
    """Return what keeps a unit's account open, one fault for each kind, with the serials it is about."""
    waiting = readings.awaiting(session, unit)
    for code, spans in _open_serials(session, unit, waiting).items():
        if spans:
            count = sum(len(span) for span in spans)
            yield Fault(code, _shown([str(span) for span in spans]), {"count": count})
    if waiting:
        yield Fault("forms_unverified", _shown(waiting), {"count": len(waiting)})


def _open_serials(
    session: Session, unit: UnitKey, waiting: Collection[str]
) -> dict[str, tuple[SerialSpan, ...]]:
    """Return the serials under each code of a fault, none where nothing of that kind is open."""
    sheets = sheet_states.of_unit(session, unit)
    histories = readings.of_unit(session, unit)
    return {
        "sheets_still_out": sheets.spans(SheetState.HANDED_OUT),
        "sheets_not_entered": sheets.not_entered(),
        "forms_unsettled": spans_of(
            serial
            for serial, each in histories.items()
            if each.is_discrepant and number_of(serial) in waiting
        ),
        "duplicates_waiting": spans_of(serial for serial, each in histories.items() if each.duplicates),
        "scans_waiting": spans_of(_scans(session, unit)),
    }


def _shown(places: Sequence[str]) -> str:
    return ", ".join(places[:MOST_SHOWN]) + (", …" if len(places) > MOST_SHOWN else "")


def close_verification(
    installation: Installation, actor: Actor, campaign: CampaignRecord, now: dt.datetime
) -> int:
    """Cut the link of every form to its answers, for good, and return how many links there were.

    From then on no paper form comes in any more, and nothing tells which answers came from which sheet. The
    pictures of scans go with the links, from the rows and from the files of the database.

    Raises:
        Refusal: ``role_out_of_reach``; ``verification_closed``; ``verification_too_early`` before the
            last day has ended; ``verification_unexplained`` with every unit that has something open.
    """
    actor.require_every_unit()
    if now < campaign.closes_at:
        raise Refusal("verification_too_early", closes=f"{campaign.closes_at:%d/%m/%Y}")
    with installation.database.write() as session:
        for unit_id in sorted(campaign.unit_ids.values()):
            serials.lock_unit(session, UnitKey(campaign.id, unit_id))
        serials.require_verifying(session, campaign)
        if faults := list(_open(session, campaign)):
            raise Refusal("verification_unexplained", faults)
        forms = _cut(session, actor, campaign, now)
    # What was cut and deleted is to be gone from the files too. Where somebody is busy the night makes it good.
    erase_arrival_order(installation, ScanForm.__tablename__)
    return forms


def close_ready(
    installation: Installation, actor: Actor, campaigns: Iterable[CampaignRecord], now: dt.datetime
) -> list[ClosingOutcome]:
    """Close the verification of every campaign that is ready for it, and say of the others why they are not.

    Raises:
        Refusal: ``role_out_of_reach``.
    """
    done = []
    for campaign in campaigns:
        try:
            done.append(ClosingOutcome(campaign.code, close_verification(installation, actor, campaign, now)))
        except Refusal as refusal:
            if refusal.code not in NOT_NOW:
                raise
            done.append(ClosingOutcome(campaign.code, 0, refusal.code))
    return done


def still_open(installation: Installation, actor: Actor, campaign: CampaignRecord) -> list[Fault] | None:
    """Return what stands against the end of a campaign's verification, None once it has ended.

    Raises:
        Refusal: ``role_out_of_reach``.
    """
    actor.require_every_unit()
    with installation.database.read() as session:
        if session.get(VerificationClosing, campaign.id) is not None:
            return None
        return list(_open(session, campaign))


def _cut(session: Session, actor: Actor, campaign: CampaignRecord, now: dt.datetime) -> int:
    linked = (PaperForm.campaign_id == campaign.id, PaperForm.response_key.is_not(None))
    forms = session.scalar(select(func.count()).select_from(PaperForm).where(*linked)) or 0
    session.execute(update(PaperForm).where(*linked).values(response_key=None))
    emptied = {"marks": None, "profile": None, "comment": None}
    session.execute(update(PaperReading).where(PaperReading.campaign_id == campaign.id).values(**emptied))
    session.execute(delete(ScanForm).where(ScanForm.campaign_id == campaign.id))
    by = {"campaign_id": campaign.id, "account_id": actor.account_id}
    session.execute(insert(VerificationClosing).values(**by, at=now, forms=forms))
    audit.note(session, actor, "verification_closed", now, campaign_id=campaign.id, forms=forms)
    return forms


def _open(session: Session, campaign: CampaignRecord) -> Iterator[Fault]:
    """Return what stands against closing, each with the unit it concerns."""
    sheets = sheet_states.of_units(session, campaign.id, tuple(campaign.unit_ids.values()))
    for unit_id in sorted(campaign.unit_ids.values()):
        name = campaign.unit(unit_id).name
        if unit_id in sheets and not sheets[unit_id].closed:
            yield Fault("unit_account_open", name)
        for fault in unexplained(session, UnitKey(campaign.id, unit_id)):
            yield Fault(fault.code, f"{name}: {fault.location}", fault.details)


def _scans(session: Session, unit: UnitKey) -> Iterator[int]:
    yield from session.scalars(select(ScanForm.serial).filter_by(**unit.columns, waits=True))
