"""A kiosk that holds answers: told to the unit and TCCB, on the page and by one letter for each incident."""

from __future__ import annotations

import dataclasses
import datetime as dt
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from survey import clock
from survey.cli.serve import _look_after
from survey.clock import ZONE
from survey.services.accounts.actors import COMMAND_LINE
from survey.services.installation.campaign_records import CampaignRecord
from survey.services.installation.installation import Installation
from survey.services.kiosks import alerts, devices
from survey.vocabulary import Role
from tests.support import scene
from tests.support.mail import Post
from tests.support.scene import NOW
from tests.support.web import SignIn

HOUR = dt.timedelta(hours=1)
FRIDAY_EVENING = dt.datetime(2024, 8, 23, 16, 50, tzinfo=ZONE)
MONDAY = dt.datetime(2024, 8, 26, 8, 30, tzinfo=ZONE)


@pytest.fixture
def watched(installation: Installation, campaign: CampaignRecord, post: Post) -> Installation:
    """An installation with a mail server, a kiosk, and the people who are to be told."""
    scene.account(installation, "tccb@x.vn", Role.TCCB, None)
    scene.account(installation, "truong@x.vn", Role.UNIT_HEAD)
    scene.account(installation, "quay@x.vn")
    scene.account(installation, "khac@x.vn", Role.UNIT_HEAD, "phu-cat")
    scene.account(installation, "admin@x.vn", Role.ADMIN, None)
    scene.kiosk(installation, campaign)
    return dataclasses.replace(
        installation, config=dataclasses.replace(installation.config, mail=post.server)
    )


def says(watched: Installation, waiting: int, overdue: int, at: dt.datetime) -> int:
    """Let the kiosk say what it holds, and return how many incidents are open a moment later."""
    campaign = watched.campaigns.get(scene.CODE)
    devices.heartbeat(watched, campaign, 1, devices.RecordCounts(9, waiting, overdue), at)
    return looked(watched, at)


def looked(watched: Installation, at: dt.datetime) -> int:
    return len(alerts.watch(watched, at))


def test_one_letter_for_each_incident_to_the_unit_and_tccb(watched: Installation, post: Post) -> None:
    assert says(watched, 3, 0, NOW) == 0
    assert says(watched, 3, 2, NOW + 2 * HOUR) == 1
    assert looked(watched, NOW + 3 * HOUR) == 1
    assert says(watched, 7, 7, NOW + 4 * HOUR) == 1
    (letter,) = post.box.letters
    assert letter.recipients == ["quay@x.vn", "tccb@x.vn", "truong@x.vn"]
    assert "Kiosk số 1 của Bảo hiểm xã hội thị xã An Nhơn" in letter.message["Subject"]
    assert "đang giữ phiếu chưa gửi được" in letter.text
    assert "12:30 20/08/2024" in letter.text
    assert "/noi-bo/binh-dinh-2024/kiosk" in letter.page
    assert says(watched, 0, 0, NOW + 5 * HOUR) == 0
    assert "kiosk_alert" not in scene.counts(watched)
    assert says(watched, 2, 1, NOW + 24 * HOUR) == 1
    assert len(post.box.letters) == 2
    assert len({letter.message["Message-ID"] for letter in post.box.letters}) == 2


def test_numbers_that_cannot_be_are_told_of_by_a_letter_of_their_own(
    watched: Installation, post: Post
) -> None:
    campaign = watched.campaigns.get(scene.CODE)
    assert says(watched, 3, 2, NOW) == 1
    devices.heartbeat(watched, campaign, 1, devices.RecordCounts(0, 0, 0), NOW + HOUR, proven=True)
    assert looked(watched, NOW + HOUR) == 1
    devices.heartbeat(watched, campaign, 1, devices.RecordCounts(9, 0, 0), NOW + 2 * HOUR, proven=True)
    assert looked(watched, NOW + 2 * HOUR) == 1, "it stands until the kiosk is revoked"
    first, second = post.box.letters
    assert "số phiếu không khớp" in second.message["Subject"]
    assert "Thu hồi" in second.text
    assert first.message["Message-ID"] != second.message["Message-ID"]
    devices.revoke(watched, COMMAND_LINE, campaign, 1, NOW + 3 * HOUR)
    assert looked(watched, NOW + 3 * HOUR) == 0
    assert "kiosk_alert" not in scene.counts(watched)


def test_a_kiosk_that_falls_silent_with_answers_counts_in_working_hours(
    watched: Installation, post: Post
) -> None:
    assert says(watched, 2, 0, NOW) == 0
    assert looked(watched, NOW + 2 * HOUR) == 0
    assert looked(watched, NOW + 2.5 * HOUR) == 1
    assert len(post.box.letters) == 1


def test_one_that_is_switched_off_for_the_week_end_is_told_of_on_monday(
    watched: Installation, post: Post
) -> None:
    assert says(watched, 2, 0, FRIDAY_EVENING) == 0
    assert looked(watched, FRIDAY_EVENING + 20 * HOUR) == 0
    assert looked(watched, MONDAY) == 1
    assert looked(watched, MONDAY + 12 * HOUR) == 1, "the incident stays open in the evening"
    assert looked(watched, MONDAY + 25 * HOUR) == 1
    assert len(post.box.letters) == 1


def test_a_silent_kiosk_without_answers_is_no_incident(watched: Installation, post: Post) -> None:
    assert says(watched, 0, 0, NOW) == 0
    assert looked(watched, NOW + 5 * HOUR) == 0
    assert post.box.letters == []


def test_a_revoked_kiosk_ends_its_incident(
    watched: Installation, campaign: CampaignRecord, post: Post
) -> None:
    assert says(watched, 1, 1, NOW) == 1
    devices.revoke(watched, COMMAND_LINE, campaign, 1, NOW)
    assert looked(watched, NOW) == 0


def test_a_letter_that_was_put_off_is_sent_the_next_time_and_an_uncertain_one_never(
    watched: Installation, post: Post
) -> None:
    post.box.refusals = {"tccb@x.vn": "451 later"}
    assert says(watched, 1, 1, NOW) == 1
    assert post.box.letters == []
    away = dataclasses.replace(post.server, tls="starttls")
    without = dataclasses.replace(watched, config=dataclasses.replace(watched.config, mail=away))
    assert looked(without, NOW) == 1, "a mail server that is away stops nothing"
    post.box.refusals = {}
    post.box.cut_after_words = {"tccb@x.vn"}
    assert looked(watched, NOW) == 1
    assert looked(watched, NOW) == 1
    assert len(post.box.letters) == 1


def test_several_watchers_send_one_letter(watched: Installation, post: Post) -> None:
    devices.heartbeat(watched, watched.campaigns.get(scene.CODE), 1, devices.RecordCounts(9, 3, 3), NOW)
    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(lambda _: looked(watched, NOW), range(8))) == {1}
    assert len(post.box.letters) == 1


def test_the_server_looks_after_it_by_itself(
    watched: Installation, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    came = threading.Event()
    post.box.on_letter = lambda _letter: came.set()
    devices.heartbeat(watched, watched.campaigns.get(scene.CODE), 1, devices.RecordCounts(9, 3, 3), NOW)
    _look_after(watched)
    assert came.wait(60)
    watched.background.close()
    assert len(post.box.letters) == 1


def test_without_a_mail_server_the_pages_tell(
    installation: Installation, campaign: CampaignRecord, signed_in: SignIn
) -> None:
    scene.kiosk(installation, campaign)
    devices.heartbeat(installation, campaign, 1, devices.RecordCounts(9, 3, 3), NOW)
    assert len(alerts.watch(installation, NOW)) == 1
    for role, page in (
        (Role.TCCB, "chi-tieu"),
        (Role.UNIT_HEAD, "chi-tieu"),
        (Role.OFFICER, "chi-tieu"),
        (Role.OFFICER, "nhap-phieu"),
    ):
        assert (
            "đang giữ phiếu, có phiếu quá 2 giờ" in signed_in(role).get(f"/noi-bo/{scene.CODE}/{page}").text
        )
