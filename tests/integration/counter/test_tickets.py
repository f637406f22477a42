"""One-time codes: one answer each, whatever happens, and nothing that leads from a code to an answer."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from forms import ticket_code
from survey.errors import Refusal
from survey.models import Response, Schema, SpentTicket, Ticket, TicketBatch
from survey.services.accounts.actors import COMMAND_LINE
from survey.services.collection import door
from survey.services.collection.entries import KioskEntry, WebEntry
from survey.services.counter import ticket_cards, tickets
from survey.services.counter.tickets import IssuedTicket
from survey.services.installation.campaign_records import CampaignRecord
from survey.services.installation.installation import Installation
from survey.services.installation.unit_keys import BatchRef
from survey.services.kiosks.record_numbers import KioskRecordNumber
from survey.services.results import quotas
from survey.vocabulary import Role
from tests.support import scene
from tests.support.scene import NOW
from tests.support.web import SignIn, token

KEY = re.compile(r'name=key value="([^"]+)"')
FORM = {"overall": "4", "comment": ""}


@pytest.fixture
def cards(installation: Installation, campaign: CampaignRecord) -> list[IssuedTicket]:
    return tickets.make(installation, COMMAND_LINE, campaign, "an-nhon", 3, NOW)


def entry(
    installation: Installation, campaign: CampaignRecord, card: IssuedTicket, key: str, mark: str = "4"
) -> WebEntry:
    found = tickets.find(installation, card.code)
    sheet = scene.sheet(campaign.questionnaire, mark)
    return WebEntry(campaign, found.ticket.unit_id, key, sheet, found.ticket)


def account(installation: Installation, campaign: CampaignRecord) -> tickets.BatchTotals:
    (only,) = tickets.batch_totals(installation, COMMAND_LINE, campaign)
    return only


def send(client: FlaskClient, code: str, key: str | None = None, **fields: str) -> TestResponse:
    if key is None:
        found = KEY.search(client.get(f"/m/{code}").text)
        assert found is not None
        key = found[1]
    return client.post(f"/m/{code}", data={**FORM, "key": key, **fields})


def test_a_scanned_code_opens_the_form_of_its_unit_and_is_spent(
    installation: Installation, campaign: CampaignRecord, client: FlaskClient, cards: list[IssuedTicket]
) -> None:
    code = cards[0].code
    page = client.get(cards[0].url.removeprefix(installation.config.public_url))
    assert "Bảo hiểm xã hội thị xã An Nhơn" in page.text
    assert page.headers.getlist("Set-Cookie") == []
    found = KEY.search(page.text)
    assert found is not None
    first = send(client, code, found[1])
    assert first.status_code == 303
    assert code not in first.location
    receipt = client.get(first.location)
    assert "Xin cảm ơn" in receipt.text
    again = send(client, code, found[1])  # the same page: the same receipt
    assert (again.status_code, again.location) == (303, first.location)
    assert scene.counts(installation)["response"] == 1
    assert account(installation, campaign).spent == 1
    with installation.database.read() as session:
        assert session.scalars(select(Response.channel)).all() == ["ticket"]


def test_a_spent_code_is_told_to_anybody_else(
    installation: Installation, client: FlaskClient, cards: list[IssuedTicket]
) -> None:
    assert send(client, cards[0].code).status_code == 303
    for text in (cards[0].code, cards[0].short):
        seen = client.get(f"/m/{text}")
        assert (seen.status_code, "đã được dùng" in seen.text) == (409, True)
        other = send(client, text, key="x" * 22, overall="1")
        assert (other.status_code, "đã được dùng" in other.text) == (409, True)
    assert scene.counts(installation)["response"] == 1
    assert "set_aside" not in scene.counts(installation)
    assert client.get(f"/m/{cards[1].code}").status_code == 200


def test_a_short_code_is_typed_by_hand_without_a_script(
    client: FlaskClient, cards: list[IssuedTicket]
) -> None:
    page = client.get("/m")
    assert "<script" not in page.text
    assert "name=ma" in page.text
    led = client.get("/m", query_string={"ma": ticket_code.grouped(cards[0].short).lower() + "\r\n"})
    assert led.status_code == 303
    assert "An Nhơn" in client.get(led.location).text
    wrong = client.get("/m/" + cards[0].short[:-1] + ("0" if cards[0].short[-1] != "0" else "1"))
    assert (wrong.status_code, "Mã chưa đúng" in wrong.text) == (422, True)
    unknown = client.get(f"/m/{ticket_code.fresh_long()}")
    assert (unknown.status_code, "Mã chưa đúng" in unknown.text) == (404, True)


def test_a_faulty_form_spends_nothing(
    installation: Installation, campaign: CampaignRecord, client: FlaskClient, cards: list[IssuedTicket]
) -> None:
    answer = send(client, cards[0].code, overall="9")
    assert answer.status_code == 422
    assert account(installation, campaign).spent == 0
    assert send(client, cards[0].code).status_code == 303


def test_the_form_of_a_ticket_fits_the_budget_of_a_first_visit(
    client: FlaskClient, cards: list[IssuedTicket]
) -> None:
    raw = client.get(f"/m/{cards[0].code}")
    packed = client.get(f"/m/{cards[0].code}", headers={"Accept-Encoding": "gzip"})
    assert len(raw.data) <= 20_000
    assert packed.headers["Content-Encoding"] == "gzip"
    assert len(packed.data) + 450 <= 5_000


def test_a_thousand_posts_of_one_code_leave_one_response(
    installation: Installation, campaign: CampaignRecord, cards: list[IssuedTicket]
) -> None:
    def post(number: int) -> str:
        try:
            marked = entry(
                installation, campaign, cards[0], f"a page of its own {number:04}", "12345"[number % 5]
            )
            return door.accept(installation, marked, NOW).receipt
        except Refusal as refusal:
            return refusal.code

    with ThreadPoolExecutor(32) as pool:
        answers = list(pool.map(post, range(1000)))
    assert answers.count("ticket_spent") == 999
    assert scene.counts(installation)["response"] == 1
    assert scene.counts(installation)["ledger_leaf"] == 1
    assert scene.counts(installation)["spent_ticket"] == 1
    assert account(installation, campaign).spent == 1


def test_parallel_posts_of_one_page_get_one_receipt(
    installation: Installation, campaign: CampaignRecord, cards: list[IssuedTicket]
) -> None:
    same = entry(installation, campaign, cards[0], "one and the same page")
    with ThreadPoolExecutor(16) as pool:
        receipts = {
            found.receipt for found in pool.map(lambda _: door.accept(installation, same, NOW), range(100))
        }
    assert len(receipts) == 1
    assert account(installation, campaign).spent == 1


def test_a_code_is_spent_once_across_channels(
    installation: Installation, campaign: CampaignRecord, cards: list[IssuedTicket]
) -> None:
    door.accept(installation, entry(installation, campaign, cards[0], "on a telephone...."), NOW)
    found = tickets.find(installation, cards[0].short).ticket
    sheet = scene.sheet(campaign.questionnaire)
    number = KioskRecordNumber(campaign.id, scene.kiosk(installation, campaign), 2)
    at_kiosk = KioskEntry(campaign, found.unit_id, "at a kiosk........", sheet, number, found)
    with pytest.raises(Refusal, match="ticket_spent"):
        door.accept(installation, at_kiosk, NOW)
    assert scene.counts(installation)["response"] == 1


def test_nothing_that_is_kept_leads_from_a_code_to_an_answer(
    installation: Installation, campaign: CampaignRecord, cards: list[IssuedTicket]
) -> None:
    kept = door.accept(installation, entry(installation, campaign, cards[0], "some page's own key"), NOW)
    columns = {column.name for column in SpentTicket.__table__.columns}
    assert columns == {"campaign_id", "mark", "ended"}
    with installation.database.read() as session:
        marks = set(session.scalars(select(SpentTicket.mark)))
        known = set(session.scalars(select(Ticket.code_hash))) | set(
            session.scalars(select(Ticket.short_hash))
        )
        rows = {
            table.name: repr(session.execute(select(table)).all()) for table in Schema.metadata.sorted_tables
        }
    assert not marks & known
    assert kept.response_key not in marks
    for table, text in rows.items():
        assert cards[0].code not in text, table
        assert cards[0].short not in text, table
        if table != "spent_ticket":
            assert all(repr(mark) not in text for mark in marks), table
    acts = [name for name in ("tickets_printed", "ticket_spent") if name in rows["audit_entry"]]
    assert acts == ["tickets_printed"]


def test_batches_are_accounted_for_each_unit(
    installation: Installation, campaign: CampaignRecord, cards: list[IssuedTicket]
) -> None:
    batch = BatchRef("an-nhon", cards[0].batch)
    tickets.hand_out(installation, COMMAND_LINE, campaign, batch, 2, NOW)
    door.accept(installation, entry(installation, campaign, cards[0], "some page's own key"), NOW)
    assert tickets.void(installation, COMMAND_LINE, campaign, cards[1].short, NOW) == 1
    with pytest.raises(Refusal, match="ticket_void"):
        door.accept(installation, entry(installation, campaign, cards[1], "another page's key."), NOW)
    with pytest.raises(Refusal, match="ticket_spent"):
        tickets.void(installation, COMMAND_LINE, campaign, cards[0].code, NOW)
    with pytest.raises(Refusal, match="ticket_handed_out"):
        tickets.hand_out(installation, COMMAND_LINE, campaign, batch, 2, NOW)
    with pytest.raises(Refusal, match="ticket_batch_unknown"):
        tickets.hand_out(installation, COMMAND_LINE, campaign, BatchRef("an-nhon", 9), 1, NOW)
    found = account(installation, campaign)
    assert (found.printed, found.handed_out, found.spent, found.void, found.left) == (3, 2, 1, 1, 1)
    more = tickets.make(installation, COMMAND_LINE, campaign, "an-nhon", 1, NOW)
    assert (more[0].batch, more[0].number) == (2, 1)
    assert tickets.batch_totals(installation, scene.OFFICER, campaign) == tickets.batch_totals(
        installation, COMMAND_LINE, campaign
    )
    tickets.make(installation, COMMAND_LINE, campaign, "an-lao", 1, NOW)
    assert len(tickets.batch_totals(installation, scene.OFFICER, campaign)) == 2
    with installation.database.read() as session:
        counted = sum(session.scalars(select(TicketBatch.spent + TicketBatch.void)))
    assert counted == scene.counts(installation)["spent_ticket"]


def test_nobody_prints_for_another_unit_or_too_many(
    installation: Installation, campaign: CampaignRecord
) -> None:
    for unit, count, code in (("van-phong", 1, "unit_out_of_reach"), ("x", 1, "unit_unknown")):
        with pytest.raises(Refusal, match=code):
            tickets.make(installation, scene.OFFICER, campaign, unit, count, NOW)
    for count in (0, tickets.MOST_CARDS + 1):
        with pytest.raises(Refusal, match="ticket_count"):
            tickets.make(installation, COMMAND_LINE, campaign, "an-nhon", count, NOW)


def test_the_board_shows_the_channel_apart(
    installation: Installation, campaign: CampaignRecord, cards: list[IssuedTicket]
) -> None:
    door.accept(installation, entry(installation, campaign, cards[0], "some page's own key"), NOW)
    door.accept(installation, scene.entry(campaign), NOW)
    board = quotas.progress(installation, COMMAND_LINE, campaign, NOW)
    unit = next(found for found in board.units if found.unit.code == "an-nhon")
    assert (unit.channels["ticket"], unit.channels["qr"], unit.valid) == (1, 1, 2)


def test_a_batch_is_drawn(
    installation: Installation, campaign: CampaignRecord, cards: list[IssuedTicket]
) -> None:
    assert ticket_cards.drawn(installation, campaign, "an-nhon", cards).startswith(b"%PDF-")


def test_no_code_before_the_first_day(
    app: Flask, monkeypatch: pytest.MonkeyPatch, client: FlaskClient, cards: list[IssuedTicket]
) -> None:
    monkeypatch.setattr("survey.clock.now", lambda: scene.BEFORE)
    assert "chưa bắt đầu" in client.get(f"/m/{cards[0].code}").text


def test_a_unit_accounts_for_its_cards_on_a_page(
    installation: Installation, campaign: CampaignRecord, signed_in: SignIn, cards: list[IssuedTicket]
) -> None:
    tickets.make(installation, COMMAND_LINE, campaign, "an-lao", 7, NOW)
    browser, page = signed_in(Role.OFFICER), "/noi-bo/binh-dinh-2024/the-ma"
    assert "An Nhơn" in browser.get(page).text
    assert "An Lão" not in browser.get(page).text
    fields = {"csrf_token": token(browser, page), "unit": "an-nhon", "batch": "1", "count": "2"}
    assert browser.post(f"{page}/phat", data=fields).status_code == 303
    assert "Đã ghi số thẻ phát" in browser.get(page).text
    assert browser.post(f"{page}/phat", data=fields).status_code == 409
    assert browser.post(f"{page}/phat", data={**fields, "count": "x"}).status_code == 400
    assert browser.post(f"{page}/phat", data={**fields, "unit": "an-lao"}).status_code == 403
    spoiled = {"csrf_token": fields["csrf_token"], "code": ticket_code.grouped(cards[2].short)}
    assert browser.post(f"{page}/huy", data=spoiled).status_code == 303
    assert browser.post(f"{page}/huy", data=spoiled).status_code == 409
    assert browser.post(f"{page}/huy", data={**spoiled, "code": ""}).status_code == 400
    (found,) = tickets.batch_totals(installation, scene.OFFICER, campaign)
    assert (found.handed_out, found.void, found.left) == (2, 1, 2)
