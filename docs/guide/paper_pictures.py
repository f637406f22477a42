"""The guide's pictures of printed forms: the account of sheets, second keying, counting, what differs, doubts of a scan.

Taken by ``docs.guide.take_pictures`` on the same rehearsal.
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pypdfium2
from playwright.sync_api import Page

from forms.answers import BLANK, AnswerSheet
from survey.services import rehearsal
from survey.services.accounts.actors import Actor
from survey.services.collection import door
from survey.services.collection.entries import KeyedEntry, PaperSource
from survey.services.collection.serial_ranges import SerialSpan, number_of
from survey.services.installation.campaign_records import CampaignRecord
from survey.services.installation.installation import Installation
from survey.services.paper import batches, minutes, scans, second_keying
from survey.services.paper.batches import PrintOrder
from survey.services.paper.minutes import MinuteDraft
from survey.vocabulary import PaperAct, Role

FORMS, SCANNED = 80, 61
# A sampled form for each picture: one waits for its second keying, one is in dispute.
WAITING, DISPUTED = 0, 1


def take(
    installation: Installation,
    people: dict[Role, Actor],
    now: dt.datetime,
    folder: Path,
    page_of: Callable[[Role, str], Page],
    save: Callable[[Page, str], None],
) -> None:
    """Play a morning with printed forms and take its pictures."""
    sampled = play(installation, people, now, folder)
    unit = people[Role.OFFICER].unit_code or ""
    home = f"/noi-bo/{rehearsal.CODE}"
    save(page_of(Role.UNIT_HEAD, f"{home}/phieu-in/{unit}"), "so-phieu-in")
    save(page_of(Role.UNIT_HEAD, f"{home}/nhap-lan-hai?so={sampled[WAITING]}"), "nhap-lan-hai")
    save(page_of(Role.UNIT_HEAD, f"{home}/xac-minh"), "xac-minh")
    disputed = f"don-vi={unit}&so={sampled[DISPUTED]}"
    save(page_of(Role.TCCB, f"{home}/doi-chieu?{disputed}"), "doi-chieu")
    save(page_of(Role.OFFICER, f"{home}/phieu-quet?so={number_of(SCANNED)}"), "phieu-quet")


def play(
    installation: Installation, people: dict[Role, Actor], now: dt.datetime, folder: Path
) -> tuple[str, ...]:
    """Print, hand out, take back, key in and scan; return the numbers that were sampled."""
    campaign = installation.campaigns.only()
    officer, head = people[Role.OFFICER], people[Role.UNIT_HEAD]
    unit, out = officer.unit_code or "", folder / "forms.pdf"
    unit_id = campaign.unit_id(unit)
    batches.print_batch(installation, head, campaign, unit, PrintOrder(FORMS), out, now)
    for act, first, last, note in (
        (PaperAct.HANDED_OUT, 1, 70, "quầy số 1"),
        (PaperAct.RETURNED, 1, 64, ""),
        (PaperAct.SPOILED, 66, 66, "rách khi phát"),
    ):
        draft = MinuteDraft(act, [SerialSpan(first, last)], "Trần Thị Bích", note)
        minutes.record(installation, officer, campaign, unit, draft, now)
    for serial in range(1, SCANNED):
        key = secrets.token_urlsafe(16)
        source = PaperSource(officer, number_of(serial))
        door.accept(installation, KeyedEntry(campaign, unit_id, key, answers(campaign), source), now)
    sampled = tuple(form.number for form in second_keying.waiting(installation, head, campaign, unit))
    other = replace(answers(campaign), marks="3" + answers(campaign).marks[1:])
    second_keying.key_second(installation, head, campaign, sampled[DISPUTED], other, now)
    _scan(installation, officer, campaign, unit, out, now)
    return sampled


def answers(campaign: CampaignRecord) -> AnswerSheet:
    """Return a form that somebody filled in contentedly."""
    questionnaire = campaign.questionnaire
    marks = ("5445" * 9)[: len(questionnaire.items) + 1]
    return AnswerSheet(marks, BLANK * len(questionnaire.profile), "")


def _scan(
    installation: Installation,
    officer: Actor,
    campaign: CampaignRecord,
    unit: str,
    out: Path,
    now: dt.datetime,
) -> None:
    """Scan an unmarked form, every question of which is a doubt."""
    document = pypdfium2.PdfDocument(out.read_bytes())
    paths = []
    for index in (2 * SCANNED - 2, 2 * SCANNED - 1):
        paths.append(out.with_name(f"scan{index}.png"))
        document[index].render(scale=150 / 72).to_pil().save(paths[-1])
    document.close()
    scans.take_in(installation, officer, campaign, unit, paths, now)
