"""The rows behind the province's full tables as CSV: answers form by form, for TCCB after the final release.

A row has the answers to the questions, and of what somebody may know about a citizen (office, month or quarter of the
plan, profile, way of answering) only what ten rows have in common. It has no key, no day, no state and no comment: who
can tell a person by a comment must not read the answers beside it.
"""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from forms.answers import BLANK
from scoring.disclosure.row_suppression import suppress
from survey.errors import Refusal
from survey.models import Response
from survey.services.accounts import audit
from survey.services.accounts.actors import Actor
from survey.services.installation.campaign_records import CampaignRecord
from survey.services.installation.installation import Installation
from survey.services.results import estimates, figures, release_times, snapshots
from survey.services.results.release_times import Period

FACTS = ("unit", "period")


def are_out(installation: Installation, actor: Actor, campaign: CampaignRecord) -> bool:
    """Return whether the rows may leave: the full tables of the province are out.

    Raises:
        Refusal: ``role_out_of_reach``.
    """
    actor.require_every_unit()
    return snapshots.current(installation, campaign).province is not None


def export(installation: Installation, actor: Actor, campaign: CampaignRecord, now: dt.datetime) -> str:
    """Return the rows as CSV text, by unit and in an order that tells nothing, and note that they left.

    Raises:
        Refusal: ``role_out_of_reach``; ``rows_too_early`` before the province's full tables are out.
    """
    actor.require_every_unit()
    with installation.database.write() as session:
        lines = list(_lines(session, campaign, now))
        text = "".join(lines)
        digest = hashlib.sha256(text.encode()).hexdigest()
        audit.note(
            session, actor, "rows_exported", now, campaign_id=campaign.id, subject=digest, rows=len(lines) - 1
        )
    return text


def _lines(session: Session, campaign: CampaignRecord, now: dt.datetime) -> Iterator[str]:
    snapshot = snapshots.snapshot(session, campaign)
    if snapshot.province is None:
        raise Refusal("rows_too_early")
    members = figures.of_province(snapshot, snapshot.province)
    columns = (Response.unit_id, Response.local_day, Response.channel, Response.marks, Response.profile)
    query = (
        select(*columns)
        .join(members, estimates.is_one_of(members))
        .where(Response.campaign_id == campaign.id)
        .order_by(Response.response_key, Response.unit_id)
    )
    rows = session.execute(query).all()
    periods = release_times.ended_periods(campaign.plan.releases, campaign.plan.window, now)
    units = {unit_id: code for code, unit_id in campaign.unit_ids.items()}
    facts = suppress(
        [
            (units[row.unit_id], _period(periods, row.local_day), *_said(row.profile), row.channel)
            for row in rows
        ]
    )
    yield _line(_columns(campaign))
    written = [
        (unit, period, *_said(row.marks), *profile, channel)
        for row, (unit, period, *profile, channel) in zip(rows, facts, strict=True)
    ]
    # By the unit that is told, not by the true one: a row without its unit must not stand among that unit's.
    place = {code: unit_id for unit_id, code in units.items()}
    yield from (_line(row) for row in sorted(written, key=lambda row: place.get(row[0], len(place) + 1)))


def _columns(campaign: CampaignRecord) -> tuple[str, ...]:
    q = campaign.questionnaire
    marks = (*(item.id for item in q.items), q.overall.id)
    return (*FACTS, *marks, *(question.field for question in q.profile), "channel")


def _period(periods: tuple[Period, ...], day: dt.date) -> str:
    return next((each.code for each in periods if each.holds(day)), "")


def _said(packed: str) -> tuple[str, ...]:
    return tuple("" if mark == BLANK else mark for mark in packed)


def _line(values: tuple[str, ...]) -> str:
    sheet = io.StringIO()
    csv.writer(sheet).writerow(values)
    return sheet.getvalue()
