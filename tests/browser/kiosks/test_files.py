"""A thief of the tablet reads every file of its browser and finds no answer: none that waits, none that was sent."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, Playwright, expect
from sqlalchemy import update

from survey import clock
from survey.models import Kiosk
from survey.services.accounts.actors import COMMAND_LINE
from survey.services.kiosks import backup_files
from tests.browser.kiosks.chromium_files import contents, holding
from tests.support.browser import FLAGS
from tests.support.kiosk import LOCAL, READY, Station

pytestmark = pytest.mark.browser

RECORDS = "**/kios/api/records"
VISITORS = 12
FIELD_NAMES = ("c1_1", "c2_3", "c6_4", "p_area")  # whatever the answers are, a form's fields have names
# Answers everything by the levels that are given, one after the other, and writes the comment.
VISIT = """async ([levels, comment]) => {
  const root = document.getElementById("main");
  const until = async (found) => { while (!found()) await new Promise((go) => setTimeout(go, 5)); };
  await until(() => root.querySelector(".start"));
  root.querySelector(".start").click();
  while (!root.querySelector("#comment")) {
    const names = new Set([...root.querySelectorAll("input")].map((input) => input.name));
    for (const name of names) {
      const found = root.querySelector(`input[name="${name}"][value="${levels.shift()}"]`);
      (found ?? root.querySelector(`input[name="${name}"]`)).click();
    }
    document.querySelector("#controls .first").click();
  }
  const box = root.querySelector("#comment");
  box.value = comment;
  box.dispatchEvent(new Event("input", { bubbles: true }));
  document.querySelector("#controls .first").click();
  await until(() => root.querySelector(".thanks"));
  document.querySelector("#controls .first").click();
}"""
# What a device of the version before has on its disk: its database, and in it what waits in the clear. Most of it was
# sent and deleted long ago.
FORMER = """async ([device, settings, records, sent]) => {
  const opened = await new Promise((resolve, reject) => {
    const asking = indexedDB.open("hailong-kiosk", 1);
    asking.onupgradeneeded = () => {
      asking.result.createObjectStore("device");
      asking.result.createObjectStore("queue", { keyPath: "key" });
    };
    asking.onsuccess = () => resolve(asking.result);
    asking.onerror = () => reject(asking.error);
  });
  const work = (act) => new Promise((resolve) => {
    const transaction = opened.transaction(["device", "queue"], "readwrite", { durability: "strict" });
    transaction.oncomplete = resolve;
    act(transaction.objectStore("device"), transaction.objectStore("queue"));
  });
  await work((store) => {
    store.put(device, "device");
    store.put(settings, "settings");
    store.put(records.length, "issued");
  });
  for (const record of records) await work((_store, queue) => queue.put(record));
  for (const record of records.slice(0, sent)) await work((_store, queue) => queue.delete(record.key));
  opened.close();
}"""
HELD = """async () => {
  const { open, get, waiting } = await import("/static/kiosk/store.js");
  const db = await open();
  const names = (await indexedDB.databases()).map(({ name, version }) => `${name} ${version}`).sort();
  const records = await waiting(db);
  return { names, issued: await get(db, "issued"), numbers: records.map(({ number }) => number),
    refused: records.map(({ refused }) => refused ?? "") };
}"""
ALL_SENT = """async () => {
  const { open, waiting } = await import("/static/kiosk/store.js");
  const db = await open();
  while ((await waiting(db)).length) await new Promise((go) => { setTimeout(go, 20); });
}"""
SENT = """async () => {
  const db = await (await import("/static/kiosk/store.js")).open();
  return await new Promise((resolve) => {
    db.transaction("records").objectStore("records").getAll().onsuccess = ({ target }) =>
      resolve(target.result.map(({ number, sent, content }) => [number, sent !== undefined, content.length]));
  });
}"""


@contextmanager
def device(playwright: Playwright, profile: Path) -> Iterator[tuple[BrowserContext, Page]]:
    """A browser of its own process that keeps its files in *profile*."""
    program = shutil.which("chromium")
    context = playwright.chromium.launch_persistent_context(
        profile, executable_path=program, args=FLAGS, **LOCAL
    )
    context.set_default_timeout(45_000)
    try:
        yield context, context.pages[0]
    finally:
        context.close()


def visitors(seed: int) -> list[tuple[list[str], str]]:
    """Levels and a comment of each visitor, none like another."""
    chance = random.Random(seed)
    return [
        (
            [chance.choice("12345") for _ in range(40)],
            f"góp ý {chance.getrandbits(64):016x} của người thứ {n}",
        )
        for n in range(VISITORS)
    ]


def marks_of(visitor: tuple[list[str], str]) -> str:
    """The packed marks of a visitor."""
    return "".join(visitor[0][:27])


def traces(visits: list[tuple[list[str], str]]) -> list[str]:
    """Whatever a file may hold of the answers: comments, packed marks, the names of the fields."""
    words = [comment.split()[2] for _, comment in visits]
    return [*words, *map(marks_of, visits), *(f"{name}" for name in FIELD_NAMES)]


def nothing_found(profile: Path, visits: list[tuple[list[str], str]]) -> dict[str, set[str]]:
    """The files that hold traces, but for the kiosk's own page and questionnaire, where fields have names, too."""
    found = holding(profile, *traces(visits))
    answered = {name: seen - set(FIELD_NAMES) for name, seen in found.items()}
    return {name: seen for name, seen in answered.items() if seen}


def field_sets(profile: Path) -> int:
    """How often a file of a database has a field's name right before a level, as a kept form has it."""
    databases = (content for name, content in contents(profile) if "IndexedDB" in name)
    return sum(content.count(b"c2_3\x22\x01") for content in databases)


@pytest.mark.parametrize("offline", [False, True], ids=["sent", "waiting"])
def test_no_file_of_the_tablet_holds_an_answer(
    station: Station, playwright: Playwright, tmp_path: Path, offline: bool
) -> None:
    profile, visits = tmp_path / "profile", visitors(7)
    with device(playwright, profile) as (context, page):
        station.enrol(page)
        if offline:
            context.route(RECORDS, lambda route: route.abort())
        for levels, comment in visits:
            page.evaluate(VISIT, [levels, comment])
        if offline:
            expect(page.locator("#status")).to_contain_text(f"{VISITORS} phiếu chờ mạng")
        else:
            expect(page.locator("#status")).to_contain_text("Đã gửi hết")
            page.evaluate(ALL_SENT)
    assert nothing_found(profile, visits) == {}
    assert field_sets(profile) == 0
    came = [] if offline else sorted(map(marks_of, visits))
    assert sorted(station.answers()) == came
    if offline:
        with device(playwright, profile) as (_context, page):
            page.goto(f"{station.address}/kios/")
            expect(page.locator("#status")).to_contain_text("Đã gửi hết")
        assert sorted(station.answers()) == sorted(map(marks_of, visits))
        assert nothing_found(profile, visits) == {}


def former_records(station: Station, visits: list[tuple[list[str], str]]) -> list[dict[str, Any]]:
    """The visitors' answers as the version before kept them."""
    names = [item.field for item in station.campaign.questionnaire.items]
    return [
        {
            "key": f"former-device-key-{number:04}" if number % 2 else f"AAAAAAAAAAAAAAAAA{number:04}A",
            "number": number,
            "fields": {**dict(zip(names, levels, strict=False)), "overall": levels[26], "comment": comment},
            **({"refused": "kiosk_record_bad"} if number == len(visits) else {}),
            "kept": 1_700_000_400_000,
        }
        for number, (levels, comment) in enumerate(visits, start=1)
    ]


def make_former(station: Station, page: Page, visits: list[tuple[list[str], str]], sent: int) -> None:
    """Enrol a device, and put it back to what the version before would have left on it."""
    station.enrol(page)
    page.goto(f"{station.address}/static/kiosk/store.js")
    known = page.evaluate(
        """async () => {
          const { open, get } = await import("/static/kiosk/store.js");
          const db = await open();
          const known = [await get(db, "device"), await get(db, "settings")];
          db.close();
          for (const { name } of await indexedDB.databases()) {
            await new Promise((resolve) => { indexedDB.deleteDatabase(name).onsuccess = resolve; });
          }
          return known;
        }"""
    )
    with station.installation.database.write() as session:
        session.execute(update(Kiosk).values(signing_key=None))
    page.evaluate(FORMER, [*known, former_records(station, visits), sent])


def test_what_a_tablet_held_before_the_update_moves_over_and_leaves_no_trace(
    station: Station, playwright: Playwright, tmp_path: Path
) -> None:
    profile, visits = tmp_path / "profile", visitors(8)
    with device(playwright, profile) as (context, page):
        make_former(station, page, visits, sent=8)
        assert len(nothing_found(profile, visits)) > 0, "this is the danger"
        context.route(RECORDS, lambda route: route.abort())
        page.goto(f"{station.address}/kios/")
        page.wait_for_selector(READY)
        expect(page.locator("#status")).to_contain_text("4 phiếu chờ mạng")
        held = page.evaluate(HELD)
        assert held == {
            "names": ["hailong-kiosk 2", "hailong-kiosk-records 1"],
            "issued": VISITORS,
            "numbers": [9, 10, 11, 12],
            "refused": ["", "", "", "kiosk_record_bad"],
        }
    with device(playwright, profile) as (context, page):  # which lets go of files that something still read
        context.route(RECORDS, lambda route: route.abort())
        page.goto(f"{station.address}/kios/")
        expect(page.locator("#status")).to_contain_text("4 phiếu chờ mạng")
    assert nothing_found(profile, visits) == {}
    with device(playwright, profile) as (_context, page):
        page.goto(f"{station.address}/kios/")
        expect(page.locator("#status")).to_contain_text("Đã gửi hết")
        assert [(number, sent) for number, sent, _ in page.evaluate(SENT)] == [
            (10, True),
            (11, True),
            (12, True),
            (9, True),
        ]
    assert sorted(station.answers()) == sorted(map(marks_of, visits[8:]))
    assert nothing_found(profile, visits) == {}


@pytest.mark.parametrize("cut", ["putAll", "deleteDatabase", "last"])
def test_an_update_that_is_cut_off_anywhere_loses_and_doubles_nothing(
    station: Station, playwright: Playwright, tmp_path: Path, cut: str
) -> None:
    profile, visits = tmp_path / "profile", visitors(9)
    breaking = {
        "putAll": "const put = IDBObjectStore.prototype.put; let left = 4; IDBObjectStore.prototype.put = function (...given)"
        " { if (given[0].content && !(left -= 1)) throw new Error('cut'); return put.apply(this, given); };",
        "deleteDatabase": "IDBFactory.prototype.deleteDatabase = () => { throw new Error('cut'); };",
        "last": "const put = IDBObjectStore.prototype.put; IDBObjectStore.prototype.put = function (...given)"
        " { if (given[1] === 'moved') throw new Error('cut'); return put.apply(this, given); };",
    }[cut]
    with device(playwright, profile) as (_context, page):
        make_former(station, page, visits, sent=0)
        broken = page.context.new_page()
        broken.add_init_script(breaking)
        broken.goto(f"{station.address}/kios/")
        expect(broken.locator(".code")).to_contain_text("K04")
    assert station.answers() == []
    with device(playwright, profile) as (_context, page):
        page.goto(f"{station.address}/kios/")
        expect(page.locator("#status")).to_contain_text("Đã gửi hết")
    assert sorted(station.answers()) == sorted(map(marks_of, visits))
    assert station.status().received == ((1, VISITORS),)
    assert station.status().kiosk.doubled == 0
    with device(playwright, profile) as (_context, page):
        page.goto(f"{station.address}/kios/")
        page.wait_for_selector(READY)
    assert nothing_found(profile, visits) == {}


def test_what_was_sent_is_neither_counted_nor_handed_over_and_goes_after_a_week(
    station: Station, tablet: Page
) -> None:
    station.enrol(tablet)
    for levels, comment in visitors(10)[:3]:
        tablet.evaluate(VISIT, [levels, comment])
    tablet.evaluate(ALL_SENT)
    assert [sent for _, sent, _ in tablet.evaluate(SENT)] == [True] * 3
    told = tablet.evaluate(
        """async () => {
          const { open, get, counts, waiting } = await import("/static/kiosk/store.js");
          const { fileOf } = await import("/static/kiosk/records.js");
          const { signingKey } = await import("/static/kiosk/keeping.js");
          const { codes } = await import("/static/kiosk/handover.js");
          const db = await open(), device = await get(db, "device");
          return [await counts(db), await codes(db, device), await fileOf(device, await signingKey(db), await waiting(db))];
        }"""
    )
    assert told[:2] == [{"issued": 3, "waiting": 0, "overdue": 0}, []]
    assert json.loads(told[2])["records"] == 0
    assert backup_files.take(station.installation, COMMAND_LINE, told[2].encode(), clock.now()).new == 0
    send = """async (days) => {
      const { forgetSent, open } = await import("/static/kiosk/store.js");
      await forgetSent(await open(), Date.now() + days * 86400000);
    }"""
    tablet.evaluate(send, 7)
    assert len(tablet.evaluate(SENT)) == 3
    tablet.evaluate(send, 9)
    assert tablet.evaluate(SENT) == []
