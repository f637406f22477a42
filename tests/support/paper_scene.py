"""Printed sheets without their PDF, and a row in every table that concerns them."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import insert, select

from survey.models import (
    PaperReading,
    Response,
    ScanFile,
    ScanForm,
    StampPicture,
    TotalsMismatch,
    VerificationClosing,
)
from survey.services.accounts.actors import COMMAND_LINE, Actor
from survey.services.collection import decisions
from survey.services.collection.serial_ranges import SerialSpan
from survey.services.installation.campaign_records import CampaignRecord
from survey.services.installation.installation import Installation
from survey.services.paper import batches, minutes, verification
from survey.services.paper.batches import BatchDraft, PrintOrder
from survey.services.paper.form_totals import tally
from survey.services.paper.minutes import MinuteDraft
from survey.services.paper.verification import Comparison
from survey.vocabulary import PaperAct, ReadingKind, ReadingSource, Role
from tests.support.scene import AN_NHON, NOW

HEAD = Actor(None, Role.UNIT_HEAD, "an-nhon")


def issue(
    installation: Installation, campaign: CampaignRecord, first: int, count: int, unit: str = "an-nhon"
) -> None:
    """Issue the next serials to a unit; *first* says which ones these must be."""
    span = SerialSpan(first, first + count - 1)
    draft = BatchDraft(span, PrintOrder(count), b"\7" * 32)
    made = batches.issue(installation, COMMAND_LINE, campaign, unit, draft, NOW)
    assert made is not None, "these are not the next serials"


def say(
    installation: Installation,
    campaign: CampaignRecord,
    act: PaperAct,
    first: int,
    last: int | None = None,
    *,
    actor: Actor = HEAD,
    now: dt.datetime = NOW,
) -> int:
    """Write a minute over one range of An Nhơn's sheets."""
    said = MinuteDraft(act, [SerialSpan(first, last or first)], "Trần Thị B")
    return minutes.record(installation, actor, campaign, "an-nhon", said, now)


def marks(installation: Installation, campaign: CampaignRecord, number: str) -> str:
    """The marks that the form of that number has now."""
    with installation.database.read() as session:
        form = decisions.paper_of(session, campaign, number)
        return session.execute(select(Response.marks).filter_by(**form.response.columns)).scalar_one()


def verify(
    installation: Installation,
    actor: Actor,
    campaign: CampaignRecord,
    number: str,
    now: dt.datetime = NOW,
    *,
    counted: str | None = None,
) -> Comparison:
    """Verify a form by its totals as somebody does who counts what its paper says: its marks, or *counted*."""
    totals = tally(counted or marks(installation, campaign, number))
    return verification.verify(installation, actor, campaign, number, totals, now)


def a_row_everywhere(installation: Installation, campaign: CampaignRecord) -> None:
    """Leave a row in every table that concerns printed sheets; one reading with all it can hold."""
    issue(installation, campaign, 1, 3)
    with installation.database.write() as session:
        session.execute(
            insert(PaperReading).values(
                campaign_id=campaign.id,
                unit_id=AN_NHON,
                serial=1,
                step=1,
                kind=ReadingKind.SECOND,
                source=ReadingSource.KEYED,
                local_day=NOW.date(),
                drawn=False,
                compared=3,
                differing=1,
                marks="45-",
                profile="a",
                comment="Cảm ơn.",
            )
        )
        session.execute(
            insert(StampPicture).values(campaign_id=campaign.id, step=1, diameter=36, content=b"x", at=NOW)
        )
        place = {"campaign_id": campaign.id, "unit_id": AN_NHON, "local_day": NOW.date()}
        session.execute(insert(ScanFile).values(**place, digest=b"\7" * 32, pages=1))
        session.execute(insert(ScanForm).values(**place, serial=1, waits=True, content=b"x"))
        differed = {"campaign_id": campaign.id, "unit_id": AN_NHON, "form_number": "1", "step": 1}
        session.execute(insert(TotalsMismatch).values(**differed, local_day=NOW.date()))
        session.execute(insert(VerificationClosing).values(campaign_id=campaign.id, at=NOW, forms=0))
