"""Takes the guides' pictures anew: ``.venv/bin/python -m docs.guide.take_pictures`` after ``./hailong test``.

It sets a rehearsal up in a temporary directory, serves it on loopback, and photographs its pages.
"""

from __future__ import annotations

import shutil
import tempfile
import threading
from pathlib import Path

import pypdfium2
from PIL import Image
from playwright.sync_api import Browser, Page, Playwright, sync_playwright
from sqlalchemy import select

from docs.guide import kiosk_pictures, paper_pictures, release_pictures
from survey import clock, server
from survey.cli.demo import PLAN, SIGN_INS, UNIT, open_accounts
from survey.config import Config
from survey.models import Account
from survey.plans import check
from survey.services import rehearsal
from survey.services.accounts.actors import COMMAND_LINE, Actor
from survey.services.counter import links
from survey.services.installation.installation import Installation, initialise, open_installation
from survey.services.results import reports
from survey.vocabulary import Role
from survey.web.application import assemble

PICTURES = Path(__file__).parent / "pictures"
COLOURS = 128
DESKTOP = (1180, 800)
SMALL = 560
OVERVIEW = 1200
PAGES = (
    (Role.OFFICER, "nhap-phieu", "nhap-phieu"),
    (Role.TCCB, "chi-tieu", "chi-tieu"),
    (Role.TCCB, "ket-qua", "ket-qua"),
)


def main() -> None:
    """Take every picture."""
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        config = Config(Path(folder))
        initialise(config)
        installation = open_installation(config)
        rehearsal.begin(installation, COMMAND_LINE, check.read(PLAN), clock.now())
        password = open_accounts(installation)
        running = server.listen(assemble(installation), "127.0.0.1", 0)
        thread = threading.Thread(target=running.run)
        thread.start()
        try:
            _browse(installation, running.address, password)
            _report(installation)
            kiosk_pictures.poster(installation, UNIT, _keep)
        finally:
            running.stop()
            thread.join()
            installation.close()
    _rounded()
    _overview()


def _rounded() -> None:
    """Photograph the results of a campaign that still takes forms."""
    with tempfile.TemporaryDirectory() as folder:
        installation, campaign = release_pictures.open_campaign(Path(folder), check.read(PLAN), clock.now())
        password = open_accounts(installation)
        running = server.listen(assemble(installation), "127.0.0.1", 0)
        thread = threading.Thread(target=running.run)
        thread.start()
        try:
            with sync_playwright() as playwright:
                browser = _launch(playwright)
                page = _page(browser, *DESKTOP)
                _sign_in(page, running.address, Role.TCCB, password)
                page.goto(f"{running.address}/noi-bo/{campaign.code}/ket-qua")
                page.wait_for_load_state("networkidle")
                _save(page, "ket-qua-so-tron")
                browser.close()
        finally:
            running.stop()
            thread.join()
            installation.close()


def _launch(playwright: Playwright) -> Browser:
    program = shutil.which("chromium")
    return playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])


def _browse(installation: Installation, address: str, password: str) -> None:
    link = next(
        x
        for x in links.of_campaign(installation, COMMAND_LINE, installation.campaigns.only())
        if x.unit == UNIT
    )
    form = address + link.url.removeprefix(installation.config.public_url)
    with sync_playwright() as playwright:
        browser = _launch(playwright)
        page = _page(browser, 390, 780)
        page.goto(form)
        _save(page, "phieu-dien-thoai")
        for role, path, name in PAGES:
            page = _page(browser, *DESKTOP)
            _sign_in(page, address, role, password)
            page.goto(f"{address}/noi-bo/{rehearsal.CODE}/{path}")
            page.wait_for_load_state("networkidle")
            _save(page, name)
        _paper(installation, browser, address, password)
        _kiosk(installation, browser, address, password)
        browser.close()


def _paper(installation: Installation, browser: Browser, address: str, password: str) -> None:
    def page_of(role: Role, path: str) -> Page:
        page = _page(browser, *DESKTOP)
        _sign_in(page, address, role, password)
        page.goto(f"{address}{path}")
        page.wait_for_load_state("networkidle")
        return page

    with installation.database.read() as session:
        ids = {row.email: row.id for row in session.scalars(select(Account))}
    people = {role: Actor(ids[email], role, unit) for email, _, role, unit in SIGN_INS}
    paper_pictures.take(installation, people, clock.now(), installation.config.data, page_of, _save)


def _kiosk(installation: Installation, browser: Browser, address: str, password: str) -> None:
    asked = kiosk_pictures.screens(installation, browser, address, UNIT, _save_small)
    page = _page(browser, 390, 640)
    _sign_in(page, address, Role.UNIT_HEAD, password)
    page.goto(address + asked)
    page.locator("main").screenshot(path=PICTURES / "kiosk-dien-thoai.png")
    _keep(Image.open(PICTURES / "kiosk-dien-thoai.png"), "kiosk-dien-thoai")


def _page(browser: Browser, width: int, height: int) -> Page:
    return browser.new_context(viewport={"width": width, "height": height}, locale="vi-VN").new_page()


def _sign_in(page: Page, address: str, role: Role, password: str) -> None:
    page.goto(f"{address}/noi-bo/dang-nhap")
    page.fill("input[name=email]", next(email for email, _, known, _ in SIGN_INS if known is role))
    page.fill("input[name=password]", password)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "dang-nhap" not in url)


def _save(page: Page, name: str) -> None:
    path = PICTURES / f"{name}.png"
    page.screenshot(path=path)
    _shrink(Image.open(path)).save(path, optimize=True)


def _save_small(page: Page, name: str, above: float = 0) -> None:
    """Save a tablet's screen, or what is below a share of it, as wide as a guide needs it."""
    _save(page, name)
    whole = Image.open(PICTURES / f"{name}.png").convert("RGB")
    picture = whole.crop((0, int(whole.height * above), whole.width, whole.height))
    _keep(picture.resize((SMALL, picture.height * SMALL // picture.width), Image.Resampling.LANCZOS), name)


def _keep(picture: Image.Image, name: str) -> None:
    _shrink(picture).save(PICTURES / f"{name}.png", optimize=True)


def _report(installation: Installation) -> None:
    assessed = reports.assessment(installation, COMMAND_LINE, installation.campaigns.only())
    page = pypdfium2.PdfDocument(reports.report_pdf(assessed))[0]
    _shrink(page.render(scale=1.0).to_pil()).save(PICTURES / "bao-cao.png", optimize=True)


def _overview() -> None:
    """Put three pictures side by side for the README."""
    names = ("phieu-dien-thoai", "chi-tieu", "bao-cao")
    pictures = [Image.open(PICTURES / f"{name}.png").convert("RGB") for name in names]
    height = min(picture.height for picture in pictures)
    scaled = [picture.resize((picture.width * height // picture.height, height)) for picture in pictures]
    gap = 16
    sheet = Image.new(
        "RGB", (sum(p.width for p in scaled) + gap * (len(scaled) + 1), height + 2 * gap), "#d5d8d4"
    )
    left = gap
    for picture in scaled:
        sheet.paste(picture, (left, gap))
        left += picture.width + gap
    size = (OVERVIEW, sheet.height * OVERVIEW // sheet.width)
    _keep(sheet.resize(size, Image.Resampling.LANCZOS), "overview")


def _shrink(picture: Image.Image) -> Image.Image:
    return picture.convert("RGB").quantize(COLOURS)


if __name__ == "__main__":
    main()
