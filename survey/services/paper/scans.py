"""Scanned forms: read by the machine, doubts settled by a person, then through the one door.

Only what a person must see is kept, and encrypted: the pictures of doubtful boxes and of the comment
box, until verification closes. The pages themselves are not kept.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import secrets
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from forms import answers
from forms.faults import FaultyInstrument
from forms.paper.form_proof import FormProof
from forms.questionnaire import COMMENT
from forms.scan import ScanReading, read_files
from forms.scan.packing import answer_from_json, answer_json, comment_from_json, comment_json
from forms.scan.records import PageSource, ReadAnswer, ReadComment, ReadFile, ReadForm, ReadPage
from survey.clock import local_day
from survey.errors import Refusal
from survey.models import PaperReading, ScanFile, ScanForm
from survey.services.accounts import audit
from survey.services.accounts.actors import Actor
from survey.services.collection import door, readings, serials
from survey.services.collection.entries import KeyedEntry, PaperSource
from survey.services.collection.serial_ranges import number_of, serial_of
from survey.services.installation.campaign_records import CampaignRecord
from survey.services.installation.installation import Installation
from survey.services.installation.unit_keys import UnitKey
from survey.services.paper import second_keying
from survey.vocabulary import ReadingSource

NONCE_BYTES = 12
DOUBLED = ("scan_duplicate", "scan_known", "sheet_used")
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Doubt:
    """A question for a person: why the machine does not answer it, and its picture (JPEG, base64)."""

    field: str
    reason: str
    crop: str


@dataclass(frozen=True, slots=True)
class Doubtful:
    """A form that waits for a person: what is doubtful on it, and the comment's picture where there is one."""

    number: str
    doubts: tuple[Doubt, ...]
    comment_crop: str


@dataclass(frozen=True, slots=True)
class KeptForm:
    """What is kept of a form that waits for a person."""

    answers: tuple[ReadAnswer, ...]
    comment: ReadComment | None


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a page or a form did not come in: where, the catalogue's code, and what its sentence names."""

    location: str
    code: str
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TakenIn:
    """What became of an upload: numbers that came in, numbers with doubts, and what did not come in.

    Every one of its ``pages`` belongs to one of these three.
    """

    files: int
    pages: int
    accepted: tuple[str, ...]
    doubtful: tuple[str, ...]
    problems: tuple[Problem, ...]


def read(
    installation: Installation,
    campaign: CampaignRecord,
    paths: Sequence[Path],
    *,
    jobs: int = 1,
    with_crops: bool = False,
    progress: Progress | None = None,
) -> ScanReading:
    """Read files of this campaign's forms and return what the machine says of every page and form.

    Raises:
        Refusal: ``scan_refused`` with its faults, where there are no files or the reader is not installed.
    """
    verify = FormProof(installation.keys.form_proof).verify
    try:
        return read_files(
            paths,
            campaign.questionnaire,
            verify,
            campaign=campaign.code,
            jobs=jobs,
            with_crops=with_crops,
            progress=progress,
        )
    except FaultyInstrument as faulty:
        raise Refusal("scan_refused", faulty.faults) from faulty


def take_in(
    installation: Installation,
    actor: Actor,
    campaign: CampaignRecord,
    unit: str,
    paths: Sequence[Path],
    now: dt.datetime,
    *,
    names: Mapping[Path, str] | None = None,
) -> TakenIn:
    """Read the files of a unit's scanned forms; what is sure comes in, what is doubtful waits for a person.

    ``names`` are what whoever sent the files calls them.

    Raises:
        Refusal: ``unit_unknown``; ``unit_out_of_reach``; ``verification_closed``; ``scan_refused``.
    """
    key = campaign.unit_key(unit)
    actor.require(unit)
    with installation.database.read() as session:
        serials.require_verifying(session, campaign)
    reading = read(installation, campaign, paths, with_crops=True)
    named = {str(path): name for path, name in (names or {}).items()}
    repeated = _known(installation, campaign, reading.files)
    accepted: list[str] = []
    unsure: list[str] = []
    problems = [_page_problem(page, named) for page in reading.pages if page.status != "read"]
    for form in reading.forms:
        number = number_of(int(form.serial))
        if problem := _form_problem(installation, campaign, key, form, repeated):
            problems.append(problem)
        elif form.status == "complete":
            try:
                sure = _wait_or_enter(installation, actor, campaign, key, form, now)
                (accepted if sure else unsure).append(number)
            except Refusal as refusal:
                problems.append(Problem(number, refusal.code, {**refusal.details, "number": number}))
    doubled = [problem.location for problem in problems if problem.code in DOUBLED]
    _note_files(installation, actor, key, reading.files, doubled, now)
    pages = len(reading.pages)
    return TakenIn(len(reading.files), pages, tuple(accepted), tuple(unsure), tuple(problems))


def waiting(installation: Installation, actor: Actor, campaign: CampaignRecord, unit: str) -> list[str]:
    """Return the numbers of a unit's scanned forms that wait for a person.

    Raises:
        Refusal: ``unit_unknown``; ``unit_out_of_reach``.
    """
    key = campaign.unit_key(unit)
    actor.require(unit)
    query = select(ScanForm.serial).filter_by(**key.columns, waits=True)
    with installation.database.read() as session:
        return [number_of(serial) for serial in session.scalars(query.order_by(ScanForm.serial))]


def doubtful(
    installation: Installation, actor: Actor, campaign: CampaignRecord, unit: str, number: str
) -> Doubtful:
    """Return what is doubtful on a form.

    Raises:
        Refusal: ``unit_unknown``; ``unit_out_of_reach``; ``form_number_unknown`` where no such form waits.
    """
    key = campaign.unit_key(unit)
    actor.require(unit)
    with installation.database.read() as session:
        kept = _decrypted(installation, campaign, _row(session, key, number))
    doubts = tuple(
        Doubt(answer.q, answer.reason or "", answer.crop or "")
        for answer in kept.answers
        if answer.needs_human
    )
    return Doubtful(number, doubts, (kept.comment and kept.comment.crop) or "")


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
        Refusal: ``unit_unknown``; ``unit_out_of_reach``; ``form_number_unknown``; ``settle_incomplete``; ``settle_faulty``;
            the refusals of the door, and of a second reading where the form was keyed in before.
    """
    key = campaign.unit_key(unit)
    actor.require(unit)
    with installation.database.read() as session:
        kept = _decrypted(installation, campaign, _row(session, key, number))
    wanted = [answer.q for answer in kept.answers if answer.needs_human]
    if missing := [name for name in wanted if name not in chosen]:
        raise Refusal("settle_incomplete", count=len(missing))
    fields = _fields(kept.answers)
    fields.update({name: [chosen[name]] if chosen[name] else [] for name in wanted})
    fields[COMMENT] = [chosen.get(COMMENT, "")]
    _enter(installation, actor, campaign, key, number, fields, now)
    with installation.database.write() as session:
        answered = update(ScanForm).filter_by(**key.columns, serial=serial_of(number))
        session.execute(answered.values(waits=False))


def _wait_or_enter(
    installation: Installation,
    actor: Actor,
    campaign: CampaignRecord,
    unit: UnitKey,
    form: ReadForm,
    now: dt.datetime,
) -> bool:
    """Let a form without doubts in and return True; keep one with doubts for a person."""
    number = number_of(int(form.serial))
    written = form.comment is not None and form.comment.written
    if not form.needs_human and not written:
        fields = _fields(form.answers)
        _enter(installation, actor, campaign, unit, number, fields, now)
        return True
    kept = KeptForm(form.answers, form.comment)
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


def _enter(
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
    digest = hashlib.sha256(repr(sheet).encode()).hexdigest()
    source = PaperSource(actor, number, ReadingSource.SCANNED)
    entry = KeyedEntry(campaign, unit.unit_id, f"scan.{number}.{digest}", sheet, source)
    door.accept(installation, entry, now)


def _known(installation: Installation, campaign: CampaignRecord, files: Sequence[ReadFile]) -> set[str]:
    """Return the files that were read in this campaign before."""
    with installation.database.read() as session:
        known = set(session.scalars(select(ScanFile.digest).filter_by(campaign_id=campaign.id)))
    return {file.file for file in files if file.sha256 and bytes.fromhex(file.sha256) in known}


def _note_files(
    installation: Installation,
    actor: Actor,
    unit: UnitKey,
    files: Sequence[ReadFile],
    doubled: Sequence[str],
    now: dt.datetime,
) -> None:
    """Remember the files by their hash, so that none is taken in twice, and which pages came more than once."""
    new = {file.sha256: file.pages for file in files if file.sha256 and file.pages}
    with installation.database.write() as session:
        known = set(session.scalars(select(ScanFile.digest).filter_by(campaign_id=unit.campaign_id)))
        for sha256, pages in new.items():
            digest = bytes.fromhex(sha256)
            if digest not in known:
                row = {"digest": digest, "pages": pages, "local_day": local_day(now)}
                session.execute(insert(ScanFile).values(**unit.columns, **row, account_id=actor.account_id))
        audit.note(
            session, actor, "scans_read", now, **unit.columns, subject="", files=len(files), doubled=doubled
        )


def _row(session: Session, unit: UnitKey, number: str) -> ScanForm:
    serial = serial_of(number)
    form = None if serial is None else session.get(ScanForm, (*unit, serial))
    if form is None or not form.waits:
        raise Refusal("form_number_unknown", number=number)
    return form


def _encrypted(installation: Installation, campaign: CampaignRecord, serial: int, kept: KeptForm) -> bytes:
    nonce = secrets.token_bytes(NONCE_BYTES)
    about = f"{campaign.code}/{serial}".encode()
    plain = {
        "answers": [answer_json(answer) for answer in kept.answers],
        "comment": comment_json(kept.comment),
    }
    return nonce + AESGCM(installation.keys.paper_images).encrypt(nonce, json.dumps(plain).encode(), about)


def _decrypted(installation: Installation, campaign: CampaignRecord, form: ScanForm) -> KeptForm:
    nonce, encrypted = form.content[:NONCE_BYTES], form.content[NONCE_BYTES:]
    about = f"{campaign.code}/{form.serial}".encode()
    plain = json.loads(AESGCM(installation.keys.paper_images).decrypt(nonce, encrypted, about))
    kept_answers = tuple(answer_from_json(answer) for answer in plain["answers"])
    return KeptForm(kept_answers, comment_from_json(plain["comment"]))


def _fields(read_answers: Sequence[ReadAnswer]) -> dict[str, Sequence[str]]:
    """Return the fields of a form as a page would send them."""
    return {answer.q: answer.value or () for answer in read_answers}


def _page_problem(page: ReadPage, named: Mapping[str, str]) -> Problem:
    """Say why a page was not read, by the names that its sender knows; a doubled one names where the others are."""
    serial = page.serial or page.claimed_serial
    shown = f" ({number_of(int(serial))})" if serial else ""
    others = ", ".join(_location(other, named) for other in page.others)
    return Problem(_location(page.source, named) + shown, page.reason or "", {"others": others})


def _location(source: PageSource, named: Mapping[str, str]) -> str:
    name = named.get(source.file) or Path(source.file).name
    return f"{name} – {source.page_index + 1}"


def _form_problem(
    installation: Installation,
    campaign: CampaignRecord,
    unit: UnitKey,
    form: ReadForm,
    repeated: Collection[str],
) -> Problem | None:
    """Say why the pages that were read make no form of this unit; of doubled ones each page has said so."""
    number = number_of(int(form.serial))
    if form.unit != campaign.unit(unit.unit_id).code:
        name = campaign.unit(campaign.unit_id(form.unit)).name
        return Problem(number, "scan_other_unit", {"unit": name})
    again = any(page.source.file in repeated for page in form.pages)
    if again and _is_in(installation, unit, int(form.serial)):
        return Problem(number, "scan_file_known")
    if form.status == "incomplete":
        missing = ", ".join(str(page) for page in form.missing_pages)
        return Problem(number, "scan_page_missing", {"pages": missing})
    return None


def _is_in(installation: Installation, unit: UnitKey, serial: int) -> bool:
    """Return whether a scan of the sheet was taken in, or waits for a person."""
    scanned = select(PaperReading.step).filter_by(
        **unit.columns, serial=serial, source=ReadingSource.SCANNED.value
    )
    with installation.database.read() as session:
        waits = session.get(ScanForm, (*unit, serial)) is not None
        return waits or session.scalar(scanned.limit(1)) is not None
