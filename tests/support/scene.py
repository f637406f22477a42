"""What most tests about the service begin with: the bundled plan, a moment of its window, filled-in forms."""

from __future__ import annotations

import datetime as dt
import itertools
import random
import secrets
from collections.abc import Iterator
from dataclasses import replace
from functools import cache

from sqlalchemy import CompoundSelect, Table, func, inspect, literal, select, union_all

from forms.answers import BLANK, AnswerSheet
from forms.languages.audio import Clip
from forms.languages.folder import Language
from forms.questionnaire import Questionnaire
from survey.clock import ZONE
from survey.config import MailServer
from survey.models import Schema
from survey.plans import check
from survey.plans.plan import Plan
from survey.services.accounts import accounts
from survey.services.accounts.actors import COMMAND_LINE, Actor
from survey.services.campaigns import languages
from survey.services.collection import door
from survey.services.collection.entries import Entry, KeyedEntry, KioskEntry, PaperSource, WebEntry
from survey.services.counter import screen_codes, tickets
from survey.services.counter.tickets import IssuedTicket
from survey.services.installation.campaign_records import CampaignRecord
from survey.services.installation.installation import Installation
from survey.services.invitations import letters, lists, sending
from survey.services.kiosks import alerts, devices, enrolment, exits
from survey.services.kiosks.devices import NewKiosk
from survey.services.kiosks.record_numbers import KioskRecordNumber
from survey.services.results import releases
from survey.services.results.releases import Demand
from survey.vocabulary import Role

CODE = "binh-dinh-2024"
NOW = dt.datetime(2024, 8, 20, 10, 30, tzinfo=ZONE)
BEFORE = dt.datetime(2024, 8, 4, 23, 59, 59, tzinfo=ZONE)
LAST_MOMENT = dt.datetime(2024, 9, 30, 23, 59, 59, 999_999, tzinfo=ZONE)
CLOSED = dt.datetime(2024, 10, 1, tzinfo=ZONE)
OFFICER = Actor(None, Role.OFFICER, "an-nhon")
AN_NHON = 2


def plan() -> Plan:
    """The bundled plan of 2024."""
    return check.read(CODE)


def sheet(questionnaire: Questionnaire, mark: str = "4", comment: str = "") -> AnswerSheet:
    """A form on which every item has the same mark and no profile question is answered."""
    marks = mark * (len(questionnaire.items) + 1)
    return AnswerSheet(marks, BLANK * len(questionnaire.profile), comment)


def random_sheets(questionnaire: Questionnaire, seed: int) -> Iterator[AnswerSheet]:
    """Any number of forms filled in at random."""
    chance = random.Random(seed)
    while True:
        marks = "".join(chance.choices("12345", k=len(questionnaire.items) + 1))
        yield AnswerSheet(marks, BLANK * len(questionnaire.profile), "")


def entry(
    campaign: CampaignRecord,
    *,
    key: str | None = None,
    unit_id: int = AN_NHON,
    mark: str = "4",
    comment: str = "",
    number: str | None = None,
    actor: Actor = OFFICER,
) -> WebEntry | KeyedEntry:
    """A response at the door: a paper form where it has a number, else one from a QR code."""
    filled = sheet(campaign.questionnaire, mark, comment)
    base = (campaign, unit_id, secrets.token_urlsafe(16) if key is None else key, filled)
    return WebEntry(*base) if number is None else KeyedEntry(*base, PaperSource(actor, number))


def arrival(installation: Installation, one: Entry, now: dt.datetime = NOW) -> bytes:
    """The key under which the answers of somebody who comes now are kept."""
    key = door.accept(installation, one, now).response_key
    assert key is not None, "this came before"
    return key


def kiosk_entry(
    campaign: CampaignRecord, kiosk: int, number: int, *, key: str | None = None, mark: str = "4"
) -> KioskEntry:
    """A record of a kiosk with the number that the device gave it."""
    made = entry(campaign, key=key, mark=mark)
    counted = KioskRecordNumber(campaign.id, kiosk, number)
    return KioskEntry(campaign, made.unit_id, made.idempotency_key, made.sheet, counted)


def account(
    installation: Installation, email: str, role: Role = Role.OFFICER, unit: str | None = "an-nhon"
) -> Actor:
    """A new account of the office, as the actor it is."""
    new = accounts.NewAccount(email, "Người thử", role, unit, "not a hash")
    return Actor(accounts.add(installation, COMMAND_LINE, new, NOW), role, unit)


def kiosk(installation: Installation, campaign: CampaignRecord) -> int:
    """A new kiosk, enrolled, one of whose records has come."""
    number, code = devices.add(installation, COMMAND_LINE, campaign, NewKiosk("an-nhon", 1), NOW)
    enrolment.enrol(installation, campaign, number, code, secrets.token_bytes(32), NOW)
    with installation.database.write() as session:
        KioskRecordNumber(campaign.id, number, 1).spend(session)
    exits.ask(installation, campaign, number, NOW)
    return number


def cards(installation: Installation, campaign: CampaignRecord, count: int = 2) -> list[IssuedTicket]:
    """New cards with one-time codes, the last of which is void."""
    made = tickets.make(installation, COMMAND_LINE, campaign, "an-nhon", count, NOW)
    tickets.void(installation, COMMAND_LINE, campaign, made[-1].code, NOW)
    return made


def screen_code(installation: Installation, campaign: CampaignRecord) -> None:
    """A code that a screen showed, and that is spent."""
    shown = screen_codes.at_desk(installation, OFFICER, campaign, "an-nhon", 1, NOW)
    with installation.database.write() as session:
        screen_codes.find(installation, shown.code, NOW).end.spend(session)


RECORDING = bytes.fromhex("fffb9064") + b"\0" * 413  # one silent frame of MPEG audio, layer III


def language(installation: Installation, campaign: CampaignRecord) -> None:
    """A language of the campaign with one recording, as loading would have frozen them."""
    spoken = Language("vi", "Tiếng Việt", {}, {}, (Clip("overall", "mp3", RECORDING),))
    with installation.database.write() as session:
        languages.keep(session, campaign.id, [spoken])


def invited(installation: Installation, campaign: CampaignRecord) -> int:
    """A list of recipients of the unit whose codes are made; the first letter is not out yet."""
    rows = "".join(f"Công ty {n},vt{n}@cty.example.vn\n" for n in range(5))
    head = Actor(None, Role.UNIT_HEAD, "an-nhon")
    number = lists.load(installation, head, campaign, f"ten,email\n{rows}".encode(), NOW)
    server = MailServer("127.0.0.1", 25, "none", "khaosat@tinh.example.vn")
    mailing = replace(installation, config=replace(installation.config, mail=server))
    sending.begin(mailing, head, campaign, number, letters.fresh_key(), NOW)
    return number


def alarmed(installation: Installation, campaign: CampaignRecord, number: int) -> None:
    """Let a kiosk hold answers for too long, and be noticed."""
    devices.heartbeat(installation, campaign, number, devices.RecordCounts(3, 2, 1), NOW)
    alerts.watch(installation, NOW)


def counts(installation: Installation) -> dict[str, int]:
    """How many rows every table holds, tables without rows left out."""
    there = frozenset(inspect(installation.database.engine).get_table_names()) - {"alembic_version"}
    with installation.database.read() as session:
        return {name: number for name, number in session.execute(_counting(there)) if number}


@cache
def _counting(tables: frozenset[str]) -> CompoundSelect[str, int]:
    """One statement that counts the rows of all *tables*: a test asks often."""
    of_each = (select(literal(name), func.count()).select_from(table(name)) for name in sorted(tables))
    return union_all(*of_each)


def table(name: str) -> Table:
    """The table of that name."""
    return Schema.metadata.tables[name]


def released(installation: Installation, campaign: CampaignRecord, now: dt.datetime = CLOSED) -> int | None:
    """Let TCCB release the full tables of every unit and of the province, whatever is still open."""
    demand = Demand(dict.fromkeys(campaign.unit_ids.values(), ()), province=True)
    return releases.make(installation, COMMAND_LINE, campaign, now, demand=demand)


def amended(installation: Installation, campaign: CampaignRecord) -> None:
    """Full tables of everything, and a note about a form that came to be known later."""
    door.accept(installation, entry(campaign), NOW)
    released(installation, campaign)
    door.accept(installation, entry(campaign), NOW)
    releases.make(installation, COMMAND_LINE, campaign, CLOSED)
    installation.background.settle()


def readable(installation: Installation, campaign: CampaignRecord) -> None:
    """Let one comment and one body set aside be read since the first release, and a third text be erased."""
    with installation.database.write() as session:
        comment = session.execute(select(table("comment"))).first()
        aside = session.execute(select(table("set_aside"))).first()
        assert comment is not None
        assert aside is not None
        told = {"campaign_id": campaign.id, "number": 1, "by_unit": True}
        key = {"unit_id": comment.unit_id, "response_key": comment.response_key}
        session.execute(table("released_comment").insert().values(**told, **key, reference=b"\1" * 8))
        key = {"unit_id": aside.unit_id, "aside_key": aside.aside_key}
        session.execute(table("released_aside").insert().values(**told, **key, reference=b"\2" * 8))
        minute = {"reference": b"\3" * 8, "reason": "name", "erased_at": NOW}
        session.execute(table("comment_erasure").insert().values(campaign_id=campaign.id, **minute))


_numbers = itertools.count(1)


def fresh_number() -> str:
    """The number of a paper form that no other form of this run has."""
    return f"{next(_numbers):04}"
