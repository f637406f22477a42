"""Debian's Chromium, driven by Playwright's Python package; no browser is downloaded, no site visited."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect, sync_playwright

FLAGS = [
    "--no-sandbox",  # the sandbox wants rights that a container's root has not; we visit only our own pages
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """What drives every browser of this run."""
    expect.set_options(timeout=20_000)  # a page is right or wrong, not slow: the machine may be busy
    with sync_playwright() as driving:
        yield driving


@pytest.fixture(scope="session")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    """One running Chromium; ask :func:`phone` or :func:`desktop` for a page in it."""
    program = shutil.which("chromium")
    assert program is not None, "Chromium is missing: ./hailong test installs it"
    browser = playwright.chromium.launch(executable_path=program, headless=True, args=FLAGS)
    yield browser
    browser.close()


@pytest.fixture
def phone(chromium: Browser) -> Iterator[Page]:
    """A page on a small phone with touch."""
    context = chromium.new_context(
        viewport={"width": 320, "height": 640}, has_touch=True, is_mobile=True, locale="vi-VN"
    )
    yield from _page_of(context)


@pytest.fixture
def desktop(chromium: Browser) -> Iterator[Page]:
    """A page on an office computer, with downloads allowed."""
    context = chromium.new_context(
        viewport={"width": 1280, "height": 800}, accept_downloads=True, locale="vi-VN"
    )
    yield from _page_of(context)


def _page_of(context: BrowserContext) -> Iterator[Page]:
    context.set_default_timeout(45_000)  # a busy machine draws a report slowly
    yield context.new_page()
    context.close()


def until(page: Page, true: Callable[[], bool]) -> None:
    """Let the page go on for up to 30 s until something is true of what it did; whoever asks asserts it afterwards."""
    for _ in range(600):
        if true():
            return
        page.wait_for_timeout(50)


def until_said(page: Page, script: str, arg: object = None) -> None:
    """Ask the page until it says yes to *script*; its own polling is an ``eval``, which our pages forbid."""
    until(page, lambda: bool(page.evaluate(script, arg)))
    assert page.evaluate(script, arg), script
