"""Blind double keying: a second officer keys a sampled form, fields are compared, a third person adjudicates."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from forms import answers
from forms.answers import AnswerSheet
from forms.faults import FaultyInstrument
from forms.questionnaire import COMMENT, Questionnaire
from survey.clock import start_of
from survey.errors import Refusal
from survey.models import PaperReading, Response
from survey.services.accounts.actors import Actor
from survey.services.collection import decisions, door, form_answers, handing_out, readings
from survey.services.collection.decisions import LinkedForm
from survey.services.collection.entries import CorrectedEntry
from survey.services.collection.form_answers import FormAnswers
from survey.services.collection.readings import ReadingHistory
from survey.services.collection.serial_ranges import number_of, serial_of
from survey.services.installation.campaign_records import CampaignRecord
from survey.services.installation.installation import Installation
from survey.vocabulary import HalfDay, ReadingKind, ReadingSource, Verdict

HOUR = {HalfDay.AM.value: dt.timedelta(hours=9), HalfDay.PM.value: dt.timedelta(hours=15)}


@dataclass(frozen=True, slots=True)
class AwaitedKeying:
    """A form that waits for its second keying; ``barred``: the code that says why the actor may not key it."""

    number: str
    day: dt.date
    barred: str = ""


@dataclass(frozen=True, slots=True)
class FieldDiscrepancy:
    """A field that two readings have differently; an empty value is a blank."""

    field: str
    first: str
    second: str


@dataclass(frozen=True, slots=True)
class DisputedForm:
    """A form whose two readings differ, in a list; ``own``: the actor made one of them, and does not settle it."""

    number: str
    own: bool


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """What two readings of a form have differently, for who compares it with the paper."""

    number: str
    fields: tuple[FieldDiscrepancy, ...]


def waiting(
    installation: Installation, actor: Actor, campaign: CampaignRecord, unit: str
) -> list[AwaitedKeying]:
    """Return the forms of a unit that a second person keys in, by number: sampled, or their totals differed.

    Raises:
        Refusal: ``unit_unknown``; ``unit_out_of_reach``.
    """
    key = campaign.unit_key(unit)
    actor.require(unit)
    with installation.database.read() as session:
        histories = readings.of_unit(session, key)
        awaiting = set(readings.awaiting(session, key))
        differed = form_answers.mismatched(session, key)
        handers = handing_out.handers(session, key)
        able = handing_out.keyers(session, campaign, key, handing_out.KEYING_SECOND)
    return [
        AwaitedKeying(
            number_of(serial),
            each.first.day,
            handing_out.barred(actor, (each.first.account_id,), handers.get(serial), able),
        )
        for serial, each in sorted(histories.items())
        if (each.awaits_second or (each.second is None and number_of(serial) in differed))
        and number_of(serial) in awaiting
    ]


def require_may_key(installation: Installation, actor: Actor, campaign: CampaignRecord, number: str) -> None:
    """Refuse whoever may not key that form a second time: it waits, somebody else keyed it and handed it out.

    Raises:
        Refusal: as :func:`key_second`.
    """
    with installation.database.read() as session:
        form_answers.for_second_keying(session, actor, campaign, number)


def key_second(
    installation: Installation,
    actor: Actor,
    campaign: CampaignRecord,
    number: str,
    sheet: AnswerSheet,
    now: dt.datetime,
    *,
    source: ReadingSource = ReadingSource.KEYED,
) -> bool:
    """Take a second reading in and return whether it agrees with the first one, which verifies the form.

    Raises:
        Refusal: as :func:`survey.services.collection.form_answers.for_second_keying`.
    """
    with installation.database.write() as session:
        known = form_answers.for_second_keying(session, actor, campaign, number)
        form, first = known.form, known.sheet
        differing = sum(one != other for _, one, other in _fields(campaign.questionnaire, first, sheet))
        agrees = differing == 0 and _same_words(first.comment, sheet.comment)
        kept = {} if agrees else readings.columns_of(sheet)
        compared = _compared(campaign.questionnaire)
        row = _row(session, actor, form, ReadingKind.SECOND, now, source)
        session.execute(insert(PaperReading).values(**row, **kept, compared=compared, differing=differing))
        if agrees:
            decisions.write(session, actor, form, Verdict.VERIFIED, now)
        return agrees


def discrepancies(
    installation: Installation, actor: Actor, campaign: CampaignRecord, unit: str
) -> list[DisputedForm]:
    """Return the forms of a unit whose two readings differ, without anything of their answers.

    Raises:
        Refusal: ``unit_unknown``; ``unit_out_of_reach``.
    """
    key = campaign.unit_key(unit)
    actor.require(unit)
    with installation.database.read() as session:
        histories = readings.of_unit(session, key)
        awaiting = set(readings.awaiting(session, key))
    return [
        DisputedForm(number_of(serial), actor.account_id in _readers(each))
        for serial, each in sorted(histories.items())
        # one that was excluded meanwhile needs nobody
        if each.is_discrepant and number_of(serial) in awaiting
    ]


def discrepancy(
    installation: Installation, actor: Actor, campaign: CampaignRecord, number: str
) -> Discrepancy:
    """Return what two readings of one form have differently, to who settles it with the paper in hand.

    Raises:
        Refusal: as :func:`survey.services.collection.form_answers.for_adjudicating`.
    """
    with installation.database.read() as session:
        known = form_answers.for_adjudicating(session, actor, campaign, number)
    fields = _field_discrepancies(campaign.questionnaire, known.sheet, _second(known))
    return Discrepancy(number, tuple(fields))


def adjudicate(
    installation: Installation,
    actor: Actor,
    campaign: CampaignRecord,
    number: str,
    chosen: Mapping[str, str],
    now: dt.datetime,
) -> None:
    """Adjudicate two readings that differ: *chosen* has a value for every field that does.

    Where the first reading was right it is verified; else a response with the right answers takes its place.

    Raises:
        Refusal: as :func:`survey.services.collection.form_answers.for_adjudicating`; ``settle_incomplete`` when a
            field has no value; ``settle_faulty``.
    """
    with installation.database.write() as session:
        known = form_answers.for_adjudicating(session, actor, campaign, number)
        form, first, second = known.form, known.sheet, _second(known)
        right = _adjudicated(campaign.questionnaire, first, second, chosen)
        wrong = sum(one != other for _, one, other in _fields(campaign.questionnaire, first, right))
        counted = {"compared": _compared(campaign.questionnaire), "differing": wrong}
        row = _row(session, actor, form, ReadingKind.ADJUDICATED, now)
        session.execute(insert(PaperReading).values(**row, **counted))
        if right == first:
            decisions.write(session, actor, form, Verdict.VERIFIED, now)
        else:
            _correct(session, installation, actor, campaign, form, right, now)


def _adjudicated(
    q: Questionnaire, first: AnswerSheet, second: AnswerSheet, chosen: Mapping[str, str]
) -> AnswerSheet:
    wanted = [difference.field for difference in _field_discrepancies(q, first, second)]
    if missing := [name for name in wanted if name not in chosen]:
        raise Refusal("settle_incomplete", count=len(missing))
    fields = answers.to_fields(q, first)
    fields.update({name: [chosen[name]] if chosen[name] else [] for name in wanted})
    try:
        return answers.parse(q, fields)
    except FaultyInstrument as faulty:
        raise Refusal("settle_faulty", faulty.faults) from faulty


def _correct(
    session: Session,
    installation: Installation,
    actor: Actor,
    campaign: CampaignRecord,
    form: LinkedForm,
    right: AnswerSheet,
    now: dt.datetime,
) -> None:
    """Put a response with the right answers, of the first one's day, in the place of the first one."""
    day, half = session.execute(
        select(Response.local_day, Response.half_day).filter_by(**form.response.columns)
    ).one()
    key = secrets.token_urlsafe(24)
    entry = CorrectedEntry(campaign, form.unit.unit_id, key, right)
    accepted = door.accept_within(session, installation.keys, entry, start_of(day) + HOUR[half])
    decisions.write(session, actor, form, Verdict.CORRECTED, now, replaced_by=accepted.response_key)


def _second(known: FormAnswers) -> AnswerSheet:
    """Return the second reading of a form that is in dispute."""
    if known.history is None or known.history.second is None:
        raise Refusal("settle_nothing", number=known.form.number)
    return readings.sheet_of(known.history.second)


def _readers(history: ReadingHistory) -> frozenset[int | None]:
    """Return the accounts that made the two readings."""
    return frozenset(each.account_id for each in (history.first, history.second) if each is not None)


def _compared(q: Questionnaire) -> int:
    """Return how many fields of a form are compared: all but the comment."""
    return len(q.items) + 1 + len(q.profile)


def _field_discrepancies(
    q: Questionnaire, first: AnswerSheet, second: AnswerSheet
) -> Iterator[FieldDiscrepancy]:
    for name, one, other in _fields(q, first, second):
        if one != other:
            yield FieldDiscrepancy(name, one, other)
    if not _same_words(first.comment, second.comment):
        yield FieldDiscrepancy(COMMENT, first.comment, second.comment)


def _fields(q: Questionnaire, first: AnswerSheet, second: AnswerSheet) -> Iterator[tuple[str, str, str]]:
    """Return every field but the comment with its two values; a blank is empty."""
    one, other = answers.to_fields(q, first), answers.to_fields(q, second)
    for name in (*(item.field for item in (*q.items, q.overall)), *(asked.field for asked in q.profile)):
        yield name, _value(one, name), _value(other, name)


def _value(fields: Mapping[str, Sequence[str]], name: str) -> str:
    return "".join(fields.get(name, ()))


def _same_words(one: str, other: str) -> bool:
    """Return whether two comments have the same letters and digits: commas are not worth a third person."""
    return [c for c in one.casefold() if c.isalnum()] == [c for c in other.casefold() if c.isalnum()]


def _row(
    session: Session,
    actor: Actor,
    form: LinkedForm,
    kind: ReadingKind,
    now: dt.datetime,
    source: ReadingSource = ReadingSource.KEYED,
) -> dict[str, object]:
    return readings.row(session, actor, form.unit, serial_of(form.number) or 0, kind, now, source)
