"""Rows leave after the final release only, to TCCB, with the password asked again, and it is noted."""

from __future__ import annotations

import csv
import io
from collections import Counter

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from survey import clock
from survey.errors import Refusal
from survey.models import AuditEntry
from survey.services.accounts.actors import COMMAND_LINE, Actor
from survey.services.collection import csv_transfer, door
from survey.services.installation.campaign_records import CampaignRecord
from survey.services.installation.installation import Installation
from survey.services.results import released_rows, releases
from survey.vocabulary import Role
from tests.support import scene
from tests.support.scene import CLOSED, NOW, entry
from tests.support.web import PASSWORD, SignIn, token

PAGE = f"/noi-bo/{scene.CODE}/du-lieu-phieu"
TCCB = Actor(None, Role.TCCB)


def collected(installation: Installation, campaign: CampaignRecord) -> None:
    """Forms of three units, one of which has too few to be named."""
    for unit_id, forms in ((1, 14), (2, 12), (3, 3)):
        for n in range(forms):
            made = entry(campaign, unit_id=unit_id, mark="12345"[n % 5], comment="Cảm ơn chị Hoa.")
            door.accept(installation, made, NOW)


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))


def noted(installation: Installation, act: str) -> list[AuditEntry]:
    with installation.database.read() as session:
        return list(session.scalars(select(AuditEntry).filter_by(act=act)))


def test_before_the_full_tables_of_the_province_no_row_leaves(
    installation: Installation, campaign: CampaignRecord
) -> None:
    collected(installation, campaign)
    for number in (1, None):  # a release while the units are open, which brings nothing anew the second time
        assert releases.make(installation, COMMAND_LINE, campaign, NOW) in {number, None}
        with pytest.raises(Refusal, match="rows_too_early"):
            released_rows.export(installation, TCCB, campaign, NOW)
        assert not released_rows.are_out(installation, TCCB, campaign)
    assert noted(installation, "rows_exported") == []
    scene.released(installation, campaign)
    assert released_rows.are_out(installation, TCCB, campaign)


def test_a_row_says_no_more_than_ten_rows_have_in_common(
    installation: Installation, campaign: CampaignRecord
) -> None:
    collected(installation, campaign)
    scene.released(installation, campaign)
    text = released_rows.export(installation, TCCB, campaign, CLOSED)
    found = rows(text)
    assert len(found) == 29
    assert not {"id", "day", "half_day", "state", "comment"} & set(found[0])
    assert "Hoa" not in text
    assert "2024-08" not in text
    assert Counter(row["unit"] for row in found) == {"van-phong": 14, "": 15}, "three alone would be known"
    assert Counter(row["channel"] for row in found) == {"qr": 29}
    assert [row["unit"] for row in found] == sorted((row["unit"] for row in found), reverse=True)
    assert {row["overall"] for row in found} == set("12345")
    (note,) = noted(installation, "rows_exported")
    assert note.details == {"rows": 29}
    assert len(note.subject) == 64


def test_the_order_of_the_rows_tells_nothing_and_stands(
    installation: Installation, campaign: CampaignRecord
) -> None:
    came = "".join("12345"[n % 5] for n in range(60))
    for mark in came:
        door.accept(installation, entry(campaign, mark=mark), NOW)
    scene.released(installation, campaign)
    text = released_rows.export(installation, TCCB, campaign, CLOSED)
    assert "".join(row["overall"] for row in rows(text)) != came
    door.accept(installation, entry(campaign, mark="1"), CLOSED)
    assert released_rows.export(installation, TCCB, campaign, CLOSED) == text, "they are those of the release"


def test_neither_head_nor_officer_takes_rows(installation: Installation, campaign: CampaignRecord) -> None:
    scene.released(installation, campaign)
    for role in (Role.UNIT_HEAD, Role.OFFICER):
        with pytest.raises(Refusal, match="role_out_of_reach"):
            released_rows.export(installation, Actor(None, role, "an-nhon"), campaign, CLOSED)


class TestPage:
    """The page of TCCB."""

    @pytest.fixture(autouse=True)
    def _collected(self, installation: Installation, campaign: CampaignRecord) -> None:
        collected(installation, campaign)

    def send(self, browser: FlaskClient, password: str) -> TestResponse:
        sent = {"csrf_token": token(browser, "/noi-bo/doi-mat-khau"), "password": password}
        return browser.post(PAGE, data=sent)

    def test_it_asks_for_no_password_before_there_are_rows(self, signed_in: SignIn) -> None:
        browser = signed_in(Role.TCCB)
        assert 'type="password"' not in browser.get(PAGE).text
        answer = self.send(browser, PASSWORD)
        assert (answer.status_code, answer.mimetype) == (409, "text/html")

    def test_the_password_is_asked_again(
        self, installation: Installation, campaign: CampaignRecord, signed_in: SignIn
    ) -> None:
        scene.released(installation, campaign)
        browser = signed_in(Role.TCCB)
        assert 'type="password"' in browser.get(PAGE).text
        for wrong in ("", "ngựa sai pin ghim", PASSWORD + " "):
            answer = self.send(browser, wrong)
            assert (answer.status_code, answer.mimetype) == (403, "text/html"), wrong
        assert noted(installation, "rows_exported") == []
        answer = self.send(browser, PASSWORD)
        assert (answer.status_code, answer.mimetype) == (200, "text/csv")
        assert answer.headers["Content-Disposition"] == f"attachment; filename=phieu-{scene.CODE}.csv"
        assert answer.headers["Cache-Control"] == "no-store"
        assert len(rows(answer.text)) == 29
        (note,) = noted(installation, "rows_exported")
        assert note.account_id is not None

    def test_passwords_are_not_tried_one_after_the_other(
        self, installation: Installation, campaign: CampaignRecord, signed_in: SignIn
    ) -> None:
        scene.released(installation, campaign)
        browser = signed_in(Role.TCCB)
        assert [self.send(browser, "sai").status_code for _ in range(11)] == [403] * 10 + [429]
        assert self.send(browser, PASSWORD).status_code == 429


def test_what_the_shell_takes_is_noted_before_any_row_leaves(
    installation: Installation, campaign: CampaignRecord
) -> None:
    lines = csv_transfer.export_csv(installation, COMMAND_LINE, campaign, clock.now())
    assert len(noted(installation, "responses_exported")) == 1
    assert next(lines).startswith("id,unit,day")
    with pytest.raises(Refusal, match="role_out_of_reach"):
        csv_transfer.export_csv(installation, TCCB, campaign, clock.now())
