"""An enrolled kiosk in a browser, and what the service knows of it."""

from __future__ import annotations

import io
import math
import struct
import wave
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page
from sqlalchemy import select

from forms.languages.audio import Clip
from forms.languages.folder import Language
from survey import clock
from survey.models import Response
from survey.services.accounts.actors import COMMAND_LINE
from survey.services.campaigns import languages
from survey.services.installation.campaign_records import CampaignRecord
from survey.services.installation.installation import Installation
from survey.services.kiosks import devices, pins
from survey.services.kiosks.devices import KioskStatus, NewKiosk
from survey.vocabulary import Channel
from tests.support.office import UNIT

LOCAL: dict[str, Any] = {"locale": "vi-VN", "timezone_id": "Asia/Ho_Chi_Minh", "accept_downloads": True}
RATE = 8000
READY = "html[data-ready=yes]"
BEAT = "**/kios/api/beat"
BEAT_STEP = 4_000  # ms; five of them are the device's patience with the service


@dataclass(frozen=True)
class Station:
    """A running rehearsal with a kiosk in it."""

    installation: Installation
    address: str
    number: int
    code: str

    @property
    def campaign(self) -> CampaignRecord:
        """The rehearsal's campaign."""
        return self.installation.campaigns.only()

    @property
    def link(self) -> str:
        """The one-time link."""
        return f"{self.address}/kios/#{self.campaign.code}/{self.number}/{self.code}"

    @property
    def pin(self) -> str:
        """The PIN with which the office's people leave the kiosk."""
        return pins.digits(self.installation.keys.kiosk, self.campaign, self.number)

    def status(self) -> KioskStatus:
        """What the service knows of the kiosk."""
        found = devices.statuses(self.installation, COMMAND_LINE, self.campaign, clock.now())
        return next(each for each in found if each.kiosk.number == self.number)

    def answers(self) -> list[str]:
        """The packed marks of every answer that came from kiosks."""
        with self.installation.database.read() as session:
            of_kiosks = select(Response.marks).where(Response.channel == Channel.KIOSK)
            return list(session.scalars(of_kiosks))

    def enrol(self, page: Page) -> None:
        """Make the page's browser the kiosk."""
        page.goto(self.link)
        page.wait_for_selector(READY)


def station_of(installation: Installation, address: str, new: NewKiosk | None = None) -> Station:
    """Add a kiosk to a running rehearsal."""
    campaign = installation.campaigns.only()
    number, code = devices.add(installation, COMMAND_LINE, campaign, new or NewKiosk(UNIT, 1), clock.now())
    return Station(installation, address, number, code)


@pytest.fixture
def station(office: Installation, office_address: str) -> Station:
    """A kiosk that waits for its device."""
    return station_of(office, office_address)


@pytest.fixture
def tablet(chromium: Browser) -> Iterator[Page]:
    """A page on an upright tablet."""
    context = tablet_of(chromium)
    yield context.new_page()
    context.close()


def record(station: Station, seconds: Mapping[str, float], lang: str = "vi") -> None:
    """Give the station's campaign a recording of each sentence: a tone of so many seconds."""
    clips = tuple(Clip(key, "wav", _tone(length)) for key, length in seconds.items())
    with station.installation.database.write() as session:
        languages.keep(session, station.campaign.id, [Language(lang, "Tiếng Việt", {}, {}, clips)])
    station.installation.campaigns._by_code.clear()  # as if it had been loaded with them


def _tone(seconds: float) -> bytes:
    waves = (round(8000 * math.sin(2 * math.pi * 440 * n / RATE)) for n in range(int(RATE * seconds)))
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(b"".join(struct.pack("<h", level) for level in waves))
    return out.getvalue()


def tablet_of(browser: Browser, width: int = 800, height: int = 1280) -> BrowserContext:
    """A fresh tablet with touch."""
    context = browser.new_context(viewport={"width": width, "height": height}, has_touch=True, **LOCAL)
    context.set_default_timeout(45_000)
    return context


def heartbeat(page: Page) -> None:
    """Let the time of a page with an installed clock run until its next heartbeat is answered, and no further.

    The clock that the tests install drives ``AbortSignal.timeout`` too. ``run_for(11 * 60 * 1000)`` goes from the beat
    at ten minutes to eleven within milliseconds of ours: the device's 20 s of patience with the service are
    over before a slow one (coverage, a busy machine) has answered, the page takes its request back, and no other beat comes
    for ten minutes. That was the stall "no beat within 45 s"; on a device the two times are one.
    """
    with page.expect_response(BEAT), page.expect_request(BEAT) as asked:
        while not asked.is_done():
            page.clock.run_for(BEAT_STEP)
