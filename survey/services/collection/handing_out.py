"""Who handed a printed sheet out, and so does not key it in where somebody else of the unit can.

Whoever hands a form to a citizen knows whose it is; whoever keys it in sees what it says.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from survey.errors import Refusal
from survey.models import Account, PaperMinute, PaperRange
from survey.services.accounts.actors import Actor
from survey.services.collection.serial_ranges import number_of
from survey.services.installation.campaign_records import CampaignRecord
from survey.services.installation.unit_keys import UnitKey
from survey.vocabulary import PaperAct, Role

KEYING_FIRST = frozenset({Role.OFFICER})
KEYING_SECOND = frozenset({Role.OFFICER, Role.UNIT_HEAD})


def require_another(
    session: Session,
    actor: Actor,
    campaign: CampaignRecord,
    unit: UnitKey,
    serial: int,
    keying: Collection[Role] = KEYING_FIRST,
    besides: int | None = None,
) -> None:
    """Refuse whoever handed the sheet out, unless nobody else of the unit has one of the roles that key it.

    *besides* is an account that may not key it either: the one that keyed it first.

    Raises:
        Refusal: ``handed_out_by_same``.
    """
    if actor.account_id is None or actor.account_id != hander(session, unit, serial):
        return
    if bars(actor.account_id, actor.account_id, keyers(session, campaign, unit, keying) - {besides}):
        raise Refusal("handed_out_by_same", number=number_of(serial))


def bars(account_id: int | None, handed_out_by: int | None, able: Collection[int | None]) -> bool:
    """Return whether an account may not key a sheet because it handed it out, and one of *able* can key it."""
    return account_id is not None and account_id == handed_out_by and any(each != account_id for each in able)


def barred(
    actor: Actor, read_by: Collection[int | None], handed_out_by: int | None, able: Collection[int | None]
) -> str:
    """Return the code that says why *actor* does not read a sheet, none where nothing stands against it.

    *read_by* are the accounts that have read it, *able* are those that key forms.
    """
    if actor.account_id in read_by:
        return "second_by_same"
    left = [each for each in able if each not in read_by]
    return "handed_out_by_same" if bars(actor.account_id, handed_out_by, left) else ""


def keyers(
    session: Session, campaign: CampaignRecord, unit: UnitKey, roles: Collection[Role]
) -> frozenset[int | None]:
    """Return the accounts of a unit that are open and have one of the roles."""
    code = campaign.unit(unit.unit_id).code
    query = select(Account.id).where(Account.unit_code == code, Account.active, Account.role.in_(roles))
    return frozenset(session.scalars(query))


def handers(session: Session, unit: UnitKey) -> Mapping[int, int | None]:
    """Return who handed each sheet of a unit out last; a sheet of which no minute says it is left out."""
    found: dict[int, int | None] = {}
    columns = (PaperMinute.account_id, PaperRange.first_serial, PaperRange.last_serial)
    query = select(*columns).join(PaperRange, _ranges()).where(*_handed_out(unit))
    for account, first, last in session.execute(query.order_by(PaperMinute.number)):
        found.update(dict.fromkeys(range(first, last + 1), account))
    return found


def hander(session: Session, unit: UnitKey, serial: int) -> int | None:
    """Return the account that handed a sheet out last, None where no minute says it."""
    query = (
        select(PaperMinute.account_id)
        .join(PaperRange, _ranges())
        .where(*_handed_out(unit), PaperRange.first_serial <= serial, PaperRange.last_serial >= serial)
        .order_by(PaperMinute.number.desc())
        .limit(1)
    )
    return session.scalar(query)


def _ranges() -> ColumnElement[bool]:
    return (
        (PaperRange.campaign_id == PaperMinute.campaign_id)
        & (PaperRange.unit_id == PaperMinute.unit_id)
        & (PaperRange.minute == PaperMinute.number)
    )


def _handed_out(unit: UnitKey) -> tuple[ColumnElement[bool], ...]:
    return (
        PaperMinute.campaign_id == unit.campaign_id,
        PaperMinute.unit_id == unit.unit_id,
        PaperMinute.act == PaperAct.HANDED_OUT.value,
    )
