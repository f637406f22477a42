"""Two looks: whoever takes every output before and after a citizen's answer finds no difference between them."""

from __future__ import annotations

import datetime as dt
import io
import json
import random
import re
from collections.abc import Iterator
from html import unescape

import pypdf
import pytest
from openpyxl import load_workbook

from survey import clock
from survey.cli import results as results_command
from survey.services.accounts.actors import COMMAND_LINE
from survey.services.collection import decisions, door
from survey.services.installation.campaign_records import CampaignRecord
from survey.services.installation.installation import Installation
from survey.services.results import figures, release_sets, reports
from survey.services.results.releases import DueReleases
from survey.vocabulary import Reason, ReleaseGrade, Role, Verdict
from tests.support import scene
from tests.support.office import UNIT, SignIn, office, office_app, rehearsed, sign_in
from tests.support.scene import AN_NHON, CLOSED, NOW, entry

__all__ = ["office", "office_app", "rehearsed", "sign_in"]
HOME = "/noi-bo/dien-tap"
OF_UNIT = (f"ket-qua/{UNIT}", f"ket-qua/{UNIT}/bao-cao.pdf", f"ket-qua/{UNIT}/bao-cao.xlsx")
FIGURES = tuple(f"hinh/{name}.svg" for name in ("profile", "levels", "pace"))
OF_PROVINCE = ("ket-qua", "phan-tich", "bao-cao.pdf", "bao-cao.xlsx", "hinh/forest.svg", *FIGURES)
OUTPUTS = {
    "head": (*OF_UNIT, *(f"{name}?don-vi={UNIT}" for name in FIGURES)),
    "tccb": (*OF_UNIT, *OF_PROVINCE),
}
TOKEN = re.compile(r'name="csrf_token"[^>]*>')


def read(body: bytes, mimetype: str) -> str:
    """Everything that an output says."""
    if mimetype == "application/pdf":
        return "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(body)).pages)
    if "spreadsheet" in mimetype:
        rows = (row for sheet in load_workbook(io.BytesIO(body)) for row in sheet.iter_rows(values_only=True))
        return "\n".join(str(cell) for row in rows for cell in row if cell is not None)
    return TOKEN.sub("", unescape(body.decode()))


@pytest.mark.parametrize("person", ["head", "tccb"])
def test_a_citizen_who_leaves_the_counter_changes_nothing_that_anybody_can_take_away(
    sign_in: SignIn, office: Installation, person: str
) -> None:
    campaign, client = office.campaigns.get("dien-tap"), sign_in(person)

    def look() -> dict[str, str]:
        taken = {}
        for path in OUTPUTS[person]:
            answer = client.get(f"{HOME}/{path}")
            assert answer.status_code == 200, path
            taken[path] = read(answer.data, answer.mimetype or "")
        return taken

    before = look()
    for mark in "15":
        door.accept(office, entry(campaign, mark=mark, comment="Cảm ơn."), clock.now())
        after = look()
        assert {path for path in before if before[path] != after[path]} == set()


def test_the_command_line_prints_the_last_release(office: Installation) -> None:
    campaign = office.campaigns.get("dien-tap")
    before = printed(office, campaign)
    door.accept(office, entry(campaign, mark="1"), clock.now())
    assert printed(office, campaign) == before
    assert json.loads(before)["release"] == 1


def printed(installation: Installation, campaign: CampaignRecord) -> str:
    assessed = reports.assessment(installation, COMMAND_LINE, campaign)
    return json.dumps(results_command.as_json(assessed))


def days(installation: Installation, campaign: CampaignRecord) -> Iterator[dt.datetime]:
    """A campaign of two weeks: forms come, by paper and QR code, are excluded, put back and corrected; then it closes."""
    chance, officer = random.Random(11), scene.account(installation, "mot@x.vn")
    head = scene.account(installation, "hai@x.vn", Role.UNIT_HEAD)
    numbers: list[str] = []
    states: dict[str, Verdict] = {}
    for day in range(14):
        now = NOW + dt.timedelta(days=day)
        for _ in range(chance.choice((0, 4, 7, 9))):
            number = f"{len(numbers):04}" if chance.random() < 0.5 else None
            numbers += [number] if number else []
            made = entry(campaign, mark=chance.choice("12345"), number=number, actor=officer)
            door.accept(installation, made, now)
        for number in chance.sample(numbers, min(len(numbers), chance.choice((0, 1, 3)))):
            out = states.get(number) is Verdict.EXCLUDED
            states[number] = Verdict.REINSTATED if out else Verdict.EXCLUDED
            reason = None if out else Reason.TEST
            decisions.decide(installation, head, campaign, number, states[number], now, reason=reason)
        yield now.replace(hour=18, minute=0)
    for day in range(3):
        yield CLOSED + dt.timedelta(days=day, hours=18)


def test_whatever_happens_two_outputs_rest_on_the_same_forms_or_on_sets_far_apart(
    installation: Installation, campaign: CampaignRecord
) -> None:
    due, seen = DueReleases(installation), dict[str, int]()
    for evening in days(installation, campaign):
        before = printed(installation, campaign)
        due.make(evening)
        after = printed(installation, campaign)
        number = figures.current(installation, campaign).snapshot.number
        assert before == after or seen.get(before) != number
        seen[after] = number
    with installation.database.read() as session:
        published = release_sets.published(session, campaign)[AN_NHON, ""]
    assert len(published) > 2, "or nothing was put to the test"
    assert [each.is_full for each in published] == [False] * (len(published) - 1) + [True]
    coarse = [each.forms for each in published if each.grade is ReleaseGrade.COARSE]
    for place, one in enumerate(coarse):
        assert len(one) >= 30
        for other in coarse[:place]:
            assert len(one ^ other) >= max(10, max(len(one), len(other)) / 4)
    assert len(seen) == len({each.number for each in published}) + 1, (
        "one output for each release, and that before the first"
    )


def test_coarse_outputs_hold_no_count_by_which_a_form_could_be_told(
    installation: Installation, campaign: CampaignRecord
) -> None:
    for n in range(45):
        door.accept(installation, entry(campaign, mark="12345"[n % 5]), NOW)
    assert DueReleases(installation).make(NOW.replace(hour=18)) == [1]
    shown = json.loads(printed(installation, campaign))
    for domain in (shown["units"][AN_NHON - 1], shown["province"]):
        assert domain["forms"] == 45
        for index in (*domain["criteria"], *domain["items"], domain["overall"], domain["overall_item"]):
            assert (index["n"], index["forms"], index["levels"]) == (0, 0, [0] * 5)
            ends = [end for formula in ("f1", "f2", "f3") for end in (index[formula], *index["ci"][formula])]
            assert all(end is None or end == int(end) for end in ends)
        for item in (*domain["items"], domain["overall_item"]):
            assert [item["f1"], item["f2"], item["f3"]] == [None] * 3
