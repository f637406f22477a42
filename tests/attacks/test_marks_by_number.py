"""Nobody reads the answers of a paper form by its number: every address, for every role, with every number.

Two offices are alike but for one thing: the answers of two forms in the same state are exchanged between their
numbers. Whatever shows differently in the two offices tells which number has which answers.
"""

from __future__ import annotations

import io
import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from random import Random

import pypdf
import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_security import hash_password
from flask_wtf import csrf
from openpyxl import load_workbook
from sqlalchemy import select
from werkzeug.routing import Rule

from forms.answers import BLANK, AnswerSheet
from forms.scan.records import ReadAnswer, ReadComment, ReadForm
from survey import clock
from survey.config import Config
from survey.errors import Refusal
from survey.extensions import security
from survey.models import Account
from survey.services.accounts import accounts
from survey.services.accounts.accounts import NewAccount
from survey.services.accounts.actors import COMMAND_LINE, Actor
from survey.services.collection import csv_transfer, decisions, door, serials
from survey.services.collection.entries import KeyedEntry, PaperSource
from survey.services.collection.serial_ranges import number_of
from survey.services.installation.campaign_records import CampaignRecord
from survey.services.installation.installation import Installation, open_installation
from survey.services.installation.unit_keys import UnitKey
from survey.services.paper import doubtful_forms, second_keying
from survey.vocabulary import PaperAct, Reason, Role, Verdict
from survey.web.access import declared
from survey.web.application import assemble
from tests.support import paper_scene, scene
from tests.support.scene import AN_NHON, NOW
from tests.support.web import PASSWORD, sign_in, stranger

PEOPLE: Mapping[str, tuple[Role, str | None]] = {
    "admin": (Role.ADMIN, None),
    "tccb": (Role.TCCB, None),
    "head": (Role.UNIT_HEAD, "an-nhon"),
    "neighbour": (Role.UNIT_HEAD, "phu-cat"),
    "first": (Role.OFFICER, "an-nhon"),  # keys every form
    "second": (Role.OFFICER, "an-nhon"),  # keys some a second time
    "third": (Role.OFFICER, "an-nhon"),
    "hander": (Role.OFFICER, "an-nhon"),  # handed every form out
}
KINDS = ("valid", "awaiting", "sampled", "disputed", "excluded", "doubled", "scanned")
# Who is shown what: who compares a form with its paper while it waits for that, and TCCB in a dispute.
SHOWN = {
    ("second_keying.discrepancies", "disputed"): {"head", "third", "hander", "tccb"},
    ("scans.queue", "scanned"): {"admin", "head", "first", "second", "third"},
}
# Signing out, or closing the others' accounts, would end the walk.
ENDING = ("security.", "accounts.", "sign_in.")
# Pages about paper, which are asked for every number; for the others one number will do.
ABOUT_PAPER = ("paper_", "second_keying.", "scans.", "sheets.", "verification.")
TOKENS = re.compile(r'name="(?:csrf_token|key)"[^>]*value="[^"]*"')


@dataclass(frozen=True, slots=True)
class Office:
    """One of two offices that are alike, the numbers of its forms by kind, and its people's browsers."""

    app: Flask
    installation: Installation
    numbers: Mapping[str, tuple[str, str]]
    browsers: Mapping[str, FlaskClient]


Offices = tuple[Office, Office]


@pytest.fixture(scope="module")
def still() -> Iterator[None]:
    """One moment, and no tokens: those have tests of their own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clock, "now", lambda: NOW)
        patch.setattr(csrf, "validate_csrf", lambda *_arguments, **_options: None)
        yield


@pytest.fixture(scope="module")
def offices(template: Path, tmp_path_factory: pytest.TempPathFactory, still: None) -> Iterator[Offices]:
    """The two offices, at which the tests only look."""
    yield from two_offices(template, tmp_path_factory.mktemp("looked at"))


@pytest.fixture
def others(template: Path, tmp_path: Path, still: None) -> Iterator[Offices]:
    """Two offices of a test's own, in which it may act."""
    yield from two_offices(template, tmp_path)


def two_offices(template: Path, folder: Path) -> Iterator[Offices]:
    """Two offices whose forms have their answers exchanged."""
    made = [founded(template, folder / str(which), exchanged=bool(which)) for which in range(2)]
    yield made[0], made[1]
    for office in made:
        office.installation.close()


def founded(template: Path, data: Path, *, exchanged: bool) -> Office:
    """An office with people, 80 sheets handed out, and two forms of every kind."""
    shutil.copytree(template, data)
    installation = open_installation(Config(data=data))
    app = assemble(installation)
    with app.app_context():
        hashed = hash_password(security.password_util.normalize(PASSWORD))
    for name, (role, unit) in PEOPLE.items():
        new = NewAccount(f"{name}@x.vn", f"Người thử {name}", role, unit, hashed)
        accounts.add(installation, COMMAND_LINE, new, NOW)
    campaign = installation.campaigns.get(scene.CODE)
    paper_scene.issue(installation, campaign, 1, 80)
    paper_scene.say(installation, campaign, PaperAct.HANDED_OUT, 1, 80, actor=person(installation, "hander"))
    numbers, sheets = pairs(installation, campaign), [filled(campaign, seed) for seed in (1, 2)]
    for kind, pair in numbers.items():
        for number, sheet in zip(pair, reversed(sheets) if exchanged else sheets, strict=True):
            bring_in(installation, campaign, kind, number, sheet)
    browsers = {name: stranger(app) for name in PEOPLE}
    assert {sign_in(browser, f"{name}@x.vn") for name, browser in browsers.items()} == {302}
    return Office(app, installation, numbers, browsers)


def person(installation: Installation, name: str) -> Actor:
    """One of :data:`PEOPLE`."""
    with installation.database.read() as session:
        account = session.scalars(select(Account).filter_by(email=f"{name}@x.vn")).one()
    role, unit = PEOPLE[name]
    return Actor(account.id, role, unit)


def pairs(installation: Installation, campaign: CampaignRecord) -> dict[str, tuple[str, str]]:
    """Two numbers of every kind: those that chance drew for a second keying where the kind needs them."""
    drawn: dict[bool, list[str]] = {True: [], False: []}
    for serial in range(1, 81):
        drawn[serials.is_sampled(installation.keys.paper_sample, campaign, serial)].append(number_of(serial))
    found = {}
    for kind in KINDS:
        left = drawn[kind in {"sampled", "disputed"}]
        found[kind] = left.pop(), left.pop()
    return found


def filled(campaign: CampaignRecord, seed: int) -> AnswerSheet:
    """Answers of chance; other seeds give other ones, and other totals."""
    marks = "".join(Random(seed).choices("12345", k=len(campaign.questionnaire.items) + 1))
    return AnswerSheet(marks, BLANK * len(campaign.questionnaire.profile), f"Góp ý {seed}.")


def bring_in(
    installation: Installation, campaign: CampaignRecord, kind: str, number: str, sheet: AnswerSheet
) -> None:
    """Bring a form in and into the state of its kind."""
    first, second, head = (person(installation, name) for name in ("first", "second", "head"))
    if kind == "scanned":
        doubted = scanned(campaign, number, sheet)
        unit = UnitKey(campaign.id, AN_NHON)
        assert not doubtful_forms.keep_or_enter(installation, head, campaign, unit, doubted, NOW)
        return
    key = f"a page that was opened once: {number}"
    door.accept(installation, KeyedEntry(campaign, AN_NHON, key, sheet, PaperSource(first, number)), NOW)
    if kind == "disputed":
        other = scene.sheet(campaign.questionnaire, "0")
        assert not second_keying.key_second(installation, second, campaign, number, other, NOW)
    elif kind == "excluded":
        decisions.decide(installation, head, campaign, number, Verdict.EXCLUDED, NOW, reason=Reason.TEST)
    elif kind == "doubled":
        again = KeyedEntry(campaign, AN_NHON, f"{key} and again", sheet, PaperSource(second, number))
        with pytest.raises(Refusal, match="sheet_used"):
            door.accept(installation, again, NOW)
    elif kind == "valid":
        with installation.database.write() as session:
            form = decisions.paper_of(session, campaign, number)
            decisions.write(session, second, form, Verdict.VERIFIED, NOW)


def scanned(campaign: CampaignRecord, number: str, sheet: AnswerSheet) -> ReadForm:
    """The form as a machine read it that doubts its first answer, whose picture is another one for each form."""
    q = campaign.questionnaire
    items = [item.field for item in (*q.items, q.overall)]
    answers = [ReadAnswer(name, (mark,), 1.0, None) for name, mark in zip(items, sheet.marks, strict=True)]
    answers[0] = ReadAnswer(items[0], None, 0.1, "doubt_unsure", f"{sheet.marks[:4]}")
    answers += [ReadAnswer(question.field, (), 1.0, None) for question in q.profile]
    comment = ReadComment(written=True, crop=f"{sheet.marks[4:8]}")
    return ReadForm(
        serial=f"{int(number):06}",
        unit="an-nhon",
        edition="standard",
        status="complete",
        missing_pages=(),
        pages=(),
        answers=tuple(answers),
        comment=comment,
    )


def words(body: bytes, mimetype: str) -> str:
    """Everything that somebody can read in an answer, but for tokens."""
    if mimetype == "application/pdf":
        return "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(body)).pages)
    if "spreadsheet" in mimetype:
        rows = (row for sheet in load_workbook(io.BytesIO(body)) for row in sheet.iter_rows(values_only=True))
        return "\n".join(str(cell) for row in rows for cell in row if cell is not None)
    return TOKENS.sub("", body.decode("utf-8", "replace"))


def rules(app: Flask, method: str) -> list[Rule]:
    """The rules of the office that take the method."""
    found = [
        rule
        for rule in app.url_map.iter_rules()
        if method in (rule.methods or ()) and declared_for(app, rule)
    ]
    return sorted(found, key=lambda rule: rule.rule)


def declared_for(app: Flask, rule: Rule) -> bool:
    """Whether only people of the office may call it, and calling it does not end the walk."""
    return bool(declared(app, rule.endpoint)) and not rule.endpoint.startswith(ENDING)


def address(app: Flask, rule: Rule) -> str:
    """The address of a rule about the unit."""
    values = {"campaign": scene.CODE, "unit": "an-nhon", "name": "levels", "code": "x"}
    whole = {"counter": 1, "number": 1}
    texts = {"kind": "a4", "form": "svg", "shown": "A" * 43, "lang": "vi"}
    known = {**texts, **whole, **values}
    with app.test_request_context():
        path: str = app.url_map.bind("").build(rule.endpoint, {name: known[name] for name in rule.arguments})
    return path


def shown(office: Office, name: str, rule: Rule, method: str, **sent: str) -> tuple[int, str, str]:
    """What a person is shown: the status, the words, and where the answer leads."""
    asked = {"query_string": sent} if method == "GET" else {"data": sent}
    answer = office.browsers[name].open(address(office.app, rule), method=method, **asked)  # type: ignore[arg-type]
    return answer.status_code, words(answer.data, answer.mimetype or ""), answer.location or ""


def asked(office: Office, name: str, rule: Rule) -> dict[str, str]:
    """The numbers for which a person asks a rule, by kind: all of them, or one."""
    known = {kind: number for kind, (number, _) in office.numbers.items()}
    role, _ = PEOPLE[name]
    if role in (declared(office.app, rule.endpoint) or ()) and rule.endpoint.startswith(ABOUT_PAPER):
        return known
    return {"disputed": known["disputed"]}


@pytest.mark.parametrize("name", PEOPLE)
def test_no_page_tells_which_number_has_which_answers(offices: Offices, name: str) -> None:
    one, other = offices
    differing = set()
    for rule in rules(one.app, "GET"):
        for kind, number in {"": "", **asked(one, name, rule)}.items():
            sent = {"so": number, "don-vi": "an-nhon"} if number else {}
            if shown(one, name, rule, "GET", **sent) != shown(other, name, rule, "GET", **sent):
                differing.add((rule.endpoint, kind))
    assert differing == {page for page, people in SHOWN.items() if name in people}


@pytest.mark.parametrize("state", ["valid", "awaiting", "late", "excluded"])
def test_no_filter_of_the_list_does(offices: Offices, state: str) -> None:
    rule = next(rule for rule in rules(offices[0].app, "GET") if rule.endpoint == "paper_checks.listing")
    for name in PEOPLE:
        sent = {"trang-thai": state, "don-vi": "an-nhon"}
        assert shown(offices[0], name, rule, "GET", **sent) == shown(offices[1], name, rule, "GET", **sent)


def test_no_act_answers_with_what_a_form_says(others: Offices) -> None:
    """Everybody does everything to every form, with answers and totals that are those of neither form."""
    one, _ = others
    items = [item.field for item in one.installation.campaigns.get(scene.CODE).questionnaire.items]
    sent = {"overall": "1", "reason": "test", "unit": "an-nhon", "comment": "Góp ý khác.", "key": "k" * 22}
    sent |= {**dict.fromkeys(items, "1"), "level_1": "26"}
    tried = 0
    for rule, name in product(rules(one.app, "POST"), PEOPLE):
        for number in asked(one, name, rule).values():
            numbered = {**sent, "number": number, "form_number": number, "ranges": number}
            found = [shown(office, name, rule, "POST", **numbered) for office in others]
            assert found[0] == found[1], (rule.rule, name, number)
            tried += 1
    assert tried > 200


def test_no_file_of_answers_has_a_number(offices: Offices) -> None:
    for office in offices:
        campaign = office.installation.campaigns.get(scene.CODE)
        exported = "".join(csv_transfer.export_csv(office.installation, COMMAND_LINE, campaign, NOW))
        cells = set(re.split(r"[,\r\n]", exported))
        assert not cells & {number for pair in office.numbers.values() for number in pair}
