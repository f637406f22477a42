"""Self-service counts stand still between moments, for everybody who looks at pages, and are live for the shell."""

from __future__ import annotations

import datetime as dt
import json
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import update

from survey import clock
from survey.cli.serve import _look_after
from survey.clock import start_of
from survey.models import BoardCount
from survey.services.accounts.actors import COMMAND_LINE
from survey.services.collection import board_counts, door
from survey.services.counter import board_totals, tickets
from survey.services.installation.campaign_records import CampaignRecord
from survey.services.installation.installation import Installation
from survey.services.kiosks import board_statuses, devices
from survey.services.results import quotas
from survey.services.results.quotas import Progress
from survey.vocabulary import Role
from tests.support import scene
from tests.support.scene import NOW, entry
from tests.support.web import SignIn

MINUTE, HOUR, DAY = dt.timedelta(minutes=1), dt.timedelta(hours=1), dt.timedelta(days=1)
NOON = NOW.replace(hour=12, minute=0)


def shown(installation: Installation, campaign: CampaignRecord, now: dt.datetime = NOW) -> Progress:
    return quotas.shown(installation, scene.OFFICER, campaign, now).units[0]


def live(installation: Installation, campaign: CampaignRecord) -> Progress:
    return quotas.progress(installation, scene.OFFICER, campaign, NOW).units[0]


def answer(installation: Installation, campaign: CampaignRecord, now: dt.datetime = NOW) -> None:
    door.accept(installation, entry(campaign), now)


def test_a_count_moves_at_its_moment_and_only_once(
    installation: Installation, campaign: CampaignRecord
) -> None:
    assert shown(installation, campaign).valid == 0
    answer(installation, campaign)
    assert board_counts.count_due(installation, NOW) == 1, "the first count, of what was before"
    answer(installation, campaign)
    for moment in (NOW, NOW + HOUR, NOON - MINUTE):
        assert board_counts.count_due(installation, moment) == 0
    found = shown(installation, campaign)
    assert (found.valid, found.channels["qr"], live(installation, campaign).valid) == (1, 1, 2)
    assert board_counts.count_due(installation, NOON) == 1
    answer(installation, campaign, NOON)
    assert board_counts.count_due(installation, NOON + MINUTE) == 0
    assert shown(installation, campaign, NOON + MINUTE).valid == 2


def test_paper_moves_as_it_is_keyed(installation: Installation, campaign: CampaignRecord) -> None:
    board_counts.count_due(installation, NOW)
    answer(installation, campaign)
    door.accept(installation, entry(campaign, number="0001"), NOW)
    found = shown(installation, campaign)
    assert (found.valid, found.channels["paper"], found.channels["qr"]) == (1, 1, 0)


def test_a_moment_that_was_missed_is_made_up_for_at_the_next_start(
    installation: Installation, campaign: CampaignRecord
) -> None:
    board_counts.count_due(installation, NOW)
    answer(installation, campaign)
    assert board_counts.count_due(installation, NOW + 5 * DAY) == 1
    moments = board_counts.moments(installation, campaign, NOW + 5 * DAY)
    assert moments.counted_at == NOW + 5 * DAY
    assert (moments.next_at, moments.hourly) == (NOON + 5 * DAY, False)
    assert shown(installation, campaign).valid == 1


def test_in_the_last_three_days_the_board_moves_by_the_hour(
    installation: Installation, campaign: CampaignRecord
) -> None:
    first = start_of(campaign.plan.window.closes_on) - 3 * DAY
    counts = [board_counts.count_due(installation, first + n * 10 * MINUTE) for n in range(72 * 6)]
    assert sum(counts) == 72
    assert sum(board_counts.count_due(installation, scene.CLOSED + n * HOUR) for n in range(48)) == 4


def test_a_clock_that_was_put_right_does_not_stop_the_board(
    installation: Installation, campaign: CampaignRecord
) -> None:
    assert board_counts.count_due(installation, NOW + 900 * DAY) == 1
    answer(installation, campaign)
    assert board_counts.count_due(installation, NOW) == 1
    assert shown(installation, campaign).valid == 1
    assert board_counts.count_due(installation, NOW + MINUTE) == 0


def test_of_many_processes_one_counts(installation: Installation, campaign: CampaignRecord) -> None:
    for moment in (NOW, NOON):
        with ThreadPoolExecutor(6) as pool:
            made = [pool.submit(board_counts.count_due, installation, moment) for _ in range(12)]
        assert sum(each.result() for each in made) == 1


def test_codes_screens_and_kiosks_stand_still_too(
    installation: Installation, campaign: CampaignRecord
) -> None:
    number = scene.kiosk(installation, campaign)
    card = scene.cards(installation, campaign)[0]
    board_counts.count_due(installation, NOW)
    scene.screen_code(installation, campaign)
    with installation.database.write() as session:
        tickets.find(installation, card.code).ticket.spend(session)
    door.accept(installation, scene.kiosk_entry(campaign, number, 2), NOW)
    devices.heartbeat(installation, campaign, number, devices.RecordCounts(5, 3, 0), NOW)

    def seen() -> tuple[int, int, tuple[tuple[int, int], ...], tuple[tuple[int, int], ...], int]:
        (batch,) = board_totals.of_batches(installation, COMMAND_LINE, campaign)
        (screens,) = board_totals.of_screens(installation, scene.OFFICER, campaign)
        (status,) = board_statuses.of_kiosks(installation, COMMAND_LINE, campaign, NOW)
        assert batch.void == 1, "what the office does shows at once"
        assert status.kiosk.seen_at is not None
        return batch.spent, screens.shown, status.received, status.missing, status.kiosk.waiting

    assert seen() == (0, 0, ((1, 1),), (), 0)
    board_counts.count_due(installation, NOON)
    assert seen() == (1, 1, ((1, 2),), ((3, 5),), 3)


def test_the_service_counts_by_itself(
    installation: Installation, campaign: CampaignRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted, count = threading.Event(), board_counts.count_due

    def noted(installation: Installation, now: dt.datetime) -> int:
        found = count(installation, now)
        counted.set()
        return found

    monkeypatch.setattr(board_counts, "count_due", noted)
    monkeypatch.setattr(clock, "now", lambda: NOW)
    answer(installation, campaign)
    _look_after(installation)
    assert counted.wait(60)
    installation.background.close()
    assert shown(installation, campaign).valid == 1


def test_the_page_says_when_it_was_counted_and_when_next(
    installation: Installation, campaign: CampaignRecord, signed_in: SignIn
) -> None:
    browser, page = signed_in(Role.UNIT_HEAD), f"/noi-bo/{scene.CODE}/chi-tieu"
    assert "chưa đếm lần nào" in browser.get(page).text
    board_counts.count_due(installation, NOW.replace(hour=0, minute=0))
    text = browser.get(page).text
    assert "đếm lúc 24:00 19/8/2024" in text
    assert "Lần đếm tiếp theo: 12:00 20/8/2024" in text
    assert "mỗi giờ" not in text
    english = browser.get(f"{page}?lang=en").text
    assert "Next count: 12:00 20 Aug 2024" in english


def test_only_the_last_count_is_kept_and_it_names_nobody(
    installation: Installation, campaign: CampaignRecord
) -> None:
    for hour in range(0, 96, 6):
        answer(installation, campaign)
        board_counts.count_due(installation, NOW + hour * HOUR)
    assert scene.counts(installation)["board_count"] == 1
    with installation.database.read() as session:
        row = session.get(BoardCount, campaign.id)
    assert row is not None
    assert json.loads(json.dumps(row.counts)) == {
        "forms": [[scene.AN_NHON, "valid", "qr", 16]],
        "spent": [],
        "screens": [[scene.AN_NHON, 0, 0]],
        "kiosks": [],
    }


def test_a_count_that_is_under_way_shows_none_of_it(
    installation: Installation, campaign: CampaignRecord
) -> None:
    """The claim and the counts are one transaction: nobody reads the one without the other."""
    board_counts.count_due(installation, NOW)
    with pytest.raises(RuntimeError), installation.database.write() as session:
        session.execute(update(BoardCount).values(counts={}))
        raise RuntimeError
    assert shown(installation, campaign).valid == 0
