"""A serial that comes in twice: both sheets stop, until a person has looked at the two of them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import insert
from sqlalchemy.orm import Session

from forms.answers import AnswerSheet
from survey.clock import local_day
from survey.errors import Refusal
from survey.models import PaperReading
from survey.services.accounts import audit
from survey.services.accounts.actors import Actor
from survey.services.collection import decisions, readings, serials
from survey.services.collection.serial_ranges import number_of, serial_of
from survey.services.installation.campaign_records import CampaignRecord
from survey.services.installation.installation import Installation
from survey.vocabulary import ReadingKind, ReadingSource, Reason, Role, State, Verdict


@dataclass(frozen=True, slots=True)
class DuplicateSerial:
    """A serial that came in more than once: where it was first, and where again."""

    number: str
    first: readings.Reading
    again: tuple[readings.Reading, ...]


def stop(
    session: Session,
    actor: Actor,
    campaign: CampaignRecord,
    unit_id: int,
    number: str,
    sheet: AnswerSheet,
    source: ReadingSource,
    now: dt.datetime,
) -> None:
    """Keep what came under a used serial aside, and take what came first out of the count."""
    serial = serial_of(number)
    history = readings.of_sheet(session, campaign, unit_id, serial or 0)
    if serial is None or history is None:
        return
    again = readings.answers_of(sheet)
    if any((each.account_id, each.answers) == (actor.account_id, again) for each in history.duplicates):
        return  # the same post once more
    row = {
        "campaign_id": campaign.id,
        "unit_id": unit_id,
        "serial": serial,
        "step": serials.next_step(session, campaign.id, unit_id, serial),
        "kind": ReadingKind.DUPLICATE,
        "source": source,
        "account_id": actor.account_id,
        "local_day": local_day(now),
        "drawn": False,
    }
    session.execute(insert(PaperReading).values(**row, **readings.columns_of(sheet)))
    form = decisions.paper_of(session, campaign, number)
    if decisions.present_state(session, form) is not State.EXCLUDED:
        decisions.write(session, actor, form, Verdict.EXCLUDED, now, reason=Reason.DUPLICATE)


def unresolved(
    installation: Installation, actor: Actor, campaign: CampaignRecord, unit_id: int
) -> list[DuplicateSerial]:
    """Return the serials of a unit that came in more than once and wait for a person.

    Raises:
        Refusal: ``unit_out_of_reach``.
    """
    actor.require(campaign.unit(unit_id).code)
    with installation.database.read() as session:
        found = readings.of_unit(session, campaign, unit_id)
    return [
        DuplicateSerial(number_of(serial), history.first, history.duplicates)
        for serial, history in sorted(found.items())
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
        history = readings.of_sheet(session, campaign, form.unit_id, serial or 0)
        if serial is None or history is None or not history.duplicates:
            raise Refusal("duplicate_none", number=number)
        row = {
            "campaign_id": campaign.id,
            "unit_id": form.unit_id,
            "serial": serial,
            "step": serials.next_step(session, campaign.id, form.unit_id, serial),
            "kind": ReadingKind.RESOLVED,
            "source": ReadingSource.KEYED,
            "account_id": actor.account_id,
            "local_day": local_day(now),
            "drawn": False,
        }
        session.execute(insert(PaperReading).values(**row))
        place = {"campaign_id": campaign.id, "unit_id": form.unit_id}
        audit.note(session, actor, "duplicate_resolved", now, **place, subject=number, first=first_counts)
        if first_counts and decisions.present_state(session, form) is State.EXCLUDED:
            decisions.write(session, actor, form, Verdict.REINSTATED, now)
