"""Scanned forms with doubts: kept encrypted until a person has answered them, then through the one door.

Only what a person must see is kept: the pictures of doubtful boxes and of the comment box, until verification
closes.
"""

from __future__ import annotations

import datetime as dt
import json
import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from forms import answers
from forms.answers import AnswerSheet
from forms.faults import FaultyInstrument
from forms.questionnaire import COMMENT
from forms.scan.packing import answer_from_json, answer_json, comment_from_json, comment_json
from forms.scan.records import ReadAnswer, ReadComment, ReadForm
from survey.clock import local_day
from survey.errors import Refusal
from survey.models import Comment, PaperForm, Response, ScanForm
from survey.services.accounts import audit
from survey.services.accounts.actors import Actor
from survey.services.collection import door, handing_out, readings, serials
from survey.services.collection.entries import KeyedEntry, PaperSource
from survey.services.collection.readings import ReadingHistory
from survey.services.collection.serial_ranges import number_of, serial_of
from survey.services.installation.campaign_records import CampaignRecord
from survey.services.installation.installation import Installation
from survey.services.installation.unit_keys import ResponseKey, UnitKey
from survey.services.paper import second_keying
from survey.vocabulary import ReadingSource

NONCE_BYTES = 12


@dataclass(frozen=True, slots=True)
class WaitingScan:
    """A scanned form in the list of those that wait; ``barred``: the code that says why the actor does not answer it."""

    number: str
    barred: str = ""


@dataclass(frozen=True, slots=True)
class Doubt:
    """A question for a person: why the machine does not answer it, and its picture (JPEG, base64)."""

    field: str
    reason: str
    crop: str


@dataclass(frozen=True, slots=True)
class DoubtfulForm:
    """A form that waits for a person: what is doubtful on it, and the comment's picture where there is one."""

    number: str
    doubts: tuple[Doubt, ...]
    comment_crop: str


@dataclass(frozen=True, slots=True)
class DoubtfulContent:
    """What is kept, encrypted, of a form that waits for a person."""

    answers: tuple[ReadAnswer, ...]
    comment: ReadComment | None


def waiting(
    installation: Installation, actor: Actor, campaign: CampaignRecord, unit: str
) -> list[WaitingScan]:
    """Return a unit's scanned forms that wait for a person, by number.

    Raises:
        Refusal: ``unit_unknown``; ``unit_out_of_reach``.
    """
    key = campaign.unit_key(unit)
    actor.require(unit)
    query = select(ScanForm.serial).filter_by(**key.columns, waits=True).order_by(ScanForm.serial)
    with installation.database.read() as session:
        found = session.scalars(query).all()
        handers, histories = handing_out.handers(session, key), readings.of_unit(session, key)
        able = handing_out.keyers(session, campaign, key, handing_out.KEYING_SECOND)
    return [
        WaitingScan(
            number_of(serial),
            handing_out.barred(actor, _read_by(histories.get(serial)), handers.get(serial), able),
        )
        for serial in found
    ]


def doubtful(
    installation: Installation, actor: Actor, campaign: CampaignRecord, unit: str, number: str
) -> DoubtfulForm:
    """Return what is doubtful on a form, to who answers it.

    Raises:
        Refusal: ``unit_unknown``; ``unit_out_of_reach``; ``form_number_unknown`` where no such form waits;
            ``handed_out_by_same``; ``second_by_same`` for whoever keyed it before.
    """
    key = campaign.unit_key(unit)
    actor.require(unit)
    with installation.database.read() as session:
        kept = _decrypted(installation, campaign, _row(session, actor, campaign, key, number))
    doubts = tuple(
        Doubt(answer.q, answer.reason or "", answer.crop or "")
        for answer in kept.answers
        if answer.needs_human
    )
    return DoubtfulForm(number, doubts, (kept.comment and kept.comment.crop) or "")


def answer_doubts(
    installation: Installation,
    actor: Actor,
    campaign: CampaignRecord,
    unit: str,
    number: str,
    chosen: Mapping[str, str],
    now: dt.datetime,
) -> None:
    """Complete a scanned form with what a person saw: *chosen* has a value for every doubtful question.

    Raises:
        Refusal: as :func:`doubtful`; ``settle_incomplete``; ``settle_faulty``; the refusals of the door, and of a
            second reading where the form was keyed in before.
    """
    key = campaign.unit_key(unit)
    actor.require(unit)
    with installation.database.read() as session:
        kept = _decrypted(installation, campaign, _row(session, actor, campaign, key, number))
    wanted = [answer.q for answer in kept.answers if answer.needs_human]
    if missing := [name for name in wanted if name not in chosen]:
        raise Refusal("settle_incomplete", count=len(missing))
    fields = _fields(kept.answers)
    fields.update({name: [chosen[name]] if chosen[name] else [] for name in wanted})
    fields[COMMENT] = [chosen.get(COMMENT, "")]
    _take_in(installation, actor, campaign, key, number, fields, now)
    with installation.database.write() as session:
        answered = update(ScanForm).filter_by(**key.columns, serial=serial_of(number))
        session.execute(answered.values(waits=False))


def keep_or_enter(
    installation: Installation,
    actor: Actor,
    campaign: CampaignRecord,
    unit: UnitKey,
    form: ReadForm,
    now: dt.datetime,
) -> bool:
    """Let a form without doubts in and return True; keep one with doubts for a person.

    Raises:
        Refusal: the refusals of the door and of a second reading; ``sheet_not_printed``; ``scan_known``.
    """
    number = number_of(int(form.serial))
    written = form.comment is not None and form.comment.written
    if not form.needs_human and not written:
        fields = _fields(form.answers)
        _take_in(installation, actor, campaign, unit, number, fields, now)
        return True
    kept = DoubtfulContent(form.answers, form.comment)
    with installation.database.write() as session:
        sheet = serials.admit(session, campaign, unit, number)
        if sheet is None:
            raise Refusal("sheet_not_printed", number=number, unit=campaign.unit(unit.unit_id).name)
        if session.get(ScanForm, (*unit, sheet.serial)) is not None:
            raise Refusal("scan_known", number=number)
        content = _encrypted(installation, campaign, sheet.serial, kept)
        row = {"serial": sheet.serial, "account_id": actor.account_id, "local_day": local_day(now)}
        session.execute(insert(ScanForm).values(**unit.columns, **row, waits=True, content=content))
        audit.note(session, actor, "scan_waits", now, **unit.columns, subject=number)
    return False


def erase_comment_pictures(
    session: Session,
    installation: Installation,
    campaign: CampaignRecord,
    unit: UnitKey,
    serials: Collection[int],
) -> None:
    """Take the comment's picture out of what is kept of these sheets; the pictures of their boxes stay."""
    query = select(ScanForm).filter_by(**unit.columns).where(ScanForm.serial.in_(serials))
    for form in session.scalars(query.with_for_update()):
        kept = _decrypted(installation, campaign, form)
        if kept.comment is not None:
            form.content = _encrypted(installation, campaign, form.serial, replace(kept, comment=None))


def _take_in(
    installation: Installation,
    actor: Actor,
    campaign: CampaignRecord,
    unit: UnitKey,
    number: str,
    fields: Mapping[str, Sequence[str]],
    now: dt.datetime,
) -> None:
    """Bring a read form in: as the second reading of one that was keyed, else as the first."""
    try:
        sheet = answers.parse(campaign.questionnaire, fields)
    except FaultyInstrument as faulty:
        raise Refusal("settle_faulty", faulty.faults) from faulty
    with installation.database.read() as session:
        history = readings.of_sheet(session, unit, serial_of(number) or 0)
    if history is not None and history.first.source is ReadingSource.KEYED and history.second is None:
        second_keying.key_second(
            installation, actor, campaign, number, sheet, now, source=ReadingSource.SCANNED
        )
        return
    if history is not None and history.first.source is ReadingSource.SCANNED:
        with installation.database.read() as session:
            if _first_answers(session, campaign, number) == sheet:
                return  # the same sheet in another scan
    # Drawn by lot, not made of the answers: by a receipt's key anybody with the secret could try every row's.
    key, source = secrets.token_urlsafe(24), PaperSource(actor, number, ReadingSource.SCANNED)
    door.accept(installation, KeyedEntry(campaign, unit.unit_id, key, sheet, source), now)


def _first_answers(session: Session, campaign: CampaignRecord, number: str) -> AnswerSheet | None:
    """Return what was read of a sheet first, None once nothing leads there any more."""
    form = session.get(PaperForm, (campaign.id, number))
    if form is None or form.response_key is None:
        return None
    key = ResponseKey(campaign.id, form.unit_id, form.response_key)
    response, comment = session.get(Response, key), session.get(Comment, key)
    if response is None:
        return None
    return AnswerSheet(response.marks, response.profile, "" if comment is None else comment.text)


def _row(session: Session, actor: Actor, campaign: CampaignRecord, unit: UnitKey, number: str) -> ScanForm:
    serial = serial_of(number)
    form = None if serial is None else session.get(ScanForm, (*unit, serial))
    if form is None or not form.waits:
        raise Refusal("form_number_unknown", number=number)
    able = handing_out.keyers(session, campaign, unit, handing_out.KEYING_SECOND)
    read_by = _read_by(readings.of_sheet(session, unit, form.serial))
    handed_out_by = handing_out.hander(session, unit, form.serial)
    if barred := handing_out.barred(actor, read_by, handed_out_by, able):
        raise Refusal(barred, number=number)
    return form


def _read_by(history: ReadingHistory | None) -> tuple[int | None, ...]:
    """Return the account that keyed a scanned form before, none where nobody has."""
    return () if history is None else (history.first.account_id,)


def _encrypted(
    installation: Installation, campaign: CampaignRecord, serial: int, kept: DoubtfulContent
) -> bytes:
    nonce = secrets.token_bytes(NONCE_BYTES)
    about = f"{campaign.code}/{serial}".encode()
    plain = {
        "answers": [answer_json(answer) for answer in kept.answers],
        "comment": comment_json(kept.comment),
    }
    return nonce + AESGCM(installation.keys.paper_images).encrypt(nonce, json.dumps(plain).encode(), about)


def _decrypted(installation: Installation, campaign: CampaignRecord, form: ScanForm) -> DoubtfulContent:
    nonce, encrypted = form.content[:NONCE_BYTES], form.content[NONCE_BYTES:]
    about = f"{campaign.code}/{form.serial}".encode()
    plain = json.loads(AESGCM(installation.keys.paper_images).decrypt(nonce, encrypted, about))
    kept_answers = tuple(answer_from_json(answer) for answer in plain["answers"])
    return DoubtfulContent(kept_answers, comment_from_json(plain["comment"]))


def _fields(read_answers: Sequence[ReadAnswer]) -> dict[str, Sequence[str]]:
    """Return the fields of a form as a page would send them."""
    return {answer.q: answer.value or () for answer in read_answers}
