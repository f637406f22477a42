"""No answer of a kiosk is lost or doubled: no network, a failing service, killed browsers, forged receipts."""

from __future__ import annotations

import json
import os
import shutil
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Error, Page, Playwright, Route, expect

from survey import clock
from survey.services.accounts.actors import COMMAND_LINE
from survey.services.installation.installation import Installation
from survey.services.kiosks import backup_files, devices
from survey.web.kiosks import device_api as pages
from tests.support.browser import FLAGS, until, until_said
from tests.support.kiosk import LOCAL, READY, Station, station_of
from tests.support.office import listening

pytestmark = pytest.mark.browser

RECORDS = "**/kios/api/records"
STEPS = 11
ROUNDS = 20
A_ROUND = 50
# The page's own queue, filled as a visit fills it; the sender is started and not waited for.
FILL = """async (count) => {
  const { open, get } = await import("/static/kiosk/store.js");
  const { keep } = await import("/static/kiosk/keeping.js");
  const { flush } = await import("/static/kiosk/service.js");
  const db = await open();
  for (let made = 0; made < count; made += 1) {
    await keep(db, { overall: String(1 + made % 5), comment: `phiếu ${made}` });
  }
  flush(db, await get(db, "device"), { first: 5, tries: 1000 });
}"""
DRAIN = """async () => {
  const { open, get, waiting } = await import("/static/kiosk/store.js");
  const { flush } = await import("/static/kiosk/service.js");
  const db = await open();
  await flush(db, await get(db, "device"), { first: 5, tries: 1000 });
  return (await waiting(db)).length;
}"""
QUEUE = """async () => {
  const { open, waiting } = await import("/static/kiosk/store.js");
  return await waiting(await open());
}"""


class EveryThird:
    """Answers every third record with 503: now before the service saw it, now after it was kept."""

    def __init__(self, app: Callable[..., Iterable[bytes]]) -> None:
        self._app = app
        self._lock = threading.Lock()
        self.records = 0
        self.failures = 0

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        """Serve a request, or fail."""
        if not environ["PATH_INFO"].endswith("/api/records"):
            return self._app(environ, start)
        with self._lock:
            self.records += 1
            fails = self.records % 3 == 0
            self.failures += fails
            too_late = self.failures % 2 == 0
        if not fails:
            return self._app(environ, start)
        if too_late:
            b"".join(self._app(environ, lambda *_: None))
        start("503 SurveyApplication Unavailable", [("Content-Type", "text/plain")])
        return [b"later"]


@pytest.fixture
def failing(office: Installation, office_app: Flask) -> Iterator[tuple[Station, EveryThird]]:
    """A kiosk whose service fails every third time."""
    failing = EveryThird(office_app.wsgi_app)
    office_app.wsgi_app = failing  # type: ignore[method-assign, assignment]
    with listening(office_app) as address:
        yield station_of(office, address), failing


def visit(page: Page, level: int = 4) -> None:
    """Answer the first question and send."""
    page.locator(".start").first.tap()
    page.locator(f"label.l{level}").first.tap()
    for _ in range(STEPS):
        page.locator("#controls .first").tap()
    expect(page.locator(".thanks")).to_be_visible()
    page.locator("#controls .first").tap()


def _tells(station: Station, held: bool) -> bool:
    """Whether the device has told of its one answer, and of having it for long."""
    found = station.status()
    return (found.kiosk.waiting, found.holding) == (1, held)


def processes(profile: Path) -> list[int]:
    """The processes of the browser that was started on *profile*."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            words = (entry / "cmdline").read_bytes() if entry.name.isdecimal() else b""
        except OSError:
            continue
        if f"--user-data-dir={profile}".encode() in words:
            found.append(int(entry.name))
    return found


def started(playwright: Playwright, profile: Path, station: Station) -> tuple[BrowserContext, Page]:
    """A browser of its own process, with the profile of the one before, where the page's modules can be run.

    Not at the page itself: its own sender, which pauses longer, would hold the lock.
    """
    program = shutil.which("chromium")
    context = playwright.chromium.launch_persistent_context(
        profile, executable_path=program, args=FLAGS, **LOCAL
    )
    page = context.pages[0]
    page.goto(f"{station.address}/static/kiosk/store.js")
    return context, page


def killed(context: BrowserContext, profile: Path) -> None:
    """Kill the browser as a power cut does."""
    for process in processes(profile):
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
    with suppress(Error):
        context.close()


def test_a_thousand_answers_survive_twenty_killed_browsers_and_a_failing_service(
    failing: tuple[Station, EveryThird], chromium: Browser, playwright: Playwright, tmp_path: Path
) -> None:
    station, service = failing
    profile = tmp_path / "profile"
    context, page = started(playwright, profile, station)
    station.enrol(page)
    for number in range(ROUNDS):
        page.evaluate(FILL, A_ROUND)
        page.wait_for_timeout(10 * (number % 4))
        killed(context, profile)
        context, page = started(playwright, profile, station)
    assert page.evaluate(DRAIN) == 0
    page.goto(f"{station.address}/kios/")
    expect(page.locator("#status")).to_contain_text("Đã gửi hết")
    killed(context, profile)
    assert len(station.answers()) == ROUNDS * A_ROUND
    found = station.status()
    assert (found.received, found.missing, found.kiosk.doubled) == (((1, ROUNDS * A_ROUND),), (), 0)
    assert service.failures > ROUNDS * A_ROUND / 3
    levels = [marks[-1] for marks in station.answers()]
    assert {level: levels.count(level) for level in "12345"} == dict.fromkeys("12345", ROUNDS * A_ROUND // 5)


def test_the_page_opens_and_takes_answers_without_a_network(station: Station, tablet: Page) -> None:
    station.enrol(tablet)
    tablet.evaluate("navigator.serviceWorker.ready.then(() => {})")
    tablet.context.set_offline(True)
    tablet.reload()
    tablet.wait_for_selector(READY)
    for level in (1, 2, 3):
        visit(tablet, level)
    expect(tablet.locator("#status")).to_contain_text("3 phiếu chờ mạng")
    assert station.answers() == []
    tablet.reload()
    expect(tablet.locator("#status")).to_contain_text("3 phiếu chờ mạng")
    tablet.context.set_offline(False)
    expect(tablet.locator("#status")).to_contain_text("Đã gửi hết", timeout=20_000)
    assert sorted(marks[0] for marks in station.answers()) == ["1", "2", "3"]
    assert station.status().missing == ()


@pytest.mark.parametrize(
    "forged",
    [
        {"receipt": "AAAA-AAAA-AAAA", "state": "kept"},
        {"receipt": "AAAA-AAAA-AAAA", "state": "kept", "signature": "00" * 32},
        {"receipt": "AAAA-AAAA-AAAA", "state": "kept", "signature": "no hex"},
    ],
)
def test_a_receipt_that_the_service_did_not_sign_deletes_nothing(
    station: Station, tablet: Page, forged: dict[str, str]
) -> None:
    station.enrol(tablet)
    tablet.context.route(RECORDS, lambda route: route.fulfill(status=200, json=forged))
    visit(tablet)
    tablet.wait_for_timeout(500)
    assert len(tablet.evaluate(QUEUE)) == 1
    expect(tablet.locator("#status")).to_contain_text("1 phiếu chờ mạng")


def test_a_genuine_receipt_of_another_record_deletes_nothing(station: Station, tablet: Page) -> None:
    station.enrol(tablet)
    kept: list[str] = []

    def replay(route: Route) -> None:
        if not kept:
            kept.append(route.fetch().text())
        route.fulfill(status=200, body=kept[0], content_type="application/json")

    tablet.context.route(RECORDS, replay)
    visit(tablet)
    until_said(tablet, f"async () => (await ({QUEUE})()).length === 0")
    visit(tablet)
    tablet.wait_for_timeout(500)
    assert [record["number"] for record in tablet.evaluate(QUEUE)] == [2]


def test_a_record_that_is_refused_stays_and_holds_up_no_other(station: Station, tablet: Page) -> None:
    station.enrol(tablet)

    def refuse_first(route: Route) -> None:
        if json.loads(route.request.post_data or "{}")["number"] == 1:
            route.fulfill(status=422, json={"code": "kiosk_record_bad"})
        else:
            route.continue_()

    tablet.context.route(RECORDS, refuse_first)
    for _ in range(2):
        visit(tablet)
    until(tablet, lambda: bool(station.status().received))
    assert station.status().received == ((2, 2),)
    until_said(tablet, f"async () => (await ({QUEUE})()).length === 1")
    expect(tablet.locator("#status")).to_contain_text("1 phiếu chờ mạng")
    (left,) = tablet.evaluate(QUEUE)
    assert (left["number"], left["refused"]) == (1, "kiosk_record_bad")
    assert station.status().missing == ((1, 1),)


def test_a_revoked_device_keeps_what_it_holds(station: Station, tablet: Page) -> None:
    with tablet.expect_response("**/kios/api/settings"):  # with which it ends its greeting
        station.enrol(tablet)
    tablet.locator(".start").first.tap()
    tablet.locator("label.l4").first.tap()
    devices.revoke(station.installation, COMMAND_LINE, station.campaign, station.number, clock.now())
    for _ in range(STEPS):
        tablet.locator("#controls .first").tap()
    expect(tablet.locator(".code")).to_contain_text("K03")
    assert len(tablet.evaluate(QUEUE)) == 1
    assert station.answers() == []
    tablet.get_by_role("button", name="Nhân viên").tap()
    for digit in station.pin:
        tablet.get_by_role("button", name=digit, exact=True).tap()
    tablet.get_by_role("button", name="Đồng ý").tap()
    with tablet.expect_download() as saved:
        tablet.get_by_role("button", name="Lưu phiếu chờ ra tệp").tap()
    content = Path(saved.value.path()).read_bytes()
    assert backup_files.take(station.installation, COMMAND_LINE, content, clock.now()).new == 1


def test_an_upgrade_of_the_page_carries_the_queue_along(
    station: Station, tablet: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    station.enrol(tablet)
    tablet.evaluate("navigator.serviceWorker.ready.then(() => {})")
    tablet.context.route(RECORDS, lambda route: route.abort())
    visit(tablet, 5)
    expect(tablet.locator("#status")).to_contain_text("1 phiếu chờ mạng")
    monkeypatch.setattr(pages, "version", lambda: "newer")
    tablet.evaluate("navigator.serviceWorker.getRegistration('/kios/').then((found) => { found.update() })")
    tablet.wait_for_selector("html[data-version=newer][data-ready=yes]")
    assert [record["number"] for record in tablet.evaluate(QUEUE)] == [1]
    tablet.context.unroute(RECORDS)
    assert tablet.evaluate(DRAIN) == 0
    assert [marks[0] for marks in station.answers()] == ["5"]
    assert tablet.evaluate("caches.keys()") == ["hailong-kiosk-newer"]


def test_a_new_number_is_not_taken_while_answers_of_the_old_one_wait(station: Station, tablet: Page) -> None:
    station.enrol(tablet)
    tablet.context.route(RECORDS, lambda route: route.abort())
    visit(tablet)
    expect(tablet.locator("#status")).to_contain_text("1 phiếu chờ mạng")
    other = station_of(station.installation, station.address)
    tablet.goto("about:blank")
    tablet.goto(other.link)
    expect(tablet.locator(".code")).to_contain_text("K08")
    assert not other.status().kiosk.enrolled


def test_the_device_tells_how_many_answers_it_holds_and_for_how_long(station: Station, tablet: Page) -> None:
    tablet.clock.install(time=clock.now().replace(hour=8, minute=0))
    station.enrol(tablet)
    tablet.context.route(RECORDS, lambda route: route.abort())
    visit(tablet)
    expect(tablet.locator("#status")).to_contain_text("1 phiếu chờ mạng")
    for held in (False, True):
        tablet.clock.fast_forward(80 * 60 * 1000)
        until(tablet, partial(_tells, station, held))
        found = station.status()
        assert (found.kiosk.issued, found.kiosk.waiting, found.holding) == (1, 1, held)


def test_a_file_saves_what_a_dying_tablet_holds_and_doubles_nothing(station: Station, tablet: Page) -> None:
    station.enrol(tablet)
    tablet.context.route(RECORDS, lambda route: route.abort())
    for level in (1, 5):
        visit(tablet, level)
    expect(tablet.locator("#status")).to_contain_text("2 phiếu chờ mạng")
    tablet.get_by_role("button", name="Nhân viên").tap()
    for digit in station.pin:
        tablet.get_by_role("button", name=digit, exact=True).tap()
    tablet.get_by_role("button", name="Đồng ý").tap()
    with tablet.expect_download() as saved:
        tablet.get_by_role("button", name="Lưu phiếu chờ ra tệp").tap()
    content = Path(saved.value.path()).read_bytes()
    assert backup_files.take(station.installation, COMMAND_LINE, content, clock.now()).new == 2
    assert sorted(marks[0] for marks in station.answers()) == ["1", "5"]
    tablet.context.unroute(RECORDS)
    assert tablet.evaluate(DRAIN) == 0
    assert len(station.answers()) == 2
    assert station.status().received == ((1, 2),)
