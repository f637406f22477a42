"""With every file of the data directory in hand nobody links a person to answers: measured, it is chance.

The order of coming, a receipt, a card, a letter and a page's key are tried, each by whatever lies in a file or stands
in the server's own numbers. The linker is shown to work first, on what the running service has not erased yet.
"""

from __future__ import annotations

import hashlib
import hmac
import random
import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from sqlalchemy import select

from survey.ledger.leaf import canonical
from survey.models import BodyCheck, Response
from survey.services.accounts.actors import COMMAND_LINE
from survey.services.collection import door, receipts
from survey.services.collection.arrival_order import erase_arrival_order
from survey.services.collection.entries import WebEntry
from survey.services.counter import tickets
from survey.services.installation.campaign_records import CampaignRecord
from survey.services.installation.installation import Installation
from survey.services.invitations import lists
from tests.attacks import linker
from tests.attacks.linker import Visit
from tests.support import scene
from tests.support.postgres import PostgresServer

EACH = 20  # visitors by each way: by a poster, with a card, with a letter
# One of sixty, and one of twenty, is right by chance, whatever the number; that eight are has odds of 1 to 100,000.
MANY = 8
LITTLE = 0.55  # beyond four standard errors of a rank correlation of sixty independent pairs
Linked = tuple[Installation, list[Visit], list[str]]


def letters(installation: Installation, campaign: CampaignRecord) -> list[str]:
    """The codes of letters, one to each recipient of a list."""
    rows = "".join(f"Công ty {n},vt{n}@cty.example.vn\n" for n in range(EACH))
    merged = lists.merge(
        installation, COMMAND_LINE, campaign, f"ten,email\n{rows}".encode(), scene.NOW, unit="an-nhon"
    )
    return re.findall(r"/m/([\w-]+)", merged.decode("utf-8-sig"))


@pytest.fixture
def visited(installation: Installation, campaign: CampaignRecord) -> Linked:
    """Sixty citizens of one unit, one after the other, by all ways in turn; and the keys of their pages."""
    cards = tickets.make(installation, COMMAND_LINE, campaign, "an-nhon", EACH, scene.NOW)
    codes = [None] * EACH + [card.code for card in cards] + letters(installation, campaign)
    chance = random.Random(10)
    chance.shuffle(codes)
    sheets = scene.random_sheets(campaign.questionnaire, 10)
    visits, pages = [], []
    for code in codes:
        page, spent = scene.entry(campaign).idempotency_key, None
        if code is not None:
            spent = tickets.find(installation, code).ticket
        entry = WebEntry(campaign, scene.AN_NHON, page, next(sheets), spent)
        accepted = door.accept(installation, entry, scene.NOW)
        assert accepted.response_key is not None
        visits.append(Visit(accepted.receipt, spent.mark if spent else None, accepted.response_key))
        pages.append(page)
    return installation, visits, pages


@pytest.fixture
def server(request: pytest.FixtureRequest, visited: Linked) -> PostgresServer | None:
    """The server, where there is one."""
    found: PostgresServer | None = (
        None if visited[0].database.is_sqlite else request.getfixturevalue("postgres_server")
    )
    return found


def receipt_keys(installation: Installation, campaign: CampaignRecord, pages: Sequence[str]) -> list[bytes]:
    code, keys = campaign.code, installation.keys
    return [receipts.of_submission(keys, code, scene.AN_NHON, page).key for page in pages]


def measured(
    visited: Linked, campaign: CampaignRecord, folder: Path, server: PostgresServer | None
) -> dict[str, tuple[float, ...]]:
    """For each sighting: right by order and its correlation, by receipt, by card or letter."""
    installation, visits, pages = visited
    given = receipt_keys(installation, campaign, pages)
    of_receipts = [(key, visit.answers) for key, visit in zip(given, visits, strict=True)]
    channels = channels_of(installation)
    spent = [(visit.mark, visit.answers) for visit in visits if visit.mark is not None]
    cards, sent = (
        [pair for pair in spent if channels[pair[1]] == channel] for channel in ("ticket", "invitation")
    )
    assert len(cards) == len(sent) == EACH
    known = [*given, *(mark for mark, _ in spent), *(visit.answers for visit in visits)]
    return {
        name: (
            *linker.by_order(visits, sighting),
            *(linker.by_company(pairs, sighting) for pairs in (of_receipts, cards, sent)),
        )
        for name, sighting in linker.sightings(installation, known, folder, server)
    }


def channels_of(installation: Installation) -> dict[bytes, str]:
    with installation.database.read() as session:
        rows = session.execute(select(Response.response_key, Response.channel)).all()
    return {row.response_key: row.channel for row in rows}


def test_the_linker_finds_everybody_while_the_order_is_there(
    visited: Linked, campaign: CampaignRecord, tmp_path: Path, server: PostgresServer | None
) -> None:
    found = measured(visited, campaign, tmp_path, server)
    best = [max(column) for column in zip(*found.values(), strict=True)]
    everybody = len(visited[1])
    if server is not None:
        assert best == [everybody, pytest.approx(1.0), everybody, EACH, EACH]
    else:
        assert best[1] > 0.9, "the log of the running service"
        for right, correlation, *others in (found["backup, first"], found["backup, last"]):
            assert max(right, *others) < MANY, "but for a copy made by the product"
            assert correlation < LITTLE


def test_with_every_file_in_hand_it_is_chance(
    visited: Linked, campaign: CampaignRecord, tmp_path: Path, server: PostgresServer | None
) -> None:
    assert erase_arrival_order(visited[0])
    found = measured(visited, campaign, tmp_path, server)
    assert len(found) >= 4
    for name, (right, correlation, *others) in found.items():
        assert max(right, *others) < MANY, (name, right, others)
        assert correlation < LITTLE, name


def test_the_secret_leads_from_no_receipt_to_a_row(visited: Linked, campaign: CampaignRecord) -> None:
    """Every keyed hash that the product knows, of everything that a row holds."""
    installation, visits, _pages = visited
    given_out = {visit.receipt for visit in visits}
    keys = [getattr(installation.keys, name) for name in installation.keys.__slots__]
    with installation.database.read() as session:
        for row in session.execute(select(Response.__table__)).mappings():
            for value in row.values():
                seed = value if isinstance(value, bytes) else str(value).encode()
                assert not given_out & {receipts.issue(key, seed).code for key in keys}
    found = [receipts.find(installation, visit.receipt) for visit in visits]
    unit = campaign.unit(scene.AN_NHON).name
    assert [lookup and (lookup.code, lookup.unit) for lookup in found] == [
        (visit.receipt, unit) for visit in visits
    ], "and yet all of them are found"


def test_the_key_of_a_page_leads_to_no_row(visited: Linked, campaign: CampaignRecord) -> None:
    """Whoever kept a page, a tablet's record or the id of an imported row, tries it on every row, with the secret."""
    installation, visits, pages = visited
    assert erase_arrival_order(installation)
    keys = [getattr(installation.keys, name) for name in installation.keys.__slots__]
    rows = {visit.answers for visit in visits}
    for page in pages:
        names = (page.encode(), f"{campaign.code}/{scene.AN_NHON}/{page}".encode())
        hashed = {hmac.digest(key, name, hashlib.sha256)[:16] for key in keys for name in names}
        assert not hashed & rows
    with installation.database.read() as session:
        assert session.scalars(select(BodyCheck.body_mac)).all() == [], "nor can it be tried on what was sent"
    files = [path.read_bytes() for path in installation.config.data.rglob("*") if path.is_file()]
    for page, visit in zip(pages, visits, strict=True):
        for body in bodies(installation, visit):
            sent = b"\0".join((b"sent", page.encode(), body))
            macs = (
                hmac.digest(installation.keys.receipt, sent, hashlib.sha256)[:16],
                hmac.digest(page.encode(), body, hashlib.sha256)[:16],
            )
            assert not any(mac in file for mac in macs for file in files)


def bodies(installation: Installation, visit: Visit) -> list[bytes]:
    """What was sent, as the door would write it to know it again."""
    with installation.database.read() as session:
        row = session.execute(
            select(Response.marks, Response.profile).where(Response.response_key == visit.answers)
        ).one()
    return [canonical({"marks": row.marks, "profile": row.profile, "comment": ""})]
