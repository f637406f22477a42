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
from survey.models import Comment, PaperReading, Response
from survey.services.accounts.actors import Actor
from survey.services.collection import decisions, door, readings, serials
from survey.services.collection.decisions import LinkedForm
from survey.services.collection.entries import CorrectedEntry
from survey.services.collection.readings import ReadingHistory
from survey.services.collection.serial_ranges import number_of, serial_of
from survey.services.installation.campaign_records import CampaignRecord
from survey.services.installation.installation import Installation
from survey.vocabulary import HalfDay, ReadingKind, ReadingSource, State, Verdict

HOUR = {HalfDay.AM.value: dt.timedelta(hours=9), HalfDay.PM.value: dt.timedelta(hours=15)}


@dataclass(frozen=True, slots=True)
class AwaitedKeying:
    """A form that waits for its second keying; ``own``: the actor keyed it first."""

    number: str
    day: dt.date
    own: bool


@dataclass(frozen=True, slots=True)
class FieldDiscrepancy:
    """A field that two readings have differently; an empty value is a blank."""

    field: str
    first: str
    second: str


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """A form whose two readings differ. ``own``: the actor made one of them, and so sees no answers."""

    number: str
    own: bool
    fields: tuple[FieldDiscrepancy, ...]


def waiting(
    installation: Installation, actor: Actor, campaign: CampaignRecord, unit: str
) -> list[AwaitedKeying]:
    """Return the forms of a unit that were sampled for a second keying, by number.

    Raises:
        Refusal: ``unit_unknown``; ``unit_out_of_reach``.
    """
    key = campaign.unit_key(unit)
    actor.require(unit)
    with installation.database.read() as session:
        histories = readings.of_unit(session, key)
        awaiting = set(readings.awaiting(session, key))
    return [
        AwaitedKeying(number_of(serial), each.first.day, each.first.account_id == actor.account_id)
        for serial, each in sorted(histories.items())
        if each.awaits_second and number_of(serial) in awaiting
    ]


def may_key_second(
    installation: Installation, actor: Actor, campaign: CampaignRecord, unit: str, number: str
) -> bool:
    """Return whether the actor may key that form of a unit a second time: it waits, and somebody else keyed it.

    Most of these are sampled; a form that was found unlike its paper may be keyed again as well.

    Raises:
        Refusal: ``unit_unknown``; ``unit_out_of_reach``.
    """
    key = campaign.unit_key(unit)
    actor.require(unit)
    serial = serial_of(number)
    with installation.database.read() as session:
        history = readings.of_sheet(session, key, serial) if serial else None
        waits = number in readings.awaiting(session, key)
    return (
        history is not None
        and history.second is None
        and waits
        and history.first.account_id != actor.account_id
    )


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
        Refusal: ``form_number_unknown``; ``unit_out_of_reach``; ``verification_closed``;
            ``second_by_same`` for whoever read it first; ``second_not_wanted`` when there is a second
            reading already, or the form no longer waits.
    """
    with installation.database.write() as session:
        serials.require_verifying(session, campaign)
        form = decisions.paper_of(session, campaign, number, actor)
        history = _history(session, form)
        if form.keyed_by == actor.account_id:
            raise Refusal("second_by_same", number=number)
        if history.second is not None or decisions.present_state(session, form) is not State.AWAITING:
            raise Refusal("second_not_wanted", number=number)
        first = _answers(session, form)
        differing = sum(one != other for _, one, other in _fields(campaign.questionnaire, first, sheet))
        agrees = differing == 0 and _same_words(first.comment, sheet.comment)
        kept = {} if agrees else readings.columns_of(sheet)
        compared = len(campaign.questionnaire.items) + 1 + len(campaign.questionnaire.profile)
        row = _row(session, actor, form, ReadingKind.SECOND, now, source)
        session.execute(insert(PaperReading).values(**row, **kept, compared=compared, differing=differing))
        if agrees:
            decisions.write(session, actor, form, Verdict.VERIFIED, now)
        return agrees


def discrepancies(
    installation: Installation, actor: Actor, campaign: CampaignRecord, unit: str
) -> list[Discrepancy]:
    """Return the forms of a unit whose two readings differ, only with what differs.

    Raises:
        Refusal: ``unit_unknown``; ``unit_out_of_reach``.
    """
    key = campaign.unit_key(unit)
    actor.require(unit)
    with installation.database.read() as session:
        histories = readings.of_unit(session, key)
        awaiting = set(readings.awaiting(session, key))
        open_ones = {number_of(n): each for n, each in sorted(histories.items()) if each.is_discrepant}
        return [
            _discrepancy(session, campaign, actor, number, each)
            for number, each in open_ones.items()
            if number in awaiting  # one that was excluded meanwhile needs nobody
        ]


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
        Refusal: ``form_number_unknown``; ``unit_out_of_reach``; ``verification_closed``;
            ``settle_nothing`` where nothing differs; ``settle_own_entry`` for whoever read it before;
            ``settle_incomplete`` when a field has no value; ``settle_faulty``.
    """
    with installation.database.write() as session:
        serials.require_verifying(session, campaign)
        form = decisions.paper_of(session, campaign, number, actor)
        history = _history(session, form)
        if not history.is_discrepant or history.second is None:
            raise Refusal("settle_nothing", number=number)
        if actor.account_id in (form.keyed_by, history.second.account_id):
            raise Refusal("settle_own_entry")
        if decisions.present_state(session, form) is not State.AWAITING:
            raise Refusal("decision_not_allowed", number=number)
        first = _answers(session, form)
        right = _adjudicated(campaign.questionnaire, first, readings.sheet_of(history.second), chosen)
        wrong = sum(one != other for _, one, other in _fields(campaign.questionnaire, first, right))
        counted = {"compared": history.second.compared, "differing": wrong}
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


def _discrepancy(
    session: Session, campaign: CampaignRecord, actor: Actor, number: str, history: ReadingHistory
) -> Discrepancy:
    form = decisions.paper_of(session, campaign, number)
    second = history.second
    if second is None or actor.account_id in (form.keyed_by, second.account_id):
        return Discrepancy(number, own=True, fields=())
    first = _answers(session, form)
    fields = tuple(_field_discrepancies(campaign.questionnaire, first, readings.sheet_of(second)))
    return Discrepancy(number, own=False, fields=fields)


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


def _history(session: Session, form: LinkedForm) -> ReadingHistory:
    serial = serial_of(form.number)
    history = readings.of_sheet(session, form.unit, serial) if serial else None
    if history is None:
        raise Refusal("form_number_unknown", number=form.number)
    return history


def _answers(session: Session, form: LinkedForm) -> AnswerSheet:
    marks, profile = session.execute(
        select(Response.marks, Response.profile).filter_by(**form.response.columns)
    ).one()
    comment = session.scalar(select(Comment.text).filter_by(**form.response.columns))
    return AnswerSheet(marks, profile, comment or "")


def _row(
    session: Session,
    actor: Actor,
    form: LinkedForm,
    kind: ReadingKind,
    now: dt.datetime,
    source: ReadingSource = ReadingSource.KEYED,
) -> dict[str, object]:
    return readings.row(session, actor, form.unit, serial_of(form.number) or 0, kind, now, source)
