"""The door when the database fails: whoever got no receipt left nothing, whoever got one is on disk."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event, select
from sqlalchemy.orm import Session

from survey.models import Response
from survey.services.collection import door
from survey.services.collection.door import Accepted
from survey.services.collection.entries import Entry
from survey.services.installation.campaign_records import CampaignRecord
from survey.services.installation.installation import Installation
from tests.support import scene
from tests.support.scene import NOW, entry

KEY = "k" * 22
MOST_STATEMENTS = 40


class PlugPulledError(Exception):
    """What the tests let the database fail with."""


class Breaker:
    """Lets the statement number *at* fail, before it is carried out or after."""

    def __init__(self, at: int) -> None:
        self.at = at
        self.seen = 0

    def __call__(self, *_: object) -> None:
        self.seen += 1
        if self.seen == self.at:
            raise PlugPulledError


@contextmanager
def broken(engine: Engine, moment: str, breaker: Callable[..., None]) -> Iterator[None]:
    """Hang *breaker* into the engine for the length of the block."""
    event.listen(engine, moment, breaker)
    try:
        yield
    finally:
        event.remove(engine, moment, breaker)


def whole_form(campaign: CampaignRecord) -> Entry:
    """A form that writes every kind of row: with a comment, keyed in from paper."""
    return entry(campaign, key=KEY, comment="Cảm ơn.", number="0001")


@pytest.mark.parametrize("moment", ["before_cursor_execute", "after_cursor_execute"])
def test_a_fault_at_any_statement_leaves_nothing_and_a_retry_goes_through(
    installation: Installation, campaign: CampaignRecord, moment: str
) -> None:
    before, one = scene.counts(installation), whole_form(campaign)
    failures, accepted = 0, None
    while accepted is None:
        assert failures < MOST_STATEMENTS
        with broken(installation.database.engine, moment, Breaker(failures + 1)):
            try:
                accepted = door.accept(installation, one, NOW)
            except PlugPulledError:
                failures += 1
        if accepted is None:
            assert scene.counts(installation) == before, f"statement {failures}"
    assert not accepted.repeated
    # Receipt, response, check, comment, leaf, form number, audit entry; the savepoint and its release come on top.
    assert failures >= 7
    gained = {name: n - before.get(name, 0) for name, n in scene.counts(installation).items()}
    assert {name: n for name, n in gained.items() if n} == dict.fromkeys(
        ("response", "comment", "ledger_leaf", "receipt", "body_check", "paper_form", "audit_entry"), 1
    )


def test_a_fault_at_the_commit_leaves_nothing(installation: Installation, campaign: CampaignRecord) -> None:
    before, one = scene.counts(installation), whole_form(campaign)
    with broken(installation.database.engine, "commit", Breaker(1)), pytest.raises(PlugPulledError):
        door.accept(installation, one, NOW)
    assert scene.counts(installation) == before
    assert not door.accept(installation, one, NOW).repeated


def test_an_answer_lost_after_the_commit_is_given_again(
    installation: Installation, campaign: CampaignRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, dialect = whole_form(campaign), installation.database.engine.dialect
    commit = dialect.do_commit

    def committed_then_cut_off(connection: Any) -> None:
        commit(connection)
        raise PlugPulledError

    with monkeypatch.context() as patched:
        patched.setattr(dialect, "do_commit", committed_then_cut_off)
        with pytest.raises(PlugPulledError):
            door.accept(installation, one, NOW)
    again = door.accept(installation, one, NOW)
    assert again.repeated
    assert scene.counts(installation)["response"] == 1


@contextmanager
def held_together(installation: Installation) -> Iterator[None]:
    """Hold the writing thread up, so that what is sent meanwhile falls into one group."""
    waiting, go_on = threading.Event(), threading.Event()

    def hold(_: Session) -> None:
        waiting.set()
        assert go_on.wait(20)

    holder = threading.Thread(target=installation.database.write_grouped, args=(hold,))
    holder.start()
    assert waiting.wait(20)
    try:
        yield
    finally:
        go_on.set()
        holder.join()


def sent_together(installation: Installation, entries: Sequence[Entry]) -> list[Future[Accepted]]:
    """Send all the entries so that they are committed as one group; return what became of each."""
    with ThreadPoolExecutor(len(entries)) as pool:
        with held_together(installation):
            futures = [pool.submit(door.accept, installation, one, NOW) for one in entries]
            group = installation.database._group
            assert group is not None
            while group._queue.qsize() < len(entries):
                pass
        for future in futures:
            future.exception(30)
    return futures


def kept(installation: Installation) -> set[bytes | None]:
    with installation.database.read() as session:
        return set(session.scalars(select(Response.response_key)))


def acknowledged(futures: list[Future[Accepted]]) -> set[bytes | None]:
    return {future.result().response_key for future in futures if future.exception() is None}


def test_one_failure_in_a_group_undoes_nothing_of_its_neighbours(
    embedded: Installation,
) -> None:
    campaign = embedded.campaigns.get(scene.CODE)
    entries = [entry(campaign, number="0001") for _ in range(10)]  # nine of them find the number used
    entries += [entry(campaign) for _ in range(10)]
    futures = sent_together(embedded, entries)
    assert len(acknowledged(futures)) == 11
    assert acknowledged(futures) == kept(embedded)
    assert scene.counts(embedded)["ledger_leaf"] == 11


def test_a_group_whose_commit_fails_gives_nobody_a_receipt(
    embedded: Installation,
) -> None:
    campaign = embedded.campaigns.get(scene.CODE)
    with broken(embedded.database.engine, "commit", Breaker(1)):
        futures = sent_together(embedded, [entry(campaign) for _ in range(10)])
    assert acknowledged(futures) == set()
    assert kept(embedded) == set()


def test_whoever_got_a_receipt_is_on_disk_when_the_disk_fills_up(
    embedded: Installation,
) -> None:
    campaign = embedded.campaigns.get(scene.CODE)

    def forbid_growth(connection: Connection) -> None:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + 2}")

    def allow_growth(connection: Connection) -> None:
        connection.exec_driver_sql("PRAGMA max_page_count = 1000000")

    event.listen(embedded.database.engine, "begin", forbid_growth)
    entries = [entry(campaign, comment="x" * 1000) for _ in range(40)]
    futures = sent_together(embedded, entries)
    event.remove(embedded.database.engine, "begin", forbid_growth)
    event.listen(embedded.database.engine, "begin", allow_growth)
    failed = [future for future in futures if future.exception() is not None]
    assert failed
    assert acknowledged(futures) == kept(embedded)
    again = [door.accept(embedded, one, NOW) for one in entries]
    assert [each.repeated for each in again] == [future not in failed for future in futures]
    assert len(kept(embedded)) == len({each.receipt for each in again}) == len(entries)
    assert scene.counts(embedded)["comment"] == len(entries)


def test_a_transaction_that_sqlite_gave_up_is_not_taken_for_committed(
    embedded: Installation,
) -> None:
    campaign = embedded.campaigns.get(scene.CODE)
    """A full disk or a failing one can make SQLite roll the whole transaction back by itself."""

    def given_up(session: Session) -> None:
        session.connection().exec_driver_sql("ROLLBACK")
        raise PlugPulledError

    first, last = entry(campaign), entry(campaign)
    with ThreadPoolExecutor(3) as pool:
        with held_together(embedded):
            group = embedded.database._group
            assert group is not None
            futures: list[Future[Any]] = []
            for number, work in enumerate(
                (
                    lambda: door.accept(embedded, first, NOW),
                    lambda: embedded.database.write_grouped(given_up),
                    lambda: door.accept(embedded, last, NOW),
                ),
                start=1,
            ):
                futures.append(pool.submit(work))
                while group._queue.qsize() < number:
                    pass
        outcomes = [future.exception(30) for future in futures]
    assert outcomes[1] is not None
    assert acknowledged([futures[0], futures[2]]) <= kept(embedded)
    # Nothing is half written, and the retries go through.
    for one in (first, last):
        door.accept(embedded, one, NOW)
    assert scene.counts(embedded)["response"] == scene.counts(embedded)["ledger_leaf"] == 2
