"""Accounts: made by an administrator, looked up by the sign-in library, never deleted."""

from __future__ import annotations

import datetime as dt
import secrets
from dataclasses import dataclass

from flask_security import SQLAlchemySessionUserDatastore
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, scoped_session

from survey.config import ADDRESS
from survey.errors import Fault, Refusal
from survey.models import Account, AccountRole, CampaignUnit
from survey.services.accounts import audit
from survey.services.accounts.actors import Actor
from survey.services.installation.installation import Installation
from survey.vocabulary import Role

SHORTEST_PASSWORD = 12
UNIT_BOUND = frozenset({Role.UNIT_HEAD, Role.OFFICER})


@dataclass(frozen=True, slots=True)
class NewAccount:
    """What an account is made from. ``password_hash`` comes from the sign-in library, never plain."""

    email: str
    name: str
    role: str
    unit_code: str | None
    password_hash: str


@dataclass(frozen=True, slots=True)
class AccountRecord:
    """An account as a listing shows it."""

    email: str
    name: str
    role: Role
    unit_code: str | None
    active: bool


def check_password(password: str) -> list[Fault]:
    """Return what is wrong with a new password: only its length is asked for (NIST SP 800-63B)."""
    short = len(password) < SHORTEST_PASSWORD
    return [Fault("password_short", "password", {"least": SHORTEST_PASSWORD})] if short else []


def check_account(email: str, name: str, role: str, unit_code: str | None) -> list[Fault]:
    """Return everything that is wrong with the facts of a new account."""
    faults = []
    if not ADDRESS.fullmatch(email) or len(email) > 254:
        faults.append(Fault("account_email_bad", "email"))
    if not name.strip() or len(name) > 120 or not name.isprintable():
        faults.append(Fault("account_name_bad", "name"))
    if role not in set(Role):
        faults.append(Fault("account_role_unknown", "role", {"allowed": ", ".join(Role)}))
    elif (role in UNIT_BOUND) != (unit_code is not None):
        faults.append(Fault("account_unit_fits_role", "unit"))
    return faults


def add(installation: Installation, actor: Actor, new: NewAccount, now: dt.datetime) -> int:
    """Make an account and return its id.

    Raises:
        Refusal: ``account_faulty`` with every fault; ``account_exists``.
    """
    if faults := check_account(new.email, new.name, new.role, new.unit_code):
        raise Refusal("account_faulty", faults)
    account = Account(
        email=new.email.lower(),
        name=new.name.strip(),
        password=new.password_hash,
        active=True,
        fs_uniquifier=secrets.token_hex(32),
        role=new.role,
        unit_code=new.unit_code,
        created_at=now,
    )
    try:
        with installation.database.write() as session:
            _require_unit(session, new.unit_code)
            session.add(account)
            session.flush()
            audit.note(session, actor, "account_added", now, subject=str(account.id), role=new.role)
            return account.id
    except IntegrityError as error:
        raise Refusal("account_exists", email=new.email.lower()) from error


def _require_unit(session: Session, code: str | None) -> None:
    """Refuse a unit that no campaign knows; before the first campaign any code will do."""
    if code is None:
        return
    known = session.scalars(select(CampaignUnit.code).distinct()).all()
    if known and code not in known:
        fault = Fault(
            "account_unit_unknown", "unit", {"found": code[:64], "known": ", ".join(sorted(known)[:20])}
        )
        raise Refusal("account_faulty", [fault])


def set_password(
    installation: Installation, actor: Actor, email: str, password_hash: str, now: dt.datetime
) -> None:
    """Give an account a new password, which the sign-in library has hashed, and end all its sessions.

    Raises:
        Refusal: ``account_unknown``; ``account_out_of_reach``.
    """
    with installation.database.write() as session:
        account = _reached(session, actor, email)
        account.password = password_hash
        account.fs_uniquifier = secrets.token_hex(32)
        audit.note(session, actor, "account_password_set", now, subject=str(account.id))


def close(installation: Installation, actor: Actor, email: str, now: dt.datetime) -> None:
    """Let nobody sign in with an account any more, and end all its sessions; what it did stays its own.

    Raises:
        Refusal: ``account_unknown``; ``account_out_of_reach``; ``account_own``; ``account_last_admin``.
    """
    with installation.database.write() as session:
        account = _reached(session, actor, email)
        if account.id == actor.account_id:
            raise Refusal("account_own")
        admins = select(Account.id).where(Account.role == Role.ADMIN.value, Account.active).with_for_update()
        if session.scalars(admins).all() == [account.id]:
            raise Refusal("account_last_admin")
        if account.active:
            account.active, account.fs_uniquifier = False, secrets.token_hex(32)
            audit.note(session, actor, "account_closed", now, subject=str(account.id))


def reopen(installation: Installation, actor: Actor, email: str, now: dt.datetime) -> None:
    """Let an account that was closed sign in again, with the password it had.

    Raises:
        Refusal: ``account_unknown``; ``account_out_of_reach``.
    """
    with installation.database.write() as session:
        account = _reached(session, actor, email)
        if not account.active:
            account.active = True
            audit.note(session, actor, "account_reopened", now, subject=str(account.id))


def for_reset(installation: Installation, actor: Actor, email: str, now: dt.datetime) -> Account:
    """Return the account that is to choose a new password by a one-time link, and note that one was issued.

    Raises:
        Refusal: ``account_unknown``; ``account_out_of_reach``; ``account_closed_already``.
    """
    with installation.database.write() as session:
        account = _reached(session, actor, email)
        if not account.active:
            raise Refusal("account_closed_already", email=account.email)
        audit.note(session, actor, "account_link_issued", now, subject=str(account.id))
        session.flush()
        session.expunge(account)
    return account


def may_care_for(actor: Actor, role: Role) -> bool:
    """Return whether *actor* may close and reset accounts of a role: TCCB only those of the units."""
    return actor.role is Role.ADMIN or (actor.role is Role.TCCB and role in UNIT_BOUND)


def _reached(session: Session, actor: Actor, email: str) -> Account:
    wanted = email.strip().lower()
    if not wanted.isprintable():  # PostgreSQL takes no NUL, not even to look for it
        raise Refusal("account_unknown", email="?")
    account = session.scalar(select(Account).where(Account.email == wanted).with_for_update())
    if account is None:
        raise Refusal("account_unknown", email=email[:254])
    if not may_care_for(actor, Role(account.role)):
        raise Refusal("account_out_of_reach")
    return account


def listing(installation: Installation) -> list[AccountRecord]:
    """Return every account, by role and address."""
    with installation.database.read() as session:
        rows = session.scalars(select(Account).order_by(Account.role, Account.email)).all()
    return [AccountRecord(a.email, a.name, Role(a.role), a.unit_code, a.active) for a in rows]


def datastore(session: scoped_session[Session]) -> SQLAlchemySessionUserDatastore:
    """Return the account store that the sign-in library works with, on a session per request."""
    return SQLAlchemySessionUserDatastore(session, Account, AccountRole)


def actor_of(account: Account) -> Actor:
    """Return the actor that a signed-in account is."""
    return Actor(account.id, Role(account.role), account.unit_code)
