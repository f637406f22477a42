"""A card's code counts once across phone, kiosk and paper, and at no desk is anything lost to find that out."""

from __future__ import annotations

import csv
import io
import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from forms import ticket_code
from survey.clock import ZONE, local_day, start_of
from survey.errors import Refusal
from survey.models import Decision, Response
from survey.services.accounts.actors import COMMAND_LINE
from survey.services.collection import door
from survey.services.collection.entries import KeyedEntry, PaperSource, WebEntry
from survey.services.counter import tickets
from survey.services.counter.tickets import IssuedTicket
from survey.services.installation.campaign_records import CampaignRecord
from survey.services.installation.installation import Installation
from survey.services.installation.unit_keys import KioskRef
from survey.services.invitations import lists
from survey.services.kiosks import records
from survey.services.kiosks.encrypted_records import DeviceRecord
from survey.services.results import quotas
from survey.vocabulary import Role
from tests.integration.kiosks.test_device_api import Device, device
from tests.support import paper_scene, scene
from tests.support.invitees import csv_of
from tests.support.scene import NOW
from tests.support.web import SignIn, token

__all__ = ["device"]

PAGE = f"/noi-bo/{scene.CODE}/nhap-phieu"


@pytest.fixture
def cards(installation: Installation, campaign: CampaignRecord) -> list[IssuedTicket]:
    return tickets.make(installation, COMMAND_LINE, campaign, "an-nhon", 3, NOW)


@pytest.fixture
def officer(signed_in: SignIn) -> FlaskClient:
    return signed_in(Role.OFFICER)


def keyed(browser: FlaskClient, number: str, code: str, **more: str) -> TestResponse:
    page = browser.get(PAGE).text
    found = re.search(r'name="key" value="([^"]+)"', page)
    assert found is not None
    fields = {"csrf_token": token(browser, PAGE), "key": found[1], "form_number": number, "overall": "4"}
    return browser.post(PAGE, data={**fields, "card": code, **more})


def spent(installation: Installation, campaign: CampaignRecord) -> int:
    return sum(batch.spent for batch in tickets.batch_totals(installation, COMMAND_LINE, campaign))


def counted(installation: Installation, campaign: CampaignRecord) -> tuple[int, int, int]:
    """Valid, awaiting and excluded forms of the unit."""
    board = quotas.progress(installation, COMMAND_LINE, campaign, NOW)
    unit = next(found for found in board.units if found.unit.code == "an-nhon")
    return unit.valid, unit.awaiting, unit.excluded


def channels(installation: Installation) -> list[str]:
    with installation.database.read() as session:
        return sorted(session.scalars(select(Response.channel)))


def test_a_card_handed_in_with_a_paper_form_is_spent_with_it(
    installation: Installation,
    campaign: CampaignRecord,
    officer: FlaskClient,
    client: FlaskClient,
    cards: list[IssuedTicket],
) -> None:
    assert keyed(officer, "1", ticket_code.grouped(cards[0].short).lower()).status_code == 303
    assert spent(installation, campaign) == 1
    assert channels(installation) == ["paper"]
    assert client.get(f"/m/{cards[0].code}").status_code == 409


def test_a_spent_card_refuses_the_keyed_form_and_nothing_is_lost(
    installation: Installation, campaign: CampaignRecord, officer: FlaskClient, cards: list[IssuedTicket]
) -> None:
    assert keyed(officer, "1", cards[0].short).status_code == 303
    again = keyed(officer, "2", cards[0].code, c1_1="3", comment="Ghi trên giấy.")
    assert again.status_code == 409
    assert "Mã này đã được dùng" in again.text
    assert 'href="#card"' in again.text
    assert re.search(r'name="c1_1" value="3" checked', again.text)
    assert "Ghi trên giấy." in again.text
    assert f'value="{cards[0].code}"' in again.text
    assert scene.counts(installation)["response"] == scene.counts(installation)["paper_form"] == 1
    assert keyed(officer, "2", "").status_code == 303, "without the card it is a form of its own"


@pytest.mark.parametrize(
    ("code", "status", "said"),
    [("K7QM", 422, "Mã chưa đúng"), (ticket_code.fresh_short(), 422, "Không có mã này")],
    ids=["slip", "unknown"],
)
def test_a_slip_is_told_with_every_other_fault(
    officer: FlaskClient, cards: list[IssuedTicket], code: str, status: int, said: str
) -> None:
    assert cards
    answer = keyed(officer, "??", code)
    assert answer.status_code == status
    assert said in answer.text
    assert 'href="#form_number"' in answer.text


def test_a_card_of_another_unit_or_a_void_one_refuses(
    installation: Installation, campaign: CampaignRecord, officer: FlaskClient, cards: list[IssuedTicket]
) -> None:
    (other,) = tickets.make(installation, COMMAND_LINE, campaign, "phu-cat", 1, NOW)
    answer = keyed(officer, "1", other.short)
    assert (answer.status_code, "Mã này của" in answer.text) == (422, True)
    tickets.void(installation, COMMAND_LINE, campaign, cards[1].code, NOW)
    answer = keyed(officer, "1", cards[1].short)
    assert (answer.status_code, "đã bị hủy" in answer.text) == (409, True)
    assert "response" not in scene.counts(installation)


def test_an_officer_who_goes_back_to_add_the_card_spends_it_with_the_same_form(
    installation: Installation, campaign: CampaignRecord, cards: list[IssuedTicket]
) -> None:
    who = scene.account(installation, "hai@x.vn")
    plain = scene.entry(campaign, key="one page of the officer", number="7", actor=who)
    door.accept(installation, plain, NOW)
    card = tickets.of_unit(installation, campaign, scene.AN_NHON, cards[0].short).ticket
    source = PaperSource(who, "7")
    with_card = KeyedEntry(campaign, scene.AN_NHON, plain.idempotency_key, plain.sheet, source, card)
    assert door.accept(installation, with_card, NOW).repeated
    assert door.accept(installation, with_card, NOW).repeated
    assert spent(installation, campaign) == 1
    assert scene.counts(installation)["response"] == 1


def test_a_serial_and_a_code_each_count_once(
    installation: Installation, campaign: CampaignRecord, officer: FlaskClient, cards: list[IssuedTicket]
) -> None:
    paper_scene.issue(installation, campaign, 1, 3)
    assert keyed(officer, "1", cards[0].short).status_code == 303
    assert keyed(officer, "1", cards[1].short).status_code == 409, (
        "the serial is used; the second card is not spent"
    )
    assert spent(installation, campaign) == 1
    assert keyed(officer, "2", cards[0].short).status_code == 409
    assert keyed(officer, "2", cards[1].short).status_code == 303
    assert spent(installation, campaign) == 2


def test_a_code_typed_at_a_kiosk_is_spent_and_makes_the_answer_one_of_a_card(
    installation: Installation,
    campaign: CampaignRecord,
    device: Device,
    cards: list[IssuedTicket],
    client: FlaskClient,
) -> None:
    assert device.ask("/kios/api/card", {"code": cards[0].short}).json == {"usable": True}
    first = device.send(code=ticket_code.grouped(cards[0].short))
    assert first.status_code == 200
    assert device.send(code=ticket_code.grouped(cards[0].short)).json == first.json
    assert channels(installation) == ["ticket"]
    assert (spent(installation, campaign), counted(installation, campaign)) == (1, (1, 0, 0))
    assert client.get(f"/m/{cards[0].code}").status_code == 409
    told = device.ask("/kios/api/card", {"code": cards[0].short})
    assert (told.status_code, (told.json or {})["code"]) == (409, "ticket_spent")


def test_the_code_of_an_invitation_typed_at_a_kiosk_makes_the_answer_one_of_an_invitation(
    installation: Installation, campaign: CampaignRecord, device: Device
) -> None:
    made = lists.merge(installation, COMMAND_LINE, campaign, csv_of(5), NOW)
    code = next(csv.DictReader(io.StringIO(made.decode("utf-8-sig"))))["ma_ngan"]
    assert device.ask("/kios/api/card", {"code": code}).json == {"usable": True}
    first = device.send(code=code)
    assert (first.status_code, channels(installation)) == (200, ["invitation"])
    (batch,) = tickets.batch_totals(installation, COMMAND_LINE, campaign, invited=True)
    assert (batch.spent, spent(installation, campaign)) == (1, 0)
    assert counted(installation, campaign) == (1, 0, 0)


def test_a_spent_code_that_comes_late_from_a_kiosk_is_kept_with_a_receipt_and_does_not_count(
    installation: Installation,
    campaign: CampaignRecord,
    device: Device,
    client: FlaskClient,
    cards: list[IssuedTicket],
) -> None:
    found = re.search(r'name=key value="([^"]+)"', client.get(f"/m/{cards[0].code}").text)
    assert found is not None
    assert client.post(f"/m/{cards[0].code}", data={"overall": "4", "key": found[1]}).status_code == 303
    late = device.send(code=cards[0].short)
    assert (late.status_code, (late.json or {})["state"]) == (200, "kept")
    assert device.send(code=cards[0].short).json == late.json, "sent again after a lost receipt"
    assert counted(installation, campaign) == (1, 0, 1)
    with installation.database.read() as session:
        (row,) = session.scalars(select(Decision))
        assert (row.verdict, row.reason, row.account_id) == ("excluded", "duplicate", None)
        day = row.decided_at.replace(tzinfo=row.decided_at.tzinfo or ZONE)
        assert day == start_of(local_day(NOW)), "the day only"
        acts = str(session.execute(scene.table("audit_entry").select()).all())
    assert "response_excluded" not in acts, "an entry with a time would tell when it came"


@pytest.mark.parametrize("which", ["slip", "unknown", "other unit", "void", "empty"])
def test_a_code_that_is_no_card_of_the_unit_says_nothing(
    installation: Installation,
    campaign: CampaignRecord,
    device: Device,
    cards: list[IssuedTicket],
    which: str,
) -> None:
    (other,) = tickets.make(installation, COMMAND_LINE, campaign, "phu-cat", 1, NOW)
    tickets.void(installation, COMMAND_LINE, campaign, cards[2].code, NOW)
    code = {
        "slip": "K7QM",
        "unknown": ticket_code.fresh_short(),
        "other unit": other.short,
        "void": cards[2].short,
        "empty": "",
    }[which]
    assert device.send(code=code).status_code == 200
    assert channels(installation) == ["kiosk"]
    assert (spent(installation, campaign), counted(installation, campaign)) == (0, (1, 0, 0))


def test_a_code_that_is_no_text_is_refused(device: Device, installation: Installation) -> None:
    answer: TestResponse = device.send(code=5)
    assert (answer.status_code, (answer.json or {})["code"]) == (422, "kiosk_record_bad")
    assert "response" not in scene.counts(installation)


def test_a_thousand_posts_across_phone_kiosk_and_keying_leave_one_counted_response(
    installation: Installation, campaign: CampaignRecord, device: Device, cards: list[IssuedTicket]
) -> None:
    card = tickets.of_unit(installation, campaign, scene.AN_NHON, cards[0].code).ticket
    who = scene.account(installation, "ba@x.vn")
    sheets = [scene.sheet(campaign.questionnaire, mark) for mark in "12345"]
    answered = scene.sheet(campaign.questionnaire, "4")

    def post(number: int) -> str:
        key, sheet = f"a page of its own {number:04}", sheets[number % 5]
        ref = KioskRef(scene.AN_NHON, device.number)
        try:
            if number % 3 == 0:
                phone = WebEntry(campaign, scene.AN_NHON, key, sheet, card)
                door.accept(installation, phone, NOW)
            elif number % 3 == 1:
                sent = DeviceRecord(key, number + 1, answered, cards[0].short)
                records.take(installation, campaign, ref, sent, NOW)
            else:
                source = PaperSource(who, f"{number + 1:04}")
                on_paper = KeyedEntry(campaign, scene.AN_NHON, key, sheet, source, card)
                door.accept(installation, on_paper, NOW)
        except Refusal as refusal:
            return refusal.code
        return "kept"

    with ThreadPoolExecutor(32) as pool:
        answers = list(pool.map(post, range(1000)))
    valid, awaiting, excluded = counted(installation, campaign)
    assert valid + awaiting == 1
    assert excluded in {332, 333}, "what came from the kiosk is kept, but for one that may have been first"
    assert answers.count("kept") == excluded + 1
    assert answers.count("ticket_spent") == 999 - excluded
    assert scene.counts(installation)["response"] == excluded + 1
    assert spent(installation, campaign) == 1


def test_a_kiosk_shows_a_code_of_its_own_for_telephones(
    device: Device, client: FlaskClient, installation: Installation
) -> None:
    told = device.ask("/kios/api/screen-code").json or {}
    assert told["url"].startswith(f"{installation.config.public_url}/s/")
    assert 0 < told["seconds"] <= 60
    assert told["opens_minutes"] == 5
    assert "An Nhơn" in client.get(f"/s/{told['code']}").text
    assert (device.ask("/kios/api/screen-code").json or {})["code"] == told["code"]
    assert client.get("/kios/api/screen-code", headers={"Accept": "application/json"}).status_code == 403
    assert (device.ask("/kios/api/settings").json or {})["cards"] is False
