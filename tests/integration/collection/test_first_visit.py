"""What a first visit weighs on the wire, heads included, and what the page's own switches leave behind."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from survey.models import Response
from survey.services.accounts.actors import COMMAND_LINE
from survey.services.counter import links
from survey.services.installation.campaign_records import CampaignRecord
from survey.services.installation.installation import Installation

MOST_ON_THE_WIRE = 5_000
STATUS_LINE = len("HTTP/1.1 200 OK\r\n\r\n")
OF_THE_SERVER = len("Server: hailong\r\nDate: Wed, 25 Nov 2026 18:00:00 GMT\r\nConnection: keep-alive\r\n")


def every_form(installation: Installation, campaign: CampaignRecord) -> list[str]:
    found = links.of_campaign(installation, COMMAND_LINE, campaign)
    return [link.url.removeprefix(installation.config.public_url) for link in found]


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_every_units_form_fits_the_budget(
    installation: Installation, campaign: CampaignRecord, client: FlaskClient, lang: str
) -> None:
    for form in every_form(installation, campaign):
        answer = client.get(f"{form}?lang={lang}", headers={"Accept-Encoding": "gzip"})
        heads = sum(len(f"{name}: {value}\r\n") for name, value in answer.headers.items())
        assert len(answer.data) + heads + STATUS_LINE + OF_THE_SERVER <= MOST_ON_THE_WIRE
        assert len(client.get(f"{form}?lang={lang}").data) <= 20_000


def test_the_view_goes_with_the_form_and_is_kept_nowhere(
    installation: Installation, campaign: CampaignRecord, client: FlaskClient
) -> None:
    form = every_form(installation, campaign)[0]
    faulty = client.post(form, data={"key": "k" * 22, "a": "on"})
    assert "name=a checked" in faulty.text
    assert "name=o checked" not in faulty.text
    answers = {"key": "k" * 22, "overall": "5"}
    seen = client.post(form, data={**answers, "a": "on", "o": "on"})
    assert seen.location.endswith("?v=ao")
    assert client.get(seen.location).text.count(" checked>") == 2
    plain = client.post(form, data=answers)
    assert plain.location == seen.location.removesuffix("?v=ao"), (
        "the same answers, whatever they looked like"
    )
    with installation.database.read() as session:
        assert len(session.scalars(select(Response)).all()) == 1


def test_the_page_says_nothing_of_a_view_that_nobody_knows(
    installation: Installation, campaign: CampaignRecord, client: FlaskClient
) -> None:
    page = client.get(f'{every_form(installation, campaign)[0]}?v=x"><script>')
    assert page.status_code == 200
    assert " checked" not in page.text
