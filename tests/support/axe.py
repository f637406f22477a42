"""Asks axe about a page; it works offline, its rules come with the package."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page


def violations(page: Page) -> list[str]:
    """What axe finds against WCAG on the page as it stands: rule and place.

    Whoever leads to another page first waits for something that only that page shows; the rest of it is waited for here.
    """
    page.wait_for_load_state()
    found = Axe().run(page).response["violations"]
    return [f"{rule['id']}: {node['target']}" for rule in found for node in rule["nodes"]]
