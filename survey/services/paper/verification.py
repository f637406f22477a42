"""Verifying by totals: a second person types what they counted on the paper, and is never shown what was keyed."""

from __future__ import annotations

import datetime as dt
import enum
from bisect import bisect_right
from collections.abc import Container
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.errors import Fault, Refusal
from survey.models import PaperForm
from survey.models.paper import LAST_SERIAL
from survey.services.accounts.actors import Actor
from survey.services.collection import decisions, form_answers, readings
from survey.services.collection.serial_ranges import number_of, serial_of
from survey.services.installation.campaign_records import CampaignRecord
from survey.services.installation.installation import Installation
from survey.services.installation.unit_keys import UnitKey
from survey.services.paper.form_totals import MARKS, FormTotals, tally
from survey.vocabulary import Verdict


class Comparison(enum.StrEnum):
    """What became of a form whose totals were typed."""

    VERIFIED = "verified"
    TO_BE_KEYED = "to_be_keyed"  # they differ: a second person keys it in
    TO_BE_COUNTED = "to_be_counted"  # they differ and it has no printed serial: somebody else counts


@dataclass(frozen=True, slots=True)
class VerificationQueue:
    """The forms of a unit that the actor may verify by their totals, by number, and how many wait for others."""

    numbers: tuple[str, ...]
    others: int

    def after(self, number: str) -> str | None:
        """Return the next form after *number*, the first after the last one or after none; None in an empty queue."""
        if not self.numbers:
            return None
        return self.numbers[bisect_right(self.numbers, _place(number), key=_place) % len(self.numbers)]

    def at(self, number: str) -> str | None:
        """Return the form of that number where it waits, else the next one."""
        return number if number in self.numbers else self.after(number)


def queue(installation: Installation, actor: Actor, campaign: CampaignRecord, unit: str) -> VerificationQueue:
    """Return what of a unit's paper waits for totals.

    Left out are forms that a second person keys in, and those that the actor has keyed or counted.

    Raises:
        Refusal: ``unit_unknown``; ``unit_out_of_reach``.
    """
    key = campaign.unit_key(unit)
    actor.require(unit)
    keyed = select(PaperForm.form_number).filter_by(**key.columns, keyed_by=actor.account_id)
    with installation.database.read() as session:
        differed = form_answers.mismatched(session, key)
        by_totals = _by_totals(session, key, differed)
        own = set(session.scalars(keyed))
    own |= {number for number, counted in differed.items() if actor.account_id in counted}
    mine = sorted((number for number in by_totals if number not in own), key=_place)
    return VerificationQueue(tuple(mine), len(by_totals) - len(mine))


def _by_totals(session: Session, unit: UnitKey, differed: Container[str]) -> list[str]:
    """Return the numbers that wait and that no second person keys in."""
    to_be_keyed = {
        number_of(serial)
        for serial, each in readings.of_unit(session, unit).items()
        if each.awaits_second or each.is_discrepant or number_of(serial) in differed
    }
    return [number for number in readings.awaiting(session, unit) if number not in to_be_keyed]


def verify(
    installation: Installation,
    actor: Actor,
    campaign: CampaignRecord,
    number: str,
    counted: FormTotals,
    now: dt.datetime,
) -> Comparison:
    """Verify a form whose totals *actor* counted on its paper, where they are those of its keyed answers.

    Raises:
        Refusal: ``totals_faulty`` where they cannot be a form's; the refusals of
            :func:`survey.services.collection.form_answers.for_totals`.
    """
    if faults := _faults(campaign, counted):
        raise Refusal("totals_faulty", faults)
    with installation.database.write() as session:
        known = form_answers.for_totals(session, actor, campaign, number)
        if tally(known.sheet.marks) == counted:
            decisions.write(session, actor, known.form, Verdict.VERIFIED, now)
            return Comparison.VERIFIED
        form_answers.note_mismatch(session, actor, known.form, now)
        return Comparison.TO_BE_KEYED if known.history else Comparison.TO_BE_COUNTED


def _place(number: str) -> tuple[int, str]:
    """Return what orders the numbers as a pile of paper is: by serial, then those that people wrote themselves."""
    return (serial_of(number) or LAST_SERIAL + 1) if number else 0, number


def _faults(campaign: CampaignRecord, counted: FormTotals) -> list[Fault]:
    items, faults = len(campaign.questionnaire.items), []
    if min(*counted.levels, counted.no_opinion, counted.blank) < 0 or counted.items != items:
        faults.append(Fault("totals_sum", "totals", {"sum": counted.items, "items": items}))
    if counted.overall not in MARKS:
        faults.append(Fault("totals_overall", "overall"))
    return faults
