"""The picture of the office's stamp that a campaign may print: kept by the administrator, never changed."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from forms.faults import FaultyInstrument
from forms.paper.stamp_image import StampImage, read_stamp_image
from survey.errors import Refusal
from survey.models import Campaign, StampPicture
from survey.services.accounts import audit
from survey.services.accounts.actors import Actor
from survey.services.installation.campaign_records import CampaignRecord
from survey.services.installation.installation import Installation
from survey.vocabulary import Role


@dataclass(frozen=True, slots=True)
class KeptStamp:
    """A picture that was kept, and the number under which it was."""

    step: int
    image: StampImage


def keep(
    installation: Installation,
    actor: Actor,
    campaign: CampaignRecord,
    content: bytes,
    diameter: int,
    now: dt.datetime,
) -> None:
    """Keep the picture of the office's stamp, for forms printed from now on.

    Raises:
        Refusal: ``role_out_of_reach`` for anybody but the administrator; ``seal_in_rehearsal``;
            ``seal_faulty`` with what is wrong with the picture.
    """
    if actor.role is not Role.ADMIN:
        raise Refusal("role_out_of_reach")
    if campaign.rehearsal:
        raise Refusal("seal_in_rehearsal")
    try:
        read_stamp_image(content, diameter)
    except FaultyInstrument as faulty:
        raise Refusal("seal_faulty", faulty.faults) from faulty
    with installation.database.write() as session:
        session.execute(select(Campaign.id).filter_by(id=campaign.id).with_for_update(key_share=True))
        step = (_last(session, campaign) or 0) + 1
        row = {"campaign_id": campaign.id, "step": step, "diameter": diameter, "content": content}
        session.execute(insert(StampPicture).values(**row, account_id=actor.account_id, at=now))
        digest = hashlib.sha256(content).hexdigest()
        audit.note(
            session, actor, "seal_kept", now, campaign_id=campaign.id, subject=str(step), digest=digest
        )


def is_kept(installation: Installation, campaign: CampaignRecord) -> bool:
    """Return whether the picture of a seal is there to be printed."""
    with installation.database.read() as session:
        return _last(session, campaign) is not None


def current(session: Session, campaign: CampaignRecord) -> KeptStamp:
    """Return the picture to print now.

    Raises:
        Refusal: ``seal_in_rehearsal``; ``seal_missing``.
    """
    return of_step(session, campaign, _last(session, campaign))


def of_step(session: Session, campaign: CampaignRecord, step: int | None) -> KeptStamp:
    """Return the picture of that number; refusals as in :func:`current`."""
    if campaign.rehearsal:
        raise Refusal("seal_in_rehearsal")
    picture = None if step is None else session.get(StampPicture, (campaign.id, step))
    if picture is None:
        raise Refusal("seal_missing")
    return KeptStamp(picture.step, read_stamp_image(picture.content, picture.diameter))


def _last(session: Session, campaign: CampaignRecord) -> int | None:
    return session.scalar(select(func.max(StampPicture.step)).filter_by(campaign_id=campaign.id))
