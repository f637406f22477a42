"""Erases one free text for good where it tells of a person, with a minute; marks, counts and the ledger stay as they are."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator

from sqlalchemy import ColumnElement, delete, or_, select, update
from sqlalchemy.orm import Session

from survey.database.statements import insert_once
from survey.errors import Refusal
from survey.models import (
    Comment,
    CommentErasure,
    Decision,
    PaperForm,
    ReleasedAside,
    ReleasedComment,
    SetAside,
)
from survey.services.accounts import audit
from survey.services.accounts.actors import Actor
from survey.services.collection import readings
from survey.services.collection.arrival_order import erase_after_release
from survey.services.collection.serial_ranges import serial_of
from survey.services.comments.batches import same_aside
from survey.services.installation.campaign_records import CampaignRecord
from survey.services.installation.installation import Installation
from survey.services.installation.unit_keys import UnitKey
from survey.services.paper import doubtful_forms
from survey.vocabulary import ErasureReason


def erase_comment(
    installation: Installation,
    actor: Actor,
    campaign: CampaignRecord,
    reference: str,
    reason: ErasureReason,
    now: dt.datetime,
) -> None:
    """Erase the readable comment of that *reference* with every copy of it that the database has.

    Copies are the comments of the form that corrected it or that it corrected, of the readings of its sheet, the picture
    of its handwriting, and the same text in a body set aside, which does not say what it contradicts. The answers
    stay, as does their leaf in the ledger. For a body set aside only its own comment goes.

    Raises:
        Refusal: ``role_out_of_reach``; ``comment_unknown``; ``comment_erased``.
    """
    actor.require_every_unit()
    named = {"campaign_id": campaign.id, "reference": _bytes(reference)}
    by = {"reason": reason, "account_id": actor.account_id, "erased_at": now}
    with installation.database.write() as session:
        comment = session.scalar(select(ReleasedComment).filter_by(**named))
        aside = session.scalar(select(ReleasedAside).filter_by(**named))
        if comment is None and aside is None:
            raise Refusal("comment_unknown")
        if not insert_once(session, CommentErasure, {**named, **by}):
            raise Refusal("comment_erased")
        if aside is not None:
            unit = UnitKey(campaign.id, aside.unit_id)
            _empty_asides(session, unit, SetAside.aside_key == aside.aside_key)
        if comment is not None:
            for copy in _erase(session, installation, campaign, comment):
                insert_once(session, CommentErasure, {**named, **by, "reference": copy})
        about, why = campaign.id, reason.value
        audit.note(session, actor, "comment_erased", now, campaign_id=about, subject=reference, reason=why)
    # Behind the page the file is written anew and its log emptied; PostgreSQL's tables wait for the night.
    erase_after_release(installation)


def _erase(
    session: Session, installation: Installation, campaign: CampaignRecord, comment: ReleasedComment
) -> list[bytes]:
    """Erase all copies of a response's comment and return the references of those that were readable."""
    unit = UnitKey(campaign.id, comment.unit_id)
    keys = _corrections(session, unit, comment.response_key)
    comments = select(Comment.text).filter_by(**unit.columns).where(Comment.response_key.in_(keys))
    same_text = SetAside.comment.in_(session.scalars(comments).all())
    copies = list(_readable(session, unit, keys, same_text))
    session.execute(delete(Comment).filter_by(**unit.columns).where(Comment.response_key.in_(keys)))
    _empty_asides(session, unit, same_text)
    numbers = select(PaperForm.form_number).filter_by(**unit.columns).where(PaperForm.response_key.in_(keys))
    serials = [serial for number in session.scalars(numbers) if (serial := serial_of(number)) is not None]
    readings.erase_comments(session, unit, serials)
    doubtful_forms.erase_comment_pictures(session, installation, campaign, unit, serials)
    return copies


def _readable(
    session: Session, unit: UnitKey, keys: Collection[bytes], same_text: ColumnElement[bool]
) -> Iterator[bytes]:
    """Yield the references of the readable comments of these responses, and of bodies set aside with the same text."""
    comments = select(ReleasedComment.reference).filter_by(**unit.columns)
    yield from session.scalars(comments.where(ReleasedComment.response_key.in_(keys)))
    asides = select(ReleasedAside.reference).filter_by(**unit.columns).join(SetAside, same_aside())
    yield from session.scalars(asides.where(same_text))


def _empty_asides(session: Session, unit: UnitKey, which: ColumnElement[bool]) -> None:
    session.execute(update(SetAside).filter_by(**unit.columns).where(which).values(comment=""))


def _corrections(session: Session, unit: UnitKey, key: bytes) -> set[bytes]:
    """Return the response with those that it corrected and that corrected it: the same paper, read again."""
    keys, before = {key}, set[bytes]()
    while keys != before:
        before = set(keys)
        linked = (
            select(Decision.response_key, Decision.replaced_by)
            .filter_by(**unit.columns)
            .where(
                Decision.replaced_by.is_not(None),
                or_(Decision.response_key.in_(keys), Decision.replaced_by.in_(keys)),
            )
        )
        keys |= {one for pair in session.execute(linked) for one in pair}
    return keys


def _bytes(reference: str) -> bytes:
    try:
        return bytes.fromhex(reference)
    except ValueError:
        raise Refusal("comment_unknown") from None
