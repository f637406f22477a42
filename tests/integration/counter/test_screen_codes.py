"""Codes on screens: opened within minutes, answered in peace, spent once, and nothing lost where that fails."""

from __future__ import annotations

import datetime as dt
import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from forms import screen_code
from survey import clock
from survey.errors import Refusal
from survey.models import Response, Schema, ScreenCount, SpentScreenCode
from survey.services.accounts.actors import COMMAND_LINE
from survey.services.collection import board_counts, door
from survey.services.collection.entries import WebEntry
from survey.services.counter import board_totals, screen_codes
from survey.services.counter.screen_codes import DisplayedCode
from survey.services.installation.campaign_records import CampaignRecord
from survey.services.installation.installation import Installation
from survey.services.results import quotas
from survey.vocabulary import Role
from tests.support import scene
from tests.support.scene import NOW
from tests.support.web import SignIn

KEY = re.compile(r'name=key value="([^"]+)"')
MINUTE = dt.timedelta(minutes=1)
FORM = {"overall": "4", "comment": "Cô chú ở quầy rất tử tế."}
SHOW = f"/noi-bo/{scene.CODE}/man-hinh"


class Hands:
    """The clock's hands, which a test moves."""

    def __init__(self) -> None:
        self.now = NOW

    def move(self, by: dt.timedelta) -> None:
        """Let time pass."""
        self.now += by


@pytest.fixture
def hands(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> Hands:
    assert client is not None, "the application must have set its own clock before"
    found = Hands()
    monkeypatch.setattr(clock, "now", lambda: found.now)
    return found


def shown(installation: Installation, campaign: CampaignRecord, at: dt.datetime = NOW) -> DisplayedCode:
    return screen_codes.at_desk(installation, scene.OFFICER, campaign, "an-nhon", 1, at)


def key_of(client: FlaskClient, code: str) -> str:
    found = KEY.search(client.get(f"/s/{code}").text)
    assert found is not None
    return found[1]


def send(client: FlaskClient, code: str, key: str, **fields: str) -> TestResponse:
    return client.post(f"/s/{code}", data={**FORM, "key": key, **fields})


def channels(installation: Installation) -> list[str]:
    with installation.database.read() as session:
        return sorted(session.scalars(select(Response.channel)))


def test_a_scanned_code_opens_the_form_of_its_unit_and_is_spent_once(
    installation: Installation, campaign: CampaignRecord, client: FlaskClient
) -> None:
    code = shown(installation, campaign)
    page = client.get(code.url.removeprefix(installation.config.public_url))
    assert "Bảo hiểm xã hội thị xã An Nhơn" in page.text
    assert page.headers.getlist("Set-Cookie") == []
    key = key_of(client, code.code)
    first = send(client, code.code, key)
    assert first.status_code == 303
    assert code.code not in first.location
    again = send(client, code.code, key)  # a second tap on the same page: the same receipt
    assert (again.status_code, again.location) == (303, first.location)
    assert channels(installation) == ["screen"]
    other = client.get(f"/s/{code.code}")
    assert (other.status_code, "đã có người dùng" in other.text) == (409, True)


def test_a_code_is_typed_by_hand_beside_those_of_cards(
    installation: Installation, campaign: CampaignRecord, client: FlaskClient
) -> None:
    code = shown(installation, campaign)
    led = client.get("/m", query_string={"ma": f"{code.typed.lower()}\r\n"})
    assert (led.status_code, led.location) == (303, f"/s/{code.typed.lower()}")
    assert "An Nhơn" in client.get(led.location).text
    wrong = client.get(f"/s/{code.code[:-1]}{'0' if code.code[-1] != '0' else '1'}")
    assert (wrong.status_code, "nhìn lại màn hình" in wrong.text) == (404, True)


def test_a_code_opens_forms_for_five_minutes_after_it_left_the_screen(
    installation: Installation, campaign: CampaignRecord, client: FlaskClient, hands: Hands
) -> None:
    code = shown(installation, campaign)
    hands.move(MINUTE)
    assert shown(installation, campaign, at=hands.now).code != code.code
    hands.move(4 * MINUTE + dt.timedelta(seconds=59))
    assert client.get(f"/s/{code.code}").status_code == 200
    hands.move(dt.timedelta(seconds=1))
    late = client.get(f"/s/{code.code}")
    assert (late.status_code, "nhìn lại màn hình" in late.text) == (410, True)


def test_whoever_opened_in_time_is_not_hurried(
    installation: Installation, campaign: CampaignRecord, client: FlaskClient, hands: Hands
) -> None:
    code = shown(installation, campaign)
    key = key_of(client, code.code)
    hands.move(screen_codes.ANSWERING - MINUTE)
    assert send(client, code.code, key).status_code == 303
    assert channels(installation) == ["screen"]


@pytest.mark.parametrize("key", ["made-up-page-key-0001", "x.99999999.y", "x.99999999." + "0" * 24, "."])
def test_a_page_that_was_not_opened_in_time_cannot_be_made_up(
    installation: Installation, campaign: CampaignRecord, client: FlaskClient, hands: Hands, key: str
) -> None:
    code = shown(installation, campaign)
    hands.move(6 * MINUTE)
    answer = send(client, code.code, key)
    assert answer.status_code == 410
    assert "response" not in scene.counts(installation)


def test_a_page_is_sealed_for_its_own_code(
    installation: Installation, campaign: CampaignRecord, client: FlaskClient, hands: Hands
) -> None:
    one = shown(installation, campaign)
    other = screen_codes.show(
        installation,
        campaign,
        screen_codes.ScreenRef(scene.AN_NHON, 1, scene.kiosk(installation, campaign)),
        NOW,
    )
    assert other.code != one.code, "each screen of a counter has its own"
    key = key_of(client, one.code)
    hands.move(6 * MINUTE)
    assert send(client, other.code, key).status_code == 410
    assert send(client, one.code, key).status_code == 303


def test_where_a_code_is_spent_nothing_is_lost_and_the_next_code_will_do(
    installation: Installation, campaign: CampaignRecord, client: FlaskClient, hands: Hands
) -> None:
    code = shown(installation, campaign)
    mine, yours = key_of(client, code.code), key_of(client, code.code)
    assert send(client, code.code, yours).status_code == 303
    asked = send(client, code.code, mine, c1_1="5")
    assert asked.status_code == 409
    assert "Các câu Ông/Bà đã trả lời vẫn còn nguyên" in asked.text
    assert "name=c1_1 value=5 checked" in asked.text
    assert FORM["comment"] in asked.text
    hands.move(MINUTE)
    following = shown(installation, campaign, at=hands.now)
    slip = send(client, code.code, mine, c1_1="5", ma=following.code[:-1])
    assert (slip.status_code, "name=c1_1 value=5 checked" in slip.text) == (404, True)
    sent = send(client, code.code, mine, c1_1="5", ma=following.typed.lower())
    assert sent.status_code == 303
    assert channels(installation) == ["screen", "screen"]
    assert client.get(f"/s/{following.code}").status_code == 409


def test_whoever_left_the_counter_sends_without_a_code_as_from_a_poster(
    installation: Installation, campaign: CampaignRecord, client: FlaskClient, hands: Hands
) -> None:
    code = shown(installation, campaign)
    key = key_of(client, code.code)
    hands.move(screen_codes.ANSWERING + 2 * MINUTE)
    asked = send(client, code.code, key)
    assert asked.status_code == 410
    found = re.search(r'formaction="([^"]+)"', asked.text)
    assert found is not None
    sent = client.post(found[1], data={**FORM, "key": key, "ma": ""})
    assert sent.status_code == 303
    assert channels(installation) == ["qr"]


def test_a_code_of_another_unit_is_not_taken_for_the_next_one(
    installation: Installation, campaign: CampaignRecord, client: FlaskClient, hands: Hands
) -> None:
    code = shown(installation, campaign)
    key = key_of(client, code.code)
    hands.move(screen_codes.ANSWERING + 2 * MINUTE)
    elsewhere = screen_codes.at_desk(installation, COMMAND_LINE, campaign, "phu-cat", 1, hands.now)
    assert send(client, code.code, key, ma=elsewhere.code).status_code == 404
    assert "response" not in scene.counts(installation)


def test_a_faulty_form_spends_nothing_and_keeps_the_typed_code(
    installation: Installation, campaign: CampaignRecord, client: FlaskClient
) -> None:
    code = shown(installation, campaign)
    key = key_of(client, code.code)
    faulty = send(client, code.code, key, overall="9", ma=code.typed)
    assert (faulty.status_code, f">{code.typed}</textarea>" in faulty.text) == (422, True)
    assert "spent_screen_code" not in scene.counts(installation)
    assert send(client, code.code, key).status_code == 303


def test_three_hundred_answers_with_one_code_leave_one(
    installation: Installation, campaign: CampaignRecord
) -> None:
    found = screen_codes.find(installation, shown(installation, campaign).code, NOW)

    def post(number: int) -> str:
        sheet = scene.sheet(campaign.questionnaire, "12345"[number % 5])
        key = f"a page of its own {number:04}"
        try:
            return door.accept(
                installation,
                WebEntry(campaign, found.unit_id, key, sheet, found.end),
                NOW,
            ).receipt
        except Refusal as refusal:
            return refusal.code

    with ThreadPoolExecutor(32) as pool:
        answers = list(pool.map(post, range(300)))
    assert answers.count("screen_code_spent") == 299
    counts = scene.counts(installation)
    assert (counts["response"], counts["ledger_leaf"], counts["spent_screen_code"]) == (1, 1, 1)


def test_a_screen_has_one_code_a_minute_however_often_it_is_asked(
    installation: Installation, campaign: CampaignRecord
) -> None:
    with ThreadPoolExecutor(8) as pool:
        codes = {found.code for found in pool.map(lambda _: shown(installation, campaign), range(40))}
    assert len(codes) == 1
    screen_codes.show(
        installation,
        campaign,
        screen_codes.ScreenRef(scene.AN_NHON, 1, scene.kiosk(installation, campaign)),
        NOW,
    )
    for minute in (1, 2, 2, 5):
        shown(installation, campaign, at=NOW + minute * MINUTE)
    board_counts.count_due(installation, NOW)
    accounts = {each.unit: each for each in board_totals.of_screens(installation, COMMAND_LINE, campaign)}
    assert (accounts["an-nhon"].shown, accounts["an-nhon"].answers) == (5, 0)
    assert accounts["phu-cat"].shown == 0
    own = board_totals.of_screens(installation, scene.OFFICER, campaign)
    assert [each.unit for each in own] == ["an-nhon"]


def test_a_mark_is_forgotten_once_its_code_is_dead(
    installation: Installation, campaign: CampaignRecord
) -> None:
    for days in (0, 1, 2):
        now = NOW + dt.timedelta(days=days)
        found = screen_codes.find(installation, shown(installation, campaign, at=now).code, now)
        sheet = scene.sheet(campaign.questionnaire)
        key = f"the page of day {days}...."
        door.accept(installation, WebEntry(campaign, found.unit_id, key, sheet, found.end), now)
    with installation.database.read() as session:
        assert len(session.scalars(select(SpentScreenCode.mark)).all()) == 2


def test_nothing_that_is_kept_leads_from_a_code_to_an_answer(
    installation: Installation, campaign: CampaignRecord
) -> None:
    code = shown(installation, campaign).code
    found = screen_codes.find(installation, code, NOW)
    sheet = scene.sheet(campaign.questionnaire)
    kept = door.accept(
        installation,
        WebEntry(campaign, found.unit_id, "some page's own key", sheet, found.end),
        NOW,
    )
    assert {column.name for column in SpentScreenCode.__table__.columns} == {
        *("campaign_id", "mark", "local_day")
    }
    assert {column.name for column in ScreenCount.__table__.columns} == {
        *("campaign_id", "unit_id", "counter", "screen", "shown", "last_minute")
    }
    with installation.database.read() as session:
        rows = {
            table.name: repr(session.execute(select(table)).all()) for table in Schema.metadata.sorted_tables
        }
    assert kept.response_key != found.end.mark
    for table, text in rows.items():
        assert code not in text, table
        if table != "spent_screen_code":
            assert repr(found.end.mark) not in text, table
    assert rows["audit_entry"].count("screen") == 0


def test_the_board_shows_the_channel_apart(
    installation: Installation, campaign: CampaignRecord, client: FlaskClient, signed_in: SignIn
) -> None:
    code = shown(installation, campaign).code
    send(client, code, key_of(client, code))
    door.accept(installation, scene.entry(campaign), NOW)
    board = quotas.progress(installation, COMMAND_LINE, campaign, NOW)
    unit = next(found for found in board.units if found.unit.code == "an-nhon")
    assert (unit.channels["screen"], unit.channels["qr"], unit.valid) == (1, 1, 2)
    board_counts.count_due(installation, NOW)
    assert "mã màn hình 1" in signed_in(Role.TCCB).get(f"/noi-bo/{scene.CODE}/chi-tieu").text


def test_an_officer_shows_a_counters_code_and_it_works(
    installation: Installation, signed_in: SignIn, client: FlaskClient
) -> None:
    browser = signed_in(Role.OFFICER)
    assert f"{SHOW}/1" in browser.get(SHOW).text
    page = browser.get(f"{SHOW}/1")
    found = re.search(r'<p class="code"[^>]*>([^<]+)<', page.text)
    assert found is not None
    assert "An Nhơn" in client.get(f"/s/{found[1]}").text
    assert page.headers["Cache-Control"] == "no-store"
    assert '<noscript><meta http-equiv="refresh"' in page.text
    assert browser.get(f"{SHOW}/99").status_code == 404
    head = signed_in(Role.UNIT_HEAD).get(f"{SHOW}/1")
    assert found[1] in head.text, "within a minute all screens of a counter show one code"
    assert signed_in(Role.TCCB).get(f"{SHOW}/1").status_code == 403
    table = signed_in(Role.TCCB).get(SHOW).text
    assert "Phù Cát" in table
    assert "Mở màn hình của quầy" not in table


def test_no_code_before_the_first_day(installation: Installation, campaign: CampaignRecord) -> None:
    with pytest.raises(Refusal, match="campaign_not_open"):
        shown(installation, campaign, at=scene.BEFORE)
    with pytest.raises(Refusal, match="unit_out_of_reach"):
        screen_codes.at_desk(installation, scene.OFFICER, campaign, "phu-cat", 1, NOW)


def test_the_form_of_a_screens_code_fits_the_budget_of_a_first_visit(
    installation: Installation, campaign: CampaignRecord, client: FlaskClient
) -> None:
    code = shown(installation, campaign).code
    packed = client.get(f"/s/{code}", headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert len(packed.data) + 450 <= 5_000


def test_a_code_of_an_earlier_minute_or_of_another_campaign_is_told_apart(
    installation: Installation, campaign: CampaignRecord
) -> None:
    code = shown(installation, campaign).code
    assert screen_codes.find(installation, code, NOW + 3 * MINUTE).age == 3
    with pytest.raises(Refusal, match="screen_code_unknown"):
        screen_codes.find(installation, code, NOW - MINUTE)
    with pytest.raises(Refusal, match="screen_code_unknown"):
        screen_codes.find(installation, code, NOW + dt.timedelta(days=1))
    assert screen_code.read(code) == code
