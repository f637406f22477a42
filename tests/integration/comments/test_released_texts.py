"""Which comments are readable, from when on, for whom and in which order."""

from __future__ import annotations

import pytest

from survey.errors import Refusal
from survey.services.accounts.actors import COMMAND_LINE, Actor
from survey.services.collection import decisions, door
from survey.services.comments import released_texts
from survey.services.installation.campaign_records import CampaignRecord
from survey.services.installation.installation import Installation
from survey.services.results import releases
from survey.vocabulary import Reason, Role, Verdict
from tests.support import scene
from tests.support.scene import AN_NHON, NOW, entry
from tests.support.web import SignIn

HEAD = Actor(None, Role.UNIT_HEAD, "an-nhon")
EVENING = NOW.replace(hour=18)
HOME = f"/noi-bo/{scene.CODE}"


def answer(
    installation: Installation,
    campaign: CampaignRecord,
    comments: int,
    without: int = 0,
    unit_id: int = AN_NHON,
) -> None:
    """Forms of a unit, so many with a comment and so many without."""
    for n in range(comments + without):
        comment = f"Góp ý {unit_id}/{n}" if n < comments else ""
        door.accept(installation, entry(campaign, unit_id=unit_id, comment=comment), NOW)


def readable(installation: Installation, campaign: CampaignRecord, unit: str = "an-nhon") -> int:
    return released_texts.of_unit(installation, COMMAND_LINE, campaign, unit).total


def test_no_comment_is_read_before_its_form_is_released(
    installation: Installation, campaign: CampaignRecord
) -> None:
    answer(installation, campaign, 20)
    assert readable(installation, campaign) == 0
    assert releases.make(installation, COMMAND_LINE, campaign, EVENING) is None, "too few forms"
    assert readable(installation, campaign) == 0
    answer(installation, campaign, 0, 10)
    releases.make(installation, COMMAND_LINE, campaign, EVENING)
    assert readable(installation, campaign) == 20


def test_nine_comments_wait_for_the_tenth(installation: Installation, campaign: CampaignRecord) -> None:
    answer(installation, campaign, 9, 21)
    releases.make(installation, COMMAND_LINE, campaign, EVENING)
    assert readable(installation, campaign) == 0
    answer(installation, campaign, 1, 9)
    releases.make(installation, COMMAND_LINE, campaign, EVENING)
    assert readable(installation, campaign) == 10


def test_what_was_read_once_stays_readable(installation: Installation, campaign: CampaignRecord) -> None:
    head = scene.account(installation, "hai@x.vn", Role.UNIT_HEAD)
    for n in range(30):
        made = entry(campaign, number=f"{n:04}", comment="Cảm ơn." if n < 12 else "")
        door.accept(installation, made, NOW)
    releases.make(installation, COMMAND_LINE, campaign, EVENING)
    for n in range(12):
        decisions.decide(
            installation, head, campaign, f"{n:04}", Verdict.EXCLUDED, NOW, reason=Reason.NOT_GENUINE
        )
    scene.released(installation, campaign)
    assert readable(installation, campaign) == 12


def test_what_is_left_in_the_end_is_read_without_its_unit_or_never(
    installation: Installation, campaign: CampaignRecord
) -> None:
    answer(installation, campaign, 12, 0, unit_id=1)
    answer(installation, campaign, 4, 8, unit_id=2)
    answer(installation, campaign, 5, 8, unit_id=3)
    scene.released(installation, campaign)
    assert readable(installation, campaign, "van-phong") == 12
    assert readable(installation, campaign) == 0
    left = released_texts.of_all_units(installation, COMMAND_LINE, campaign)
    assert left.total == 0, "nine in all: nobody reads them"


def test_ten_left_of_two_units_are_read_together(
    installation: Installation, campaign: CampaignRecord
) -> None:
    answer(installation, campaign, 4, 8, unit_id=2)
    answer(installation, campaign, 6, 8, unit_id=3)
    scene.released(installation, campaign)
    left = released_texts.of_all_units(installation, COMMAND_LINE, campaign)
    assert left.total == 10
    assert [each.text for each in left.comments] != sorted(each.text for each in left.comments)
    assert readable(installation, campaign) == 0
    assert set(released_texts.counts(installation, COMMAND_LINE, campaign).values()) == {0}


def test_bodies_set_aside_come_with_the_full_tables(
    installation: Installation, campaign: CampaignRecord
) -> None:
    for n in range(40):
        key = f"{n:->22}"
        door.accept(installation, entry(campaign, key=key), NOW)
        if n < 10:
            with pytest.raises(Refusal, match="response_conflict"):
                door.accept(installation, entry(campaign, key=key, mark="1", comment="Xin sửa lại."), NOW)
    releases.make(installation, COMMAND_LINE, campaign, EVENING)
    assert released_texts.asides(installation, COMMAND_LINE, campaign) == []
    scene.released(installation, campaign)
    bodies = released_texts.asides(installation, COMMAND_LINE, campaign)
    assert [(body.unit, set(body.marks), body.comment.text) for body in bodies] == [
        ("an-nhon", {"1"}, "Xin sửa lại.")
    ] * 10


def test_who_reads_what(installation: Installation, campaign: CampaignRecord) -> None:
    officer = Actor(None, Role.OFFICER, "an-nhon")
    for actor, refusal in ((officer, "role_out_of_reach"), (HEAD, "unit_out_of_reach")):
        with pytest.raises(Refusal, match=refusal):
            released_texts.of_unit(installation, actor, campaign, "phu-cat")
    for actor in (officer, HEAD):
        for verb in (released_texts.of_all_units, released_texts.counts, released_texts.asides):
            with pytest.raises(Refusal, match="role_out_of_reach"):
                verb(installation, actor, campaign)
    assert released_texts.of_unit(installation, HEAD, campaign, "an-nhon").comments == ()


def test_a_long_list_has_pages(
    installation: Installation, campaign: CampaignRecord, signed_in: SignIn
) -> None:
    answer(installation, campaign, 120)
    releases.make(installation, COMMAND_LINE, campaign, EVENING)
    browser = signed_in(Role.UNIT_HEAD)
    pages = [browser.get(f"{HOME}/gop-y/an-nhon?trang={page}").text for page in (1, 2)]
    assert [page.count('class="words"') for page in pages] == [100, 20]
    for odd in ("0", "-1", "x", "9" * 30, "²"):
        assert browser.get(f"{HOME}/gop-y/an-nhon?trang={odd}").status_code == 200


def test_a_comment_is_shown_as_text(
    installation: Installation, campaign: CampaignRecord, signed_in: SignIn
) -> None:
    for _ in range(30):
        door.accept(installation, entry(campaign, comment="<script>alert(1)</script>\ndòng hai"), NOW)
    releases.make(installation, COMMAND_LINE, campaign, EVENING)
    page = signed_in(Role.UNIT_HEAD).get(f"{HOME}/gop-y/an-nhon").text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;\ndòng hai" in page
    assert "<script>alert" not in page
    assert "gop-y/xoa" not in page, "a head erases nothing"
