"""Prints numbered forms: the serials are issued in the transaction that says they were printed.

The PDF is whole on the disk, and signed where that was asked for, before that transaction commits, so that no
serial is issued without its paper; until it commits the file has another name, so that no paper is printed
without its serials.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from forms.faults import FaultyInstrument
from forms.layout import EDITIONS, lay_out
from forms.paper import AgencyHeading, Batch, FormProof, write_batch
from forms.questionnaire import Questionnaire
from forms.text_tables import DEFAULT_LANGUAGE
from survey.config import Config
from survey.documents.signing import signing
from survey.documents.signing.signing import Certificate, Identity
from survey.errors import Fault, Refusal
from survey.models import Campaign, PaperBatch, PaperForm
from survey.models.paper import LAST_SERIAL
from survey.services.accounts import audit
from survey.services.accounts.actors import Actor
from survey.services.collection import serials
from survey.services.collection.serial_ranges import ExpectedSheet, SerialSpan, serial_of
from survey.services.installation.campaign_records import CampaignRecord
from survey.services.installation.installation import Installation
from survey.services.installation.unit_keys import UnitKey
from survey.services.paper import minutes, stamp_images
from survey.services.paper.batch_texts import text
from survey.services.paper.minutes import MinuteDraft
from survey.services.paper.stamp_images import KeptStamp
from survey.vocabulary import PaperAct, Role

MAY_PRINT = frozenset({Role.ADMIN, Role.UNIT_HEAD})
MOST_FORMS = 5000
ATTEMPTS = 3
UNFINISHED, UNSIGNED = ".not-issued", ".unsigned"
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class PrintOrder:
    """What to print: how many forms, in which edition and language, with the picture of the stamp or not.

    ``signed``: the PDF carries the office's digital signature.
    """

    count: int
    edition: str = "standard"
    lang: str = "vi"
    with_stamp: bool = False
    signed: bool = False


@dataclass(frozen=True, slots=True)
class BatchDraft:
    """Forms whose serials are not issued yet: what is printed on them, whose signature the file has, its SHA-256."""

    span: SerialSpan
    order: PrintOrder
    digest: bytes
    stamp: KeptStamp | None = None
    certificate: Certificate | None = None


@dataclass(frozen=True, slots=True)
class PrintedBatch:
    """A batch that was printed."""

    span: SerialSpan
    edition: str
    lang: str
    with_stamp: bool
    signed: bool
    minute: int


def print_batch(
    installation: Installation,
    actor: Actor,
    campaign: CampaignRecord,
    unit: str,
    order: PrintOrder,
    out: Path,
    now: dt.datetime,
    *,
    progress: Progress | None = None,
) -> PrintedBatch:
    """Issue serials to a unit and write their forms to the file *out*, both or neither.

    Raises:
        Refusal: ``unit_unknown``; ``unit_out_of_reach``; ``role_out_of_reach``; ``verification_closed``;
            ``paper_account_closed``; ``print_faulty`` with what the printing found wrong (a count, no
            font, a full disk, no signature, ...); ``seal_missing``; ``seal_in_rehearsal``;
            ``serials_exhausted``; ``print_contended`` when others print at the same time all along.
    """
    key = _printed_by(actor, campaign, unit)
    if not 1 <= order.count <= MOST_FORMS or order.edition not in EDITIONS:
        fault = Fault("paper_count", "count", {"count": order.count, "most": MOST_FORMS})
        raise Refusal("print_faulty", [fault])
    certificate = _certificate(installation, now) if order.signed else None
    with _unfinished(out) as unfinished:
        for _ in range(ATTEMPTS):
            with installation.database.read() as session:
                minutes.require_open(session, campaign, key)
                span = _next(session, campaign, order.count)
                stamp = stamp_images.current(session, campaign) if order.with_stamp else None
            _write(installation, campaign, unit, (span, order, stamp), unfinished, progress)
            draft = BatchDraft(span, order, _digest(unfinished), stamp, certificate)
            if printed := issue(installation, actor, campaign, unit, draft, now):
                os.replace(unfinished, out)
                return printed
    raise Refusal("print_contended")


def issue(
    installation: Installation,
    actor: Actor,
    campaign: CampaignRecord,
    unit: str,
    draft: BatchDraft,
    now: dt.datetime,
) -> PrintedBatch | None:
    """Write minute and batch in one transaction; None when the serials were issued to somebody else."""
    span, order, stamp = draft.span, draft.order, draft.stamp
    key = campaign.unit_key(unit)
    with installation.database.write() as session:
        session.execute(select(Campaign.id).filter_by(id=campaign.id).with_for_update(key_share=True))
        serials.lock_unit(session, key)
        minutes.require_open(session, campaign, key)
        if _next(session, campaign, order.count) != span:
            return None
        minute = MinuteDraft(PaperAct.PRINTED, (span,), note=_note(draft))
        row = {
            "first_serial": span.first,
            "last_serial": span.last,
            "minute": minutes.write_minute(session, actor, campaign, key, minute, now),
            "edition": order.edition,
            "lang": order.lang,
            "seal": stamp.step if stamp else None,
            "signed": order.signed,
            "digest": draft.digest,
        }
        session.execute(insert(PaperBatch).values(**key.columns, **row))
        if stamp:
            audit.note(session, actor, "seal_printed", now, **key.columns, subject=str(span), seal=stamp.step)
        if certificate := draft.certificate:
            _note_signature(session, actor, key, span, certificate, now)
        return _printed(PaperBatch(**key.columns, **row))


def render_again(
    installation: Installation,
    actor: Actor,
    campaign: CampaignRecord,
    unit: str,
    first_serial: int,
    out: Path,
    now: dt.datetime,
) -> None:
    """Write the PDF of a batch that was issued before, signed anew where it was signed; that it was taken is noted.

    Raises:
        Refusal: ``unit_unknown``; ``unit_out_of_reach``; ``role_out_of_reach``; ``verification_closed``;
            ``paper_account_closed``; ``batch_unknown``; ``print_faulty``.
    """
    key = _printed_by(actor, campaign, unit)
    with installation.database.read() as session:
        minutes.require_open(session, campaign, key)
        batch = session.get(PaperBatch, (*key, first_serial))
        if batch is None:
            raise Refusal("batch_unknown")
        stamp = None if batch.seal is None else stamp_images.of_step(session, campaign, batch.seal)
    span = SerialSpan(batch.first_serial, batch.last_serial)
    order = PrintOrder(len(span), batch.edition, batch.lang, stamp is not None, batch.signed)
    certificate = _certificate(installation, now) if batch.signed else None
    with _unfinished(out) as unfinished:
        _write(installation, campaign, unit, (span, order, stamp), unfinished, None)
        with installation.database.write() as session:
            audit.note(session, actor, "forms_pdf_taken", now, **key.columns, subject=str(first_serial))
            if certificate:
                _note_signature(session, actor, key, span, certificate, now)
        os.replace(unfinished, out)


def batches(
    installation: Installation, actor: Actor, campaign: CampaignRecord, unit: str
) -> list[PrintedBatch]:
    """Return the batches of a unit, the newest first.

    Raises:
        Refusal: ``unit_unknown``; ``unit_out_of_reach``.
    """
    key = campaign.unit_key(unit)
    actor.require(unit)
    query = select(PaperBatch).filter_by(**key.columns)
    with installation.database.read() as session:
        rows = session.scalars(query.order_by(PaperBatch.first_serial.desc())).all()
    return [_printed(row) for row in rows]


def expected(installation: Installation, campaign: CampaignRecord, unit: str) -> ExpectedSheet:
    """Return what the codes of a unit's sheets must say, and how they prove it."""
    proof, prints = FormProof(installation.keys.form_proof), tuple(_fingerprints(campaign.questionnaire))

    def proves(code: str) -> bool:
        return any(proof.proves(code, each) for each in prints)

    return ExpectedSheet(campaign.code, unit, proves)


def can_sign(config: Config) -> bool:
    """Return whether this installation has a certificate to sign with."""
    return _identity(config) is not None


@contextmanager
def _unfinished(out: Path) -> Iterator[Path]:
    """Yield the file's other name; what still has it at the end goes away.

    Raises:
        Refusal: ``print_faulty`` where the file cannot be written.
    """
    unfinished = out.with_name(f".{out.name}{UNFINISHED}")
    try:
        yield unfinished
    except OSError as error:
        raise Refusal("print_faulty", [Fault("paper_file_unwritable", "out", {"file": out.name})]) from error
    finally:
        with suppress(OSError):
            unfinished.unlink()


def _fingerprints(q: Questionnaire) -> Iterator[str]:
    """Return the fingerprint of every layout that forms of this questionnaire can have."""
    for edition in EDITIONS.values():
        with suppress(FaultyInstrument):  # a long questionnaire has no large-type edition
            yield lay_out(q, edition).fingerprint


def _identity(config: Config) -> Identity | None:
    if config.sign_pkcs12 is None or config.sign_passphrase is None:
        return None
    return Identity(config.sign_pkcs12, config.sign_passphrase)


def _certificate(installation: Installation, now: dt.datetime) -> Certificate:
    try:
        return signing.check(_identity(installation.config), now)
    except Refusal as refusal:
        raise Refusal("print_faulty", refusal.faults) from refusal


def _note(draft: BatchDraft) -> str:
    """Return what the minute says of the printing."""
    parts = [text(f"note.{draft.order.edition}")]
    if draft.order.lang != DEFAULT_LANGUAGE:
        parts.append(text("note.lang", lang=draft.order.lang))
    if draft.stamp:
        parts.append(text("note.stamp"))
    if draft.certificate:
        parts.append(text("note.signer", holder=draft.certificate.holder))
    return ", ".join(parts)[: minutes.LONGEST_NOTE]


def _note_signature(
    session: Session,
    actor: Actor,
    unit: UnitKey,
    span: SerialSpan,
    certificate: Certificate,
    now: dt.datetime,
) -> None:
    signer = certificate.fingerprint
    audit.note(session, actor, "forms_signed", now, **unit.columns, subject=str(span), certificate=signer)


def _printed(row: PaperBatch) -> PrintedBatch:
    span = SerialSpan(row.first_serial, row.last_serial)
    return PrintedBatch(span, row.edition, row.lang, row.seal is not None, row.signed, row.minute)


def _printed_by(actor: Actor, campaign: CampaignRecord, unit: str) -> UnitKey:
    """Return the key of a unit for which the actor may print."""
    key = campaign.unit_key(unit)
    actor.require(unit)
    if actor.role not in MAY_PRINT:
        raise Refusal("role_out_of_reach")
    return key


def _next(session: Session, campaign: CampaignRecord, count: int) -> SerialSpan:
    """Return the next serials that nobody has: neither printed nor typed from an unnumbered form."""
    highest = session.scalar(
        select(func.max(PaperBatch.last_serial)).where(PaperBatch.campaign_id == campaign.id)
    )
    numbers = session.scalars(select(PaperForm.form_number).filter_by(campaign_id=campaign.id))
    typed = {serial for number in numbers if (serial := serial_of(number)) is not None}
    first = (highest or 0) + 1
    while taken := [serial for serial in range(first, first + count) if serial in typed]:
        first = taken[-1] + 1
    if first + count - 1 > LAST_SERIAL:
        raise Refusal("serials_exhausted", most=LAST_SERIAL)
    return SerialSpan(first, first + count - 1)


def _write(
    installation: Installation,
    campaign: CampaignRecord,
    unit: str,
    what: tuple[SerialSpan, PrintOrder, KeptStamp | None],
    out: Path,
    progress: Progress | None,
) -> None:
    """Write the forms to *out*, signed where the order says so."""
    span, order, stamp = what
    named, headings = campaign.unit(campaign.unit_id(unit)), campaign.plan.headings
    batch = Batch(
        questionnaire=campaign.questionnaire,
        heading=AgencyHeading(headings.governing_body, headings.agency),
        campaign=campaign.code,
        unit=unit,
        unit_name=named.name,
        serials=_serials(span),
        form_proof=FormProof(installation.keys.form_proof),
        edition=EDITIONS[order.edition],
        lang=order.lang,
        subtitle=text("rehearsal") if campaign.rehearsal else "",
        stamp_image=stamp.image if stamp else None,
    )
    identity = _identity(installation.config) if order.signed else None
    unsigned = out if identity is None else out.with_name(out.name + UNSIGNED)
    shown = {"file": out.name.removeprefix(".").removesuffix(UNFINISHED)}
    try:
        write_batch(batch, unsigned, progress)
        if identity:
            reason = text("signed_for", span=span, unit=named.name)
            signing.sign(identity, unsigned, out, reason=reason, place=headings.place)
    except (FaultyInstrument, Refusal) as faulty:
        faults = [Fault(f.code, f.location, {**f.details, **shown}) for f in faulty.faults]
        raise Refusal("print_faulty", faults) from faulty
    finally:
        if unsigned != out:
            unsigned.unlink(missing_ok=True)


def _serials(span: SerialSpan) -> Sequence[int]:
    return range(span.first, span.last + 1)


def _digest(path: Path) -> bytes:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()
