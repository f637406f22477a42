"""A receipt's code can be looked up by anybody: that the form came in and whose it is, and nothing else."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from survey.extensions import limiter
from survey.services.collection import decisions, door, receipts
from survey.services.collection.arrival_order import erase_arrival_order
from survey.services.collection.entries import ImportEntry
from survey.services.installation.campaign_records import CampaignRecord
from survey.services.installation.installation import Installation
from survey.vocabulary import Reason, Verdict
from survey.web.collection.receipt_lookup import LIMIT
from tests.support import scene
from tests.support.scene import NOW, entry
from tests.support.web import app, client, stranger

__all__ = ["app", "client"]
PAGE = "/bien-nhan"
FOUND, ABSENT = "Phiếu đã được nhận", "Chưa tìm thấy mã này"
NOISE = 0.25  # of the work of a search, on a machine that does other things too


@pytest.fixture(autouse=True)
def nobody_asked_before(app: Flask) -> Iterator[None]:
    """Let no test use up the questions of another."""
    limiter.reset()
    yield
    limiter.reset()


def asked(browser: FlaskClient, code: str) -> str:
    answer = browser.post(PAGE, data={"ma": code})
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Cache-Control"] == "no-store"
    return answer.text


def test_a_code_is_found_however_it_is_typed(
    client: FlaskClient, installation: Installation, campaign: CampaignRecord
) -> None:
    code = door.accept(installation, entry(campaign), NOW).receipt
    unit = campaign.unit(scene.AN_NHON).name
    assert "autofocus" in client.get(PAGE).text
    for typed in (code, code.lower(), code.replace("-", " "), f" {code}\r\n"):
        text = asked(client, typed)
        assert FOUND in text
        assert unit in text
        assert campaign.plan.title in text
    for wrong in ("", "x", code[:-1], code[:-1] + ("X" if code[-1] != "X" else "Y"), "ă" * 40, "-" * 40):
        text = asked(client, wrong)
        assert ABSENT in text
        assert unit not in text
    genuine = receipts.issue(installation.keys.receipt, b"never given out.").code
    assert ABSENT in asked(client, genuine), "a sound code that nobody was given"
    assert "Look up a receipt" in client.get(f"{PAGE}?lang=en").text


def test_every_way_in_gives_a_code_that_is_found(
    client: FlaskClient, installation: Installation, campaign: CampaignRecord
) -> None:
    kiosk = scene.kiosk(installation, campaign)
    one = entry(campaign)
    ways = (
        entry(campaign),
        entry(campaign, number="0001"),
        scene.kiosk_entry(campaign, kiosk, 2),
        ImportEntry(campaign, scene.AN_NHON, one.idempotency_key, one.sheet),
    )
    codes = [door.accept(installation, way, NOW).receipt for way in ways]
    late = door.accept(installation, entry(campaign), scene.CLOSED).receipt
    assert erase_arrival_order(installation)
    pages = {asked(client, code).replace(" ".join(code.split("-")), "") for code in (*codes, late)}
    assert len(pages) == 1, "nothing tells how or when it came"
    assert FOUND in pages.pop()


def test_what_became_of_the_form_is_not_told(
    client: FlaskClient, installation: Installation, campaign: CampaignRecord
) -> None:
    officer = scene.account(installation, "mot@x.vn")
    code = door.accept(installation, entry(campaign, number="1", actor=officer), NOW).receipt
    before = asked(client, code)
    decisions.decide(installation, officer, campaign, "1", Verdict.EXCLUDED, NOW, reason=Reason.TEST)
    assert asked(client, code) == before


def test_the_same_is_done_for_a_code_that_is_there_and_one_that_is_not(
    installation: Installation, campaign: CampaignRecord
) -> None:
    codes = [door.accept(installation, entry(campaign), NOW).receipt for _ in range(20)]
    absent = [receipts.issue(installation.keys.receipt, bytes([n]) * 16).code for n in range(20)]
    wrong = [code[:-1] + ("X" if code[-1] != "X" else "Y") for code in codes]
    statements: list[str] = []

    def note(*args: object) -> None:
        statements.append(str(args[2]))

    event.listen(installation.database.engine, "before_cursor_execute", note)
    for code in (codes[0], absent[0], wrong[0], "", "?" * 40):
        receipts.find(installation, code)
    event.remove(installation.database.engine, "before_cursor_execute", note)
    assert len(statements) % 5 == 0
    assert len(set(statements)) == len(statements) // 5, "one and the same search, whatever is asked"
    spent: dict[str, list[float]] = {"there": [], "absent": [], "wrong": []}
    for _ in range(40):
        for kind, asked_for in (("there", codes), ("absent", absent), ("wrong", wrong)):
            begun = time.thread_time()
            for code in asked_for:
                receipts.find(installation, code)
            spent[kind].append(time.thread_time() - begun)
    best = {kind: min(times) for kind, times in spent.items()}
    assert max(best.values()) < (1 + NOISE) * min(best.values()), best


def test_nobody_tries_codes_without_end(client: FlaskClient, app: Flask) -> None:
    most = int(LIMIT.split()[0])
    assert [client.post(PAGE, data={"ma": str(n)}).status_code for n in range(most)] == [200] * most
    answer = client.post(PAGE, data={"ma": "x"})
    assert answer.status_code == 429
    assert "Xin thử lại sau một phút." in answer.text
    assert "Phiếu không bị tính hai lần" not in answer.text, "nothing was sent here"
    assert client.get(PAGE).status_code == 200
    assert stranger(app).post(PAGE, data={"ma": "x"}).status_code == 200, "others go on"
