"""What keeps a unit from its full tables: sheets, doubts, disputes, unverified forms, and answers on its kiosks."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.errors import Fault
from survey.models import Kiosk
from survey.services.accounts.actors import Actor
from survey.services.installation.campaign_records import CampaignRecord
from survey.services.installation.installation import Installation
from survey.services.installation.unit_keys import UnitKey
from survey.services.paper import closing


def of_unit(installation: Installation, actor: Actor, campaign: CampaignRecord, unit: str) -> list[Fault]:
    """Return what is open at a unit, one fault for each kind.

    Raises:
        Refusal: ``unit_unknown``; ``unit_out_of_reach``.
    """
    key = campaign.unit_key(unit)
    actor.require(unit)
    with installation.database.read() as session:
        return list(open_points(session, key))


def open_points(session: Session, unit: UnitKey) -> Iterator[Fault]:
    """Return what is open at a unit, as the session sees it.

    A kiosk's answers that came after the full tables would stand in a note only, so those that it says it still holds
    are waited for, until it has sent them, is closed, or TCCB names it.
    """
    yield from closing.unexplained(session, unit)
    held = (
        select(Kiosk.number, Kiosk.waiting)
        .where(Kiosk.waiting > 0, ~Kiosk.revoked)
        .filter_by(**unit.columns)
        .order_by(Kiosk.number)
    )
    if rows := session.execute(held).all():
        where = ", ".join(str(row.number) for row in rows)
        yield Fault("kiosk_answers_waiting", where, {"count": sum(row.waiting for row in rows)})
