"""Two campaigns beside each other: a rehearsal, and a real one in which a second person checks paper forms."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from survey import clock
from survey.services.accounts.actors import COMMAND_LINE
from survey.services.campaigns import campaigns
from survey.services.collection import decisions
from survey.services.installation.installation import Installation
from survey.vocabulary import State
from survey.web.results import board
from tests.support import scene
from tests.support.office import SignIn, office, office_app, rehearsed, sign_in, token

__all__ = ["office", "office_app", "rehearsed", "sign_in"]
REAL = "/noi-bo/thu-hai"
BAND = '<strong lang="vi">DỮ LIỆU MẪU</strong>'


@pytest.fixture(autouse=True)
def real(office: Installation) -> None:
    """A second campaign that is no rehearsal and has begun three days ago."""
    begun = clock.local_day(clock.now()) - dt.timedelta(days=3)
    plan = replace(scene.plan().rehearsed("thu-hai", begun, {}), paper_check="second_person")
    campaigns.load(office, COMMAND_LINE, plan, clock.now())


def key_in(client: FlaskClient, number: str) -> str:
    """Key a form in and return the page that follows."""
    page = client.get(f"{REAL}/nhap-phieu").get_data(as_text=True)
    fields = {"csrf_token": token(page), "key": f"key-of-{number:>20}", "form_number": number, "c1_1": "4"}
    sent = client.post(f"{REAL}/nhap-phieu", data=fields, follow_redirects=True)
    return sent.get_data(as_text=True)


def verify(client: FlaskClient, number: str, fours: str = "1") -> int:
    """Type the counts of a form on which one item has level 4 and the others nothing, as its paper does."""
    page = client.get(f"{REAL}/xac-minh").get_data(as_text=True)
    counts = {"level_4": fours, "blank": str(26 - int(fours)), "overall": "."}
    fields = {"csrf_token": token(page), "number": number, **counts}
    return client.post(f"{REAL}/xac-minh", data=fields).status_code


def state(office: Installation, number: str) -> State:
    campaign = office.campaigns.get("thu-hai")
    found = decisions.keyed_forms(office, COMMAND_LINE, campaign, "an-nhon")
    return next(form.state for form in found if form.number == number)


def test_the_campaign_is_chosen_where_there_are_several(sign_in: SignIn) -> None:
    page = sign_in("tccb").get("/noi-bo/", follow_redirects=True).get_data(as_text=True)
    assert page.index(f"{REAL}/chi-tieu") < page.index("/noi-bo/dien-tap/chi-tieu")
    assert page.count(BAND) == 1  # beside the rehearsal, not over the page


def test_only_the_rehearsal_is_marked(sign_in: SignIn) -> None:
    client = sign_in("tccb")
    for page in ("chi-tieu", "ket-qua", "ma-qr", "phieu-giay"):
        assert BAND not in client.get(f"{REAL}/{page}").get_data(as_text=True)
        assert BAND in client.get(f"/noi-bo/dien-tap/{page}").get_data(as_text=True)


def test_results_without_a_form_say_so(sign_in: SignIn) -> None:
    client = sign_in("tccb")
    page = client.get(f"{REAL}/ket-qua").get_data(as_text=True)
    assert "Chưa có số liệu nào được công bố." in page
    assert client.get(f"{REAL}/ket-qua/an-nhon").status_code == 200
    assert "Chưa có phiếu" in client.get(f"{REAL}/chi-tieu").get_data(as_text=True)


def test_a_second_person_verifies_and_never_the_first(sign_in: SignIn, office: Installation) -> None:
    officer, colleague = sign_in("officer"), sign_in("colleague")
    assert "Phiếu đang chờ người thứ hai xác minh." in key_in(officer, "31")
    assert state(office, "0031") is State.AWAITING
    assert "1 chờ người khác" in officer.get(f"{REAL}/xac-minh").get_data(as_text=True)
    assert verify(officer, "0031") == 403
    assert state(office, "0031") is State.AWAITING
    assert verify(colleague, "0031") == 303
    assert state(office, "0031") is State.VALID
    assert verify(colleague, "0031") == 303, "it is gone, and the queue goes on"
    assert "Phiếu số 0031 không còn chờ đếm nữa." in colleague.get(f"{REAL}/xac-minh").text


def test_a_defect_is_told_without_the_database_and_without_a_trace(
    office_app: Flask, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = sign_in("tccb")

    def broken(*_: object) -> str:
        raise ZeroDivisionError("a secret")

    monkeypatch.setattr(board, "render_template", broken)
    answer = client.get(f"{REAL}/chi-tieu")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 500
    assert "Hệ thống gặp trục trặc" in page
    assert "a secret" not in page
    assert "Traceback" not in page
