"""Prints numbered forms: the serials are issued in the transaction that says they were printed.

The PDF is whole on the disk before that transaction commits, so that no serial is issued without its
paper; until it commits the file has another name, so that no paper is printed without its serials.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from forms.faults import FaultyInput
from forms.layout import EDITIONS
from forms.paper import Batch, Heading, SheetSeal, write_batch
from forms.paper.seal_image import SealImage, read_seal_image
from survey.database.engine import Database
from survey.errors import Fault, Refusal
from survey.models import Campaign, PaperBatch, PaperForm, SealPicture
from survey.models.paper import LAST_SERIAL
from survey.services import audit, paper, serials
from survey.services.actors import Actor
from survey.services.campaigns import CampaignRecord
from survey.services.installation import Installation
from survey.services.paper import Statement
from survey.services.ranges import Span, serial_of
from survey.vocabulary import PaperAct, Role

MAY_PRINT = frozenset({Role.ADMIN, Role.UNIT_HEAD})
MOST_FORMS = 5000
ATTEMPTS = 3
UNFINISHED = ".not-issued"
SAMPLE = "DỮ LIỆU MẪU – KHÔNG PHÁT CHO NGƯỜI DÂN"
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Order:
    """What to print: how many forms, in which edition and language, with the picture of the seal or not."""

    count: int
    edition: str = "standard"
    lang: str = "vi"
    with_seal: bool = False


@dataclass(frozen=True, slots=True)
class Printed:
    """A batch that was printed."""

    span: Span
    edition: str
    lang: str
    with_seal: bool
    minute: int


def print_batch(
    opened: Installation,
    actor: Actor,
    campaign: CampaignRecord,
    unit_id: int,
    order: Order,
    out: Path,
    now: dt.datetime,
    progress: Progress | None = None,
) -> Printed:
    """Issue serials to a unit and write their forms to the file *out*, both or neither.

    Raises:
        Refusal: ``unit_out_of_reach``; ``role_out_of_reach``; ``verification_closed``;
            ``paper_account_closed``; ``print_faulty`` with what the printing found wrong (a count, no
            font, a full disk, ...); ``seal_missing``; ``seal_in_rehearsal``; ``serials_exhausted``;
            ``print_contended`` when others print at the same time all along.
    """
    _require_printer(actor, campaign, unit_id)
    if not 1 <= order.count <= MOST_FORMS or order.edition not in EDITIONS:
        fault = Fault("paper_count", "count", {"count": order.count, "most": MOST_FORMS})
        raise Refusal("print_faulty", [fault])
    unfinished = out.with_name(f".{out.name}{UNFINISHED}")
    try:
        for _ in range(ATTEMPTS):
            with opened.database.read() as session:
                paper.require_open(session, campaign, unit_id)
                span = _next(session, campaign, order.count)
                seal = _seal(session, campaign) if order.with_seal else None
            _write(opened, campaign, unit_id, span, order, seal, unfinished, progress)
            digest = _digest(unfinished)
            if printed := issue(opened, actor, campaign, unit_id, span, order, seal, digest, now):
                os.replace(unfinished, out)
                return printed
    except OSError as error:
        raise Refusal("print_faulty", [Fault("paper_file_unwritable", "out", {"file": out.name})]) from error
    finally:
        with suppress(OSError):
            unfinished.unlink()
    raise Refusal("print_contended")


def issue(
    opened: Installation,
    actor: Actor,
    campaign: CampaignRecord,
    unit_id: int,
    span: Span,
    order: Order,
    seal: tuple[int, SealImage] | None,
    digest: bytes,
    now: dt.datetime,
) -> Printed | None:
    """Write minute and batch in one transaction; None when the serials were issued to somebody else.

    ``digest`` is the SHA-256 of the printed file.
    """
    with opened.database.write() as session:
        session.execute(select(Campaign.id).filter_by(id=campaign.id).with_for_update(key_share=True))
        serials.lock_unit(session, campaign.id, unit_id)
        paper.require_open(session, campaign, unit_id)
        if _next(session, campaign, order.count) != span:
            return None
        note = f"{order.edition}, {order.lang}" + (", con dấu in sẵn" if seal else "")
        said = Statement(PaperAct.PRINTED, (span,), note=note)
        minute = paper.write_minute(session, actor, campaign, unit_id, said, now)
        session.execute(
            insert(PaperBatch).values(
                campaign_id=campaign.id,
                unit_id=unit_id,
                first_serial=span.first,
                last_serial=span.last,
                minute=minute,
                edition=order.edition,
                lang=order.lang,
                seal=seal[0] if seal else None,
                digest=digest,
            )
        )
        if seal:
            place = {"campaign_id": campaign.id, "unit_id": unit_id}
            audit.note(session, actor, "seal_printed", now, **place, subject=str(span), seal=seal[0])
        return Printed(span, order.edition, order.lang, seal is not None, minute)


def render_again(
    opened: Installation,
    actor: Actor,
    campaign: CampaignRecord,
    unit_id: int,
    first_serial: int,
    out: Path,
    now: dt.datetime,
) -> None:
    """Write the PDF of a batch that was issued before; that it was taken is noted.

    Raises:
        Refusal: ``unit_out_of_reach``; ``role_out_of_reach``; ``verification_closed``;
            ``paper_account_closed``; ``batch_unknown``; ``print_faulty``.
    """
    _require_printer(actor, campaign, unit_id)
    with opened.database.write() as session:
        paper.require_open(session, campaign, unit_id)
        batch = session.get(PaperBatch, (campaign.id, unit_id, first_serial))
        if batch is None:
            raise Refusal("batch_unknown")
        seal = None if batch.seal is None else _seal(session, campaign, batch.seal)
        place = {"campaign_id": campaign.id, "unit_id": unit_id}
        audit.note(session, actor, "forms_pdf_taken", now, **place, subject=str(first_serial))
    span = Span(batch.first_serial, batch.last_serial)
    order = Order(len(span), batch.edition, batch.lang, seal is not None)
    _write(opened, campaign, unit_id, span, order, seal, out, None)


def batches(database: Database, actor: Actor, campaign: CampaignRecord, unit_id: int) -> list[Printed]:
    """Return the batches of a unit, the newest first.

    Raises:
        Refusal: ``unit_out_of_reach``.
    """
    actor.require(campaign.unit(unit_id).code)
    query = select(PaperBatch).filter_by(campaign_id=campaign.id, unit_id=unit_id)
    with database.read() as session:
        rows = session.scalars(query.order_by(PaperBatch.first_serial.desc())).all()
    return [
        Printed(Span(r.first_serial, r.last_serial), r.edition, r.lang, r.seal is not None, r.minute)
        for r in rows
    ]


def has_seal(database: Database, campaign: CampaignRecord) -> bool:
    """Return whether the picture of a seal is there to be printed."""
    with database.read() as session:
        return _last_seal(session, campaign) is not None


def keep_seal(
    database: Database,
    actor: Actor,
    campaign: CampaignRecord,
    content: bytes,
    diameter: int,
    now: dt.datetime,
) -> None:
    """Keep the picture of the office's seal, for forms printed from now on.

    Raises:
        Refusal: ``role_out_of_reach`` for anybody but the administrator; ``seal_in_rehearsal``;
            ``seal_faulty`` with what is wrong with the picture.
    """
    if actor.role is not Role.ADMIN:
        raise Refusal("role_out_of_reach")
    if campaign.rehearsal:
        raise Refusal("seal_in_rehearsal")
    try:
        read_seal_image(content, diameter)
    except FaultyInput as faulty:
        raise Refusal("seal_faulty", faulty.faults) from faulty
    with database.write() as session:
        session.execute(select(Campaign.id).filter_by(id=campaign.id).with_for_update(key_share=True))
        step = (_last_seal(session, campaign) or 0) + 1
        row = {"campaign_id": campaign.id, "step": step, "diameter": diameter, "content": content}
        session.execute(insert(SealPicture).values(**row, account_id=actor.account_id, at=now))
        digest = hashlib.sha256(content).hexdigest()
        audit.note(
            session, actor, "seal_kept", now, campaign_id=campaign.id, subject=str(step), digest=digest
        )


def _require_printer(actor: Actor, campaign: CampaignRecord, unit_id: int) -> None:
    actor.require(campaign.unit(unit_id).code)
    if actor.role not in MAY_PRINT:
        raise Refusal("role_out_of_reach")


def _next(session: Session, campaign: CampaignRecord, count: int) -> Span:
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
    return Span(first, first + count - 1)


def _write(
    opened: Installation,
    campaign: CampaignRecord,
    unit_id: int,
    span: Span,
    order: Order,
    seal: tuple[int, SealImage] | None,
    out: Path,
    progress: Progress | None,
) -> None:
    unit, headings = campaign.unit(unit_id), campaign.plan.headings
    batch = Batch(
        questionnaire=campaign.questionnaire,
        heading=Heading(headings.governing_body, headings.agency),
        campaign=campaign.code,
        unit=unit.code,
        unit_name=unit.name,
        serials=_serials(span),
        seal=SheetSeal(opened.keys.paper_seal),
        edition=EDITIONS[order.edition],
        lang=order.lang,
        subtitle=SAMPLE if campaign.rehearsal else "",
        seal_image=seal[1] if seal else None,
    )
    try:
        write_batch(batch, out, progress)
    except FaultyInput as faulty:
        shown = {"file": out.name.removeprefix(".").removesuffix(UNFINISHED)}
        faults = [replace(f, details={**f.details, **shown}) for f in faulty.faults]
        raise Refusal("print_faulty", faults) from faulty


def _serials(span: Span) -> Sequence[int]:
    return range(span.first, span.last + 1)


def _digest(path: Path) -> bytes:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()


def _last_seal(session: Session, campaign: CampaignRecord) -> int | None:
    return session.scalar(select(func.max(SealPicture.step)).filter_by(campaign_id=campaign.id))


def _seal(session: Session, campaign: CampaignRecord, step: int | None = None) -> tuple[int, SealImage]:
    if campaign.rehearsal:
        raise Refusal("seal_in_rehearsal")
    found = session.get(SealPicture, (campaign.id, step or _last_seal(session, campaign)))
    if found is None:
        raise Refusal("seal_missing")
    return found.step, read_seal_image(found.content, found.diameter)
