"""What somebody learns of a comment by looking before and after a citizen left: nothing, or ten comments at least."""

from __future__ import annotations

import datetime as dt
import random
import re
from html import unescape

import pytest
from flask import Flask

from survey.errors import Refusal
from survey.services.accounts.actors import COMMAND_LINE, Actor
from survey.services.collection import decisions, door
from survey.services.comments import released_texts
from survey.services.installation.campaign_records import CampaignRecord
from survey.services.installation.installation import Installation
from survey.services.results import released_rows, releases
from survey.services.results.releases import DueReleases
from survey.vocabulary import Reason, Role, Verdict
from tests.support import scene
from tests.support.scene import CLOSED, NOW, entry
from tests.support.web import SignIn, app, signed_in

__all__ = ["app", "signed_in"]
HEAD = Actor(None, Role.UNIT_HEAD, "an-nhon")
LEAST = 10
UNITS = (1, 2, 3, 4, 5, 6)
WORDS = re.compile(r'<p class="words"[^>]*>([^<]*)</p>')
HOME = f"/noi-bo/{scene.CODE}"
Look = dict[str, tuple[str, ...]]


def look(installation: Installation, campaign: CampaignRecord) -> Look:
    """Every list of comments that anybody may see, in its order."""
    shown = {"all units": released_texts.of_all_units(installation, COMMAND_LINE, campaign)}
    for unit in campaign.plan.units:
        actor = HEAD if unit.code == "an-nhon" else COMMAND_LINE
        shown[unit.code] = released_texts.of_unit(installation, actor, campaign, unit.code)
    lists = {name: tuple(each.text for each in page.comments) for name, page in shown.items()}
    bodies = released_texts.asides(installation, COMMAND_LINE, campaign)
    for body in bodies:
        lists[f"aside {body.unit}"] = (*lists.get(f"aside {body.unit}", ()), body.marks + body.comment.text)
    return lists


def differences(one: Look, other: Look) -> set[int]:
    """In how many texts each list differs between two looks, where it does."""
    sets = ((set(one.get(name, ())), set(other.get(name, ()))) for name in one.keys() | other.keys())
    return {len(before ^ after) for before, after in sets} - {0}


def visit(
    installation: Installation, campaign: CampaignRecord, chance: random.Random, name: str, at: dt.datetime
) -> None:
    """A citizen answers; some leave a comment, some send once more with other answers."""
    comment = f"Góp ý {name}" if chance.random() < 0.4 else ""
    unit, key = chance.choice(UNITS), f"{name:->22}"
    door.accept(installation, entry(campaign, key=key, unit_id=unit, mark="4", comment=comment), at)
    if chance.random() < 0.2:
        with pytest.raises(Refusal, match="response_conflict"):
            door.accept(
                installation, entry(campaign, key=key, unit_id=unit, mark="2", comment=f"Lại {name}"), at
            )


def test_two_looks_at_any_moments_differ_in_ten_texts_or_none(
    installation: Installation, campaign: CampaignRecord
) -> None:
    chance, due, looks = random.Random(5), DueReleases(installation), list[Look]()
    days = [NOW + dt.timedelta(days=day) for day in range(12)]
    for day in days:
        for n in range(chance.randint(15, 45)):
            visit(installation, campaign, chance, f"{day:%d}-{n}", day)
            if n % 20 == 0:
                looks.append(look(installation, campaign))
        due.make(day.replace(hour=18))
        looks.append(look(installation, campaign))
    scene.released(installation, campaign, CLOSED)
    looks.append(look(installation, campaign))
    distinct = [each for n, each in enumerate(looks) if each not in looks[:n]]
    assert len(distinct) > 5, "or this shows nothing"
    assert any(name.startswith("aside") for name in distinct[-1])
    assert distinct[-1]["all units"], "what was left of the units"
    for one in distinct:
        for other in distinct:
            assert min(differences(one, other), default=LEAST) >= LEAST


def test_a_citizen_who_leaves_changes_no_page_of_comments(
    installation: Installation, campaign: CampaignRecord, app: Flask, signed_in: SignIn
) -> None:
    def write(count: int) -> list[bytes]:
        made = (entry(campaign, comment=f"Ngày mưa, số {n}.") for n in range(count))
        accepted = door.accept_all(installation, ((one, NOW) for one in made))
        return [each.response_key for each in accepted if each.response_key is not None]

    keys = write(40)
    releases.make(installation, COMMAND_LINE, campaign, NOW.replace(hour=18))
    readers = {Role.UNIT_HEAD: signed_in(Role.UNIT_HEAD), Role.TCCB: signed_in(Role.TCCB)}
    pages = [(role, page) for role in readers for page in ("gop-y/an-nhon", "gop-y", "gui-lai-khac")]

    def read() -> dict[tuple[Role, str], list[str]]:
        return {
            (role, page): re.findall(
                r">([^<>\n]+)<", unescape(readers[role].get(f"{HOME}/{page}", follow_redirects=True).text)
            )
            for role, page in pages
        }

    before = read()
    assert before[Role.UNIT_HEAD, "gop-y"] == before[Role.UNIT_HEAD, "gop-y/an-nhon"]
    write(9)
    assert read() == before
    releases.make(installation, COMMAND_LINE, campaign, NOW.replace(hour=19))
    assert read() == before, "nine more are no release of figures, nor of comments"
    text = readers[Role.UNIT_HEAD].get(f"{HOME}/gop-y/an-nhon").text
    shown = WORDS.findall(text)
    numbers = {key: f"Ngày mưa, số {n}." for n, key in enumerate(keys)}
    assert shown == [numbers[key] for key in sorted(keys)], "in the order of keys, which is none"
    assert "08/2024" not in text
    assert not any(key.hex() in text for key in keys), "no page leads to a response"


def test_rows_differ_between_two_looks_by_ten_forms_or_none(
    installation: Installation, campaign: CampaignRecord
) -> None:
    officer = scene.account(installation, "mot@x.vn")
    head = scene.account(installation, "hai@x.vn", Role.UNIT_HEAD)
    numbers = [scene.fresh_number() for _ in range(40)]
    for n, number in enumerate(numbers):
        made = entry(campaign, mark="12345"[n % 5], number=number, actor=officer)
        door.accept(installation, made, NOW)
    scene.released(installation, campaign)
    files = [released_rows.export(installation, COMMAND_LINE, campaign, CLOSED)]
    for number in numbers[:12]:
        decisions.decide(
            installation, head, campaign, number, Verdict.EXCLUDED, CLOSED, reason=Reason.NOT_GENUINE
        )
        scene.released(installation, campaign, CLOSED)
        files.append(released_rows.export(installation, COMMAND_LINE, campaign, CLOSED))
    counts = [text.count("\n") for text in files]
    assert counts[:10] == [41] * 10
    assert all(one == other or abs(one - other) >= LEAST for one in counts for other in counts)
    assert counts[-1] < 41, "ten exclusions make new tables"
