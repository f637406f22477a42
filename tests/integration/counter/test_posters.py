"""Posters over HTTP and from the shell, and the check of one that hangs on a wall."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from forms.address_mac import AddressMac
from forms.check_word import check_word
from survey.config import Config
from survey.errors import Refusal
from survey.services.accounts.actors import COMMAND_LINE
from survey.services.counter import links, posters
from survey.services.counter.posters import AddressVerdict
from survey.services.installation.campaign_records import CampaignRecord
from survey.services.installation.installation import Installation
from survey.services.installation.unit_keys import CounterRef
from survey.vocabulary import Role
from tests.support import scene
from tests.support.web import SignIn, token

OURS = "/noi-bo/binh-dinh-2024/ma-qr"
CHECK = "/noi-bo/binh-dinh-2024/kiem-tra-ma"


def address(installation: Installation, campaign: CampaignRecord) -> str:
    return next(
        link.url for link in links.of_campaign(installation, COMMAND_LINE, campaign) if link.unit == "an-nhon"
    )


def test_every_counter_has_every_kind_in_both_forms(
    installation: Installation, campaign: CampaignRecord
) -> None:
    names = [
        file.name for file in posters.every(installation, COMMAND_LINE, campaign, "van-phong", ("card",))
    ]
    assert names == [
        f"binh-dinh-2024-van-phong-quay-{n}-card.{form}" for n in (1, 2, 3) for form in ("pdf", "svg")
    ]
    with pytest.raises(Refusal, match="unit_unknown"):
        next(posters.every(installation, COMMAND_LINE, campaign, "khong-co"))
    with pytest.raises(Refusal, match="counter_unknown"):
        posters.one(installation, COMMAND_LINE, campaign, CounterRef("an-nhon", 9), "a4", "pdf")
    with pytest.raises(Refusal, match="unit_out_of_reach"):
        posters.one(installation, scene.OFFICER, campaign, CounterRef("van-phong", 1), "a4", "pdf")


def test_an_officer_downloads_the_own_posters_only(signed_in: SignIn, campaign: CampaignRecord) -> None:
    browser = signed_in(Role.OFFICER)
    page = browser.get(OURS).text
    assert f"{OURS}/an-nhon/1/a4.pdf" in page
    assert "van-phong" not in page
    answer = browser.get(f"{OURS}/an-nhon/1/a4.pdf")
    assert (answer.status_code, answer.mimetype, answer.data[:5]) == (200, "application/pdf", b"%PDF-")
    drawing = browser.get(f"{OURS}/an-nhon/1/tent.svg")
    assert (drawing.mimetype, drawing.text[:4]) == ("image/svg+xml", "<svg")
    assert "attachment" in drawing.headers["Content-Disposition"]
    assert browser.get(f"{OURS}/van-phong/1/a4.pdf").status_code == 403
    assert browser.get(f"{OURS}/an-nhon/2/a4.pdf").status_code == 404
    assert browser.get(f"{OURS}/an-nhon/1/a3.pdf").status_code == 404


def test_the_word_on_the_poster_stands_on_the_genuine_page(
    installation: Installation, campaign: CampaignRecord, client: FlaskClient
) -> None:
    word = check_word(installation.keys.address_mac, campaign.code, "an-nhon")
    path = address(installation, campaign).removeprefix(installation.config.public_url)
    assert f"Từ kiểm tra: {word}" in client.get(path).text
    (poster,) = (
        f for f in posters.every(installation, COMMAND_LINE, campaign, "an-nhon", ("a4",)) if ".svg" in f.name
    )
    assert word in poster.body.decode()


@pytest.mark.parametrize(
    ("change", "verdict"),
    [
        (lambda text: text, AddressVerdict.GENUINE),
        (lambda text: f"  {text.upper()}?lang=en ", AddressVerdict.GENUINE),
        (lambda text: text.split("://")[1], AddressVerdict.GENUINE),
        (lambda text: text.rpartition("/")[2], AddressVerdict.GENUINE),
        (lambda text: text.replace("://", "://bhxh-"), AddressVerdict.OTHER_SITE),
        (lambda text: "https://example.com/k/" + text.rpartition("/")[2], AddressVerdict.OTHER_SITE),
        (lambda text: text[:-1], AddressVerdict.ALTERED),
        (lambda text: text.replace("an-nhon", "an-lao"), AddressVerdict.ALTERED),
        (lambda _: "https://example.com/", AddressVerdict.NO_ADDRESS),
        (lambda _: "xin chào", AddressVerdict.NO_ADDRESS),
        (lambda _: "", AddressVerdict.NO_ADDRESS),
    ],
)
def test_a_poster_is_told_from_a_false_one(
    installation: Installation, campaign: CampaignRecord, change: object, verdict: AddressVerdict
) -> None:
    checked = posters.check(installation, change(address(installation, campaign)))  # type: ignore[operator]
    assert checked.verdict is verdict
    assert bool(checked.unit) is (verdict is AddressVerdict.GENUINE)


def test_a_seal_for_what_is_gone_is_no_genuine_one(
    installation: Installation, campaign: CampaignRecord
) -> None:
    seal = AddressMac(installation.keys.address_mac)
    for gone in (seal.write("dot-cu", "an-nhon", 1), seal.write(campaign.code, "don-vi-cu", 1)):
        assert (
            posters.check(installation, links.address(installation, gone)).verdict is AddressVerdict.ALTERED
        )


def test_the_officer_reads_whose_it_is(
    installation: Installation, campaign: CampaignRecord, signed_in: SignIn
) -> None:
    browser = signed_in(Role.OFFICER)
    fields = {"csrf_token": token(browser, CHECK), "address": address(installation, campaign)}
    answer = browser.post(CHECK, data=fields)
    assert answer.status_code == 200
    assert "Mã thật" in answer.text
    assert check_word(installation.keys.address_mac, campaign.code, "an-nhon") in answer.text
    false = browser.post(CHECK, data={**fields, "address": "https://example.com/k/a.b.1.c"})
    assert "Mã giả" in false.text
    assert "Mã thật" not in false.text


def test_files_are_drawn_for_a_service_under_any_address(
    installation: Installation, campaign: CampaignRecord, tmp_path: Path
) -> None:
    elsewhere = dataclasses.replace(
        installation, config=Config(data=tmp_path, public_url="https://hailong.gialai.gov.vn/khao-sat")
    )
    text = address(elsewhere, campaign)
    assert posters.check(elsewhere, text).verdict is AddressVerdict.GENUINE
    assert posters.check(installation, text).verdict is AddressVerdict.OTHER_SITE
