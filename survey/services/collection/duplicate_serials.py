"""A serial that comes in twice: both sheets stop, until a person has looked at the two of them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import insert
from sqlalchemy.orm import Session

from forms.answers import AnswerSheet
from survey.errors import Refusal
from survey.models import PaperReading
from survey.services.accounts import audit
from survey.services.accounts.actors import Actor
from survey.services.collection import decisions, readings, serials
from survey.services.collection.serial_ranges import number_of, serial_of
from survey.services.installation.campaign_records import CampaignRecord
from survey.services.installation.installation import Installation
from survey.services.installation.unit_keys import UnitKey
from survey.vocabulary import ReadingKind, ReadingSource, Reason, Role, State, Verdict


@dataclass(frozen=True, slots=True)
class ReadBy:
    """Who read a sheet, and on which day; nothing of its answers."""

    who: str
    day: dt.date


@dataclass(frozen=True, slots=True)
class DuplicateSerial:
    """A serial that came in more than once: who read it first, and who again."""

    number: str
    first: ReadBy
    again: tuple[ReadBy, ...]


def stop(
    session: Session,
    actor: Actor,
    campaign: CampaignRecord,
    unit: UnitKey,
    number: str,
    sheet: AnswerSheet,
    source: ReadingSource,
    now: dt.datetime,
) -> None:
    """Keep what came under a used serial aside, and take what came first out of the count."""
    serial = serial_of(number)
    history = readings.of_sheet(session, unit, serial or 0)
    if serial is None or history is None:
        return
    again = readings.answers_of(sheet)
    if any((each.account_id, each.answers) == (actor.account_id, again) for each in history.duplicates):
        return  # the same post once more
    row = readings.row(session, actor, unit, serial, ReadingKind.DUPLICATE, now, source)
    session.execute(insert(PaperReading).values(**row, **readings.columns_of(sheet)))
    form = decisions.paper_of(session, campaign, number)
    if decisions.present_state(session, form) is not State.EXCLUDED:
        decisions.write(session, actor, form, Verdict.EXCLUDED, now, reason=Reason.DUPLICATE)


def unresolved(
    installation: Installation, actor: Actor, campaign: CampaignRecord, unit: str
) -> list[DuplicateSerial]:
    """Return the serials of a unit that came in more than once and wait for a person.

    Raises:
        Refusal: ``unit_unknown``; ``unit_out_of_reach``.
    """
    key = campaign.unit_key(unit)
    actor.require(unit)
    with installation.database.read() as session:
        histories = readings.of_unit(session, key)
    return [
        DuplicateSerial(number_of(serial), _read_by(history.first), tuple(map(_read_by, history.duplicates)))
        for serial, history in sorted(histories.items())
        if history.duplicates
    ]


def resolve(
    installation: Installation,
    actor: Actor,
    campaign: CampaignRecord,
    number: str,
    now: dt.datetime,
    *,
    first_counts: bool,
) -> None:
    """Say that the sheet that came first counts after all, or that none of them does.

    Raises:
        Refusal: ``role_out_of_reach`` for an officer; ``form_number_unknown``; ``unit_out_of_reach``;
            ``verification_closed``; ``duplicate_none`` where nothing waits.
    """
    if actor.role is Role.OFFICER:
        raise Refusal("role_out_of_reach")
    with installation.database.write() as session:
        serials.require_verifying(session, campaign)
        form = decisions.paper_of(session, campaign, number, actor)
        serial = serial_of(number)
        history = readings.of_sheet(session, form.unit, serial or 0)
        if serial is None or history is None or not history.duplicates:
            raise Refusal("duplicate_none", number=number)
        row = readings.row(session, actor, form.unit, serial, ReadingKind.RESOLVED, now)
        session.execute(insert(PaperReading).values(**row))
        about = form.unit.columns
        audit.note(session, actor, "duplicate_resolved", now, **about, subject=number, first=first_counts)
        if first_counts and decisions.present_state(session, form) is State.EXCLUDED:
            decisions.write(session, actor, form, Verdict.REINSTATED, now)


def _read_by(reading: readings.Reading) -> ReadBy:
    return ReadBy(reading.who, reading.day)
