"""Notes an act beside the act itself, in the same transaction."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import insert
from sqlalchemy.orm import Session

from survey.models import AuditEntry
from survey.services.accounts.actors import Actor


def note(
    session: Session,
    actor: Actor,
    act: str,
    at: dt.datetime,
    *,
    campaign_id: int | None = None,
    unit_id: int | None = None,
    subject: str = "",
    **details: object,
) -> None:
    """Write one audit entry. *subject* and *details* name ids and counts, never an answer."""
    session.execute(
        insert(AuditEntry).values(
            at=at,
            account_id=actor.account_id,
            act=act,
            campaign_id=campaign_id,
            unit_id=unit_id,
            subject=subject,
            details=details,
        )
    )
