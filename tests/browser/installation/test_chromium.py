"""Chromium starts, shows Vietnamese letters, and is as large as a phone or an office screen."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

pytestmark = pytest.mark.browser
DATA_URL = "data:text/html;charset=utf-8,<html lang=vi><title>Hài Lòng</title><button>Rất hài lòng</button>"


def test_a_phone_has_touch_and_a_small_screen(phone: Page) -> None:
    phone.goto(DATA_URL)
    assert phone.title() == "Hài Lòng"
    assert phone.evaluate("innerWidth") in range(320, 981)
    assert phone.evaluate("matchMedia('(pointer: coarse)').matches") is True
    phone.get_by_role("button", name="Rất hài lòng").tap()


def test_an_office_screen_is_wide(desktop: Page) -> None:
    desktop.goto(DATA_URL)
    assert desktop.evaluate("innerWidth") == 1280
    assert desktop.evaluate("matchMedia('(pointer: fine)').matches") is True
