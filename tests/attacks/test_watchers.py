"""What somebody learns who looks at every page every second: never when a citizen answers without an officer."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator, Mapping
from http import HTTPStatus

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from survey import clock
from survey.services.accounts.actors import COMMAND_LINE, Actor
from survey.services.collection import board_counts, door
from survey.services.collection.entries import WebEntry
from survey.services.counter import screen_codes, tickets
from survey.services.installation.campaign_records import CampaignRecord
from survey.services.installation.installation import Installation
from survey.services.invitations import lists
from survey.services.kiosks import devices
from survey.services.results import quotas
from survey.vocabulary import Role
from tests.support import scene
from tests.support.scene import NOW, entry
from tests.support.web import SignIn

SECOND = dt.timedelta(seconds=1)
NOON = NOW.replace(hour=12, minute=0)
HELD = devices.RecordCounts(4, 1, 0)  # what the kiosk says before anybody comes
# What every look brings anew, whatever happened: tokens, keys of forms, the seconds that a screen's code still has.
FRESH = re.compile(
    r'(csrf_token|nonce|name="key")([^>]*?)(value="|nonce=")[^"]*"|<code class="key">[^<]*|nonce-[\w-]+'
    r'|"?[\w.-]{60,}"?|"refresh" content="\d+"|data-seconds="\d+"'
)
# Pages that open only with a code that one person holds, and files: none of them counts anything but the reports, which
# show as files what stands on the pages of results.
NOT_WATCHED = frozenset(
    {
        *("static", "citizen.form", "citizen.receipt", "citizen.by_ticket", "citizen.by_screen"),
        *("citizen.script", "citizen.clip", "kiosk_phone.device", "kiosk_phone.leave"),
        *("security.reset_password", "security.logout", "links.poster"),
        *("results.report_pdf", "results.report_xlsx", "results.unit_pdf", "results.unit_xlsx"),
    }
)
VALUES: Mapping[str, object] = {
    "campaign": scene.CODE,
    "unit": "an-nhon",
    "counter": 1,
    "number": 1,
    "name": "pace",
}


def pages(app: Flask) -> list[str]:
    """The address of every page that can be had without a code."""
    urls = app.url_map.bind("localhost")
    return [urls.build(rule.endpoint, _values(rule), method="GET") for rule in _rules(app)]


def _rules(app: Flask) -> Iterator[Rule]:
    for rule in app.url_map.iter_rules():
        if "GET" in (rule.methods or ()) and rule.endpoint not in NOT_WATCHED:
            yield rule


def _values(rule: Rule) -> dict[str, object]:
    return {name: VALUES[name] for name in rule.arguments}


class Watcher:
    """Somebody with an account of every role who asks for every page, and compares what is written on it."""

    def __init__(self, app: Flask, browsers: Mapping[str, FlaskClient]) -> None:
        self._browsers = browsers
        self._open = [
            (who, page)
            for who, browser in browsers.items()
            for page in pages(app)
            if browser.get(page).status_code == HTTPStatus.OK
        ]

    def look(self, *whom: str) -> dict[str, str]:
        """Every page that opens as these people see it, or everybody, without what each look brings anew."""
        return {
            f"{who} {page}": FRESH.sub("", self._browsers[who].get(page).get_data(as_text=True))
            for who, page in self._open
            if not whom or who in whom
        }


@pytest.fixture
def watcher(app: Flask, signed_in: SignIn, client: FlaskClient) -> Watcher:
    return Watcher(app, {role.value: signed_in(role) for role in Role} | {"nobody": client})


@pytest.fixture
def ways(installation: Installation, campaign: CampaignRecord) -> dict[str, Callable[[], object]]:
    """A citizen's answer by each way in, ready to be sent; the officer's paper is the last one."""
    kiosk = scene.kiosk(installation, campaign)
    devices.heartbeat(installation, campaign, kiosk, HELD, NOW)
    card = tickets.find(installation, scene.cards(installation, campaign)[0].code).ticket
    code = screen_codes.at_desk(installation, scene.OFFICER, campaign, "an-nhon", 1, NOW)
    screen = screen_codes.find(installation, code.code, NOW).end
    letter = tickets.find(installation, _invited(installation, campaign)).ticket
    filled = scene.sheet(campaign.questionnaire)

    def by(key: str, end: tickets.SpendableTicket | screen_codes.SpendableScreenCode | None) -> WebEntry:
        return WebEntry(campaign, scene.AN_NHON, f"{key:_<22}", filled, end)

    more = devices.RecordCounts(5, 2, 0)
    keyer = scene.account(installation, "nhap@x.vn")
    return {
        "qr": lambda: door.accept(installation, by("qr", None), NOW),
        "card": lambda: door.accept(installation, by("card", card), NOW),
        "screen": lambda: door.accept(installation, by("screen", screen), NOW),
        "invitation": lambda: door.accept(installation, by("invitation", letter), NOW),
        "kiosk": lambda: door.accept(installation, scene.kiosk_entry(campaign, kiosk, 2), NOW),
        "kiosk offline": lambda: devices.heartbeat(installation, campaign, kiosk, more, NOW),
        "paper": lambda: door.accept(installation, entry(campaign, number="0007", actor=keyer), NOW),
    }


def _invited(installation: Installation, campaign: CampaignRecord) -> str:
    """The link's code in a letter that went out by the post."""
    rows = "".join(f"Công ty {n},an-nhon\n" for n in range(5))
    head = Actor(None, Role.UNIT_HEAD, "an-nhon")
    merged = lists.merge(installation, head, campaign, f"ten,don_vi\n{rows}".encode(), NOW).decode(
        "utf-8-sig"
    )
    found = re.search(r"/m/(\w+)", merged)
    assert found is not None
    return found[1]


@pytest.mark.parametrize("config", ["sqlite"], indirect=True)  # the pages are the same, and many
def test_no_page_tells_the_moment_of_an_answer(
    installation: Installation,
    campaign: CampaignRecord,
    watcher: Watcher,
    ways: dict[str, Callable[[], object]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    board_counts.count_due(installation, NOW)
    paper = ways.pop("paper")
    seen = watcher.look()
    assert sum("/chi-tieu" in page for page in seen) >= len(Role)
    for second, (way, come) in enumerate(ways.items(), start=1):
        come()
        monkeypatch.setattr(clock, "now", lambda: NOW + second * SECOND)  # noqa: B023
        board_counts.count_due(installation, clock.now())  # as the service does, all the time
        after = watcher.look(Role.TCCB.value)
        assert {page: way for page, text in after.items() if text != seen[page]} == {}
    after = watcher.look()
    assert [page for page in seen if after[page] != seen[page]] == []
    live = quotas.progress(installation, COMMAND_LINE, campaign, clock.now())
    assert live.total("valid") == 5, "whoever has the shell sees them"
    paper()
    moved = {page for page, text in watcher.look().items() if text != seen[page]}
    assert f"officer /noi-bo/{scene.CODE}/nhap-phieu" in moved, "an officer sees that his own form was kept"
    board_counts.count_due(installation, NOON)
    told = watcher.look()[f"unit_head /noi-bo/{scene.CODE}/chi-tieu"]
    assert "QR 1 · giấy 1 · mã màn hình 1 · mã một lần 1 · thư mời 1 · kiosk 1" in told, "all at once"
