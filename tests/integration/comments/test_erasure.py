"""One comment erased alone: gone from every table and file, with a minute, and nothing else changes."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import select, update

from forms.scan.records import ReadComment, ReadForm
from survey.errors import Refusal
from survey.ledger.leaf import leaf_hash
from survey.models import AuditEntry, CommentErasure, LedgerLeaf, Response, ScanForm, SetAside
from survey.services.accounts.actors import COMMAND_LINE, Actor
from survey.services.collection import csv_transfer, decisions, door, readings, serials
from survey.services.comments import erasure, released_texts
from survey.services.comments.released_texts import ReadableComment
from survey.services.installation.campaign_records import CampaignRecord
from survey.services.installation.installation import Installation
from survey.services.paper import doubtful_forms
from survey.services.results import releases
from survey.vocabulary import ErasureReason, ReadingKind, Role, Verdict
from tests.support import paper_scene, scene
from tests.support.scene import NOW, entry
from tests.support.web import SignIn, token

TCCB = Actor(None, Role.TCCB)
NAMED = "Chị Nguyễn Thị Hoa Cúc ở quầy 3, 0912345678"
EVENING = NOW.replace(hour=18)
HOME = f"/noi-bo/{scene.CODE}"


def listed(installation: Installation, campaign: CampaignRecord) -> list[ReadableComment]:
    return list(released_texts.of_unit(installation, TCCB, campaign, "an-nhon").comments)


def reference(installation: Installation, campaign: CampaignRecord, text: str = NAMED) -> str:
    (found,) = (each.reference for each in listed(installation, campaign) if each.text == text)
    return found


def erase(installation: Installation, campaign: CampaignRecord, of: str, actor: Actor = TCCB) -> None:
    erasure.erase_comment(installation, actor, campaign, of, ErasureReason.NAME, EVENING)


@pytest.fixture
def released(installation: Installation, campaign: CampaignRecord) -> None:
    """Forty forms with comments are released; one of them, sent again with other marks, names somebody."""
    for n in range(39):
        door.accept(installation, entry(campaign, comment=f"Tốt {n}."), NOW)
    door.accept(installation, entry(campaign, key="k" * 22, comment=NAMED), NOW)
    with pytest.raises(Refusal, match="response_conflict"):
        door.accept(installation, entry(campaign, key="k" * 22, mark="1", comment=NAMED), NOW)
    releases.make(installation, COMMAND_LINE, campaign, EVENING)
    installation.background.settle()


def stored(installation: Installation) -> bytes:
    """Everything that lies in the files of the embedded database, or in the tables of the server."""
    installation.background.settle()
    if installation.database.is_sqlite:
        path = installation.config.sqlite_path
        return b"".join(file.read_bytes() for file in path.parent.glob(f"{path.name}*"))
    with installation.database.read() as session:
        tables = ("comment", "set_aside", "paper_reading", "audit_entry", "comment_erasure")
        return repr([session.execute(scene.table(name).select()).all() for name in tables]).encode()


@pytest.mark.usefixtures("released")
def test_it_is_gone_from_the_files_and_its_place_says_why(
    installation: Installation, campaign: CampaignRecord
) -> None:
    assert NAMED.encode() in stored(installation)
    before = listed(installation, campaign)
    named = reference(installation, campaign)
    erase(installation, campaign, named)
    assert NAMED.encode() not in stored(installation)
    after = listed(installation, campaign)
    assert [each.reference for each in after] == [each.reference for each in before]
    changed = [each for each, was in zip(after, before, strict=True) if each != was]
    assert changed == [ReadableComment(named, "", ErasureReason.NAME)]
    with installation.database.read() as session:
        (minute,) = session.scalars(select(CommentErasure))
        (note,) = session.scalars(select(AuditEntry).filter_by(act="comment_erased"))
    assert (minute.reference.hex(), minute.reason, note.subject) == (named, "name", named)
    assert "Hoa" not in json.dumps(note.details)


@pytest.mark.usefixtures("released")
def test_marks_and_ledger_stay_as_they_are(installation: Installation, campaign: CampaignRecord) -> None:
    def leaves() -> set[bytes]:
        with installation.database.read() as session:
            assert len(session.scalars(select(LedgerLeaf)).all()) == 40
            return set(session.scalars(select(LedgerLeaf.leaf)))

    def recomputed() -> set[bytes]:
        columns = [column.name for column in scene.table("response").c if column.name != "campaign_id"]
        with installation.database.read() as session:
            rows = session.scalars(select(Response)).all()
        return {
            leaf_hash(
                {
                    "campaign": campaign.code,
                    "campaign_id": campaign.id,
                    **{
                        name: value.hex() if isinstance(value, bytes) else str(value)
                        for name in columns
                        for value in [getattr(row, name)]
                    },
                }
            )
            for row in rows
        }

    before = leaves()
    assert recomputed() == before
    erase(installation, campaign, reference(installation, campaign))
    assert leaves() == before == recomputed(), "every leaf still stands for its row"
    repeated = door.accept(installation, entry(campaign, key="k" * 22, comment=NAMED), NOW)
    assert repeated.repeated
    assert NAMED.encode() not in stored(installation), "a repetition does not bring it back"
    text = "".join(csv_transfer.export_csv(installation, COMMAND_LINE, campaign, NOW))
    assert NAMED not in text
    assert csv_transfer.import_csv(installation, COMMAND_LINE, campaign, text.encode(), EVENING) == (0, 40)


def scanned(installation: Installation, campaign: CampaignRecord) -> int:
    """A scanned form whose comment a person typed from its picture, verified; return its serial."""
    paper_scene.issue(installation, campaign, 1, 60)
    sample = installation.keys.paper_sample
    serial = next(n for n in range(1, 61) if not serials.is_sampled(sample, campaign, n))
    one, number = scene.account(installation, "mot@x.vn"), f"{serial:04}"
    form = ReadForm(
        serial=str(serial),
        unit="an-nhon",
        edition="standard",
        status="complete",
        missing_pages=(),
        pages=(),
        answers=(),
        comment=ReadComment(written=True, crop="bGlrZSB0aGlz"),
    )
    unit = campaign.unit_key("an-nhon")
    assert not doubtful_forms.keep_or_enter(installation, one, campaign, unit, form, NOW)
    typed = {"comment": NAMED}
    doubtful_forms.answer_doubts(installation, one, campaign, "an-nhon", number, typed, NOW)
    head = scene.account(installation, "ba@x.vn", Role.UNIT_HEAD)
    with installation.database.write() as session:
        paper = decisions.paper_of(session, campaign, number)
        decisions.write(session, head, paper, Verdict.VERIFIED, NOW)
        row = readings.row(session, one, unit, serial, ReadingKind.DUPLICATE, NOW)
        again = readings.columns_of(scene.sheet(campaign.questionnaire, "3", f"{NAMED}, lần hai"))
        session.execute(scene.table("paper_reading").insert().values(**row, **again))
    return serial


def test_the_copies_of_its_form_go_with_it(installation: Installation, campaign: CampaignRecord) -> None:
    serial, unit = scanned(installation, campaign), campaign.unit_key("an-nhon")
    for n in range(12):
        door.accept(installation, entry(campaign, comment=f"Tốt {n}."), NOW)
    scene.released(installation, campaign)
    erase(installation, campaign, reference(installation, campaign))
    assert NAMED.encode() not in stored(installation)
    with installation.database.write() as session:
        history = readings.of_sheet(session, unit, serial)
        session.execute(update(ScanForm).values(waits=True))  # so that it can be looked at once more
    assert history is not None
    assert readings.sheet_of(history.duplicates[0]).marks[0] == "3", "only the comment is gone"
    kept = doubtful_forms.doubtful(installation, COMMAND_LINE, campaign, "an-nhon", f"{serial:04}")
    assert kept.comment_crop == "", "its handwriting is gone, too"


@pytest.mark.usefixtures("released")
def test_nobody_erases_twice_or_without_being_tccb(
    installation: Installation, campaign: CampaignRecord
) -> None:
    named = reference(installation, campaign)
    for role in (Role.UNIT_HEAD, Role.OFFICER):
        with pytest.raises(Refusal, match="role_out_of_reach"):
            erase(installation, campaign, named, Actor(None, role, "an-nhon"))
    for unknown in ("0" * 16, "x" * 16, "", "\x00" * 16):
        with pytest.raises(Refusal, match="comment_unknown"):
            erase(installation, campaign, unknown)
    erase(installation, campaign, named)
    with pytest.raises(Refusal, match="comment_erased"):
        erase(installation, campaign, named)


def test_the_comment_of_a_body_set_aside_goes_alone(
    installation: Installation, campaign: CampaignRecord
) -> None:
    for n in range(12):
        key = f"{n:->22}"
        door.accept(installation, entry(campaign, key=key, comment=f"Đầu {n}."), NOW)
        with pytest.raises(Refusal, match="response_conflict"):
            door.accept(installation, entry(campaign, key=key, mark="1", comment=f"Sau {n}."), NOW)
    scene.released(installation, campaign)
    body = next(
        each for each in released_texts.asides(installation, TCCB, campaign) if each.comment.text == "Sau 3."
    )
    erase(installation, campaign, body.comment.reference)
    assert b"Sau 3." not in stored(installation)
    assert "Đầu 3." in {each.text for each in listed(installation, campaign)}
    with installation.database.read() as session:
        kept = session.scalars(select(SetAside)).all()
    assert sorted(len(row.comment) > 0 for row in kept) == [False, *[True] * 11]
    assert {row.marks[0] for row in kept} == {"1"}


@pytest.mark.usefixtures("released")
def test_tccb_erases_on_the_page(
    installation: Installation, campaign: CampaignRecord, signed_in: SignIn
) -> None:
    browser, page = signed_in(Role.TCCB), f"{HOME}/gop-y/an-nhon"
    sent = {
        "csrf_token": token(browser, page),
        "reference": reference(installation, campaign),
        "unit": "an-nhon",
    }
    assert browser.post(f"{HOME}/gop-y/xoa", data={**sent, "reason": "bored"}).status_code == 400
    answer = browser.post(f"{HOME}/gop-y/xoa", data={**sent, "reason": "contact"}, follow_redirects=True)
    assert answer.request.path == page
    assert "Đã xóa góp ý và lập biên bản." in answer.text
    assert "Góp ý này đã xóa vì có số điện thoại" in answer.text
    assert NAMED not in answer.text
    assert browser.post(f"{HOME}/gop-y/xoa", data={**sent, "reason": "contact"}).status_code == 409
